// Compares all that was emitted with all that should have been: a spurious event fails as a missing one does.

import assert from 'node:assert/strict';
import type { Emitted } from './caller.js';

/** One event as text, `event argument argument`; or several whose order is open. */
export type Expected = (string | string[])[];

// Media starts when it starts, whatever is signaled meanwhile: these are counted, their place is not compared.
export const isFloating = (line: string): boolean => /^(started|trackStarted) /.test(line);

/** `expected`: by object. An object that is not listed has emitted nothing. The order between objects is not compared. */
export function assertEvents(events: Emitted[], expected: Record<string, Expected>): void {
  const actual: Record<string, string[]> = {};
  for (const [object, ...words] of events) (actual[object!] ??= []).push(words.join(' '));
  const objects = [...new Set([...Object.keys(actual), ...Object.keys(expected)])].sort();
  const arrange = (lines: string[], object: string): string[] => {
    const steady = (expected[object] ?? []).filter((group) => typeof group !== 'string' || !isFloating(group));
    return [
      ...sortGroups(
        lines.filter((line) => !isFloating(line)),
        steady,
      ),
      ...lines.filter(isFloating).sort(),
    ];
  };
  const asText = (linesOf: (object: string) => string[]): string =>
    objects.flatMap((object) => arrange(linesOf(object), object).map((line) => `${object}: ${line}`)).join('\n');
  assert.equal(
    asText((object) => actual[object] ?? []),
    asText((object) => (expected[object] ?? []).flat()),
  );
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
