// Breaks things on purpose. It sits between the sockets and the rooms: the rooms run as ever, and notice what a server notices of a bad
// network.

import type { RoomSnapshot, ServerInput } from '../js-glue/server-boundary.js';
import type { BusyOptions, CloseOptions, DelayOptions, ExpireOptions, FaultTarget, Faults, Lasting } from './faults.js';
import { type Caller, readHello } from './hello.js';
import { CLEAR, type Conditions, type Line } from './line.js';
import type { ParticipantInfo } from './options.js';
import { TokenError, type Verdict, refusal } from './tokens.js';

export interface FaultyHost {
  readonly lines: ReadonlyMap<number, Line>;
  readonly rooms: RoomSnapshot[];
  apply(input: ServerInput): boolean;
}

interface Present extends ParticipantInfo {
  socket: number | undefined;
}

// Something that lasts for a time or for a number of times.
interface Rule {
  whom: 'all' | readonly ParticipantInfo[];
  /** Only these lines. */
  lines?: ReadonlySet<Line>;
  conditions?: Partial<Conditions>;
  busy?: Allowance & { frame: string };
  expiry?: Allowance;
  timer?: NodeJS.Timeout;
}

/** So many times for each caller. */
interface Allowance {
  times: number;
  used: Map<string, number>;
}

export class ServerFaults implements Faults {
  private readonly rules = new Set<Rule>();
  private readonly callers = new WeakMap<Line, Caller>();
  private held: (() => void)[] = [];

  constructor(private readonly host: FaultyHost) {}

  // ---- what is asked for

  closeSocket(target: FaultTarget, { code = 1011, reason = '' }: CloseOptions = {}): ParticipantInfo[] {
    if (!isCloseCode(code)) throw new RangeError(`code must be 1006 or one that a server may close with: ${String(code)}`);
    if (Buffer.byteLength(reason) > 123) throw new RangeError('reason must not have more than 123 bytes');
    const hit = this.select(target);
    for (const line of this.linesOf(target, hit)) line.cut(code, reason);
    return hit.filter(isConnected).map(describe);
  }

  goSilent(target: FaultTarget, options: Lasting = {}): ParticipantInfo[] {
    const hit = this.select(target);
    this.add({ whom: 'all', lines: new Set(this.linesOf(target, hit)), conditions: { silent: true } }, options);
    return hit.filter(isConnected).map(describe);
  }

  blackHole(target: FaultTarget, options: Lasting = {}): ParticipantInfo[] {
    return this.last(target, { dark: true }, options);
  }

  delay(target: FaultTarget, options: DelayOptions): ParticipantInfo[] {
    return this.last(target, { delay: numberFrom(0, 'ms', options.ms) }, options);
  }

  relayNoIce(target: FaultTarget, options: Lasting = {}): ParticipantInfo[] {
    return this.last(target, { noIce: true }, options);
  }

  busy(target: FaultTarget, { hellos = 1, retryAfter = 1000, keepAlive = false }: BusyOptions = {}): ParticipantInfo[] {
    const frame = JSON.stringify({ type: 'busy', retryAfter: numberFrom(-1, 'retryAfter', retryAfter), keepAlive: keepAlive === true });
    return this.count(target, (allowance) => ({ busy: { ...allowance, frame } }), numberFrom(1, 'hellos', hellos));
  }

  expireToken(target: FaultTarget, { checks = 1 }: ExpireOptions = {}): ParticipantInfo[] {
    return this.count(target, (expiry) => ({ expiry }), numberFrom(1, 'checks', checks));
  }

  completeRoom(target: FaultTarget): ParticipantInfo[] {
    const rooms = new Set(this.select(target).map(({ roomSid }) => roomSid));
    const hit = this.present().filter(({ roomSid }) => rooms.has(roomSid));
    for (const room of rooms) this.host.apply({ kind: 'completeRoom', room });
    return hit.map(describe);
  }

  dropSession(target: FaultTarget): ParticipantInfo[] {
    const hit = this.select(target);
    // Cut first: nobody is told.
    for (const line of this.linesOf(target, hit)) line.cut();
    for (const { roomSid, sid } of hit) this.host.apply({ kind: 'removeParticipant', room: roomSid, participant: sid, asLost: true });
    return hit.map(describe);
  }

  clear(): ParticipantInfo[] {
    const hit = this.present().filter((participant) =>
      [...this.rules].some(({ whom, lines }) =>
        lines === undefined ? includes(whom, callerOf(participant)) : lines.has(this.host.lines.get(participant.socket ?? 0)!),
      ),
    );
    for (const { timer } of this.rules) clearTimeout(timer);
    this.rules.clear();
    this.update();
    return hit.map(describe);
  }

  // ---- where it takes effect

  /** A line is new: what is for all is for it too. */
  meet(line: Line): void {
    if (this.rules.size > 0) line.set(this.conditionsOf(line));
  }

  /** True if the text is answered by a fault and is not for the rooms. */
  answers(line: Line, text: string): boolean {
    if (this.rules.size === 0) return false;
    const caller = readHello(text);
    if (caller === undefined) return false;
    const busy = this.spend('busy', caller);
    if (busy !== undefined) line.send(busy.frame);
    return busy !== undefined;
  }

  /** A text has arrived and has not been heard yet: it may say who this is, and it may be that it is not to be heard. */
  recognize(line: Line, text: string): void {
    if (this.rules.size === 0 || this.callers.has(line)) return;
    const caller = readHello(text);
    if (caller === undefined) return;
    this.callers.set(line, caller);
    line.set(this.conditionsOf(line));
  }

  judge<V extends Verdict>(verdict: V, room: string): V {
    if (this.rules.size === 0 || verdict.errorCode !== 0) return verdict;
    const expiry = this.spend('expiry', { identity: verdict.identity, room });
    return expiry === undefined ? verdict : { ...verdict, ...refusal(TokenError.expired) };
  }

