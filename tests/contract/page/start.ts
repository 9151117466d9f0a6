// Runs the rows one after the other inside a page and hands back what came of them.

import './sockets.js';
import { rows, show, within, type Package, type Report, type Result, type Row } from './check.js';
import { furnish, tidyUp, traces, type Sdk, type Setting } from './lab.js';
import './arguments.js';
import './calls.js';
import './cancelable.js';
import './connect.js';
import './conventions.js';
import './exports.js';
import './local-participant.js';
import './remote.js';
import './room.js';
import './tracks.js';
import './transcript.js';
import './creating.js';
import './errors.js';

/** Ms for one row: a bound for one that hangs. */
const ROW_LIMIT_MS = 20_000;

export function start(packages: { sdk: Sdk; peer: Sdk; subject: Package }): void {
  const contract = {
    async run(setting: Setting, only: string[]): Promise<Result[]> {
      furnish(packages, setting);
      const wanted = rows.filter(({ id }) => only.length === 0 || only.some((part) => id.startsWith(part)));
      const results: Result[] = [];
      for (const row of wanted) results.push(await judge(row));
      return results;
    },
  };
  Object.assign(globalThis, { contract });
}

async function judge({ run, ...row }: Row): Promise<Result> {
  const started = performance.now();
  let report: unknown;
  let error: string | undefined;
  try {
    report = await within(ROW_LIMIT_MS, 'the row', Promise.resolve().then(run));
  } catch (cause) {
    error = `${show(cause)}\n${(cause as Partial<Error>).stack ?? ''}`;
  }
  const evidence = error === undefined ? {} : { error, traces: await traces() };
  await tidyUp();
  const ms = Math.round(performance.now() - started);
  return { ...row, ms, ...evidence, ...(isReport(report) && { report }) };
}

function isReport(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
