// ICE fails at one, who restarts it (docs/protocol.md 8, trace 5), in rooms where both kinds of clients meet: UDP is dropped for one of them
// until each of those has noticed whom it concerns.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  Caller,
  Namespace,
  type Sdk,
  Site,
  type TestBrowser,
  assertConversation,
  assertMedia,
  needs,
  startBrowser,
} from '../browser/harness/index.js';

const PARTIES: Sdk[][] = [
  ['holdfast', 'official'],
  ['official', 'holdfast'],
  ['official', 'official', 'holdfast'],
  ['holdfast', 'holdfast', 'official'],
];
const NAMES = ['alice', 'bob', 'carol'];
const LONGEST_NOTICE_MS = 20_000;
const LONGEST_RETURN_MS = 40_000;

const needed = needs('chromium', 'netns');
let namespace: Namespace;
let site: Site;
let inside: TestBrowser;
let outside: TestBrowser;

before(async () => {
  if (needed.skip !== undefined) return;
  namespace = Namespace.create();
  site = await Site.start({}, namespace.outerAddress);
  inside = await startBrowser('chromium', { namespace: namespace.name, trustedOrigin: site.origin });
  outside = await startBrowser('chromium', { trustedOrigin: site.origin });
});
after(async () => {
  await site?.close();
  namespace?.delete();
});

for (const sdks of PARTIES) {
  test(`${sdks.join(', ')}: media of the first is cut and comes back, nobody is lost`, needed, async (context) => {
    const room = sdks.join(' ');
    const callers: Caller[] = [];
    for (const [index, sdk] of sdks.entries())
      callers.push(await Caller.join(index === 0 ? inside : outside, site, { identity: NAMES[index]!, room, sdk }));
    await assertConversation(...callers);

    namespace.drop('udp');
    context.after(() => namespace.heal());
    const [alice] = callers as [Caller];
    await alice.untilEvent('room', 'reconnecting', LONGEST_NOTICE_MS);
    namespace.heal();
    for (const caller of callers) {
      const isWhole = async (): Promise<boolean> => {
        const { state, participants } = await caller.state();
        return state === 'connected' && participants.every((other) => other.state === 'connected');
      };
      await caller.until('the call is whole again', isWhole, LONGEST_RETURN_MS);
    }
    await Promise.all(
      callers.flatMap((caller) =>
        callers.filter((other) => other !== caller).map(({ identity }) => caller.untilDecodes(`${identity}/video`)),
      ),
    );
    await assertMedia(...callers);

    for (const caller of callers) {
      const events = (await caller.events()).map(([object, event]) => `${object} ${event}`);
      const gone = events.filter((event) => /^room (disconnected|participantDisconnected|trackUnsubscribed)$/.test(event));
      assert.deepEqual(gone, [], `${caller.identity}: ${events.join(', ')}`);
      const told = events.filter((event) => /^room reconnect(ing|ed)$/.test(event));
      assert.ok(told.length % 2 === 0, `${caller.identity}: ${told.join(', ')}`);
    }
    assert.ok((await alice.events()).some(([object, event]) => object === 'room' && event === 'reconnected'));
  });
}
