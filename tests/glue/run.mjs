// The glue's tests: bundles every *.test.ts into tests/.out/glue and runs Node's own test runner on the result.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');
const out = join(root, 'tests/.out/glue');
const names = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.test.ts'));
// Some tests take the real core, all others a stand-in.
const realCore = join(root, 'build/wasm/client.mjs');
const onRealCore = ['boundary.test.ts', 'trace.test.ts'];
const cores = [
  { names: names.filter((name) => !onRealCore.includes(name)), core: join(import.meta.dirname, 'fake-core-module.ts') },
  { names: onRealCore, core: realCore },
];

await rm(out, { recursive: true, force: true });
for (const { names, core } of cores) {
  if (!existsSync(core)) {
    console.error(`${core} is missing: run scripts/build-wasm first`);
    process.exit(1);
  }
  await build({
    entryPoints: names.map((name) => join(import.meta.dirname, name)),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    alias: { 'holdfast-core': core },
    define: { HOLDFAST_ROOT: JSON.stringify(root) },
    logLevel: 'warning',
  });
}

const files = names.map((name) => join(out, name.replace(/\.ts$/, '.mjs')));
const child = spawn(process.execPath, ['--enable-source-maps', '--test', ...files], { stdio: 'inherit' });
child.on('exit', (code) => process.exit(code ?? 1));
