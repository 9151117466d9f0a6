// What a run leaves behind that did not go as promised: of each end a report for people, and the trace for `npm run replay`.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Seat } from './seat.js';

export type Evidence = Record<string, { report: string; trace: string | undefined }>;

/** A page that hangs has no more to say. */
const ANSWER_LIMIT_MS = 5000;

export async function collectEvidence(seats: Record<string, Seat>): Promise<Evidence> {
  const evidence: Evidence = {};
  for (const [end, seat] of Object.entries(seats)) {
    const silence = new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error('no answer')), ANSWER_LIMIT_MS).unref());
    evidence[end] = await Promise.race([seat.evidence(), silence]).catch((error: unknown) => ({ report: String(error), trace: undefined }));
  }
  return evidence;
}

/** Writes `<folder>/<name>.<end>.txt` and `.trace`. */
export async function saveEvidence(folder: string, name: string, evidence: Evidence): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [end, { report, trace }] of Object.entries(evidence)) {
    await writeFile(join(folder, `${name}.${end}.txt`), report);
    if (trace !== undefined) await writeFile(join(folder, `${name}.${end}.trace`), trace);
  }
}
