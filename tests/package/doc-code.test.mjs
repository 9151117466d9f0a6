// The code in docs/ that says `<!-- compiled: FILE -->` before its block compiles in an app that has the package installed.
import assert from 'node:assert/strict';
import { symlink, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';

import { root, runNode, unpackInto } from './packed.mjs';

let app;
before(async () => {
  ({ app } = await unpackInto('docs'));
  await mkdir(join(app, 'node_modules/@types'));
  for (const name of ['react', '@types/react', '@types/node'])
    await symlink(join(root, 'node_modules', name), join(app, 'node_modules', name));
});

const expected = { 'migrating.md': 5, 'react.md': 1 };

for (const [doc, count] of Object.entries(expected)) {
  test(`the code of docs/${doc} compiles`, async () => {
    const text = await readFile(join(root, 'docs', doc), 'utf8');
    const blocks = [...text.matchAll(/^<!-- compiled: (\S+) -->\n```\w+\n(.*?)^```$/gms)];
    assert.equal(blocks.length, count);
    const folder = join(app, doc.replace('.md', ''));
    await mkdir(folder);
    for (const [, name, code] of blocks) await writeFile(join(folder, name), code);
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    const compilerOptions = {
      target: 'es2022',
      lib: ['es2023', 'dom', 'dom.iterable'],
      module: 'esnext',
      moduleResolution: 'bundler',
      jsx: 'react-jsx',
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      types: ['node'],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['.'] }));
    await runNode(app, {}, join(root, 'node_modules/typescript/bin/tsc'), '-p', folder).catch(({ stdout }) => assert.fail(stdout));
  });
}
