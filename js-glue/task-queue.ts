// The one FIFO of what has to run in a task of its own ("zero timeout", docs/protocol.md 10.3).

import { callGuarded } from './report-error.js';

/**
 * One task for each callback, in order, with the microtasks of one done before the next. Tasks are messages, not timers: browsers
 * hold back the timers of hidden pages for up to a minute. The channel exists only while something waits, so that it keeps no process
 * alive.
 */
export class TaskQueue {
  readonly #waiting: (() => void)[] = [];
  #channel: MessageChannel | undefined;

  post(callback: () => void): void {
    this.#waiting.push(callback);
    if (!this.#channel) {
      this.#channel = new MessageChannel();
      this.#channel.port1.onmessage = () => this.#runNext();
    }
    this.#channel.port2.postMessage(undefined);
  }

  #runNext(): void {
    const callback = this.#waiting.shift();
    if (this.#waiting.length === 0) {
      this.#channel?.port1.close();
      this.#channel = undefined;
    }
    if (callback) callGuarded(callback);
  }
}
