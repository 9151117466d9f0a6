// A data track that is kept: links break and are replaced, signaling is cut, and every message comes, once and in order.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type BrowserKind, Caller, FaultProxy, Site, needs, sharedBrowser } from './harness/index.js';

const PACE_MS = 20;
const RECOVERY_MS = 60_000;

let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());

const numbersOf = async (caller: Caller): Promise<number[]> =>
  (await caller.received()).map((message) => ('text' in message ? Number(message.text) : NaN));

async function untilMore(caller: Caller): Promise<void> {
  const before = (await numbersOf(caller)).length;
  await caller.until('more data comes', async () => (await numbersOf(caller)).length > before, RECOVERY_MS);
}

/** Its links break; then `receiver` gets data over others. */
async function breakLinks(caller: Caller, receiver: Caller): Promise<void> {
  const { length } = await caller.connectionStates();
  await caller.breakConnections();
  const isReplaced = async () => (await caller.connectionStates()).slice(length).at(-1) === 'connected';
  await caller.until('the link is replaced', isReplaced, RECOVERY_MS);
  await untilMore(receiver);
}

for (const kind of ['chromium', 'firefox'] satisfies BrowserKind[]) {
  test(`${kind}: links are replaced, signaling is cut: each message once, in order`, needs(kind), async (context) => {
    const proxy = await FaultProxy.start(site.rooms.url);
    context.after(() => proxy.close());
    const browser = await sharedBrowser(kind);
    const room = `kept-${kind}`;
    const alice = await Caller.join(browser, site, { identity: 'alice', room, media: ['audio', 'kept'], wsServer: proxy.url });
    await alice.startCounting('kept', PACE_MS);
    const bob = await Caller.join(browser, site, { identity: 'bob', room, media: ['audio'] });
    await untilMore(bob);
    await breakLinks(bob, bob);
    proxy.reset();
    await breakLinks(alice, bob);

    const count = await alice.stopCounting();
    await bob.until('the last one comes', async () => (await numbersOf(bob)).at(-1) === count - 1);
    const numbers = await numbersOf(bob);
    assert.deepEqual(
      numbers,
      Array.from({ length: count - numbers[0]! }, (_, index) => numbers[0]! + index),
    );
  });
}

test('to the official client messages are plain, and none comes twice', needs('chromium'), async () => {
  const browser = await sharedBrowser('chromium');
  const alice = await Caller.join(browser, site, { identity: 'alice', room: 'kept-official', media: ['audio', 'kept'] });
  await alice.startCounting('kept', PACE_MS);
  const bob = await Caller.join(browser, site, { identity: 'bob', room: 'kept-official', media: ['audio'], sdk: 'official' });
  await untilMore(bob);
  await breakLinks(alice, bob);
  await alice.stopCounting();
  const numbers = await numbersOf(bob);
  assert.ok(
    numbers.every((number, index) => index === 0 || number > numbers[index - 1]!),
    String(numbers),
  );
});
