// npm run sim:defects: does the simulator bite? Builds each planted defect of tests/defects and runs seeds until one fails. Then random
// mutations of table rows: seeds, or all words of the machine that the row is of, have to tell. Fails if a defect survives, or more than
// one mutation in twenty, or one without a reason in survivors.mjs. A complete run writes docs/defects.md.
//   --only-missing     the defects that docs/defects.md has no row of, no mutations; writes the rest of it as it was
//   --only NAME,NAME   these defects, no mutations       --seeds N       seeds before something has survived (20000)
//   --mutations N      how many are drawn (200; 0: none)   --check         only whether every defect can still be planted
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { changes, defects } from '../tests/defects/defects.mjs';
import { drawMutations, machineInWords } from '../tests/defects/mutations.mjs';
import { survivors } from '../tests/defects/survivors.mjs';
import { findBrokenPromise, findFirstFailure, runTool } from '../tests/defects/hunt.mjs';

const root = resolve(import.meta.dirname, '..');
const reportPath = join(root, 'docs/defects.md');
const MUTATIONS_TITLE = '## Mutations of table rows';
const WORKERS = 2;
const ENOUGH = 0.95;
// For a mutation: so many first, then the words, then all of them.
const FIRST_SEEDS = 240;
const MUTATION_SEEDS = 5000;

const argument = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const onlyMissing = process.argv.includes('--only-missing');
const only = argument('only', '').split(',').filter(Boolean);
const seeds = Number(argument('seeds', '20000'));
const mutationCount = only.length > 0 || onlyMissing ? 0 : Number(argument('mutations', '200'));

const reasonFor = ({ row, change }) => survivors[`${row}, ${change}`];

function check() {
  for (const defect of defects) {
    try {
      console.log(`ok ${defect.name} can be planted at ${changes(defect).where}`);
    } catch (error) {
      console.log(`FAILED ${defect.name}: ${error.message}`);
      process.exitCode = 1;
    }
  }
}

// Each worker has a build tree of its own and takes the next task when it is done with one.
async function share(tasks, work) {
  const waiting = [...tasks];
  const worker = async (number) => {
    for (let task = waiting.shift(); task; task = waiting.shift()) await work(task, number);
  };
  await Promise.all(Array.from({ length: WORKERS }, (_, number) => worker(number)));
}

// No sanitizers and no debug information: a defect is compiled once and run for minutes.
async function build(folder, option, jobs, targets = ['room_sim']) {
  mkdirSync(folder, { recursive: true });
  const flags = ['-DCMAKE_BUILD_TYPE=Debug', '-DCMAKE_CXX_FLAGS_DEBUG='];
  await runTool('cmake', ['-G', 'Ninja', '-S', root, '-B', folder, ...flags, option]);
  await runTool('ninja', ['-j', String(jobs), '-C', folder, ...targets]);
  return targets.map((target) => join(folder, target));
}

async function huntDefects(chosen) {
  const rows = [];
  await share(chosen, async (defect, worker) => {
    const { where } = changes(defect);
    const [program] = await build(join(root, 'build/defects', String(worker)), `-DHOLDFAST_DEFECT=${defect.name}`, 1);
    const found = await findFirstFailure(program, [], seeds);
    rows.push({ ...defect, where, found });
    console.log(
      found
        ? `caught   ${defect.name}  ${where}  ${found.seed}  ${found.checker}  (${defect.sentence})`
        : `SURVIVED ${defect.name}  ${where}  ${seeds}  ${defect.sentence}`,
    );
  });
  return rows.sort((a, b) => chosen.findIndex((one) => one.name === a.name) - chosen.findIndex((one) => one.name === b.name));
}

