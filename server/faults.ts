// What can be broken on purpose, so that an app can test what its users see: server.faults as its callers know it.

import type { ParticipantInfo } from './options.js';

/**
 * Whom a fault is for: a participant by identity or SID (in one room, or wherever it is); those who are in a room now; or `'all'`, which
 * also means whoever comes later.
 */
export type FaultTarget = 'all' | { participant: string; room?: string } | { room: string };

export interface Lasting {
  /** How long it lasts, ms; default: until `clear()`. */
  forMs?: number;
}
export interface CloseOptions {
  /** Default 1011. 1006 breaks the connection without a word. */
  code?: number;
  reason?: string;
}
export interface DelayOptions extends Lasting {
  /** What every frame in both directions is late by. */
  ms: number;
}
export interface BusyOptions {
  /** How many hellos of each client are answered so; default 1. */
  hellos?: number;
  /** ms after which the client may try again; negative: never (53006). Default 1000. */
  retryAfter?: number;
  /** Whether it is to keep the socket meanwhile; default false. */
  keepAlive?: boolean;
}
export interface ExpireOptions {
  /** How many checks of each participant's token end so; default 1. */
  checks?: number;
}

/**
 * Faults for tests of an app, `server.faults`. Each returns the participants that it hit. A target that names nobody throws an Error that
 * says who is there; an option out of range throws a RangeError. A participant without a connection can be a target too: what lasts
 * awaits it when it comes back.
 */
export interface Faults {
  /** Closes the connection. The session is kept: the client comes back to it. */
  closeSocket(target: FaultTarget, options?: CloseOptions): ParticipantInfo[];
  /**
   * Sends nothing more, not even pings or pongs, on the connections that are open now. They stay open: the client has to notice, and a
   * new connection works. What was held back is sent afterwards.
   */
  goSilent(target: FaultTarget, options?: Lasting): ParticipantInfo[];
  /**
   * Neither sends nor reads anything, on connections of now and later. With `'all'`, attempts to connect hang; a single participant's
   * connect and then hear nothing, since who it is shows in what it says first.
   */
  blackHole(target: FaultTarget, options?: Lasting): ParticipantInfo[];
  /** Makes everything late, in both directions. */
  delay(target: FaultTarget, options: DelayOptions): ParticipantInfo[];
  /** Turns away those who connect next: "busy, try again later". Nobody's connection of now is touched. */
  busy(target: FaultTarget, options?: BusyOptions): ParticipantInfo[];
  /** Finds a good token expired (20104) the next time it is checked: when a client connects or reconnects. */
  expireToken(target: FaultTarget, options?: ExpireOptions): ParticipantInfo[];
  /** Ends the rooms of these participants for everyone in them (53118). */
  completeRoom(target: FaultTarget): ParticipantInfo[];
  /** Breaks the connection and forgets the session: the client comes back to be told so (53204), the others see it leave. */
  dropSession(target: FaultTarget): ParticipantInfo[];
  /** Takes ICE candidates out of everything sent and heard, so that no new media connection comes about. Those of now go on. */
  relayNoIce(target: FaultTarget, options?: Lasting): ParticipantInfo[];
  /** Ends every fault. What was held back is delivered. */
  clear(): ParticipantInfo[];
}

export const FAULTS = [
  'closeSocket',
  'goSilent',
  'blackHole',
  'delay',
  'busy',
  'expireToken',
  'completeRoom',
  'dropSession',
  'relayNoIce',
  'clear',
] as const satisfies readonly (keyof Faults)[];
