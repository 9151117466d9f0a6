// Every planted defect: a name, a sentence, and edits of code under src/ that bring it in. The simulator has to catch each
// (`npm run sim:defects`); neither its checkers nor what it does to a room may know which one it is.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { client } from './client.mjs';
import { found } from './found.mjs';
import { ways_back } from './return.mjs';
import { server } from './server.mjs';

const root = resolve(import.meta.dirname, '../..');

export const defects = [...client, ...server, ...ways_back, ...found];

// The changed files of a defect by their names, and where the first change is; throws if it no longer fits.
export function changes(defect) {
  const files = new Map();
  let where;
  for (const { file, find, replace } of defect.edits) {
    if (!file.startsWith('src/')) throw new Error(`${file} is not in src/`);
    const text = files.get(file) ?? readFileSync(join(root, file), 'utf8');
    const at = text.indexOf(find);
    if (at < 0) throw new Error(`${file} has no ${JSON.stringify(find)}`);
    if (text.indexOf(find, at + 1) >= 0) throw new Error(`${file} has more than one ${JSON.stringify(find)}`);
    where ??= `${file}:${text.slice(0, at).split('\n').length}`;
    files.set(file, text.slice(0, at) + replace + text.slice(at + find.length));
  }
  return { files, where };
}