async function huntMutations(count) {
  const [program, words] = await build(join(root, 'build/defects/mutations'), '-DHOLDFAST_MUTATE=ON', WORKERS, ['room_sim', 'all_words']);
  const rows = [];
  await share(drawMutations(await runTool(program, ['--list-mutations']), count), async (mutation) => {
    const mutate = ['--mutate', mutation.id];
    const found =
      (await findFirstFailure(program, mutate, FIRST_SEEDS)) ??
      (await findBrokenPromise(words, [...mutate, machineInWords(mutation.id)])) ??
      (await findFirstFailure(program, mutate, Math.min(seeds, MUTATION_SEEDS)));
    rows.push({ ...mutation, found });
    const what = `${mutation.row}, ${mutation.change}`;
    if (!found) console.log(`SURVIVED ${mutation.id}  ${what}  ${reasonFor(mutation) ?? 'no reason is written'}`);
    else if (process.argv.includes('--verbose')) console.log(`caught   ${mutation.id}  ${what}  ${found.seed}  ${found.checker}`);
  });
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}

const rowOf = ({ name, where, found, sentence }) =>
  `| ${name} | ${where} | ${found ? found.seed : 'SURVIVED'} | ${found?.checker ?? ''} | ${sentence} |`;

// The rows of docs/defects.md by name, and what follows them.
function readReport() {
  const text = readFileSync(reportPath, 'utf8');
  const rows = new Map([...text.matchAll(/^\| ([a-z-]+) \| .*$/gm)].map(([row, name]) => [name, row]));
  return { rows, rest: text.slice(text.indexOf(MUTATIONS_TITLE)) };
}

const reportOnMutations = (mutated) =>
  [
    MUTATIONS_TITLE,
    '',
    `${mutated.length} drawn from all rows: ${mutated.filter(({ found }) => found).length} caught, ` +
      `${mutated.filter(({ found }) => found?.seed === 'words').length} of them by the words of their machine only. The others:`,
    '',
    ...mutated
      .filter(({ found }) => !found)
      .map((mutation) => `- ${mutation.row}, ${mutation.change}: ${reasonFor(mutation) ?? 'no reason is written'}`),
    '',
  ].join('\n');

function report(rows, rest) {
  const lines = [
    '# Planted defects',
    '',
    'Written by `npm run sim:defects`: what the simulator was given to find, how many seeds it needed, and which checker spoke first.',
    '',
    '| defect | where | seeds | checker | what it does |',
    '| --- | --- | ---: | --- | --- |',
    ...defects.flatMap(({ name }) => rows.get(name) ?? []),
    '',
    rest,
  ];
  writeFileSync(reportPath, lines.join('\n'));
}

if (process.argv.includes('--check')) {
  check();
} else {
  const before = readReport();
  const chosen = defects.filter(({ name }) => (onlyMissing ? !before.rows.has(name) : only.length === 0 || only.includes(name)));
  if (chosen.length < only.length) throw new Error(`no such defect in ${only}`);
  const started = performance.now();
  const planted = await huntDefects(chosen);
  const mutated = mutationCount > 0 ? await huntMutations(mutationCount) : [];
  const caught = planted.filter(({ found }) => found).length;
  const caughtMutations = mutated.filter(({ found }) => found).length;
  const unexplained = mutated.filter((mutation) => !mutation.found && !reasonFor(mutation)).length;
  console.log(`\n${caught} of ${planted.length} defects caught`);
  if (mutated.length > 0)
    console.log(`${caughtMutations} of ${mutated.length} mutations caught (${((100 * caughtMutations) / mutated.length).toFixed(1)} %)`);
  console.log(`${((performance.now() - started) / 60000).toFixed(1)} minutes`);
  const rows = planted.map((defect) => [defect.name, rowOf(defect)]);
  if (onlyMissing) report(new Map([...before.rows, ...rows]), before.rest);
  else if (mutated.length > 0 && only.length === 0) report(new Map(rows), reportOnMutations(mutated));
  if (caught < planted.length || caughtMutations < ENOUGH * mutated.length || unexplained > 0) process.exitCode = 1;
}
