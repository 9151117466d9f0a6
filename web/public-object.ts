// What every object handed to an app is: an EventEmitter that shows its state as read-only, enumerable own properties in a fixed order
// and keeps everything else out of sight.

import { EventEmitter, type EventMap } from './events.js';

/** @internal */
export type Observer = (event: string, ...args: unknown[]) => void;

export class PublicObject<Events extends EventMap = EventMap> extends EventEmitter<Events> {
  readonly #observers = new Set<Observer>();

  /** A plain copy of the public properties, all the way down; Maps become objects by key. */
  toJSON(): object {
    return plain(this) as object;
  }

  /** @internal How Holdfast itself listens: out of the app's sight and reach. Returns the way to stop. */
  _observe(observer: Observer): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** @internal Is it in use by Holdfast itself? */
  get _isObserved(): boolean {
    return this.#observers.size > 0;
  }

  /** @internal Tells Holdfast's own observers. */
  _tell(event: string, ...args: unknown[]): void {
    for (const observer of [...this.#observers]) observer(event, ...args);
  }

  /** Holdfast's own observers run ahead of the app's listeners: what follows from a change is said before they run. */
  override emit<K extends keyof Events & string>(event: K, ...args: Events[K]): boolean;
  override emit(event: string, ...args: unknown[]): boolean;
  override emit(event: string, ...args: unknown[]): boolean {
    this._tell(event, ...args);
    return super.emit(event, ...args);
  }
}

/** Defines or updates public properties of `target`. Getters stay live and see `target` as `this`. */
export function show<T extends object>(target: T, properties: { -readonly [K in keyof T]?: T[K] } & ThisType<T>): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(properties))) {
    if ('value' in descriptor) descriptor.writable = false;
    Object.defineProperty(target, name, descriptor);
  }
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  const entries: Iterable<[string, unknown]> = value instanceof Map ? (value as Map<string, unknown>) : Object.entries(value);
  return Object.fromEntries([...entries].map(([key, member]) => [key, plain(member)]));
}
