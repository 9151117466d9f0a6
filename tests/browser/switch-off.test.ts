// Video that nobody looks at is not sent, and video that is shown small is sent small: what goes out is measured where it goes out.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Caller, FaultProxy, Site, needs, sharedBrowser, type BrowserKind, type JoinOptions, type Outbound } from './harness/index.js';

const SILENCE_MS = 6_000; // twice the time in which lost media are noticed
const PATIENCE_MS = 20_000;

let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());

const join = async (browser: BrowserKind, joining: JoinOptions) => Caller.join(await sharedBrowser(browser), site, joining);
const looking = { options: { bandwidthProfile: {} } };

/** How the page shows its videos, as CSS. */
const dress = ({ page }: Caller, css: string): Promise<void> =>
  page.evaluate((text) => {
    const style = document.querySelector('style') ?? document.head.appendChild(document.createElement('style'));
    style.textContent = `video { ${text} }`;
  }, css);

const videos = async (sender: Caller): Promise<Outbound[]> => (await sender.outbound()).filter(({ kind }) => kind === 'video');

/** That many of its senders have sent nothing for so long, by its own clock; the others have. */
async function untilSilent(sender: Caller, count = 1, milliseconds = 1_000): Promise<void> {
  let before: Outbound[] = [];
  await sender.until(
    `${count} of its videos are not sent for ${milliseconds} ms`,
    async () => {
      const now = await videos(sender);
      const silent = now.filter((video, index) => video.bytes === before[index]?.bytes);
      if (before.length !== now.length) before = now;
      if (now.length === 0 || now[0]!.at - before[0]!.at < milliseconds) return false;
      before = now;
      return silent.length === count;
    },
    milliseconds + PATIENCE_MS,
  );
}

const switches = async (viewer: Caller) => {
  const events = await viewer.events();
  return events.filter(([object, event]) => object === 'room' && event!.startsWith('trackSwitched')).map(([, ...rest]) => rest.join(' '));
};

async function assertCalm(...callers: Caller[]): Promise<void> {
  for (const caller of callers) {
    const trouble = (await caller.events()).filter(([, event]) => /reconnecting/i.test(event!));
    assert.deepEqual(trouble, [], `${caller.identity} was told of trouble`);
  }
}

for (const [viewing, sending] of [
  ['chromium', 'firefox'],
  ['firefox', 'chromium'],
] as const) {
  const name = `${viewing} looks at ${sending}`;
  test(`${name}: a hidden video is not sent and nobody misses it; shown again it is there`, needs(viewing, sending), async () => {
    const room = `hidden-${viewing}`;
    const bob = await join(sending, { identity: 'bob', room, media: ['video'] });
    const alice = await join(viewing, { identity: 'alice', room, media: ['video'], ...looking });
    await alice.untilDecodes('bob/video');
    await bob.untilDecodes('alice/video');

    await dress(alice, 'display: none');
    await alice.untilEvent('bob/video/track', 'switchedOff');
    await untilSilent(bob, 1, SILENCE_MS);
    await bob.untilDecodes('alice/video');

    await dress(alice, '');
    await alice.untilDecodes('bob/video');
    await assertCalm(alice, bob);
    const what = 'bob/video/track bob/video bob';
    assert.deepEqual(await switches(alice), [`trackSwitchedOff ${what}`, `trackSwitchedOn ${what}`]);
    assert.deepEqual(await switches(bob), []);
  });

  test(`${name}: a small element gets a small picture`, needs(viewing, sending), async () => {
    const room = `small-${viewing}`;
    const bob = await join(sending, { identity: 'bob', room, media: ['video'] });
    const alice = await join(viewing, { identity: 'alice', room, media: [], ...looking });
    await alice.untilDecodes('bob/video');
    const isSent = (width: number) =>
      bob.until(`its picture is ${width} wide`, async () => (await videos(bob))[0]?.width === width, PATIENCE_MS);
    await isSent(320);
    await dress(alice, 'width: 160px; height: 80px');
    await isSent(160);
    await alice.untilDecodes('bob/video');
    await dress(alice, 'width: 640px; height: 360px');
    await isSent(320);
    await assertCalm(alice, bob);
  });
}

test('each gets what it looks at; who joins late is told; a reconnect changes nothing', needs('chromium'), async (context) => {
  const proxy = await FaultProxy.start(site.rooms.url);
  context.after(() => proxy.close());
  const room = 'each';
  const alice = await join('chromium', { identity: 'alice', room, media: [], wsServer: proxy.url, ...looking });
  await dress(alice, 'display: none');
  const bob = await join('chromium', { identity: 'bob', room, media: ['video'] });
  await alice.untilEvent('bob/video/track', 'switchedOff');
  await untilSilent(bob);
  const carol = await join('chromium', { identity: 'carol', room, media: [] });
  await carol.untilDecodes('bob/video');
  await untilSilent(bob, 1);

  proxy.reset();
  await alice.untilEvent('room', 'reconnected');
  await untilSilent(bob, 1);
  await carol.untilDecodes('bob/video');
  await dress(alice, '');
  await alice.untilDecodes('bob/video');
  await untilSilent(bob, 0);
});
