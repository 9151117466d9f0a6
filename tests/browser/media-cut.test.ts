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

const SESSION_TIMEOUT_S = 8;
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

// One call, whose media are cut twice. The second time both ends count; whoever is out first leaves the other alone, whose trouble ends with
// that.
test('media is cut: reconnecting (53405), ICE restart, reconnected; cut for too long: disconnected with 53405', needed, async (context) => {
  const room = 'media-cut';
  const alice = await Caller.join(inside, site, { identity: 'alice', room });
  const bob = await Caller.join(outside, site, { identity: 'bob', room });
  const both = (run: (caller: Caller) => Promise<unknown>) => Promise.all([alice, bob].map(run));
  await assertConversation(alice, bob);
  const heard = new Map([
    [alice, story(joined('bob'), mediaRecovered('bob'))],
    [bob, story(found('alice'), mediaRecovered('alice'))],
  ]);

  namespace.drop('udp');
  context.after(() => namespace.heal());
  await both((caller) => caller.untilEvent('room', 'reconnecting'));
  namespace.heal();
  await both((caller) => caller.untilEvent('room', 'reconnected'));
  await assertMedia(alice, bob);
  await both(async (caller) => assertEvents(await caller.events(), heard.get(caller)!));

  namespace.drop('udp');
  await both((caller) => caller.until('it reconnects again', async () => (await caller.state()).state === 'reconnecting'));
  const limit = (SESSION_TIMEOUT_S + ICE_GIVES_UP_AFTER_S) * 1000;
  const out = await Promise.any(
    [alice, bob].map(async (caller) => ({ caller, lasted: await caller.untilEvent('room', 'disconnected', limit) })),
  );
  assert.ok(out.lasted > (SESSION_TIMEOUT_S - 1) * 1000, `thrown out after ${out.lasted} ms`);
  const other = out.caller === alice ? 'bob' : 'alice';
  assertEvents(await out.caller.events(), story(heard.get(out.caller)!, mediaLost(other), ended([other], 53405)));
  assert.equal((await out.caller.state()).state, 'disconnected');
});
