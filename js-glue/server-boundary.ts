// What crosses between the room server's machine (C++ in wasm) and its Node host: src/roomserver/server.hpp as JSON text.

import type { IceServer, ParticipantState, TrackModel } from './boundary.js';

export interface ServerConfig {
  secret: string;
  /** Unix time, ms, at the instant that `now` counts from. */
  wallClockAtStart: number;
  /** ms */
  sessionTimeout: number;
  /** ms */
  heartbeatInterval: number;
  maxParticipants: number;
  maxRooms: number;
  signalingRegion: string;
  iceServers: IceServer[];
}

export type ServerInput =
  | { kind: 'socketOpened'; socket: number }
  | { kind: 'socketText'; socket: number; text: string }
  | { kind: 'socketClosed'; socket: number; code: number }
  | { kind: 'pong'; socket: number }
  | { kind: 'tokenVerdict'; op: number; errorCode: number; identity: string; roomGrant: string; iceServers: IceServer[] }
  | { kind: 'beacon'; session: string }
  | { kind: 'completeRoom'; room: string }
  | { kind: 'removeParticipant'; room: string; participant: string; asLost: boolean }
  | { kind: 'shutdown' }
  | { kind: 'tick' };

export interface ParticipantNotice {
  room: string;
  roomName: string;
  participant: string;
  identity: string;
}

export type ServerEffect =
  | { kind: 'sendText'; socket: number; text: string }
  | { kind: 'closeSocket'; socket: number; code: number; reason: string }
  | { kind: 'ping'; socket: number }
  | { kind: 'verifyToken'; op: number; token: string; room: string; purpose: 'ice' | 'connect' | 'sync' }
  | ({ kind: 'participantJoined' } & ParticipantNotice)
  | ({ kind: 'participantLeft'; reason: number } & ParticipantNotice)
  | { kind: 'commandDone'; found: boolean }
  | { kind: 'log'; message: string };

export interface ServerBatch {
  effects: ServerEffect[];
  deadline?: number;
}

export interface RoomSnapshot {
  sid: string;
  name: string;
  participants: {
    sid: string;
    identity: string;
    state: ParticipantState;
    tracks: TrackModel[];
    /** The number of its connection, while it has one. */
    socket?: number;
  }[];
}

/** The class HoldfastRoomServer of the server module: constructed with ServerConfig as JSON text. */
export interface RoomServerInstance {
  handle(now: number, inputJson: string): string;
  /** RoomSnapshot[] as JSON text. */
  rooms(): string;
  delete(): void;
}
