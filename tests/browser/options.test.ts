// connect() options that only real media can prove: codecs, limits of bitrate, discontinuous audio, and what an app puts in place
// of its browser.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type BrowserKind, Caller, type Outbound, Site, needs, sharedBrowser } from './harness/index.js';

let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());

const KINDS: BrowserKind[] = ['chromium', 'firefox'];

async function join(kind: BrowserKind, identity: string, room: string, options = {}, media: ('audio' | 'video')[] = ['audio', 'video']) {
  return Caller.join(await sharedBrowser(kind), site, { identity, room, options, media });
}

/** Of the one sender of a kind, once it has sent something. */
async function sent(caller: Caller, kind: Outbound['kind']): Promise<Outbound> {
  let found: Outbound | undefined;
  await caller.until(`${caller.identity} sends ${kind}`, async () => {
    found = (await caller.outbound()).find((sender) => sender.kind === kind && sender.packets > 0 && sender.codec !== undefined);
    return found !== undefined;
  });
  return found!;
}

/** bit/s and packets a second, over as many seconds. */
async function rate(caller: Caller, kind: Outbound['kind'], seconds: number) {
  const first = await sent(caller, kind);
  let last = first;
  await caller.until('time passes', async () => (last = await sent(caller, kind)).at - first.at > seconds * 1000);
  const elapsed = (last.at - first.at) / 1000;
  return { bits: ((last.bytes - first.bytes) * 8) / elapsed, packets: (last.packets - first.packets) / elapsed };
}

const PREFERRED = { preferredVideoCodecs: ['VP9'], preferredAudioCodecs: ['PCMU'] };

for (const [first, second] of [
  ['chromium', 'firefox'],
  ['firefox', 'chromium'],
] as const) {
  for (const preferring of [first, second]) {
    test(`${first}, then ${second}: what ${preferring} prefers is what both send`, needs(first, second), async () => {
      const room = `codecs-${first}-${preferring}`;
      const callers = [
        await join(first, 'alice', room, preferring === first ? PREFERRED : {}),
        await join(second, 'bob', room, preferring === second ? PREFERRED : {}),
      ];
      for (const caller of callers) {
        assert.equal((await sent(caller, 'video')).codec, 'video/VP9', caller.identity);
        assert.equal((await sent(caller, 'audio')).codec, 'audio/PCMU', caller.identity);
      }
    });
  }
}

// bit/s, and what an encoder may miss it by. Without a limit both browsers send more than that of the fake camera.
const LIMIT = 35_000;
const MISSED = 1.3;

for (const kind of KINDS) {
  test(`${kind}: a limit of bitrate is obeyed, lifted, and set on a link that is there`, needs(kind), async () => {
    const room = `limit-${kind}`;
    const limited = await join(kind, 'limited', room, { maxVideoBitrate: LIMIT }, ['video']);
    const free = await join(kind, 'free', room, {}, ['video']);
    await limited.untilSees('free');
    await free.untilSees('limited');
    const [least, most] = await Promise.all([rate(limited, 'video', 3), rate(free, 'video', 3)]);
    assert.ok(least.bits < LIMIT * MISSED && LIMIT * MISSED < most.bits, `${least.bits} with a limit of ${LIMIT}, ${most.bits} without`);

    await limited.setParameters({ maxVideoBitrate: null });
    await free.setParameters({ maxVideoBitrate: LIMIT });
    await Promise.all([
      limited.until('the limit is lifted', async () => (await rate(limited, 'video', 1)).bits > LIMIT * MISSED, 30_000),
      free.until('the limit is set', async () => (await rate(free, 'video', 2)).bits < LIMIT * MISSED, 30_000),
    ]);
  });

  test(`${kind}: a muted microphone sends a fraction of the packets, unless dtx is off`, needs(kind), async () => {
    const room = `dtx-${kind}`;
    const silent = await join(kind, 'silent', room, {}, ['audio']);
    const steady = await join(kind, 'steady', room, { preferredAudioCodecs: [{ codec: 'opus', dtx: false }] }, ['audio']);
    await silent.setEnabled('audio', false);
    await steady.setEnabled('audio', false);
    const [few, many] = await Promise.all([rate(silent, 'audio', 2), rate(steady, 'audio', 2)]);
    assert.ok(few.packets < many.packets / 3, `${few.packets} and ${many.packets} packets a second`);
  });

  test(`${kind}: overrides are used, and an eventListener hears of signaling`, needs(kind), async () => {
    const page = await (await sharedBrowser(kind)).newPage();
    await page.goto(`${site.origin}/holdfast.html`);
    const joining = { wsServer: site.rooms.url, name: `overrides-${kind}`, alice: site.token('alice'), bob: site.token('bob') };
    const seen = await page.evaluate(async ({ wsServer, name, alice, bob }) => {
      const until = async (condition: () => unknown) => {
        while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
      };
      const { call } = globalThis as unknown as { call: { sdk: typeof import('../../web/index.js') } };
      await until(() => call.sdk);
      const { connect } = call.sdk;
      const used: Record<string, number> = {};
      const use = (what: string) => (used[what] = (used[what] ?? 0) + 1);
      const events: string[] = [];
      const elements = new Set<HTMLMediaElement>();

      const room = await connect(alice, {
        wsServer,
        name,
        video: { width: 320, height: 180 },
        RTCPeerConnection: class extends RTCPeerConnection {
          constructor(configuration?: RTCConfiguration) {
            super(configuration);
            use('RTCPeerConnection');
          }
        },
        MediaStream: class extends MediaStream {
          constructor() {
            super();
            use('MediaStream');
          }
        } as typeof MediaStream,
        getUserMedia: (constraints) => {
          use('getUserMedia');
          return navigator.mediaDevices.getUserMedia(constraints);
        },
        mapMediaElement: (element) => elements.add(element),
        disposeMediaElement: (element) => elements.delete(element),
        eventListener: { emit: (_, { name, payload }) => events.push([name, payload?.reason].filter(Boolean).join(' ')) },
      });
      const alone = used['RTCPeerConnection'];
      const track = [...room.localParticipant.videoTracks.values()][0]!.track;
      const element = track.attach();
      const mapped = [elements.size, elements.has(element)];
      track.detach();
      const other = await connect(bob, { wsServer, name, tracks: [] });
      const subscribed = () =>
        [...other.participants.values()].some(({ videoTracks }) => [...videoTracks.values()].some(({ track }) => track));
      await until(subscribed);
      room.disconnect();
      other.disconnect();
      await until(() => elements.size === 0); // Its own, too, when its track has ended.
      return { used, alone, events, mapped };
    }, joining);
    await page.closeTab();
    const { used, ...rest } = seen;
    assert.ok(used['MediaStream']! >= 3, 'one for each element, and for what is sent');
    assert.equal(used['getUserMedia'], 1);
    assert.deepEqual(rest, { alone: 1, events: ['early', 'connecting', 'open', 'closed local'], mapped: [2, true] });
  });
}
