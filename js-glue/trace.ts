// The last inputs of a Room as its core got them, for a report of what went wrong. Recording is cheap; what is personal or secret is
// taken out on export (redact.ts).

import type { Input, TraceHeader, TracedInput } from './boundary.js';
import { redactor } from './redact.js';

/** Bounds on what is kept: some two hours of a call between two, with some 2 MB of memory. Beyond them the oldest goes. */
const kMaxInputs = 50_000;
const kMaxCharacters = 1_000_000;

/**
 * Ticks, statistics and heartbeats, most of all inputs, differ in nothing but numbers. Without these, as their shape, they are one text
 * that many inputs share. Longer inputs than this do not come again, nor do more shapes matter.
 */
const kMaxShapeLength = 200;
const kMaxShapes = 500;
const kNumber = '\0'; // JSON text has no such character

interface Recorded {
  shape: string;
  /** When, then the numbers that the shape lacks. */
  numbers: string;
  characters: number;
}

export class Trace {
  private readonly inputs: Recorded[] = [];
  private readonly shapes = new Map<string, string>();
  private characters = 0;
  private dropped = 0;

  /** `text` is the JSON that the core gets at `now`. */
  record(now: number, text: string): void {
    let numbers = String(now);
    let shape = text;
    if (text.length < kMaxShapeLength) {
      shape = text.replace(/\d+/g, (digits) => {
        numbers += `,${digits}`;
        return kNumber;
      });
    }
    const known = this.shapes.get(shape);
    const characters = numbers.length + (known ? 0 : shape.length);
    if (!known && text.length < kMaxShapeLength) {
      if (this.shapes.size === kMaxShapes) this.shapes.clear();
      this.shapes.set(shape, shape);
    }
    this.inputs.push({ shape: known ?? shape, numbers, characters });
    this.characters += characters;
    while (this.inputs.length > kMaxInputs || this.characters > kMaxCharacters) {
      this.characters -= this.inputs.shift()!.characters;
      this.dropped++;
    }
  }

  /** JSON lines: the header, then one input a line with the time it came `at`. */
  export(header: Omit<TraceHeader, 'holdfastTrace' | 'dropped'>): string {
    const redact = redactor();
    const lines = this.inputs.map(({ shape, numbers }) => {
      const [at, ...digits] = numbers.split(',');
      const input = JSON.parse(shape.replaceAll(kNumber, () => digits.shift()!)) as Input;
      return redact({ at: Number(at), ...input } satisfies TracedInput);
    });
    return [JSON.stringify({ holdfastTrace: 1, ...header, dropped: this.dropped } satisfies TraceHeader), ...lines, ''].join('\n');
  }
}
