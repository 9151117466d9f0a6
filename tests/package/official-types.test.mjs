// An app's TypeScript moves over by its import alone: the same source compiles with the typings of twilio-video.js and with ours.
import assert from 'node:assert/strict';
import { copyFile, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';

import { root, runNode, unpackInto } from './packed.mjs';

let app;
before(async () => {
  ({ app } = await unpackInto('official-types'));
  for (const name of ['twilio-video', '@types']) await symlink(join(root, 'node_modules', name), join(app, 'node_modules', name));
  await copyFile(join(import.meta.dirname, 'fixtures/types/official.ts'), join(app, 'official.ts'));
  const own = await readFile(join(root, 'node_modules/twilio-video/tsdef/twilio-video-tests.ts'), 'utf8');
  const used = own
    .replace("from './index'", "from 'twilio-video'")
    // Transcriptions are absent (docs/compatibility.md).
    .replace('(event: Video.TranscriptionEvent)', '(event: { participant: string; transcription: string })');
  assert.notEqual(used, own);
  await writeFile(join(app, 'own-tests.ts'), used);
});

// official.ts uses everything; own-tests.ts is what twilio-video.js tests its typings with.
for (const [name, paths] of [
  ['twilio-video.js', {}],
  ['Holdfast', { 'twilio-video': ['./node_modules/holdfast'] }],
]) {
  test(`apps compile with the typings of ${name}`, async () => {
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
    await writeFile(project, JSON.stringify({ compilerOptions, files: ['official.ts', 'own-tests.ts'] }));
    await runNode(app, {}, join(root, 'node_modules/typescript/bin/tsc'), '-p', project).catch(({ stdout }) => assert.fail(stdout));
  });
}
