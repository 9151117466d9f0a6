// Official twilio-video.js clients on our server, with each other.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type BrowserKind, Caller, Site, assertConversation, needs, sharedBrowser } from '../browser/harness/index.js';

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
  test(`official ${first}, then official ${second}: video, audio and data both ways, leaving is seen`, needs(first, second), async () => {
    const room = `official-${first}-${second}`;
    const alice = await Caller.join(await sharedBrowser(first), site, { identity: 'alice', room, sdk: 'official' });
    const bob = await Caller.join(await sharedBrowser(second), site, { identity: 'bob', room, sdk: 'official' });

    await assertConversation(alice, bob);

    await bob.closeTab();
    const noticed = await alice.untilEvent('room', 'participantDisconnected');
    assert.ok(noticed < 2500, `noticed after ${noticed} ms`);
    assert.equal((await alice.state()).state, 'connected');
  });
}
