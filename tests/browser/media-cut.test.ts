// Media breaks while signaling works: one participant's UDP is dropped in a network namespace.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  Caller,
  Namespace,
  Site,
  type TestBrowser,
  assertConversation,
  assertEvents,
  assertMedia,
  ended,
  found,
  joined,
  mediaLost,
  mediaRecovered,
  needs,
  startBrowser,
  story,
} from './harness/index.js';

const SESSION_TIMEOUT_S = 12;
// A link has failed, and the time begins to count, when ICE gives up; the first sign of trouble is earlier.
const ICE_GIVES_UP_AFTER_S = 12;

const needed = needs('chromium', 'netns');
let namespace: Namespace;
let site: Site;
let inside: TestBrowser;
let outside: TestBrowser;

before(async () => {
  if (needed.skip !== undefined) return;
  namespace = Namespace.create();
  site = await Site.start({ sessionTimeout: SESSION_TIMEOUT_S }, namespace.outerAddress);
  inside = await startBrowser('chromium', { namespace: namespace.name, trustedOrigin: site.origin });
  outside = await startBrowser('chromium', { trustedOrigin: site.origin });
});
after(async () => {
  await site?.close();
  namespace?.delete();
});

async function startCall(room: string): Promise<[Caller, Caller]> {
  const alice = await Caller.join(inside, site, { identity: 'alice', room });
  const bob = await Caller.join(outside, site, { identity: 'bob', room });
  await assertConversation(alice, bob);
  return [alice, bob];
}

test('media is cut and comes back: reconnecting (53405), ICE restart, reconnected, frames flow again', needed, async (context) => {
  const [alice, bob] = await startCall('media-cut');
  namespace.drop('udp');
  context.after(() => namespace.heal());
  await Promise.all([alice, bob].map((caller) => caller.untilEvent('room', 'reconnecting')));
  namespace.heal();
  await Promise.all([alice, bob].map((caller) => caller.untilEvent('room', 'reconnected')));
  await Promise.all([alice.untilDecodes('bob/video'), bob.untilDecodes('alice/video')]);
  await assertMedia(alice, bob);

  assertEvents(await alice.events(), story(joined('bob'), mediaRecovered('bob')));
  assertEvents(await bob.events(), story(found('alice'), mediaRecovered('alice')));
});

// Both ends count; whoever is out first leaves the other alone, whose trouble ends with that.
test('media is cut for longer than the session timeout: disconnected with 53405', needed, async (context) => {
  const [alice, bob] = await startCall('media-gone');
  const stories = new Map([
    [alice, story(joined('bob'), mediaLost('bob'), ended(['bob'], 53405))],
    [bob, story(found('alice'), mediaLost('alice'), ended(['alice'], 53405))],
  ]);
  namespace.drop('udp');
  context.after(() => namespace.heal());
  await Promise.all([alice, bob].map((caller) => caller.untilEvent('room', 'reconnecting')));
  const limit = (SESSION_TIMEOUT_S + ICE_GIVES_UP_AFTER_S) * 1000;
  const out = await Promise.any(
    [alice, bob].map(async (caller) => ({ caller, lasted: await caller.untilEvent('room', 'disconnected', limit) })),
  );
  assert.ok(out.lasted > (SESSION_TIMEOUT_S - 1) * 1000, `thrown out after ${out.lasted} ms`);
  assertEvents(await out.caller.events(), stories.get(out.caller)!);
  assert.equal((await out.caller.state()).state, 'disconnected');
});
