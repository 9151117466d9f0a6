// What one participant may send to each of the others when they become more, and fewer again.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Caller, Site, needs, sharedBrowser } from './harness/index.js';

const PATIENCE_MS = 20_000;
const HALF = 1_250_000; // bit/s, of what one video may take on all links together

let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());

/** It sends that many videos, with these limits. */
const untilLimited = (sender: Caller, ...limits: (number | undefined)[]) =>
  sender.until(
    `its videos are limited to ${limits.map(String).join(', ')}`,
    async () => {
      const videos = (await sender.outbound()).filter(({ kind }) => kind === 'video');
      return videos.length === limits.length && videos.every(({ maxBitrate }, index) => maxBitrate === limits[index]);
    },
    PATIENCE_MS,
  );

test('what a link may send follows from how many there are, without a negotiation', needs('chromium'), async () => {
  const join = async (identity: string, options = {}) =>
    Caller.join(await sharedBrowser('chromium'), site, { identity, room: 'mesh', media: ['video'], options });
  const alice = await join('alice');
  const bob = await join('bob', { maxVideoBitrate: 100_000 });
  await alice.untilDecodes('bob/video');
  await bob.untilDecodes('alice/video');
  await untilLimited(alice, undefined);
  await untilLimited(bob, 100_000);
  const [agreed] = await alice.descriptions();
  assert(agreed);

  const carol = await join('carol');
  for (const viewer of [bob, carol]) await viewer.untilDecodes('alice/video');
  await untilLimited(alice, HALF, HALF);
  await untilLimited(bob, 100_000, 100_000);
  await untilLimited(carol, HALF, HALF);

  await carol.leave();
  await untilLimited(alice, undefined);
  await bob.untilDecodes('alice/video');
  assert.deepEqual(await alice.descriptions(), [agreed]);
  assert.deepEqual(
    (await alice.events()).filter(([, event]) => event === 'meshOverloaded'),
    [],
  );
});
