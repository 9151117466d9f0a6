// Video processors in real browsers: what they paint is what is seen here and at the other end, and without them the camera is again.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AddProcessorOptions, LocalVideoTrack, RemoteVideoTrack, Room, VideoProcessor } from '../../web/exports.js';
import { Caller, Site, needs, sharedBrowser } from './harness/index.js';

let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());

interface ProcessorPage {
  call: { room: Room; localTracks: { video: LocalVideoTrack } };
  processor: VideoProcessor;
  seen: string[];
}

/** Paints everything in one colour, from now on. */
function paint({ page }: Caller, whose: 'own' | 'theirs', colour: string, options: AddProcessorOptions = {}): Promise<void> {
  return page.evaluate(
    ([owner, fill, given]) => {
      const self = globalThis as unknown as ProcessorPage;
      const { room, localTracks } = self.call;
      const theirs = () => [...[...room.participants.values()][0]!.videoTracks.values()][0]!.track as RemoteVideoTrack;
      const track = owner === 'own' ? localTracks.video : theirs();
      self.seen = [];
      self.processor = {
        processFrame(input, output) {
          self.seen = [input.constructor.name, `${output.width}x${output.height}`];
          const context = output.getContext('2d')!;
          context.fillStyle = fill;
          context.fillRect(0, 0, output.width, output.height);
        },
      };
      track.addProcessor(self.processor, given);
      if (track.processor !== self.processor || !track.processedTrack) throw new Error('not at once');
    },
    [whose, colour, options] as const,
  );
}

