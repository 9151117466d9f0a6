// An app's TypeScript moves over by its import alone: the same source compiles with the typings of twilio-video.js and with ours, and the
// names that ours do not have are those that docs/compatibility.md tells.
import assert from 'node:assert/strict';
import { copyFile, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';

import ts from 'typescript';

import { root, runNode, unpackInto } from './packed.mjs';

const official = 'node_modules/twilio-video/tsdef/index.d.ts';
const ours = 'node_modules/holdfast/dist/types/web/index.d.ts';
let app;
before(async () => {
  ({ app } = await unpackInto('official-types'));
  for (const name of ['twilio-video', '@types']) await symlink(join(root, 'node_modules', name), join(app, 'node_modules', name));
  await copyFile(join(import.meta.dirname, 'fixtures/types/official.ts'), join(app, 'official.ts'));
});

for (const [name, paths] of [
  ['twilio-video.js', {}],
  ['Holdfast', { 'twilio-video': ['./node_modules/holdfast'] }],
]) {
  test(`an app that uses everything compiles with the typings of ${name}`, async () => {
    const compilerOptions = {
      target: 'es2018',
      lib: ['es2018', 'dom', 'dom.iterable'],
      module: 'esnext',
      moduleResolution: 'bundler',
      strict: true,
      noUncheckedIndexedAccess: true,
      allowSyntheticDefaultImports: true,
      skipLibCheck: true,
      noEmit: true,
      types: ['node'],
      paths,
    };
    const project = join(app, `${name}.json`);
    await writeFile(project, JSON.stringify({ compilerOptions, files: ['official.ts'] }));
    await runNode(app, {}, join(root, 'node_modules/typescript/bin/tsc'), '-p', project).catch(({ stdout }) => assert.fail(stdout));
  });
}

test('docs/compatibility.md names the types of twilio-video.js that are absent, and no others', async () => {
  const files = [official, ours].map((path) => join(app, path));
  const program = ts.createProgram(files, { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler });
  const checker = program.getTypeChecker();
  const [theirNames, ourNames] = files.map((file) =>
    checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file))).map(({ name }) => name),
  );
  assert.ok(theirNames.length > 80 && ourNames.length > 80, `${theirNames.length}, ${ourNames.length}`);
  const text = await readFile(join(root, 'docs/compatibility.md'), 'utf8');
  const rows = /^## Types$(.*?)(?=^## )/ms.exec(text)[1].match(/^\|.*\| absent \|.*$/gm);
  const told = rows.flatMap((row) => [...row.split(' | absent | ')[0].matchAll(/`(\w+)`/g)].map(([, name]) => name));
  assert.deepEqual(told.sort(), theirNames.filter((name) => !ourNames.includes(name)).sort());
});
