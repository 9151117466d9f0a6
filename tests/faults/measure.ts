// One run of one row: the call, the fault, its end, rest; what either end heard, and how long everything took.

import { setTimeout as sleep } from 'node:timers/promises';
import { loadavg } from 'node:os';
import type { BrowserKind } from '../browser/harness/browser.js';
import type { Sdk } from '../browser/harness/caller.js';
import { assertEvents } from '../browser/harness/events.js';
import { type Evidence, collectEvidence } from './evidence.js';
import { Lab } from './lab.js';
import { type Row, sessionTimeoutOf, waysOf } from './rows.js';
import type { Seat, TimedEvent } from './seat.js';

export type End = 'alice' | 'bob';

/** All times in ms; null: it did not happen. */
export interface EndResult {
  /** After the fault began. */
  events: TimedEvent[];
  /** From the fault to the first event that tells of it. */
  noticed: number | null;
  /** From the end of the fault to the last `reconnected`, of the Room or of the other. Negative: before it. */
  reconnected: number | null;
  /** From the end of the fault to the next frame. */
  frame: number | null;
  /** The longest time without a frame. */
  gap: number | null;
}

export interface Result {
  row: string;
  browser: BrowserKind;
  sdk: Sdk;
  date: string;
  /** Of the last minute: timings of a loaded machine are upper bounds. */
  load: number;
  faultAt: number;
  healAt: number;
  /** How it differs from what was promised; of Holdfast only. */
  differs: Partial<Record<End, string>>;
  /** The call was whole again, or over, as the row wants it, within the limit. */
  rested: boolean;
  ends: Partial<Record<End, EndResult>>;
}

/** `evidence` if it did not go as promised. */
export type Outcome = Result & { evidence?: Evidence };

export interface Run {
  row: Row;
  browser: BrowserKind;
  sdk: Sdk;
}

const OTHER = { alice: 'bob', bob: 'alice' } as const;
const POLL_MS = 300;
/** A call that has been whole for this long is taken to stay so. */
const STEADY_MS = 3000;
/** How long a call may take to be whole again: several times what it takes the slower of the two. */
const REST_LIMIT_MS = 45_000;

export async function run({ row, browser, sdk }: Run): Promise<Outcome> {
  const { relay, options } = row;
  const mine = sdk === 'holdfast' && options !== undefined ? { options } : {};
  const lab = await Lab.start({ kind: browser, sdk, sessionTimeout: sessionTimeoutOf(row), ...(relay && { relay }), ...mine });
  try {
    const load = loadavg()[0]!;
    const started = Date.now();
    const faultAt = (await row.inject(lab)) ?? started;
    await sleep(Math.max(0, faultAt + row.hold * 1000 - Date.now()));
    const ending = Date.now();
    const healAt = row.kind === 'heals' ? ((await row.heal!(lab)) ?? ending) : faultAt;

    const present = (['alice', 'bob'] as const).filter((end) => row[end] !== undefined);
    const rested = await untilRest(row, lab);
    const ends: Result['ends'] = {};
    const differs: Result['differs'] = {};
    for (const end of present) {
      const timeline = await lab.seats[end].timeline();
      const frames = await lab.seats[end].frameTimes(`${OTHER[end]}/video`);
      ends[end] = measure(timeline, frames, faultAt, healAt);
      const difference = sdk === 'holdfast' ? differenceTo(waysOf(row, end)!, timeline) : undefined;
      if (difference !== undefined) differs[end] = difference;
    }
    const date = new Date(started).toISOString();
    const result: Result = { row: row.name, browser, sdk, date, load, faultAt, healAt, differs, rested, ends };
    if (rested && Object.keys(differs).length === 0) return result;
    const witnesses = Object.fromEntries(present.map((end) => [end, lab.seats[end]]));
    return { ...result, evidence: await collectEvidence(witnesses) };
  } finally {
    await lab.close();
  }
}

async function untilRest(row: Row, { seats }: Lab): Promise<boolean> {
  const limit = Date.now() + REST_LIMIT_MS + (row.end === 'call' ? 0 : sessionTimeoutOf(row) * 1000);
  let restedSince: number | undefined;
  while (Date.now() < limit) {
    const rests = await isAtRest(row, seats);
    if (!rests) restedSince = undefined;
    else restedSince ??= Date.now();
    if (restedSince !== undefined && Date.now() - restedSince >= STEADY_MS) return true;
    await sleep(POLL_MS);
  }
  return false;
}

async function isAtRest({ end }: Row, { alice, bob }: { alice: Seat; bob: Seat }): Promise<boolean> {
  switch (end) {
    case 'call':
      return (await isWhole(alice, 'bob')) && (await isWhole(bob, 'alice'));
    case 'alice is out':
      return (await alice.state()).state === 'disconnected' && (await isAlone(bob));
    case 'bob is alone':
      return isAlone(bob);
  }
}

async function isWhole(seat: Seat, other: string): Promise<boolean> {
  const { state, participants } = await seat.state();
  if (state !== 'connected' || !participants.some(({ identity, state }) => identity === other && state === 'connected')) return false;
  return Date.now() - ((await seat.frameTimes(`${other}/video`)).at(-1) ?? 0) < 1000;
}

async function isAlone(seat: Seat): Promise<boolean> {
  const { state, participants } = await seat.state();
  return state === 'connected' && participants.length === 0;
}

const SIGNS = ['reconnecting', 'participantReconnecting', 'participantDisconnected', 'disconnected'];
const COMEBACKS = ['reconnected', 'participantReconnected'];

function measure(timeline: TimedEvent[], frames: number[], faultAt: number, healAt: number): EndResult {
  const events = timeline.filter(({ at }) => at >= faultAt);
  const ofRoom = (names: string[]): TimedEvent[] => events.filter(({ event }) => event[0] === 'room' && names.includes(event[1]!));
  const after = (time: number | undefined, start: number): number | null => (time === undefined ? null : time - start);
  const during = frames.filter((at) => at >= faultAt);
  const gaps = during.map(
    (at, index) => at - (index === 0 ? (frames.filter((one) => one < faultAt).at(-1) ?? faultAt) : during[index - 1]!),
  );
  return {
    events,
    noticed: after(ofRoom(SIGNS)[0]?.at, faultAt),
    reconnected: after(ofRoom(COMEBACKS).at(-1)?.at, healAt),
    frame: after(
      frames.find((at) => at >= healAt),
      healAt,
    ),
    gap: gaps.length === 0 ? null : Math.max(...gaps),
  };
}

// What was heard is none of the ways: the difference to each, the nearest first.
function differenceTo(ways: ReturnType<typeof waysOf> & object, timeline: TimedEvent[]): string | undefined {
  const events = timeline.map(({ event }) => event);
  const differences: string[] = [];
  for (const way of ways) {
    try {
      assertEvents(events, way);
      return undefined;
    } catch (error) {
      differences.push((error as Error).message);
    }
  }
  const size = (difference: string): number => difference.match(/^[+-] /gm)?.length ?? 0;
  return differences.sort((a, b) => size(a) - size(b))[0];
}
