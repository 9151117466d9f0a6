// Which frames a video processor gets, when the next one comes, and what is left when it is removed. The frames are the test's own.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { processFrames } from '../../web/lazy/processing.js';
import { FakeMediaStreamTrack, task } from './fakes.js';

let push: ReadableStreamDefaultController<VideoFrame>;
let cancelled = false;
let log: string[] = [];
beforeEach(() => {
  cancelled = false;
  log = [];
  const readable = new ReadableStream<VideoFrame>({
    start: (controller) => void (push = controller),
    cancel: () => void (cancelled = true),
  });
  globalThis.MediaStreamTrackProcessor = class {
    readonly readable = readable;
  };
});
afterEach(() => void (globalThis.MediaStreamTrackProcessor = undefined));

function frame(name: string, width = 4): VideoFrame {
  return { name, displayWidth: width, displayHeight: 3, close: () => log.push(`close ${name}`) } as unknown as VideoFrame;
}

function start(process: (input: { name: string }) => Promise<void> | void) {
  const removing = new AbortController();
  const wanted = { now: true };
  const output = { width: 4, height: 3 };
  const done = processFrames({
    source: new FakeMediaStreamTrack('video').native,
    processor: {
      processFrame(input) {
        log.push(`process ${(input as unknown as { name: string }).name}`);
        return process(input as unknown as { name: string });
      },
    },
    inputType: 'videoframe',
    output: output as HTMLCanvasElement,
    processedTrack: Object.assign(new FakeMediaStreamTrack('video').native, { requestFrame: () => log.push('show') }),
    isWanted: () => wanted.now,
    signal: removing.signal,
  });
  return { removing, wanted, output, done };
}

test('only frames that are wanted, all of them closed; the output follows their size', async () => {
  const { wanted, output, done } = start(() => undefined);
  push.enqueue(frame('a'));
  await task();
  wanted.now = false;
  push.enqueue(frame('b'));
  await task();
  wanted.now = true;
  push.enqueue(frame('c', 8));
  push.close();
  await done;
  assert.deepEqual(log, ['process a', 'show', 'close a', 'close b', 'process c', 'show', 'close c']);
  assert.deepEqual(output, { width: 8, height: 3 });
});

test('the next frame waits for the promise; what is thrown or rejected is swallowed', async () => {
  let proceed!: () => void;
  const waiting = new Promise<void>((resolve) => (proceed = resolve));
  const { done } = start(({ name }) => {
    if (name === 'thrown') throw new Error(name);
    return name === 'rejected' ? Promise.reject(new Error(name)) : waiting;
  });
  for (const name of ['slow', 'thrown', 'rejected']) push.enqueue(frame(name));
  push.close();
  await task();
  assert.deepEqual(log, ['process slow']);
  proceed();
  await done;
  assert.deepEqual(
    log.filter((line) => line.startsWith('process')),
    ['process slow', 'process thrown', 'process rejected'],
  );
});

test('removed in the middle of a frame: that one is not shown, and no other is asked for', async () => {
  let proceed!: () => void;
  const { removing, done } = start(() => new Promise((resolve) => (proceed = resolve)));
  push.enqueue(frame('a'));
  await task();
  removing.abort();
  proceed();
  await done;
  assert.deepEqual([log, cancelled], [['process a', 'close a'], true]);
});
