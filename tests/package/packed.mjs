// The package as `npm pack` makes it, unpacked into a fresh app's node_modules. Vite and webpack come from the repository's own.
import { execFile } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export const root = resolve(import.meta.dirname, '../..');
export const out = join(root, 'tests/.out/package');

/** `name`: each test file has its own app. */
export async function unpackInto(name) {
  const app = join(out, name);
  const folder = join(app, 'node_modules/holdfast');
  await rm(app, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { stdout } = await execute('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', app], { cwd: root });
  const [{ filename, files }] = JSON.parse(stdout);
  await execute('tar', ['-xzf', join(app, filename), '-C', folder, '--strip-components=1']);
  await writeFile(join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }\n');
  await cp(join(import.meta.dirname, 'fixtures/app'), join(app, 'src'), { recursive: true });
  return { app, folder, files: files.map(({ path }) => path) };
}

/** Runs a script in the app; gives what it printed. */
export async function runNode(app, env, ...args) {
  const { stdout } = await execute(process.execPath, args, { cwd: app, env: { ...process.env, ...env } });
  return stdout;
}
