// npm test: sets up, builds, runs every test, and closes with "N passed, N failed". With arguments, only the stages so named run
// (after the builds they need): npm test -- unit browser
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const only = process.argv.slice(2);

// Each parser turns a stage's whole output into counts, or undefined if the stage did not get far enough to say.
function catch2(output) {
  const all = /All tests passed \(\d+ assertions? in (\d+) test cases?\)/.exec(output);
  if (all) return { passed: Number(all[1]), failed: 0, skipped: 0 };
  const some = /^test cases:\s*(\d+) \|(?:\s*(\d+) passed \|)?\s*(\d+) failed/m.exec(output);
  return some ? { passed: Number(some[2] ?? 0), failed: Number(some[3]), skipped: 0 } : undefined;
}

function nodeTest(output) {
  const last = (name) =>
    [...output.matchAll(new RegExp(`^(?:#|ℹ) ${name} (\\d+)$`, 'gm'))].reduce((sum, match) => sum + Number(match[1]), 0);
  if (!/^(?:#|ℹ) pass \d+$/m.test(output)) return undefined;
  return { passed: last('pass'), failed: last('fail') + last('cancelled'), skipped: last('skipped') };
}

// Counts "ok NAME" and "FAILED NAME" lines.
function lines(output) {
  const passed = [...output.matchAll(/^ok /gm)].length;
  const failed = [...output.matchAll(/^FAILED /gm)].length;
  return passed + failed > 0 ? { passed, failed, skipped: 0 } : undefined;
}

const builds = [
  { name: 'setup', command: ['scripts/setup', 'test'], always: true },
  { name: 'build wasm', command: ['scripts/build-wasm'], always: true },
  { name: 'build package', command: ['node', 'scripts/build.mjs'], always: true },
  { name: 'build replay', command: ['scripts/build-native', 'replay'], always: true }, // with which the browser tests read traces
];

// What only computes, and takes what the others leave: those wait more than they work. `needs`: the build before it.
const beside = [
  { name: 'build native', command: ['scripts/build-native'] },
  { name: 'unit', command: ['build/native/core_tests'], counts: catch2, needs: 'build native' },
  { name: 'glue', command: ['node', 'tests/glue/run.mjs'], counts: nodeTest, needs: 'build native' },
  { name: 'check', command: ['node', 'scripts/check.mjs'], counts: lines, needs: 'build native' },
  // All words and all seeds without sanitizers; a few hundred rooms more with them.
  {
    name: 'sim sanitized',
    command: ['build/native/room_sim', '--first', '1000000', '--seeds', '150'],
    counts: lines,
    needs: 'build native',
  },
  { name: 'build sim', command: ['scripts/build-sim', 'room_sim', 'all_words'] },
  { name: 'words', command: ['build/sim/all_words'], counts: lines, needs: 'build sim' },
  { name: 'sim', command: ['node', 'scripts/sim.mjs', '--seeds', '10000'], counts: lines, needs: 'build sim' },
  { name: 'build wasm tests', command: ['scripts/build-wasm', 'tests'] },
  {
    name: 'unit in wasm',
    command: ['node', '--no-experimental-fetch', 'build/wasm/core_tests_wasm.cjs'],
    counts: catch2,
    needs: 'build wasm tests',
  },
  { name: 'defects', command: ['node', 'scripts/sim-defects.mjs', '--check'], counts: lines },
  { name: 'size', command: ['node', 'scripts/size.mjs'], counts: lines },
];

const others = [
  { name: 'server', command: ['node', 'tests/server/run.mjs'], counts: nodeTest },
  { name: 'package', command: ['node', 'tests/package/run.mjs'], counts: nodeTest },
  // Real browsers on a machine of unknown load: a failure must repeat itself to count, and a second try is reported as one.
  { name: 'browser', command: ['node', 'tests/browser/run.mjs'], counts: nodeTest, tries: 2 },
  { name: 'interop', command: ['node', 'tests/interop/run.mjs'], counts: nodeTest, tries: 2 },
  { name: 'contract', command: ['node', 'tests/contract/run.mjs'], counts: nodeTest, tries: 2 },
  { name: 'faults', command: ['node', 'tests/faults/run.mjs', '--quick'], counts: nodeTest, tries: 2 },
];

// A bound for a stage that hangs; the longest, niced, takes a quarter of an hour on two cores.
const STAGE_LIMIT_MS = 40 * 60_000;

async function run([command, ...args], write) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], timeout: STAGE_LIMIT_MS, killSignal: 'SIGKILL' });
  let output = '';
  for (const from of [child.stdout, child.stderr]) {
    from.setEncoding('utf8');
    from.on('data', (text) => {
      output += text;
      write(text);
    });
  }
  const outcome = await Promise.race([
    once(child, 'close').then(([code]) => ({ code })),
    once(child, 'error').then(([error]) => ({ code: 1, error })),
  ]);
  if (outcome.error) output += String(outcome.error);
  return { code: outcome.code, output };
}

async function attempt(stage, write) {
  const { code, output } = await run(stage.command, write);
  const counts = stage.counts?.(output) ?? { passed: 0, failed: 0, skipped: 0 };
  // A runner that died, or ran nothing, has failed whatever it counted.
  if ((code !== 0 && counts.failed === 0) || (stage.counts && counts.passed + counts.failed + counts.skipped === 0)) counts.failed += 1;
  return { code, counts };
}

const total = { passed: 0, failed: 0, skipped: 0 };
const report = [];

function isWanted({ name }) {
  return only.length === 0 || only.includes(name) || beside.some((stage) => stage.needs === name && only.includes(stage.name));
}

// Runs stages one after the other. False: a build has failed.
async function runAll(stages, write) {
  for (const stage of stages) {
    if (!stage.always && !isWanted(stage)) continue;
    write(`\n=== ${stage.name}\n`);
    const started = performance.now();
    let outcome = await attempt(stage, write);
    const again = outcome.counts.failed > 0 && stage.tries > 1;
    if (again) {
      write(`=== ${stage.name}: ${outcome.counts.failed} failed; second try\n`);
      outcome = await attempt(stage, write);
    }
    const { code, counts } = outcome;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    for (const key of Object.keys(total)) total[key] += counts[key];
    const result = stage.counts
      ? `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`
      : code === 0
        ? 'done'
        : 'FAILED';
    report.push(`${stage.name.padEnd(14)} ${seconds.padStart(7)} s  ${result}${again ? ' (second try)' : ''}`);
    write(`=== ${stage.name}: ${seconds} s\n`);
    if (code !== 0 && !stage.counts) return false;
  }
  return true;
}

const say = (text) => process.stdout.write(text);
if (await runAll(builds, say)) {
  let kept = '';
  const besides = beside.map((stage) => ({ ...stage, command: ['nice', '-n', '19', ...stage.command] }));
  await Promise.all([runAll(others, say), runAll(besides, (text) => void (kept += text))]);
  say(kept);
}

say(`\n${report.join('\n')}\n\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;
