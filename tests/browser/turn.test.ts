// Calls that may only be relayed, over a TURN server whose credentials the room server makes.

import { after, before, test } from 'node:test';
import { Caller, Coturn, type Sdk, Site, assertConversation, assertPath, needs, sharedBrowser } from './harness/index.js';

const SECRET = 'shared by both servers';
const needed = needs('chromium', 'coturn');

let coturn: Coturn;
let site: Site;
before(async () => {
  if (needed.skip !== undefined) return;
  coturn = await Coturn.start(SECRET);
  site = await Site.start({ turnUrls: coturn.url, turnSecret: SECRET });
});
after(async () => {
  await site?.close();
  await coturn?.close();
});

for (const [first, second] of [
  ['holdfast', 'holdfast'],
  ['holdfast', 'official'],
] satisfies [Sdk, Sdk][]) {
  // Identities need not be words that a TURN server likes.
  test(`relay only, ${first} and ${second}: media and data flow`, needed, async () => {
    const browser = await sharedBrowser('chromium');
    const relayed = { room: `${first} and ${second}`, options: { iceTransportPolicy: 'relay' } };
    const alice = await Caller.join(browser, site, { identity: 'Älice: "1"', sdk: first, ...relayed });
    const bob = await Caller.join(browser, site, { identity: 'bob', sdk: second, ...relayed });
    await assertConversation(alice, bob);
    await assertPath(alice, true);
  });
}
