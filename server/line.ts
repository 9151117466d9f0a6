// One client's WebSocket with a lane for each direction, so that faults can come between it and the rooms. Without faults it passes
// everything on as it comes.

import { WebSocket } from 'ws';
import { Lane } from './lane.js';
import { withoutIce } from './without-ice.js';

const CLOSE_GRACE_MS = 1000;
// A client that leaves more than this unread is cut off: the memory is everyone's.
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
const ABNORMAL_CLOSURE = 1006;

/** What the faults make of a line. */
export interface Conditions {
  /** Nothing is sent. */
  silent: boolean;
  /** Nothing is sent and nothing is read. */
  dark: boolean;
  /** ms, for everything in both directions. */
  delay: number;
  /** ICE candidates are taken out, in both directions. */
  noIce: boolean;
}

export const CLEAR: Conditions = { silent: false, dark: false, delay: 0, noIce: false };

export interface LineEvents {
  /** A text has come in and waits for its turn. */
  arrived(text: string): void;
  text(text: string): void;
  pong(): void;
  /** The last event. */
  closed(code: number): void;
  error(error: Error): void;
}

export class Line {
  private readonly incoming = new Lane(() => this.cut());
  private readonly outgoing = new Lane(() => this.cut());
  private conditions = CLEAR;
  private isOver = false;

  constructor(
    private readonly webSocket: WebSocket,
    private readonly events: LineEvents,
  ) {
    webSocket.on('message', (data, isBinary) => {
      if (isBinary) return webSocket.close(1003);
      const text = String(data);
      events.arrived(text);
      this.incoming.put(() => this.hear(text), text.length);
    });
    webSocket.on('ping', (data) => this.outgoing.put(() => this.ifOpen(() => webSocket.pong(data)), data.length));
    webSocket.on('pong', () => this.incoming.put(() => this.isOver || events.pong(), 0));
    webSocket.on('error', (error) => events.error(error)); // a close follows
    webSocket.on('close', (code) => this.incoming.put(() => this.end(code), 0));
  }

  send(text: string): void {
    this.outgoing.put(
      () =>
        this.ifOpen(() => {
          this.webSocket.send(this.conditions.noIce ? withoutIce(text) : text);
          if (this.webSocket.bufferedAmount > MAX_BUFFERED_BYTES) this.webSocket.terminate();
        }),
      text.length,
    );
  }

  ping(): void {
    this.outgoing.put(() => this.ifOpen(() => this.webSocket.ping()), 0);
  }

  close(code: number, reason: string): void {
    this.outgoing.put(() => this.webSocket.close(code, reason), 0);
  }

  /** Resolves when the socket is closed, which is enforced after a second. */
  async closed(): Promise<void> {
    if (this.webSocket.readyState === WebSocket.CLOSED) return;
    const grace = setTimeout(() => this.webSocket.terminate(), CLOSE_GRACE_MS);
    await new Promise((resolve) => this.webSocket.once('close', resolve));
    clearTimeout(grace);
  }

  set(conditions: Conditions): void {
    this.conditions = conditions;
    // Left unread, so that not even the close of the other end is answered.
    if (conditions.dark) this.webSocket.pause();
    else this.webSocket.resume();
    this.incoming.set(conditions.dark, conditions.delay);
    this.outgoing.set(conditions.dark || conditions.silent, conditions.delay);
  }

  /** Ends the connection as something between client and server would: the rooms see a broken socket, the client `code`. */
  cut(code = ABNORMAL_CLOSURE, reason = ''): void {
    this.end(ABNORMAL_CLOSURE);
    if (code === ABNORMAL_CLOSURE) return this.webSocket.terminate();
    this.webSocket.resume();
    this.webSocket.close(code, reason);
    void this.closed();
  }

  private hear(text: string): void {
    if (!this.isOver) this.events.text(this.conditions.noIce ? withoutIce(text) : text);
  }

  private end(code: number): void {
    if (this.isOver) return;
    this.isOver = true;
    this.incoming.drop();
    this.outgoing.drop();
    this.events.closed(code);
  }

  private ifOpen(act: () => void): void {
    if (!this.isOver && this.webSocket.readyState === WebSocket.OPEN) act();
  }
}
