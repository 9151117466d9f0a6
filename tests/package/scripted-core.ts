// Stands in for the Emscripten module: a core that says what the test wants said, when the test wants it.
import type { CoreModule } from 'holdfast-core';

import type { Batch, ClientCore, Effect, Input, KeepSession, RequestToken, RoomEvent } from '../../js-glue/boundary.js';

export class ScriptedCore implements ClientCore {
  static made: ScriptedCore[] = [];
  /** What every core answers to an input, at once. */
  static answer: (input: Input) => (RoomEvent | RequestToken | KeepSession)[] = () => [];
  readonly inputs: Input[] = [];

  constructor(readonly seed: string) {
    ScriptedCore.made.push(this);
  }

  handle(_now: number, text: string): string {
    const input = JSON.parse(text) as Input;
    this.inputs.push(input);
    const effects = ScriptedCore.answer(input).map((each): Effect => ('event' in each ? { kind: 'emit', when: 'now', ...each } : each));
    return JSON.stringify({ effects } satisfies Batch);
  }
}

export default function createCore(): Promise<CoreModule> {
  let core: ScriptedCore;
  return Promise.resolve({
    create(seedHex) {
      core = new ScriptedCore(seedHex);
    },
    handle: (now, text) => core.handle(now, text),
  });
}
