// npm run faults: builds what it needs, then plays the matrix of tests/faults in real browsers and writes docs/faults.md. See --help.
// Exits with 1 if a run could not be made; what was measured is judged in the report.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

for (const command of [['scripts/build-wasm'], ['node', 'scripts/build.mjs'], ['node', 'tests/faults/run.mjs', ...process.argv.slice(2)]]) {
  const child = spawn(command[0], command.slice(1), { cwd: root, stdio: 'inherit' });
  const forward = (name) => child.kill(name);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const [code] = await once(child, 'exit');
  process.off('SIGINT', forward).off('SIGTERM', forward);
  if (code !== 0) process.exit(code ?? 1);
}
