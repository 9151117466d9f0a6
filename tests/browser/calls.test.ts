// Calls between Holdfast participants on real media: everything arrives, and nothing is emitted that did not happen.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type BrowserKind,
  Caller,
  Site,
  assertConversation,
  assertEvents,
  assertPath,
  enabled,
  ended,
  found,
  joined,
  left,
  needs,
  published,
  sharedBrowser,
  story,
  together,
  unpublished,
} from './harness/index.js';

const LONGEST_FAREWELL_MS = 1000;

let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());

const PAIRS: [BrowserKind, BrowserKind][] = [
  ['chromium', 'chromium'],
  ['firefox', 'firefox'],
  ['chromium', 'firefox'],
  ['firefox', 'chromium'],
];

for (const [first, second] of PAIRS) {
  test(`${first}, then ${second}: video, audio and data both ways, a closed tab is seen at once`, needs(first, second), async () => {
    const room = `call-${first}-${second}`;
    const alice = await Caller.join(await sharedBrowser(first), site, { identity: 'alice', room });
    const bob = await Caller.join(await sharedBrowser(second), site, { identity: 'bob', room });
    await assertConversation(alice, bob);
    assertEvents(await bob.events(), found('alice'));
    await assertPath(alice, false);

    await bob.closeTab();
    const noticed = await alice.untilEvent('room', 'participantDisconnected');
    assert.ok(noticed < LONGEST_FAREWELL_MS, `noticed after ${noticed} ms`);
    assertEvents(await alice.events(), story(joined('bob'), left('bob')));
    assert.deepEqual((await alice.state()).participants, []);
  });
}

test('a third joins: all three see and hear each other', needs('chromium', 'firefox'), async () => {
  const room = 'three';
  const alice = await Caller.join(await sharedBrowser('chromium'), site, { identity: 'alice', room });
  const bob = await Caller.join(await sharedBrowser('firefox'), site, { identity: 'bob', room });
  await alice.untilSees('bob');
  const carol = await Caller.join(await sharedBrowser('chromium'), site, { identity: 'carol', room });
  await assertConversation(alice, bob, carol);

  await carol.leave();
  await bob.untilEvent('room', 'participantDisconnected');
  await alice.untilEvent('room', 'participantDisconnected');
  assertEvents(await alice.events(), story(joined('bob'), joined('carol'), left('carol')));
  assertEvents(await bob.events(), story(found('alice'), joined('carol'), left('carol')));
  assertEvents(await carol.events(), story(together(found('alice'), found('bob')), ended(['alice', 'bob'])));
});

for (const [publisher, viewer] of [
  ['chromium', 'firefox'],
  ['firefox', 'chromium'],
] as const) {
  test(`${publisher} publishes later, disables, enables and unpublishes: ${viewer} sees each`, needs(publisher, viewer), async () => {
    const room = `later-${publisher}`;
    const viewing = await Caller.join(await sharedBrowser(viewer), site, { identity: 'viewer', room, media: [] });
    const publishing = await Caller.join(await sharedBrowser(publisher), site, { identity: 'publisher', room, media: ['data'] });
    await viewing.untilSees('publisher');

    await publishing.publish('video', 'video-late');
    await viewing.untilSees('publisher');
    await viewing.untilEvent('publisher/video-late/track', 'started');

    await publishing.setEnabled('video-late', false);
    await viewing.untilEvent('room', 'trackDisabled');
    await publishing.setEnabled('video-late', true);
    await viewing.untilEvent('room', 'trackEnabled');
    await publishing.unpublish('video-late');
    await viewing.untilEvent('room', 'trackUnpublished');
    assertEvents(
      await viewing.events(),
      story(
        joined('publisher', ['data']),
        published('publisher', 'video-late'),
        enabled('publisher', 'video-late', false),
        enabled('publisher', 'video-late', true),
        unpublished('publisher', 'video-late'),
      ),
    );

    const track = 'local/video-late/track';
    assertEvents(await publishing.events(), {
      local: ['trackPublished local/video-late', `trackDisabled ${track}`, `trackEnabled ${track}`],
      'local/video-late': ['trackDisabled', 'trackEnabled'],
      [track]: [`disabled ${track}`, `enabled ${track}`, `stopped ${track}`],
    });

    await publishing.publish('video', 'video-again');
    await viewing.untilSees('publisher');
  });
}
