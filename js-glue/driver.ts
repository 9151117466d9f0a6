// Runs the core of one Room: hands it inputs one at a time, performs the effects of each batch, delivers its events, keeps its one timer.
// What to do and when is the core's decision; this file only keeps the order (design: "The core's contract").

import type { Batch, ClientCore, Description, Effect, Emit, Input, LogEffect, SocketEffect } from './boundary.js';
import type { LocalMedia } from './media.js';
import { listenToNetwork } from './network.js';
import { listenToPage } from './page.js';
import type { PeerStats } from './peer.js';
import { Peers, type PeerOptions } from './peers.js';
import type { RemoteChannel } from './remote-channel.js';
import { callGuarded, toError } from './report-error.js';
import { Sockets } from './sockets.js';
import { TaskQueue } from './task-queue.js';
import { Trace } from './trace.js';

/** What a socket is asked to do, or says. */
export type SocketStep = Extract<SocketEffect | Input, { socket: number }>;

export interface DriverOptions {
  /** What the Room publishes. The driver reads it; it stays the caller's. */
  media: LocalMedia;
  peerOptions?: PeerOptions;
  /** The core wants another token: dispatch tokenGiven or tokenFailed with this op, when there is one. */
  onTokenRequest(op: number): void;
  /** The page goes: keep the session for the next one. */
  onKeepSession(session: string): void;
  /** An event for the app: apply it to the model, then emit it. May call dispatch() and close(). */
  onEmit(emit: Emit): void;
  onLog(level: LogEffect['level'], message: string): void;
  /** For those who only watch. */
  onSocketStep?(step: SocketStep): void;
  /** The core failed and is gone, everything is closed. Called once, after all events, in a task of its own. */
  onFatal(error: Error): void;
}

/** setTimeout cannot wait longer; a tick that comes early does nothing but set the next one. */
const kTimeoutMax = 2 ** 31 - 1;

export class Driver {
  /** Of the core: with it and the inputs of the trace another core does the same. */
  readonly seed: string;
  /** What the core was told. Also after the end. */
  readonly trace = new Trace();
  readonly #sockets: Sockets;
  readonly #peers: Peers;
  readonly #options: DriverOptions;
  #core: ClientCore | undefined;
  readonly #tasks = new TaskQueue();
  readonly #listening = new AbortController();
  readonly #waiting: Input[] = [];
  #description: Description | undefined;
  #performing = false;
  #over = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The core is the driver's own from now on. It is let go at the end, and its memory with it, however long the app keeps its Room. */
  constructor(core: ClientCore, options: DriverOptions) {
    this.#core = core;
    this.#options = options;
    this.seed = core.seed;
    const report = (input: Input) => this.dispatch(input);
    this.#sockets = new Sockets(report);
    this.#peers = new Peers(options.peerOptions ?? {}, {
      media: options.media,
      report,
      who: (peer) => this.describe()?.links.find((link) => link.peer === peer)?.participantSid,
      log: (level, message) => this.#log(level, message),
    });
    listenToPage(report, this.#listening.signal);
    listenToNetwork(report, this.#listening.signal);
  }

  /**
   * Hands in one input; its effects are performed and its `now` events delivered before this returns. Called from inside an event, the
   * same holds, and the rest of the outer batch follows. Once the driver is closed nothing happens. Never throws.
   */
  dispatch(input: Input): void {
    if (this.#over) return;
    if (this.#performing) {
      this.#waiting.push(input); // An effect with an immediate outcome: first the rest of its batch.
      return;
    }
    const batch = this.#handle(input);
    if (!batch) return;
    for (const effect of batch.effects) {
      if (effect.kind === 'emit') this.#deliver(effect);
    }
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      this.dispatch(next);
    }
  }

  /** How things are at this moment; nothing once it is over. With `quality` of the own network it is told to the others. */
  describe(quality?: number): Description | undefined {
    this.#description = undefined;
    this.dispatch({ kind: 'describe', quality });
    return this.#description;
  }

  /** The media of a `trackSubscribed` event; nothing if its peer connection is closed by now. */
  remoteTrack(peer: number, mid: string): MediaStreamTrack | undefined {
    return this.#peers.remoteTrack(peer, mid);
  }

  /** The data channel of a `trackSubscribed` event, by its mediaId; nothing if it is closed by now. */
  remoteChannel(peer: number, label: string): RemoteChannel | undefined {
    return this.#peers.remoteChannel(peer, label);
  }

  /** What the browser measures of each peer connection that is open. */
  getStats(): Promise<PeerStats[]> {
    return this.#peers.getStats();
  }

  /** The Room is over (`roomDisconnected` or `connectFailed` was delivered): lets go of everything. Events under way still arrive. */
  close(): void {
    if (!this.#over) this.#release();
  }

  /** The core's turn and the network's. Gives the batch, or nothing if the core failed. */
  #handle(input: Input): Batch | undefined {
    this.#performing = true;
    try {
      const at = now();
      const text = toWellFormedJson(input);
      this.trace.record(at, text);
      const batch = JSON.parse(this.#core!.handle(at, text)) as Batch;
      this.#setTimer(batch.deadline);
      this.#watch(input);
      for (const effect of batch.effects) {
        this.#perform(effect);
      }
      return batch;
    } catch (error) {
      this.#fail(toError(error));
      return undefined;
    } finally {
      this.#performing = false;
    }
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'emit':
        return;
      case 'log':
        return this.#log(effect.level, effect.message);
      case 'description':
        this.#description = effect;
        return;
      case 'requestToken':
        return this.#options.onTokenRequest(effect.op);
      case 'keepSession':
        return this.#options.onKeepSession(effect.session);
      case 'openSocket':
      case 'sendText':
      case 'closeSocket':
        this.#watch(effect);
        return this.#sockets.perform(effect);
      case 'probe':
      case 'beacon':
        return this.#sockets.perform(effect);
      default:
        return this.#peers.perform(effect);
    }
  }

  #watch(step: Input | SocketEffect): void {
    if ('socket' in step) callGuarded(() => this.#options.onSocketStep?.(step));
  }

  #deliver(emit: Emit): void {
    const callback = () => this.#options.onEmit(emit);
    if (emit.when === 'task') {
      this.#tasks.post(callback);
    } else {
      callGuarded(callback);
    }
  }

  #log(level: LogEffect['level'], message: string): void {
    callGuarded(() => this.#options.onLog(level, message));
  }

  #setTimer(deadline: number | undefined): void {
    clearTimeout(this.#timer);
    if (deadline !== undefined) this.#timer = setTimeout(() => this.dispatch({ kind: 'tick' }), Math.min(deadline - now(), kTimeoutMax));
  }

  #fail(error: Error): void {
    this.#release();
    this.#tasks.post(() => this.#options.onFatal(error));
  }

  #release(): void {
    this.#over = true;
    this.#core = undefined;
    this.#listening.abort();
    this.#setTimer(undefined);
    this.#sockets.close();
    this.#peers.close();
  }
}

/** Monotonic, ms. */
function now(): number {
  return Math.floor(performance.now());
}

/**
 * A lone surrogate in a string has no form in UTF-8, which is what the core reads. JSON.stringify writes it as an escape (and writes no
 * other escape that begins with \ud), so that it can be replaced in the text. Every escape is matched, so that \\ud800, an escaped
 * backslash before plain letters, is left alone.
 */
function toWellFormedJson(input: Input): string {
  return JSON.stringify(input).replace(/\\(?:ud[89a-f]..|.)/g, (escape) => (escape.length > 2 ? '\\ufffd' : escape));
}
