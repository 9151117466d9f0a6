// What happens to media in a call without the app's doing: browsers that let nothing sound, devices that go, buffers that fill.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { LocalDataTrack, LocalVideoTrack, Room } from '../../web/index.js';
import { Caller, Site, needs, sharedBrowser, startBrowser } from './harness/index.js';

let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());

interface CarePage {
  call: { room: Room; localTracks: { video: LocalVideoTrack; data: LocalDataTrack } };
  told: string[];
}

test('chromium: sound that autoplay rules forbid is told, and startAudio() plays it after a click', needs('chromium'), async () => {
  const room = 'playback';
  await Caller.join(await sharedBrowser('chromium'), site, { identity: 'alice', room, media: ['audio'] });
  const untouched = await startBrowser('chromium', { untouched: true });
  const bob = await Caller.join(untouched, site, { identity: 'bob', room, media: [] });
  await bob.untilSees('alice');
  await bob.page.evaluate(() => {
    const page = globalThis as unknown as CarePage;
    page.told = [];
    document.addEventListener('click', () => {
      page.call.room.startAudio().then(
        () => page.told.push('started'),
        ({ name }: Error) => page.told.push(name),
      );
    });
  }, null);
  const emitted = async () => (await bob.events()).filter(([, event]) => event === 'audioPlaybackChanged').map(([, , canPlay]) => canPlay);
  await bob.until('it is told that nothing sounds', async () => (await emitted()).join() === 'false');
  const error = await bob.page.evaluate(
    () =>
      (globalThis as unknown as CarePage).call.room.startAudio().then(
        () => '',
        ({ name }: Error) => name,
      ),
    null,
  );
  assert.equal(error, 'NotAllowedError');
  await bob.page.click!();
  const told = () => bob.page.evaluate(() => (globalThis as unknown as CarePage).told.join(), null);
  await bob.until('all of it plays', async () => (await told()) === 'started');
  assert.deepEqual(await emitted(), ['false', 'true']);
  const paused = await bob.page.evaluate(() => [...document.querySelectorAll('audio')].some((element) => element.paused), null);
  assert.equal(paused, false);
});

for (const browser of ['chromium', 'firefox'] as const) {
  test(`${browser}: sendAsync() keeps the buffers low, and everything arrives`, needs(browser), async () => {
    const room = `draining-${browser}`;
    const alice = await Caller.join(await sharedBrowser(browser), site, { identity: 'alice', room, media: ['data'] });
    const bob = await Caller.join(await sharedBrowser(browser), site, { identity: 'bob', room, media: [] });
    await bob.untilSees('alice');
    await alice.until('her channel is open', async () => {
      await alice.send({ text: 'open?' });
      return (await bob.received()).length > 0;
    });
    const before = (await bob.received()).length;
    const highest = await alice.page.evaluate(async () => {
      const { data } = (globalThis as unknown as CarePage).call.localTracks;
      let seen = 0;
      for (let count = 0; count < 100; count++) {
        const sent = data.sendAsync('x'.repeat(50_000));
        seen = Math.max(seen, data.bufferedAmount);
        await sent;
      }
      return seen;
    }, null);
    assert.ok(highest > 0 && highest <= 65_536 + 50_000, `at most ${highest} bytes waited`);
    await bob.until('all of it has come', async () => (await bob.received()).length === before + 100);
  });
}

// No browser lets a test pull a plug: the MediaStreamTrack is stopped, and says what it says when its device has gone. What is captured
// then, and what arrives, is real. Firefox gives listeners of a MediaStreamTrack no events that a page made.
test('chromium: a camera that is lost is told and replaced, and the others see on', needs('chromium'), async () => {
  const room = 'device';
  const alice = await Caller.join(await sharedBrowser('chromium'), site, { identity: 'alice', room, media: ['video'] });
  const bob = await Caller.join(await sharedBrowser('chromium'), site, { identity: 'bob', room, media: [] });
  await bob.untilSees('alice');
  const lose = () =>
    alice.page.evaluate(() => {
      const page = globalThis as unknown as CarePage;
      page.told = [];
      const { room, localTracks } = page.call;
      const media = localTracks.video.mediaStreamTrack;
      room.localParticipant.on('trackDeviceLost', (track, reason) => page.told.push(`lost ${track.kind} ${reason}`));
      room.localParticipant.on('trackDeviceRestored', (track) => page.told.push(`restored ${track.mediaStreamTrack.readyState}`));
      media.stop();
      media.dispatchEvent(new Event('ended'));
    }, null);
  const told = () => alice.page.evaluate(() => (globalThis as unknown as CarePage).told, null);
  await lose();
  await alice.until('the camera is replaced', async () => (await told()).length === 2);
  assert.deepEqual(await told(), ['lost video ended', 'restored live']);
  await bob.untilDecodes('alice/video');
});
