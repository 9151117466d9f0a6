// What a failing test leaves behind: of each of its pages a report for people, and beside it the trace for `npm run replay`.

import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from './caller.js';

// Set by the bundler: the repository.
declare const HOLDFAST_ROOT: string;

/** A page that hangs has no more to say. */
const ANSWER_LIMIT_MS = 5000;

/** Runs before the pages close. With HOLDFAST_SAVE_TRACES a test that passed leaves the same. */
export async function saveReports(test: TestContext & { error?: unknown }, callers: Iterable<Caller>): Promise<void> {
  if (!test.error && !process.env['HOLDFAST_SAVE_TRACES']) return;
  const folder = join(HOLDFAST_ROOT, 'build/reports', fileName(test.name));
  await mkdir(folder, { recursive: true });
  for (const caller of callers) {
    const path = join(folder, fileName(caller.identity));
    await save(`${path}.txt`, caller.report(), test);
    await save(`${path}.trace`, caller.trace(), test);
  }
}

async function save(path: string, content: Promise<string | undefined>, test: TestContext): Promise<void> {
  const text = await Promise.race([content.catch(() => undefined), sleep(ANSWER_LIMIT_MS, undefined, { ref: false })]);
  if (text === undefined) return;
  await writeFile(path, text);
  test.diagnostic(`saved ${relative(HOLDFAST_ROOT, path)}`);
}

function fileName(name: string): string {
  return name.replace(/[^a-z0-9]+/gi, '-').toLowerCase();
}
