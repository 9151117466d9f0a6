// The matrix of faults (npm run faults); with --quick its quick rows as tests, for npm test.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { bundle, runBundled } from '../run-bundled.mjs';

const folder = import.meta.dirname;
const processes = ['seat-process.ts', 'server-process.ts'];
const args = process.argv.slice(2);

if (args.includes('--quick')) {
  const entryPoints = processes.map((name) => join('tests/faults', name));
  await runBundled({ folder, entryPoints, testTimeout: 1_200_000, wanted: args.filter((arg) => arg !== '--quick') });
} else {
  const outdir = await bundle({ folder, files: ['main.ts', ...processes].map((name) => join(folder, name)) });
  const child = spawn(process.execPath, ['--enable-source-maps', join(outdir, 'main.js'), ...args], { stdio: 'inherit' });
  // Whoever interrupts us means the matrix, which has to clean up first.
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => child.kill(name));
  const [code] = await once(child, 'exit');
  process.exitCode = code ?? 1;
}
