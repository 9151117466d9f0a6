// npm run faults: plays the matrix, keeps the result of every run, and writes docs/faults.md from all that are kept.

import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import type { BrowserKind } from '../browser/harness/browser.js';
import type { Sdk } from '../browser/harness/caller.js';
import { needs } from '../browser/harness/requirements.js';
import { saveEvidence } from './evidence.js';
import { Lab } from './lab.js';
import { type Result, type Run, run } from './measure.js';
import { report } from './report.js';
import { ROWS } from './rows.js';

// Set by the bundler: the repository.
declare const HOLDFAST_ROOT: string;

const HELP = `npm run faults -- [options]: plays faults in real browsers and writes docs/faults.md

  --row NAME          only this row; may be repeated
  --browser NAME      only chromium, or only firefox
  --sdk NAME          only holdfast, or only official
  --repeat NUMBER     runs of each; medians are reported; default 1
  --only-missing      keep what was measured before, run the rest
  --jobs NUMBER       runs side by side, each in namespaces of its own; default 2
  --report            run nothing, write the report from what is there
  --list              name the rows
`;

const FOLDER = join(HOLDFAST_ROOT, 'build/faults');
const REPORT = join(HOLDFAST_ROOT, 'docs/faults.md');

const { values: args } = parseArgs({
  options: {
    row: { type: 'string', multiple: true },
    browser: { type: 'string' },
    sdk: { type: 'string' },
    repeat: { type: 'string', default: '1' },
    'only-missing': { type: 'boolean', default: false },
    jobs: { type: 'string', default: '2' },
    report: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

Lab.closeOnSignals();

if (args.help) process.stdout.write(HELP);
else if (args.list) for (const { name, title } of ROWS) console.log(`${name.padEnd(18)}${title}`);
else await main();

interface Job extends Run {
  /** 1, 2, …: which of the repeated runs. */
  number: number;
}

async function main(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  if (!args.report) {
    const jobs = await chooseJobs();
    const progress = { done: 0, total: jobs.length };
    const workers = Array.from({ length: Number(args.jobs) }, () => work(jobs, progress));
    await Promise.all(workers);
  }
  await writeFile(REPORT, report(await readResults()));
  console.log(`wrote ${relative(HOLDFAST_ROOT, REPORT)}`);
}

async function chooseJobs(): Promise<Job[]> {
  const unknown = (args.row ?? []).filter((name) => !ROWS.some((row) => row.name === name));
  if (unknown.length > 0) throw new Error(`no such row: ${unknown.join(', ')}`);
  const browsers = (['chromium', 'firefox'] satisfies BrowserKind[]).filter((name) => (args.browser ?? name) === name);
  const sdks = (['holdfast', 'official'] satisfies Sdk[]).filter((name) => (args.sdk ?? name) === name);
  for (const browser of browsers) {
    const { skip } = needs(browser, 'netns');
    if (skip !== undefined) throw new Error(skip);
  }
  const there = args['only-missing'] ? await readdir(FOLDER) : [];
  const jobs: Job[] = [];
  for (let number = 1; number <= Number(args.repeat); number++)
    for (const row of ROWS.filter(({ name }) => args.row?.includes(name) ?? true))
      for (const browser of browsers.filter((name) => row.unplayable?.[name] === undefined))
        for (const sdk of sdks) jobs.push({ row, browser, sdk, number });
  return jobs.filter((job) => !there.includes(fileOf(job)));
}

function fileOf({ row, browser, sdk, number }: Job): string {
  return `${row.name}.${browser}.${sdk}.${number}.json`;
}

async function work(jobs: Job[], progress: { done: number; total: number }): Promise<void> {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    const name = fileOf(job).replace('.json', '');
    try {
      const { evidence, ...result } = await run(job);
      if (evidence) await saveEvidence(FOLDER, name, evidence);
      await writeFile(join(FOLDER, fileOf(job)), `${JSON.stringify(result, null, 1)}\n`);
      console.log(`${++progress.done}/${progress.total} ${describe(name, result)}`);
      for (const [end, difference] of Object.entries(result.differs)) console.log(`  ${end}: ${difference.replaceAll('\n', '\n    ')}`);
    } catch (error) {
      process.exitCode = 1;
      console.error(`${name}: could not be run: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
}

function describe(name: string, { sdk, rested, differs, ends }: Result): string {
  const verdict = !rested ? 'NOT WHOLE' : Object.keys(differs).length > 0 ? 'DIFFERS' : sdk === 'holdfast' ? 'ok' : 'reference';
  const times = Object.entries(ends).map(
    ([end, { noticed, reconnected, frame, gap }]) => `${end} noticed ${noticed} reconnected ${reconnected} frame ${frame} gap ${gap}`,
  );
  return `${verdict.padEnd(9)} ${name}: ${times.join(' | ')}`;
}

async function readResults(): Promise<Result[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(FOLDER, name), 'utf8')) as Result));
}
