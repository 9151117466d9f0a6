// The last inputs of a Room as its core got them, for a report of what went wrong. Recording is cheap; what is personal or secret is in
// it, and is to be taken out before any of it leaves the page.

import type { Input, TracedInput } from './boundary.js';

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
  readonly #recorded: Recorded[] = [];
  readonly #shapes = new Map<string, string>();
  #characters = 0;
  /** How many inputs are no longer kept. */
  dropped = 0;

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
    const known = this.#shapes.get(shape);
    const characters = numbers.length + (known ? 0 : shape.length);
    if (!known && text.length < kMaxShapeLength) {
      if (this.#shapes.size === kMaxShapes) this.#shapes.clear();
      this.#shapes.set(shape, shape);
    }
    this.#recorded.push({ shape: known ?? shape, numbers, characters });
    this.#characters += characters;
    while (this.#recorded.length > kMaxInputs || this.#characters > kMaxCharacters) {
      this.#characters -= this.#recorded.shift()!.characters;
      this.dropped++;
    }
  }

  /** Those that are kept, in order. */
  inputs(): TracedInput[] {
    return this.#recorded.map(({ shape, numbers }) => {
      const [at, ...digits] = numbers.split(',');
      return { at: Number(at), ...(JSON.parse(shape.replaceAll(kNumber, () => digits.shift()!)) as Input) };
    });
  }
}
