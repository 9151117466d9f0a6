// A Holdfast participant and an official twilio-video.js client in one room, whichever joins first.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type BrowserKind,
  Caller,
  type Sdk,
  Site,
  assertConversation,
  assertEvents,
  found,
  joined,
  left,
  needs,
  sharedBrowser,
  story,
} from '../browser/harness/index.js';

const LONGEST_FAREWELL_MS: Record<Sdk, number> = { holdfast: 1000, official: 2500 };

let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());

const CASES: [BrowserKind, Sdk, BrowserKind, Sdk][] = [
  ['chromium', 'holdfast', 'chromium', 'official'],
  ['chromium', 'official', 'chromium', 'holdfast'],
  ['firefox', 'holdfast', 'chromium', 'official'],
  ['chromium', 'official', 'firefox', 'holdfast'],
  ['chromium', 'holdfast', 'firefox', 'official'],
  ['firefox', 'official', 'firefox', 'holdfast'],
];

for (const [firstBrowser, firstSdk, secondBrowser, secondSdk] of CASES) {
  const name = `${firstSdk} in ${firstBrowser}, then ${secondSdk} in ${secondBrowser}`;
  test(`${name}: each sees, hears and reads the other, leaving is seen`, needs(firstBrowser, secondBrowser), async () => {
    const alice = await Caller.join(await sharedBrowser(firstBrowser), site, { identity: 'alice', room: name, sdk: firstSdk });
    const bob = await Caller.join(await sharedBrowser(secondBrowser), site, { identity: 'bob', room: name, sdk: secondSdk });
    await assertConversation(alice, bob);
    if (secondSdk === 'holdfast') assertEvents(await bob.events(), found('alice'));

    await bob.closeTab();
    const noticed = await alice.untilEvent('room', 'participantDisconnected');
    assert.ok(noticed < LONGEST_FAREWELL_MS[secondSdk], `noticed after ${noticed} ms`);
    if (firstSdk === 'holdfast') assertEvents(await alice.events(), story(joined('bob'), left('bob')));
  });
}
