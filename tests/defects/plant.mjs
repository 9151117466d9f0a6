// `node tests/defects/plant.mjs NAME FOLDER` makes FOLDER a copy of src/ with that one defect in it. Files that are as they should be
// are left alone, so that little is compiled anew. CMake calls it for -DHOLDFAST_DEFECT=NAME.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { changes, defects } from './defects.mjs';

const src = resolve(import.meta.dirname, '../../src');

function allFiles(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)));
}

function plant(defect, folder) {
  const { files: changed } = changes(defect);
  const wanted = new Map(allFiles(src).map((file) => [file, changed.get(`src/${file}`) ?? readFileSync(join(src, file), 'utf8')]));
  for (const [file, text] of wanted) {
    const path = join(folder, file);
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  for (const file of allFiles(folder)) if (!wanted.has(file)) rmSync(join(folder, file));
}

const [name, folder] = process.argv.slice(2);
const defect = defects.find((one) => one.name === name);
if (!defect || !folder) throw new Error(`no defect is called ${name}`);
plant(defect, folder);