/** The middle of the first picture in the page: r, g, b; nothing if there is none. */
function middle({ page }: Caller): Promise<number[]> {
  return page.evaluate(() => {
    const element = document.querySelector('video');
    if (!element?.videoWidth) return [];
    const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d')!;
    context.drawImage(element, element.videoWidth / 2, element.videoHeight / 2, 1, 1, 0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  }, null);
}

const isRed = ([r = 0, g = 255, b = 255]: number[]) => r > 200 && g < 60 && b < 60;
const isBlue = ([r = 255, g = 255, b = 0]: number[]) => r < 60 && g < 60 && b > 200;

for (const [publisher, viewer] of [
  ['chromium', 'firefox'],
  ['firefox', 'chromium'],
] as const) {
  test(
    `${publisher} paints: ${viewer} sees it, after a restart too, until the processor is removed`,
    needs(publisher, viewer),
    async () => {
      const room = `processor-${publisher}`;
      const alice = await Caller.join(await sharedBrowser(publisher), site, { identity: 'alice', room });
      const bob = await Caller.join(await sharedBrowser(viewer), site, { identity: 'bob', room, media: [] });
      await bob.untilSees('alice');
      const before = await alice.page.evaluate(
        () => (globalThis as unknown as ProcessorPage).call.localTracks.video.mediaStreamTrack.id,
        null,
      );
      assert.ok(!isRed(await middle(bob)));

      await paint(alice, 'own', 'red');
      await bob.until('red arrives', async () => isRed(await middle(bob)));
      const seen = await alice.page.evaluate(() => (globalThis as unknown as ProcessorPage).seen, null);
      assert.deepEqual(seen, ['OffscreenCanvas', '320x180']);

      await alice.page.evaluate(() => (globalThis as unknown as ProcessorPage).call.localTracks.video.restart(), null);
      const after = await alice.page.evaluate(
        () => (globalThis as unknown as ProcessorPage).call.localTracks.video.mediaStreamTrack.id,
        null,
      );
      assert.notEqual(after, before);
      await bob.untilDecodes('alice/video');
      // A new canvas begins with an empty picture.
      await bob.until('red is back', async () => isRed(await middle(bob)));

      // The other end may paint over it.
      await paint(bob, 'theirs', 'blue', { inputFrameBufferType: 'canvas' });
      await bob.until('blue is shown', async () => isBlue(await middle(bob)));
      assert.equal((await bob.page.evaluate(() => (globalThis as unknown as ProcessorPage).seen, null))[0], 'HTMLCanvasElement');
      const removed = await bob.page.evaluate(() => {
        const { call, processor } = globalThis as unknown as ProcessorPage;
        const track = [...[...call.room.participants.values()][0]!.videoTracks.values()][0]!.track!;
        track.removeProcessor(processor);
        return [track.processor, track.processedTrack];
      }, null);
      assert.deepEqual(removed, [null, null]);
      await bob.until('red is shown again', async () => isRed(await middle(bob)));

      await alice.page.evaluate(() => {
        const { call, processor } = globalThis as unknown as ProcessorPage;
        call.localTracks.video.removeProcessor(processor);
      }, null);
      await bob.until('the camera is shown again', async () => !isRed(await middle(bob)));
      await bob.untilDecodes('alice/video');
    },
  );
}

for (const kind of ['chromium', 'firefox'] as const) {
  test(`${kind}: each kind of input, and what is refused`, needs(kind), async () => {
    const alone = await Caller.join(await sharedBrowser(kind), site, { identity: 'alone', room: `alone-${kind}` });
    const inputs = {
      videoframe: kind === 'chromium' ? 'VideoFrame' : 'HTMLVideoElement',
      video: 'HTMLVideoElement',
      canvas: 'HTMLCanvasElement',
    };
    const seen = () => alone.page.evaluate(() => (globalThis as unknown as ProcessorPage).seen, null);
    const track = <T>(run: (track: LocalVideoTrack) => T) =>
      alone.page.evaluate(
        (text) => (0, eval)(text)((globalThis as unknown as ProcessorPage).call.localTracks.video) as T,
        `(${String(run)})`,
      );
    for (const [inputFrameBufferType, name] of Object.entries(inputs) as [keyof typeof inputs, string][]) {
      await paint(alone, 'own', 'red', { inputFrameBufferType });
      await alone.until(`frames are given as ${inputFrameBufferType}`, async () => (await seen())[0] === name);
      await alone.page.evaluate(() => {
        const { call, processor } = globalThis as unknown as ProcessorPage;
        call.localTracks.video.removeProcessor(processor);
      }, null);
    }

    await paint(alone, 'own', 'red');
    await alone.until('frames are processed', async () => (await seen()).length > 0);
    assert.deepEqual(await track((video) => (video.disable(), video.processedTrack!.enabled)), false);
    assert.deepEqual(await track((video) => (video.enable(), video.processedTrack!.enabled)), true);
    const refusals = await alone.page.evaluate(() => {
      const { call, processor } = globalThis as unknown as ProcessorPage;
      const { video } = call.localTracks;
      const refused = (run: () => unknown) => {
        try {
          run();
          return 'nothing';
        } catch (error) {
          return (error as Error).message;
        }
      };
      const other = { processFrame: () => undefined };
      const messages = [
        refused(() => video.addProcessor({} as never)),
        refused(() => video.addProcessor(other)),
        refused(() => video.removeProcessor(undefined as never)),
        refused(() => video.removeProcessor(other)),
      ];
      video.removeProcessor(processor);
      return [
        ...messages,
        refused(() => video.removeProcessor(processor)),
        refused(() => video.addProcessor(other, { inputFrameBufferType: 'paper' as never })),
        refused(() => video.addProcessor(other, { outputFrameBufferContextType: 'paper' })),
        String(video.processor),
        refused(() => video.stop().addProcessor(other)),
      ];
    }, null);
    assert.deepEqual(refusals, [
      'invalid VideoProcessor: no function processFrame',
      'There is a processor already: remove it first',
      'processor is missing',
      'There is another processor',
      'There is no processor',
      'Invalid inputFrameBufferType of paper',
      'Cannot get outputFrameBufferContextType: paper',
      'null',
      'The track has ended',
    ]);
  });
}
