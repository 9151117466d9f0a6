// The example in docs/testing-your-app.md, run as it stands by somebody who has installed the package.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { root, unpackInto } from './packed.mjs';

const chromium = '/usr/bin/chromium';
const required = (process.env.HOLDFAST_REQUIRE ?? '').split(',').includes('chromium');
const skip = !existsSync(chromium) && !required && `there is no ${chromium}`;

test('the example of docs/testing-your-app.md works', { skip }, async () => {
  const { app } = await unpackInto('testing-your-app');
  const text = await readFile(join(root, 'docs/testing-your-app.md'), 'utf8');
  const files = [...text.matchAll(/^<!-- file: (\S+) -->\n```\w+\n(.*?)^```$/gms)];
  assert.deepEqual(
    files.map(([, name]) => name),
    ['index.html', 'app.js', 'call.test.js', 'microphone.test.js'],
  );
  for (const [, name, code] of files) await writeFile(join(app, name), code);
  const env = { ...process.env, CHROMIUM: chromium };
  delete env.NODE_TEST_CONTEXT; // or Node takes it for a part of this test
  const { status, stdout } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', 'call.test.js', 'microphone.test.js'], {
    cwd: app,
    env,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout);
  assert.match(stdout, /pass 4\b/);
});
