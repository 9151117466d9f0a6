// The demo page as its users have it: who speaks, sound that the browser forbids, a camera that is lost.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRoomServer } from '../../server/index.js';
import { createDevListener } from '../../server/dev.js';
import type { TestBrowser, TestPage } from './harness/browser.js';
import { needs, sharedBrowser, startBrowser } from './harness/index.js';
import { KEY } from './harness/site.js';

// Set by the bundler: the repository.
declare const HOLDFAST_ROOT: string;

const http = createServer(createDevListener(KEY, join(HOLDFAST_ROOT, 'dist/demo')));
let rooms: Awaited<ReturnType<typeof createRoomServer>>;
before(async () => {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  rooms = await createRoomServer({ ...KEY, server: http });
});
after(async () => {
  await rooms.close();
  http.close();
  http.closeAllConnections();
});

interface DemoPage {
  captured: MediaStreamTrack[];
}

/**
 * Joins as `name`. Chromium takes the beeps of its fake microphone for noise and suppresses them: the microphone is a steady tone. Nor does it
 * forbid sound to pages that use one.
 */
async function open(browser: TestBrowser, name: string, hasDevices = true): Promise<TestPage> {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${rooms.port}/?${new URLSearchParams({ name, room: 'harbour' })}`);
  await until('the page is there', () => page.evaluate(() => document.readyState === 'complete', null));
  await page.evaluate((hasAny) => {
    const captured: MediaStreamTrack[] = ((globalThis as unknown as DemoPage).captured = []);
    const capture = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      if (!hasAny) throw new DOMException('there is none', 'NotFoundError');
      const [video] = wanted?.video ? (await capture({ video: true })).getVideoTracks() : [];
      const context = new AudioContext();
      const oscillator = new OscillatorNode(context);
      const { stream } = oscillator.connect(new MediaStreamAudioDestinationNode(context)) as MediaStreamAudioDestinationNode;
      oscillator.start();
      const tracks = [...(wanted?.audio ? stream.getAudioTracks() : []), ...(video ? [video] : [])];
      captured.push(...tracks);
      return new MediaStream(tracks);
    };
    (document.getElementById('join') as HTMLFormElement).requestSubmit();
  }, hasDevices);
  await until(`${name} is in the call`, () => page.evaluate(() => !document.getElementById('call')!.hidden, null));
  return page;
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 20_000; !(await condition());) {
    if (performance.now() > deadline) assert.fail(`not so within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

const isShown = (page: TestPage, selector: string) =>
  page.evaluate((wanted) => document.querySelector(wanted)?.checkVisibility() === true, selector);
const logOf = (page: TestPage) => page.evaluate(() => document.getElementById('log')!.textContent, null);

test('the demo shows who speaks, asks for a click where sound is forbidden, and tells of a lost camera', needs('chromium'), async () => {
  const ada = await open(await sharedBrowser('chromium'), 'Ada');
  const bob = await open(await startBrowser('chromium', { untouched: true }), 'Bob', false);
  await until('Bob sees Ada', () => isShown(bob, '.tile:not(.own)[data-video]'));

  await until('Ada speaks', () => isShown(bob, '.tile:not(.own)[data-speaking]'));
  assert.equal(await isShown(bob, '.tile.own[data-speaking]'), false);

  await until('there is a button', () => isShown(bob, '#sound-button'));
  assert.equal(await isShown(ada, '#sound-button'), false);
  await bob.click!();
  await bob.evaluate(() => document.getElementById('sound-button')!.click(), null);
  await until('the button is gone', async () => !(await isShown(bob, '#sound-button')));

  await ada.evaluate(() => {
    const camera = (globalThis as unknown as DemoPage).captured.find(({ kind }) => kind === 'video')!;
    camera.stop();
    camera.dispatchEvent(new Event('ended'));
  }, null);
  await until('it is told', async () => /Your camera is gone.*Your camera is back/s.test(await logOf(ada)));
  await until('the picture is back', () => isShown(ada, '.tile.own[data-video]'));
});
