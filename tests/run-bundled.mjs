// Bundles a folder's *.test.ts and runs them with Node's own test runner. Arguments pick files by a part of their name.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/**
 * `entryPoints`: more files to bundle beside the tests. `testTimeout`: ms for one file.
 * The files run one after the other: they share two cores, and browser tests measure time.
 */
export async function runBundled({ folder, entryPoints = [], testTimeout = 30_000, wanted = process.argv.slice(2) }) {
  const files = (await readdir(folder)).filter(
    (name) => name.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((part) => name.includes(part))),
  );
  const outdir = await bundle({
    folder,
    files: [...files.map((name) => join(folder, name)), ...entryPoints.map((path) => join(root, path))],
  });

  const tests = files.sort().map((name) => join(outdir, `${basename(name, '.ts')}.js`));
  const reporter = process.stdout.isTTY ? 'spec' : 'tap';
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', '--test', '--test-concurrency=1', `--test-timeout=${testTimeout}`, `--test-reporter=${reporter}`, ...tests],
    { cwd: root, stdio: 'inherit' },
  );
  const [code] = await once(child, 'exit');
  process.exitCode = code ?? 1;
}

/** Bundles files for Node, each by itself, and returns the folder they are in: `tests/.out/<name of folder>`. */
export async function bundle({ folder, files }) {
  const outdir = join(root, 'tests/.out', relative(join(root, 'tests'), folder));
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  await build({
    entryPoints: files,
    outdir,
    entryNames: '[name]',
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: 'inline',
    logLevel: 'warning',
    define: { HOLDFAST_ROOT: JSON.stringify(root) },
    alias: { 'holdfast-server-core': join(root, 'build/wasm/server.mjs') },
  });
  await copyFile(join(root, 'build/wasm/server.wasm'), join(outdir, 'room-server.wasm'));
  return outdir;
}
