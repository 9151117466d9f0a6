// Performs what the core asks of the network beside media: WebSockets, probes and beacons. Reports what came of it and decides nothing;
// limits, retries and the meaning of close codes are the core's.

import type { Input, SocketEffect } from './boundary.js';
import { toError } from './report-error.js';

/** A probe that was not answered by then counts as unreachable. */
const kProbeLimitMs = 3000;

export class Sockets {
  readonly #sockets = new Map<number, WebSocket>();

  readonly #report: (input: Input) => void;

  constructor(report: (input: Input) => void) {
    this.#report = report;
  }

  perform(effect: SocketEffect): void {
    switch (effect.kind) {
      case 'openSocket':
        return this.#open(effect.socket, effect.url);
      case 'sendText':
        return this.#sockets.get(effect.socket)?.send(effect.text);
      case 'closeSocket':
        return this.#closeSocket(effect.socket, effect.code, effect.reason);
      case 'probe':
        return void this.#probe(effect.op, effect.url);
      case 'beacon':
        return sendBeacon(effect.url, effect.text);
    }
  }

  close(): void {
    for (const socket of [...this.#sockets.keys()]) {
      this.#closeSocket(socket, 1000, '');
    }
  }

  #open(socket: number, url: string): void {
    let webSocket: WebSocket;
    try {
      webSocket = new WebSocket(url);
    } catch (error) {
      this.#report({ kind: 'socketClosed', socket, code: 1006, reason: toError(error).message });
      return;
    }
    this.#sockets.set(socket, webSocket);
    webSocket.onopen = () => this.#report({ kind: 'socketOpened', socket });
    // The protocol is text. Anything else becomes a text that is no message, for the core to judge.
    webSocket.onmessage = ({ data }) => this.#report({ kind: 'socketText', socket, text: String(data) });
    webSocket.onclose = ({ code, reason }) => {
      this.#sockets.delete(socket);
      this.#report({ kind: 'socketClosed', socket, code, reason });
    };
  }

  #closeSocket(socket: number, code: number, reason: string): void {
    const webSocket = this.#sockets.get(socket);
    if (!webSocket) return;
    this.#sockets.delete(socket);
    webSocket.onopen = webSocket.onmessage = webSocket.onclose = null;
    webSocket.close(code, reason);
  }

  async #probe(op: number, url: string): Promise<void> {
    let reachable = true;
    try {
      await fetch(url, { mode: 'no-cors', cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(kProbeLimitMs) });
    } catch {
      reachable = false;
    }
    this.#report({ kind: 'probeAnswered', op, reachable });
  }
}

/** Outlives the page and is never answered: what fails here fails silently. */
function sendBeacon(url: string, text: string): void {
  const { navigator } = globalThis as { navigator?: Partial<Navigator> };
  if (!navigator?.sendBeacon?.(url, text)) {
    fetch(url, { method: 'POST', mode: 'no-cors', keepalive: true, body: text }).catch(() => undefined);
  }
}
