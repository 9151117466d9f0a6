// The connection to the server breaks, in the ways connections do: the call goes on, and everyone is told the truth about it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type BrowserKind,
  Caller,
  FaultProxy,
  Site,
  assertConversation,
  assertEvents,
  assertMedia,
  ended,
  found,
  joined,
  left,
  needs,
  otherLost,
  otherRecovered,
  recovered,
  sharedBrowser,
  story,
} from './harness/index.js';

const LONGEST_GAP_MS = 500;
const FIRST_SIGN_MS = 3500;
const BRIEF_SESSION_TIMEOUT_S = 4;

let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());

interface Fault {
  name: string;
  cut: (proxy: FaultProxy) => void;
  heal: (proxy: FaultProxy) => void;
}

const FAULTS: Fault[] = [
  { name: 'the server closes with 1012', cut: (proxy) => proxy.closeWith(1012), heal: () => {} },
  { name: 'the connection is reset', cut: (proxy) => proxy.reset(), heal: () => {} },
  { name: 'the connection goes silent', cut: (proxy) => proxy.blackHole(), heal: (proxy) => proxy.heal() },
];

for (const kind of ['chromium', 'firefox'] satisfies BrowserKind[]) {
  for (const { name, cut, heal } of FAULTS) {
    test(`${kind}: ${name}, the call goes on and the session comes back`, needs(kind), async (context) => {
      const proxy = await FaultProxy.start(site.rooms.url);
      context.after(() => proxy.close());
      const room = `cut-${kind}-${name}`;
      const alice = await Caller.join(await sharedBrowser(kind), site, { identity: 'alice', room, wsServer: proxy.url });
      const bob = await Caller.join(await sharedBrowser(kind), site, { identity: 'bob', room });
      await assertConversation(alice, bob);

      await Promise.all([alice.startWatching('bob/video'), bob.startWatching('alice/video')]);
      cut(proxy);
      const noticed = await Promise.all([alice.untilEvent('room', 'reconnecting'), bob.untilEvent('room', 'participantReconnecting')]);
      assert.ok(Math.max(...noticed) < FIRST_SIGN_MS, `noticed after ${noticed.join(' and ')} ms`);
      heal(proxy);
      await Promise.all([alice.untilEvent('room', 'reconnected'), bob.untilEvent('room', 'participantReconnected')]);
      await assertMedia(alice, bob);
      const gaps = await Promise.all([alice.stopWatching(), bob.stopWatching()]);
      assert.ok(Math.max(...gaps) < LONGEST_GAP_MS, `media stood still for ${gaps.join(' and ')} ms`);

      assertEvents(await alice.events(), story(joined('bob'), recovered()));
      assertEvents(await bob.events(), story(found('alice'), otherRecovered('alice')));
    });
  }
}

test('the server cannot be reached for longer than the session timeout: disconnected with 53000', needs('chromium'), async (context) => {
  const brief = await Site.start({ sessionTimeout: BRIEF_SESSION_TIMEOUT_S });
  context.after(() => brief.close());
  const proxy = await FaultProxy.start(brief.rooms.url);
  context.after(() => proxy.close());
  const alice = await Caller.join(await sharedBrowser('chromium'), brief, { identity: 'alice', room: 'gone', wsServer: proxy.url });
  const bob = await Caller.join(await sharedBrowser('chromium'), brief, { identity: 'bob', room: 'gone' });
  await assertConversation(alice, bob);

  proxy.blackHole();
  await alice.untilEvent('room', 'disconnected', 20_000);
  await bob.untilEvent('room', 'participantDisconnected', 20_000);
  assertEvents(
    await alice.events(),
    story(joined('bob'), { room: ['reconnecting error 53001'], local: ['reconnecting local'] }, ended(['bob'], 53000)),
  );
  assertEvents(await bob.events(), story(found('alice'), otherLost('alice'), left('alice')));
});
