// The fake tracks of holdfast/testing have media in them, and let go of what makes it when they and their clones have ended.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type BrowserKind, Site, needs, sharedBrowser } from './harness/index.js';

interface Kit {
  createFakeVideoTrack(options: object): MediaStreamTrack;
  createFakeAudioTrack(options?: object): MediaStreamTrack;
}

let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());

for (const kind of ['chromium', 'firefox'] satisfies BrowserKind[]) {
  test(`fake tracks in ${kind}`, needs(kind), async () => {
    const page = await (await sharedBrowser(kind)).newPage();
    await page.goto(`${site.origin}/react.html`);
    const seen = await page.evaluate(async () => {
      const path = '/dist/testing.js';
      const { createFakeAudioTrack, createFakeVideoTrack } = (await import(path)) as Kit;
      const until = async (condition: () => boolean, ms = 10_000) => {
        for (const deadline = performance.now() + ms; !condition();) {
          if (performance.now() > deadline) return false;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        return true;
      };
      const moves = async (track: MediaStreamTrack) => {
        const video = Object.assign(document.createElement('video'), { muted: true, srcObject: new MediaStream([track]) });
        await video.play();
        const { videoWidth: width, videoHeight: height } = video;
        const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d')!;
        const picture = () => {
          context.drawImage(video, 0, 0);
          return context.getImageData(0, 0, width, height).data.join();
        };
        const first = picture();
        return [width, height, await until(() => picture() !== first)];
      };
      const sounds = (track: MediaStreamTrack) => {
        const context = new AudioContext();
        const analyser = new AnalyserNode(context);
        const source = context.createMediaStreamSource(new MediaStream([track]));
        source.connect(analyser).connect(context.destination);
        const samples = new Float32Array(analyser.fftSize);
        return until(() => {
          analyser.getFloatTimeDomainData(samples);
          return samples.some((sample) => Math.abs(sample) > 0.05);
        });
      };
      let cleared = 0;
      let closed = 0;
      const { clearInterval } = globalThis;
      const { close } = AudioContext.prototype;
      globalThis.clearInterval = (timer) => {
        cleared += 1;
        clearInterval(timer);
      };
      AudioContext.prototype.close = function () {
        closed += 1;
        return close.call(this);
      };

      const video = createFakeVideoTrack({ width: 64, height: 48 });
      const moving = await moves(video);
      const clone = video.clone();
      video.stop();
      video.stop();
      const cloneMoves = await moves(clone);
      const before = cleared;
      clone.stop();
      const audio = createFakeAudioTrack();
      // Firefox runs no AudioContext on a machine without an audio device.
      const any = new AudioContext();
      const hearable = !(await until(() => any.state === 'running', 2000)) ? any.state : await sounds(audio);
      const stillOpen = closed;
      audio.stop();
      return { moving, cloneMoves, cleared: [before, cleared], hearable, closed: [stillOpen, closed], state: audio.readyState };
    }, null);
    assert.deepEqual(seen, {
      moving: [64, 48, true],
      cloneMoves: [64, 48, true],
      cleared: [0, 1],
      hearable: kind === 'firefox' && seen.hearable === 'suspended' ? 'suspended' : true,
      closed: [0, 1],
      state: 'ended',
    });
    assert.deepEqual(page.errors, []);
    await page.closeTab();
  });
}
