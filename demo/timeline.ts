// Who was in which state when: a lane for the room and for each participant, and a log in words.

import { element, make } from './dom.js';

const shownMs = 120_000;
const logLimit = 200;

interface Segment {
  readonly state: string;
  readonly from: number;
  readonly bar: HTMLElement;
}

class Lane {
  readonly element: HTMLElement;
  readonly #name = make('span', 'lane-name');
  readonly #state = make('span', 'lane-state');
  readonly #track = make('div', 'lane-track');
  #segments: Segment[] = [];
  #end: number | undefined;

  constructor() {
    this.element = make('li', 'lane', this.#name, this.#state, this.#track);
  }

  set(name: string, state: string): void {
    this.#name.textContent = name;
    this.#state.textContent = this.#state.dataset['state'] = state;
    if (this.#segments.at(-1)?.state === state) return;
    const bar = make('div', 'segment');
    bar.dataset['state'] = state;
    this.#track.append(bar);
    this.#segments.push({ state, from: Date.now(), bar });
  }

  end(): void {
    this.set(this.#name.textContent ?? '', 'disconnected');
    this.#end = Date.now();
  }

  /** False once nothing of it is in sight. */
  draw(now: number): boolean {
    const position = (time: number) => Math.max(0, 100 - ((now - time) / shownMs) * 100);
    this.#segments = this.#segments.filter(({ from, bar }, index) => {
      const to = this.#segments[index + 1]?.from ?? this.#end ?? now;
      const isInSight = position(to) > 0;
      if (isInSight) {
        bar.style.left = `${position(from)}%`;
        bar.style.width = `${position(to) - position(from)}%`;
      } else bar.remove();
      return isInSight;
    });
    return this.#segments.length > 0;
  }
}

export class Timeline {
  readonly #lanes = new Map<string, Lane>();
  readonly #list = element('lanes');
  readonly #log = element('log');

  constructor(signal: AbortSignal) {
    this.#list.replaceChildren();
    this.#log.replaceChildren();
    const timer = setInterval(() => this.#draw(), 500);
    signal.addEventListener('abort', () => clearInterval(timer));
  }

  set(key: string, name: string, state: string): void {
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = new Lane();
      this.#lanes.set(key, lane);
      this.#list.append(lane.element);
    }
    lane.set(name, state);
    this.#draw();
  }

  /** This participant has left; its lane stays as long as it is in sight. */
  end(key: string): void {
    this.#lanes.get(key)?.end();
    this.#draw();
  }

  log(text: string): void {
    const now = new Date();
    const time = make('time', '', now.toLocaleTimeString());
    time.dateTime = now.toISOString();
    this.#log.append(make('li', '', time, text));
    while (this.#log.childElementCount > logLimit) this.#log.firstElementChild?.remove();
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #draw(): void {
    const now = Date.now();
    for (const [key, lane] of this.#lanes) {
      if (lane.draw(now)) continue;
      lane.element.remove();
      this.#lanes.delete(key);
    }
  }
}
