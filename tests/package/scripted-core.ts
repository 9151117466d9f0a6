// Stands in for the Emscripten module: a core that says what the test wants said, when the test wants it.
import type { Batch, CoreInstance, Effect, Input, RequestToken, RoomEvent } from '../../js-glue/boundary.js';

export class ScriptedCore implements CoreInstance {
  static made: ScriptedCore[] = [];
  /** What every core answers to an input, at once. */
  static answer: (input: Input) => (RoomEvent | RequestToken)[] = () => [];
  readonly inputs: Input[] = [];
  deleted = false;

  constructor(readonly seed: string) {
    ScriptedCore.made.push(this);
  }

  handle(_now: number, text: string): string {
    const input = JSON.parse(text) as Input;
    this.inputs.push(input);
    const effects = ScriptedCore.answer(input).map((each): Effect => ('event' in each ? { kind: 'emit', when: 'now', ...each } : each));
    return JSON.stringify({ effects } satisfies Batch);
  }

  delete(): void {
    this.deleted = true;
  }
}

export default function createCore(): Promise<{ HoldfastClient: typeof ScriptedCore }> {
  return Promise.resolve({ HoldfastClient: ScriptedCore });
}
