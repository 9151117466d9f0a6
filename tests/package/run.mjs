// The tests of the package: of its objects, on stand-ins for core and browser, and of the package as packed. `npm test` builds first.
// Arguments pick files by a part of their name.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { build } from 'esbuild';

import { out, root } from './packed.mjs';

if (!existsSync(join(root, 'dist/index.js'))) {
  console.error('dist/ is missing: run scripts/build-wasm and scripts/build.mjs first');
  process.exit(1);
}
const wanted = process.argv.slice(2);
const named = (ending) =>
  readdirSync(import.meta.dirname).filter(
    (name) => name.endsWith(ending) && (wanted.length === 0 || wanted.some((part) => name.includes(part))),
  );

await rm(out, { recursive: true, force: true });
const sources = named('.test.ts');
await build({
  entryPoints: sources.map((name) => join(import.meta.dirname, name)),
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: 'inline',
  alias: { 'holdfast-core': join(import.meta.dirname, 'scripted-core.ts') },
  define: { __HOLDFAST_VERSION__: '"0"' },
  banner: { js: 'var holdfastImport = (url) => import(url);' },
  logLevel: 'warning',
});

const files = [
  ...sources.map((name) => join(out, name.replace(/\.ts$/, '.mjs'))),
  ...named('.test.mjs').map((name) => join(import.meta.dirname, name)),
];
const child = spawn(process.execPath, ['--enable-source-maps', '--test', '--test-concurrency=1', '--test-timeout=120000', ...files], {
  stdio: 'inherit',
});
child.on('exit', (code) => (process.exitCode = code ?? 1));
