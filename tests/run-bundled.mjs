// Bundles a folder's *.test.ts and runs them with Node's own test runner. Arguments pick files by a part of their name.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/**
 * `entryPoints`: more files to bundle beside the tests. `testTimeout`: ms for one file.
 * The files run one after the other, as they share two cores and browser tests measure time. `patient`: those that do not; of these two run
 * side by side.
 */
export async function runBundled({ folder, entryPoints = [], testTimeout = 30_000, wanted = process.argv.slice(2), patient = [] }) {
  const files = (await readdir(folder)).filter(
    (name) => name.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((part) => name.includes(part))),
  );
  const outdir = await bundle({
    folder,
    files: [...files.map((name) => join(folder, name)), ...entryPoints.map((path) => join(root, path))],
  });

  const isPatient = (name) => patient.includes(basename(name, '.test.ts'));
  const pathOf = (name) => join(outdir, `${basename(name, '.ts')}.js`);
  const reporter = process.stdout.isTTY ? 'spec' : 'tap';
  for (const [concurrency, names] of [
    [2, files.filter(isPatient)],
    [1, files.filter((name) => !isPatient(name))],
  ]) {
    if (names.length === 0) continue;
    const options = [`--test-concurrency=${concurrency}`, `--test-timeout=${testTimeout}`, `--test-reporter=${reporter}`];
    const args = ['--enable-source-maps', '--test', ...options, ...names.sort().map(pathOf)];
    const [code] = await once(spawn(process.execPath, args, { cwd: root, stdio: 'inherit' }), 'exit');
    process.exitCode ||= code ?? 1;
  }
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
