// The native core from a test: what a trace does in it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Set by the bundler: the repository.
declare const HOLDFAST_ROOT: string;

export interface Replay {
  code: number | null;
  output: string;
  errors: string;
}

export function replay(trace: string, ...options: string[]): Replay {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-trace-'));
  const file = join(folder, 'it.trace');
  writeFileSync(file, trace);
  const program = join(HOLDFAST_ROOT, 'build/native/replay');
  const { status, stdout, stderr, error } = spawnSync(program, [...options, file], { encoding: 'utf8', maxBuffer: 1 << 28 });
  rmSync(folder, { recursive: true });
  if (error) throw error;
  return { code: status, output: stdout, errors: stderr };
}

/** Each input with its time, each transition with its reason, each effect and event by its kind: nothing that redaction may change. */
export function happenings(trace: string): string[] {
  const { code, output, errors } = replay(trace);
  assert.equal(code, 0, errors);
  return output
    .split('\n')
    .slice(1)
    .map((line) => (line.includes(' --') ? line : (/^ +[^ ]* +\w+/.exec(line)?.[0] ?? line)));
}
