// The panel that breaks things: asks the room server for its faults (docs/testing-your-app.md), for oneself and for others.

import { element, make } from './dom.js';

const endpoint = '/signaling/faults';
const everyone = 'everyone';

type Fault = { fault: string } & Record<string, unknown>;

// A fault that waits for the next connection comes with an end of the present one.
const broken: Fault = { fault: 'closeSocket', code: 1006 };
const actions: Record<string, Fault[]> = {
  break: [broken],
  silent: [{ fault: 'goSilent', forMs: 10_000 }],
  dark: [{ fault: 'blackHole', forMs: 10_000 }],
  delay: [{ fault: 'delay', ms: 1000, forMs: 20_000 }],
  busy: [{ fault: 'busy', hellos: 2, retryAfter: 2000 }, broken],
  expire: [{ fault: 'expireToken' }, broken],
  ice: [{ fault: 'relayNoIce', forMs: 30_000 }],
  drop: [{ fault: 'dropSession' }],
  complete: [{ fault: 'completeRoom' }],
};

export interface Victim {
  sid: string;
  identity: string;
}

export class FaultPanel {
  readonly #whom = element('fault-target', HTMLSelectElement);
  readonly #told = element('fault-told');

  /** `log` gets what was done, in words. */
  constructor(
    signal: AbortSignal,
    private readonly roomSid: string,
    private readonly log: (text: string) => void,
  ) {
    const panel = element('faults');
    this.#told.textContent = '';
    // A server that was not started for this has no such address.
    void fetch(endpoint).then(
      ({ ok }) => (panel.hidden = !ok),
      () => (panel.hidden = true),
    );
    panel.addEventListener(
      'click',
      (event) => {
        const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>('button[data-fault]') : null;
        if (button) void this.#perform(button.dataset['fault']!, button.textContent.trim());
      },
      { signal },
    );
  }

  /** Who can be hit, oneself first. */
  show(victims: readonly Victim[]): void {
    const chosen = this.#whom.value;
    const option = (value: string, text: string) => {
      const made = make('option', '', text);
      made.value = value;
      return made;
    };
    this.#whom.replaceChildren(
      ...victims.map(({ sid, identity }, index) => option(sid, index === 0 ? `${identity} (you)` : identity)),
      option(everyone, 'everyone here'),
    );
    this.#whom.value = chosen;
    if (this.#whom.selectedIndex < 0) this.#whom.selectedIndex = 0;
  }

  async #perform(name: string, label: string): Promise<void> {
    const sid = this.#whom.value;
    const target = sid === everyone ? { room: this.roomSid } : { participant: sid };
    try {
      const hit = new Set<string>();
      for (const fault of actions[name] ?? [{ fault: 'clear' }]) {
        for (const identity of await ask({ ...fault, target })) hit.add(identity);
      }
      const whom = [...hit].join(', ');
      this.#told.textContent = whom === '' ? 'That hit nobody.' : `${label}: ${whom}`;
      if (whom !== '') this.log(`${label}: ${whom}`);
    } catch (error) {
      this.#told.textContent = error instanceof Error ? error.message : String(error);
    }
  }
}

/** The identities that it hit. */
async function ask(fault: object): Promise<string[]> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  const { hit, error } = (await response.json()) as { hit?: Victim[]; error?: string };
  if (!hit) throw new Error(error ?? `The server says ${response.status}`);
  return hit.map(({ identity }) => identity);
}
