// Performs what the room server's machine orders: frames, closes, pings, token checks, hooks, and one timer for its deadline. Decides
// nothing about rooms.

/// <reference path="./core.d.ts" />

import { readFile } from 'node:fs/promises';
import createServerCore from 'holdfast-server-core';
import { WebSocket } from 'ws';
import type {
  ParticipantNotice,
  RoomServerInstance,
  RoomSnapshot,
  ServerBatch,
  ServerConfig,
  ServerEffect,
  ServerInput,
} from '../js-glue/server-boundary.js';
import type { MachineConfig, ParticipantInfo, RoomServerOptions } from './options.js';
import type { Verdict } from './tokens.js';

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
const CLOSE_GRACE_MS = 1000;
// A client that leaves more than this unread is cut off: the memory is everyone's.
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

export type VerifyToken = Extract<ServerEffect, { kind: 'verifyToken' }>;

type Hooks = Pick<RoomServerOptions, 'onJoin' | 'onLeave' | 'log'>;
/** Never rejects. */
type Verify = (request: VerifyToken) => Promise<Verdict>;

export class RoomHost {
  private readonly sockets = new Map<number, WebSocket>();
  private lastSocket = 0;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  private constructor(
    private readonly machine: RoomServerInstance,
    /** On the clock of `performance.now()`. */
    private readonly startedAt: number,
    private readonly verify: Verify,
    private readonly hooks: Hooks,
  ) {}

  static async start(config: MachineConfig, verify: Verify, hooks: Hooks): Promise<RoomHost> {
    const wasmBinary = await readFile(new URL('./room-server.wasm', import.meta.url));
    const { HoldfastRoomServer } = await createServerCore({ wasmBinary });
    const serverConfig: ServerConfig = { ...config, wallClockAtStart: Date.now() };
    return new RoomHost(new HoldfastRoomServer(JSON.stringify(serverConfig)), performance.now(), verify, hooks);
  }

  get socketCount(): number {
    return this.sockets.size;
  }

  get rooms(): RoomSnapshot[] {
    return this.closed ? [] : (JSON.parse(this.machine.rooms()) as RoomSnapshot[]);
  }

  /** Takes over an open WebSocket. */
  accept(webSocket: WebSocket): void {
    const socket = ++this.lastSocket;
    this.sockets.set(socket, webSocket);
    webSocket.on('message', (data, isBinary) => {
      if (isBinary) webSocket.close(1003);
      else this.apply({ kind: 'socketText', socket, text: String(data) });
    });
    webSocket.on('pong', () => this.apply({ kind: 'pong', socket }));
    webSocket.on('error', (error) => this.hooks.log?.(`socket ${socket}: ${error.message}`)); // a close follows
    webSocket.on('close', (code) => {
      this.sockets.delete(socket);
      this.apply({ kind: 'socketClosed', socket, code });
    });
    this.apply({ kind: 'socketOpened', socket });
  }

  /** The input's effects are performed when this returns; hooks run afterwards. True if the input was a command that found its object. */
  apply(input: ServerInput): boolean {
    if (this.closed) return false;
    const batch = JSON.parse(this.machine.handle(this.now(), JSON.stringify(input))) as ServerBatch;
    let found = false;
    for (const effect of batch.effects) {
      if (effect.kind === 'commandDone') found = effect.found;
      else this.perform(effect);
    }
    this.arm(batch.deadline);
    return found;
  }

  /** Closes every socket (1012: come back) and forgets the rooms. */
  async close(): Promise<void> {
    this.apply({ kind: 'shutdown' });
    const all = [...this.sockets.values()];
    const grace = setTimeout(() => all.forEach((socket) => socket.terminate()), CLOSE_GRACE_MS);
    await Promise.all(all.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    clearTimeout(grace);
    this.arm(undefined);
    this.closed = true;
    this.machine.delete();
  }

  private perform(effect: Exclude<ServerEffect, { kind: 'commandDone' }>): void {
    switch (effect.kind) {
      case 'sendText':
        return this.send(effect.socket, effect.text);
      case 'closeSocket':
        return this.sockets.get(effect.socket)?.close(effect.code, effect.reason);
      case 'ping':
        return this.ping(effect.socket);
      case 'verifyToken':
        return void this.verify(effect).then((verdict) => this.apply({ kind: 'tokenVerdict', op: effect.op, ...verdict }));
      case 'participantJoined':
        return this.runHook(() => this.hooks.onJoin?.(describe(effect)));
      case 'participantLeft':
        return this.runHook(() => this.hooks.onLeave?.(describe(effect), effect.reason));
      case 'log':
        return this.hooks.log?.(effect.message);
    }
  }

  private send(socket: number, text: string): void {
    const webSocket = this.sockets.get(socket);
    if (webSocket?.readyState !== WebSocket.OPEN) return;
    webSocket.send(text);
    if (webSocket.bufferedAmount > MAX_BUFFERED_BYTES) webSocket.terminate();
  }

  private ping(socket: number): void {
    const webSocket = this.sockets.get(socket);
    if (webSocket?.readyState === WebSocket.OPEN) webSocket.ping();
  }

  // A hook may call back into the server and may throw: neither may come between two effects of a batch.
  private runHook(hook: () => void): void {
    queueMicrotask(() => {
      try {
        hook();
      } catch (error) {
        this.hooks.log?.(`a hook threw: ${String(error)}`);
      }
    });
  }

  private arm(deadline: number | undefined): void {
    clearTimeout(this.timer);
    if (deadline === undefined) return;
    const delay = Math.min(Math.max(deadline - this.now(), 0), LONGEST_TIMEOUT_MS);
    this.timer = setTimeout(() => this.apply({ kind: 'tick' }), delay).unref();
  }

  private now(): number {
    return Math.floor(performance.now() - this.startedAt);
  }
}

function describe({ identity, participant, roomName, room }: ParticipantNotice): ParticipantInfo {
  return { identity, sid: participant, room: roomName, roomSid: room };
}
