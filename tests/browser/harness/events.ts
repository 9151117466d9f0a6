// Compares all that was emitted with all that should have been: a spurious event fails as a missing one does.

import assert from 'node:assert/strict';
import type { Emitted } from './caller.js';

/** One event as text, `event argument argument`; or several whose order is open. */
export type Expected = (string | string[])[];

/** `expected`: by object. An object that is not listed has emitted nothing. The order between objects is not compared. */
export function assertEvents(events: Emitted[], expected: Record<string, Expected>): void {
  const actual: Record<string, string[]> = {};
  for (const [object, ...words] of events) (actual[object!] ??= []).push(words.join(' '));
  const wanted = Object.fromEntries(Object.entries(expected).map(([object, lines]) => [object, sortGroups(lines.flat(), lines)]));
  const got = Object.fromEntries(Object.entries(actual).map(([object, lines]) => [object, sortGroups(lines, expected[object] ?? [])]));
  assert.deepEqual(sortKeys(got), sortKeys(wanted));
}

// Puts the lines at the places of each open group into alphabetical order.
function sortGroups(lines: string[], groups: Expected): string[] {
  const sorted: string[] = [];
  for (const group of groups) {
    const length = typeof group === 'string' ? 1 : group.length;
    sorted.push(...lines.slice(sorted.length, sorted.length + length).sort());
  }
  return [...sorted, ...lines.slice(sorted.length)];
}

function sortKeys<Value>(record: Record<string, Value>): [string, Value][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
