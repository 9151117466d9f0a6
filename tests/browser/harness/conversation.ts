// What makes two participants a call: each sees and hears the other, and data passes both ways.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller, Payload } from './caller.js';

const MEDIA_LIMIT_MS = 4000;
const LEAST_FRAMES = 30;
const TEXT: Payload = { text: 'häls és könyv ✓' };
const BINARY: Payload = { bytes: [0, 1, 127, 128, 255] };

/** Both have joined with audio, video and data; everything of each gets to the other. */
export async function assertConversation(...callers: Caller[]): Promise<void> {
  await Promise.all(callers.map((caller) => caller.untilSees(...others(callers, caller))));
  await assertMedia(...callers);
  await assertData(...callers);
}

/** From now on everyone sees and hears everyone else. */
export async function assertMedia(...callers: Caller[]): Promise<void> {
  await Promise.all(callers.map((caller) => assertReceives(caller, others(callers, caller))));
}

async function assertReceives(caller: Caller, identities: string[]): Promise<void> {
  const before = await caller.inbound();
  const end = performance.now() + MEDIA_LIMIT_MS;
  for (;;) {
    const now = await caller.inbound();
    const came = (track: string, what: 'frames' | 'bytes') => (now[track]?.[what] ?? 0) - (before[track]?.[what] ?? 0);
    const isThere = (identity: string) => came(`${identity}/video`, 'frames') >= LEAST_FRAMES && came(`${identity}/audio`, 'bytes') > 0;
    const missing = identities.find((identity) => !isThere(identity));
    if (missing === undefined) return;
    if (performance.now() > end) {
      const [frames, bytes] = [came(`${missing}/video`, 'frames'), came(`${missing}/audio`, 'bytes')];
      assert.fail(`of ${missing}, ${caller.identity} got ${frames} frames and ${bytes} bytes of sound in ${MEDIA_LIMIT_MS} ms`);
    }
    await sleep(100);
  }
}

export async function assertData(...callers: Caller[]): Promise<void> {
  for (const sender of callers) {
    await sender.send(TEXT);
    await sender.send(BINARY);
  }
  for (const caller of callers) {
    const wanted = others(callers, caller).flatMap((from) => [
      { from, ...TEXT },
      { from, ...BINARY },
    ]);
    await caller.until('data arrives', async () => (await caller.received()).length >= wanted.length);
    const bySender = (a: { from: string }, b: { from: string }): number => a.from.localeCompare(b.from);
    assert.deepEqual((await caller.received()).sort(bySender), wanted.sort(bySender));
  }
}

/** Its only link works, directly or relayed, and within a round trip time that a test can have. */
export async function assertPath(caller: Caller, relayed: boolean): Promise<void> {
  await caller.until('its round trip time is known', async () => (await caller.links())[0]?.roundTripTime !== undefined);
  const links = await caller.links();
  const { state, relayed: isRelayed, roundTripTime = NaN } = links[0]!;
  assert.deepEqual([state, isRelayed, links.length], ['healthy', relayed, 1]);
  assert.ok(Number.isInteger(roundTripTime) && roundTripTime >= 0 && roundTripTime < 1000, `${roundTripTime} ms`);
}

function others(callers: Caller[], caller: Caller): string[] {
  return callers.filter((other) => other !== caller).map(({ identity }) => identity);
}
