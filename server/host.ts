// Performs what the room server's machine orders: frames, closes, pings, token checks, hooks, and one timer for its deadline. Decides
// nothing about rooms.

/// <reference path="./core.d.ts" />

import { readFile } from 'node:fs/promises';
import createServerCore from 'holdfast-server-core';
import type { WebSocket } from 'ws';
import type {
  ParticipantNotice,
  RoomServerInstance,
  RoomSnapshot,
  ServerBatch,
  ServerConfig,
  ServerEffect,
  ServerInput,
} from '../js-glue/server-boundary.js';
import { Line } from './line.js';
import type { MachineConfig, ParticipantInfo, RoomServerOptions } from './options.js';
import { ServerFaults } from './server-faults.js';
import type { Admission } from './tokens.js';

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export type VerifyToken = Extract<ServerEffect, { kind: 'verifyToken' }>;

type Hooks = Pick<RoomServerOptions, 'onJoin' | 'onLeave' | 'log'>;
/** Never rejects. */
type Verify = (request: VerifyToken) => Promise<Admission>;

export class RoomHost {
  readonly lines = new Map<number, Line>();
  readonly faults = new ServerFaults(this);
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
    return this.lines.size;
  }

  get rooms(): RoomSnapshot[] {
    return this.closed ? [] : (JSON.parse(this.machine.rooms()) as RoomSnapshot[]);
  }

  /** Takes over an open WebSocket. */
  accept(webSocket: WebSocket): void {
    const socket = ++this.lastSocket;
    const line = new Line(webSocket, {
      arrived: (text) => this.faults.recognize(line, text),
      text: (text) => this.faults.answers(line, text) || this.apply({ kind: 'socketText', socket, text }),
      pong: () => this.apply({ kind: 'pong', socket }),
      error: (error) => this.hooks.log?.(`socket ${socket}: ${error.message}`),
      closed: (code) => {
        this.lines.delete(socket);
        this.apply({ kind: 'socketClosed', socket, code });
      },
    });
    this.lines.set(socket, line);
    this.faults.meet(line);
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
    this.faults.clear();
    const all = [...this.lines.values()];
    this.apply({ kind: 'shutdown' });
    await Promise.all(all.map((line) => line.closed()));
    this.arm(undefined);
    this.closed = true;
    this.machine.delete();
  }

  private perform(effect: Exclude<ServerEffect, { kind: 'commandDone' }>): void {
    switch (effect.kind) {
      case 'sendText':
        return this.lines.get(effect.socket)?.send(effect.text);
      case 'closeSocket':
        return this.lines.get(effect.socket)?.close(effect.code, effect.reason);
      case 'ping':
        return this.lines.get(effect.socket)?.ping();
      case 'verifyToken':
        return void this.verify(effect).then((verdict) =>
          this.apply({ kind: 'tokenVerdict', op: effect.op, ...this.faults.judge(verdict, effect.room) }),
        );
      case 'participantJoined':
        return this.runHook(() => this.hooks.onJoin?.(describe(effect)));
      case 'participantLeft':
        return this.runHook(() => this.hooks.onLeave?.(describe(effect), effect.reason));
      case 'log':
        return this.hooks.log?.(effect.message);
    }
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