  /** Calls back when attempts to connect do not hang (any more): mostly at once. */
  whenReachable(proceed: () => void): void {
    if ([...this.rules].some(({ whom, conditions }) => whom === 'all' && conditions?.dark === true)) this.held.push(proceed);
    else proceed();
  }

  // ---- whom

  private present(): Present[] {
    return this.host.rooms.flatMap(({ name, sid: roomSid, participants }) =>
      participants.map(({ identity, sid, socket }) => ({ identity, sid, room: name, roomSid, socket })),
    );
  }

  private select(target: FaultTarget): Present[] {
    const all = this.present();
    if (target === 'all') return all;
    const { participant, room } = readTarget(target);
    const found = all.filter(
      (one) =>
        (room === undefined || room === one.room || room === one.roomSid) &&
        (participant === undefined || participant === one.identity || participant === one.sid),
    );
    if (found.length > 0) return found;
    const wanted = [participant === undefined ? [] : [`participant ${participant}`], room === undefined ? [] : [`room ${room}`]].flat();
    const there = all.map(({ identity, room: name }) => `${identity} in ${name}`).join(', ') || 'nobody';
    throw new Error(`There is no ${wanted.join(' in ')}; there is: ${there}`);
  }

  private linesOf(target: FaultTarget, hit: readonly Present[]): Line[] {
    if (target === 'all') return [...this.host.lines.values()];
    return hit.flatMap(({ socket }) => (socket === undefined ? [] : [this.host.lines.get(socket)!]));
  }

  // ---- rules

  private last(target: FaultTarget, conditions: Partial<Conditions>, options: Lasting): ParticipantInfo[] {
    const hit = this.select(target).map(describe);
    this.add({ whom: target === 'all' ? 'all' : hit, conditions }, options);
    return hit;
  }

  private count(target: FaultTarget, make: (allowance: Allowance) => Partial<Rule>, times: number): ParticipantInfo[] {
    const hit = this.select(target).map(describe);
    this.add({ whom: target === 'all' ? 'all' : hit, ...make({ times, used: new Map() }) }, {});
    return hit;
  }

  private add(rule: Rule, { forMs }: Lasting): void {
    if (forMs !== undefined) rule.timer = setTimeout(() => this.remove(rule), numberFrom(0, 'forMs', forMs)).unref();
    this.rules.add(rule);
    this.update();
  }

  private remove(rule: Rule): void {
    this.rules.delete(rule);
    this.update();
  }

  private spend<Kind extends 'busy' | 'expiry'>(kind: Kind, caller: Caller): NonNullable<Rule[Kind]> | undefined {
    for (const rule of this.rules) {
      const allowance = rule[kind];
      if (allowance === undefined || !includes(rule.whom, caller)) continue;
      const used = allowance.used.get(caller.identity) ?? 0;
      if (used >= allowance.times) continue;
      allowance.used.set(caller.identity, used + 1);
      return allowance as NonNullable<Rule[Kind]>;
    }
    return undefined;
  }

  private update(): void {
    for (const participant of this.present()) {
      const line = this.host.lines.get(participant.socket ?? 0);
      if (line !== undefined) this.callers.set(line, callerOf(participant));
    }
    for (const line of [...this.host.lines.values()]) line.set(this.conditionsOf(line));
    for (const proceed of this.held.splice(0)) this.whenReachable(proceed);
  }

  private conditionsOf(line: Line): Conditions {
    const caller = this.callers.get(line);
    const all = { ...CLEAR };
    for (const { whom, lines, conditions = {} } of this.rules) {
      if (lines === undefined ? !includes(whom, caller) : !lines.has(line)) continue;
      all.silent ||= conditions.silent === true;
      all.dark ||= conditions.dark === true;
      all.noIce ||= conditions.noIce === true;
      all.delay = Math.max(all.delay, conditions.delay ?? 0);
    }
    return all;
  }
}

// Somebody whose room does not show yet counts as being in it.
function includes(whom: Rule['whom'], caller: Caller | undefined): boolean {
  if (whom === 'all') return true;
  return (
    caller !== undefined &&
    whom.some(
      ({ identity, room, roomSid }) =>
        identity === caller.identity && (caller.room === '' || caller.room === room || caller.room === roomSid),
    )
  );
}

function callerOf({ identity, roomSid }: ParticipantInfo): Caller {
  return { identity, room: roomSid };
}

function isConnected({ socket }: Present): boolean {
  return socket !== undefined;
}

function describe({ identity, sid, room, roomSid }: ParticipantInfo): ParticipantInfo {
  return { identity, sid, room, roomSid };
}

function readTarget(target: unknown): { participant: string | undefined; room: string | undefined } {
  const { participant, room } = (typeof target === 'object' && target !== null ? target : {}) as { participant?: unknown; room?: unknown };
  const isName = (value: unknown): value is string | undefined => value === undefined || (typeof value === 'string' && value !== '');
  if (isName(participant) && isName(room) && (participant ?? room) !== undefined) return { participant, room };
  throw new TypeError("A fault is for 'all', for { participant } (identity or SID), for { participant, room }, or for { room }");
}

const LONGEST_MS = 86_400_000;

function numberFrom(least: number, name: string, value: unknown): number {
  if (typeof value === 'number' && value >= least && value <= LONGEST_MS) return Math.round(value);
  throw new RangeError(`${name} must be a number from ${least} to ${LONGEST_MS}`);
}

function isCloseCode(code: unknown): boolean {
  if (typeof code !== 'number' || !Number.isInteger(code)) return false;
  return (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005) || (code >= 3000 && code <= 4999);
}
