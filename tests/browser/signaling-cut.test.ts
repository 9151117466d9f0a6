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
  const names = FAULTS.map(({ name }) => name).join(', ');
  // Three calls side by side: most of the time is spent waiting.
  test(`${kind}: ${names}; each time the call goes on and the session comes back`, needs(kind), async (context) => {
    const browser = await sharedBrowser(kind);
    const calls = await Promise.all(
      FAULTS.map(async (fault, index) => {
        const proxy = await FaultProxy.start(site.rooms.url);
        context.after(() => proxy.close());
        const room = `cut-${kind}-${fault.name}`;
        const alice = await Caller.join(browser, site, { identity: `alice-${index}`, room, wsServer: proxy.url });
        const bob = await Caller.join(browser, site, { identity: `bob-${index}`, room });
        await assertConversation(alice, bob);
        return { ...fault, proxy, alice, bob };
      }),
    );
    await Promise.all(calls.map(comesBack));
  });
}

async function comesBack({ name, cut, heal, proxy, alice, bob }: Fault & { proxy: FaultProxy; alice: Caller; bob: Caller }): Promise<void> {
  await Promise.all([alice.startWatching(`${bob.identity}/video`), bob.startWatching(`${alice.identity}/video`)]);
  cut(proxy);
  const noticed = await Promise.all([alice.untilEvent('room', 'reconnecting'), bob.untilEvent('room', 'participantReconnecting')]);
  assert.ok(Math.max(...noticed) < FIRST_SIGN_MS, `${name}: noticed after ${noticed.join(' and ')} ms`);
  heal(proxy);
  await Promise.all([alice.untilEvent('room', 'reconnected'), bob.untilEvent('room', 'participantReconnected')]);
  await assertMedia(alice, bob);
  const gaps = await Promise.all([alice.stopWatching(), bob.stopWatching()]);
  assert.ok(Math.max(...gaps) < LONGEST_GAP_MS, `${name}: media stood still for ${gaps.join(' and ')} ms`);

  assertEvents(await alice.events(), story(joined(bob.identity), recovered()));
  assertEvents(await bob.events(), story(found(alice.identity), otherRecovered(alice.identity)));
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
