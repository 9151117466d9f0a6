// npm run sim -- --seeds N [--first S]: many simulated rooms on all cores. Prints a FAILED line for each seed that fails, and ends with one
// line of figures. One room, told and shrunk: build/sim/room_sim --seed N.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { seeds: { type: 'string', default: '1000' }, first: { type: 'string', default: '1' } } });
const seeds = Number(values.seeds);
const first = Number(values.first);
if (!Number.isSafeInteger(seeds) || !Number.isSafeInteger(first) || seeds < 1) {
  console.error('usage: npm run sim -- --seeds N [--first S]');
  process.exit(2);
}
// Small enough that no core waits long for the last one, large enough that starting a process costs nothing.
const CHUNK = 100;
// From so many seeds on a row that nobody visited is a failure.
const VISITS_EXPECTED = 10_000;

async function run(command, args, onLine) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let rest = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    lines.forEach(onLine);
  });
  const [code, signal] = await once(child, 'close');
  if (rest) onLine(rest);
  return signal ?? code;
}

const built = await run('scripts/build-sim', [], () => {});
if (built !== 0) {
  console.log('FAILED the simulator does not build');
  process.exit(1);
}

const total = { seeds: 0, failed: 0, virtualMs: 0, counts: new Map(), rows: new Map() };

function add(report) {
  total.seeds += report.seeds;
  total.failed += report.failed;
  total.virtualMs += report.virtual_ms;
  for (const [what, count] of Object.entries(report.counts)) total.counts.set(what, (total.counts.get(what) ?? 0) + count);
  for (const row of report.rows) total.rows.set(row.row, { ...row, count: row.count + (total.rows.get(row.row)?.count ?? 0) });
}

let next = first;
async function work() {
  while (next < first + seeds) {
    const start = next;
    const count = Math.min(CHUNK, first + seeds - start);
    next += count;
    let reported = false;
    const ended = await run('build/sim/room_sim', ['--seeds', String(count), '--first', String(start), '--json'], (line) => {
      if (line.startsWith('{')) {
        add(JSON.parse(line));
        reported = true;
      } else {
        console.log(line);
      }
    });
    if (reported) continue;
    total.failed += 1;
    console.log(`FAILED seeds ${start} to ${start + count - 1}: room_sim ended with ${ended}`);
  }
}

const started = performance.now();
await Promise.all(Array.from({ length: availableParallelism() }, work));
const seconds = (performance.now() - started) / 1000;

const rows = [...total.rows.values()];
const visited = rows.filter((row) => row.count > 0);
const transitions = visited.reduce((sum, row) => sum + row.count, 0);
const never = rows.filter((row) => row.count === 0 && !row.reason);
const known = rows.filter((row) => row.count === 0 && row.reason);
const wrong = visited.filter((row) => row.reason && !row.rare);
const isComplete = seeds >= VISITS_EXPECTED;
const mark = isComplete ? 'FAILED' : 'note:';
for (const row of known) console.log(`${row.rare ? 'hardly ever' : 'not to be'} visited: ${row.row} (${row.reason})`);
for (const row of wrong) console.log(`FAILED visited although it is written that it cannot be: ${row.row}`);
for (const row of never) console.log(`${mark} never visited: ${row.row} (${row.sentence})`);

const reachable = rows.length - known.length - wrong.length;
const isGood = total.failed === 0 && wrong.length === 0 && (never.length === 0 || !isComplete);
console.log(
  `${isGood ? 'ok' : 'not ok:'} ${total.seeds} seeds, ${total.failed} failed; ${(total.virtualMs / 3_600_000).toFixed(1)} simulated hours; ` +
    `${transitions} transitions; ${visited.length} of ${reachable} rows visited (${((100 * visited.length) / reachable).toFixed(1)} %), ` +
    `${known.length} more cannot be or hardly ever are; ${seconds.toFixed(0)} s`,
);
process.exitCode = isGood ? 0 : 1;
