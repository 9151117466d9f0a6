// The tests of the package as packed. `npm test` builds first; so does scripts/build.mjs.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './packed.mjs';

if (!existsSync(join(root, 'dist/index.js'))) {
  console.error('dist/ is missing: run scripts/build-wasm and scripts/build.mjs first');
  process.exit(1);
}
const wanted = process.argv.slice(2);
const files = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.test.mjs') && (wanted.length === 0 || wanted.some((part) => name.includes(part))))
  .map((name) => join(import.meta.dirname, name));
const child = spawn(process.execPath, ['--test', '--test-concurrency=1', '--test-timeout=120000', ...files], { stdio: 'inherit' });
child.on('exit', (code) => (process.exitCode = code ?? 1));
