// npm run sim:defects: does the simulator bite? Builds each planted defect of tests/defects and runs seeds until one fails. Then random
// mutations of table rows: seeds, or all words of the machine that the row is of, have to tell. Fails if a defect survives, or more than
// one mutation in twenty, or one without a reason in survivors.mjs. A complete run writes docs/defects.md.
//   --only NAME,NAME   these defects, no mutations       --seeds N       seeds before something has survived (20000)
//   --mutations N      how many are drawn (200; 0: none)   --check         only whether every defect can still be planted
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { changes, defects } from '../tests/defects/defects.mjs';
import { drawMutations, machineInWords } from '../tests/defects/mutations.mjs';
import { survivors } from '../tests/defects/survivors.mjs';
import { findBrokenPromise, findFirstFailure, runTool } from '../tests/defects/hunt.mjs';

const root = resolve(import.meta.dirname, '..');
const WORKERS = 2;
const ENOUGH = 0.95;
// For a mutation: so many first, then the words, then all of them.
const FIRST_SEEDS = 240;
const MUTATION_SEEDS = 5000;

const argument = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const only = argument('only', '').split(',').filter(Boolean);
const seeds = Number(argument('seeds', '20000'));
const mutationCount = only.length > 0 ? 0 : Number(argument('mutations', '200'));

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

function report(planted, mutated) {
  const lines = [
    '# Planted defects',
    '',
    'Written by `npm run sim:defects`: what the simulator was given to find, how many seeds it needed, and which checker spoke first.',
    '',
    '| defect | where | seeds | checker | what it does |',
    '| --- | --- | ---: | --- | --- |',
    ...planted.map(
      ({ name, where, found, sentence }) =>
        `| ${name} | ${where} | ${found ? found.seed : 'SURVIVED'} | ${found?.checker ?? ''} | ${sentence} |`,
    ),
    '',
    '## Mutations of table rows',
    '',
    `${mutated.length} drawn from all rows: ${mutated.filter(({ found }) => found).length} caught, ` +
      `${mutated.filter(({ found }) => found?.seed === 'words').length} of them by the words of their machine only. The others:`,
    '',
    ...mutated
      .filter(({ found }) => !found)
      .map((mutation) => `- ${mutation.row}, ${mutation.change}: ${reasonFor(mutation) ?? 'no reason is written'}`),
    '',
  ];
  writeFileSync(join(root, 'docs/defects.md'), lines.join('\n'));
}

if (process.argv.includes('--check')) {
  check();
} else {
  const chosen = only.length > 0 ? defects.filter(({ name }) => only.includes(name)) : defects;
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
  if (only.length === 0 && mutated.length > 0 && existsSync(join(root, 'docs'))) report(planted, mutated);
  if (caught < planted.length || caughtMutations < ENOUGH * mutated.length || unexplained > 0) process.exitCode = 1;
}
