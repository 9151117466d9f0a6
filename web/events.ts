// A Node-style EventEmitter with typed events. It differs from Node's in one way: a listener that throws does not keep the others from
// running; its error goes to `reportError`, where uncaught errors of the page go.

import { reportUncaught } from '../js-glue/index.js';

/** Event name to its arguments. */
export type EventMap = Record<string, unknown[]>;

// Compatible with the typings of twilio-video.js, where any event name and any listener is accepted.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyListener = (...args: any[]) => void;

interface Entry {
  listener: AnyListener;
  once: boolean;
}

export class EventEmitter<Events extends EventMap = EventMap> {
  readonly #entries = new Map<string, Entry[]>();
  #maxListeners = 10;

  on<K extends keyof Events & string>(event: K, listener: (...args: Events[K]) => void): this;
  on(event: string, listener: AnyListener): this;
  on(event: string, listener: AnyListener): this {
    return this.#add(event, { listener, once: false });
  }

  once<K extends keyof Events & string>(event: K, listener: (...args: Events[K]) => void): this;
  once(event: string, listener: AnyListener): this;
  once(event: string, listener: AnyListener): this {
    return this.#add(event, { listener, once: true });
  }

  /** Like `on`, but ahead of the listeners that are there. */
  prependListener<K extends keyof Events & string>(event: K, listener: (...args: Events[K]) => void): this;
  prependListener(event: string, listener: AnyListener): this;
  prependListener(event: string, listener: AnyListener): this {
    return this.#add(event, { listener, once: false }, true);
  }

  prependOnceListener<K extends keyof Events & string>(event: K, listener: (...args: Events[K]) => void): this;
  prependOnceListener(event: string, listener: AnyListener): this;
  prependOnceListener(event: string, listener: AnyListener): this {
    return this.#add(event, { listener, once: true }, true);
  }

  /** Removes the listener added last, if it was added more than once. */
  off(event: string, listener: AnyListener): this {
    check(listener);
    const entries = this.#of(event);
    const index = entries.map((entry) => entry.listener).lastIndexOf(listener);
    this.#set(
      event,
      entries.filter((_, at) => at !== index),
    );
    return this;
  }

  addListener<K extends keyof Events & string>(event: K, listener: (...args: Events[K]) => void): this;
  addListener(event: string, listener: AnyListener): this;
  addListener(event: string, listener: AnyListener): this {
    return this.on(event, listener);
  }

  removeListener(event: string, listener: AnyListener): this {
    return this.off(event, listener);
  }

  removeAllListeners(event?: string): this {
    if (event === undefined) this.#entries.clear();
    else this.#entries.delete(event);
    return this;
  }

  /** Calls the listeners there are now, in order, at once. True if there was one. */
  emit<K extends keyof Events & string>(event: K, ...args: Events[K]): boolean;
  emit(event: string, ...args: unknown[]): boolean;
  emit(event: string, ...args: unknown[]): boolean {
    const entries = this.#of(event);
    for (const { listener, once } of entries) {
      if (once) this.off(event, listener);
      try {
        listener.apply(this, args);
      } catch (error) {
        reportUncaught(error);
      }
    }
    return entries.length > 0;
  }

  listenerCount(event: string): number {
    return this.#of(event).length;
  }

  listeners(event: string): AnyListener[] {
    return this.#of(event).map((entry) => entry.listener);
  }

  /** The same as `listeners`. */
  rawListeners(event: string): AnyListener[] {
    return this.listeners(event);
  }

  eventNames(): string[] {
    return [...this.#entries.keys()];
  }

  /** Kept for apps that call it: however many listeners there are, nobody is warned. */
  setMaxListeners(count: number): this {
    this.#maxListeners = count;
    return this;
  }

  getMaxListeners(): number {
    return this.#maxListeners;
  }

  #of(event: string): readonly Entry[] {
    return this.#entries.get(event) ?? [];
  }

  // Lists are replaced, never changed: an emit in progress goes on over the list it started with.
  #set(event: string, entries: Entry[]): void {
    if (entries.length) this.#entries.set(event, entries);
    else this.#entries.delete(event);
  }

  #add(event: string, entry: Entry, first = false): this {
    check(entry.listener);
    const entries = this.#of(event);
    this.#set(event, first ? [entry, ...entries] : [...entries, entry]);
    return this;
  }
}

function check(listener: unknown): void {
  if (typeof listener !== 'function') throw new TypeError('listener must be a function');
}
