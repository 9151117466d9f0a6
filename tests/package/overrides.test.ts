// What an app puts in the place of the browser's own is used, for every track and element, and its callbacks break nothing.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { createLocalAudioTrack, createLocalTracks } from '../../web/create-local-tracks.js';
import { LocalAudioTrack, LocalVideoTrack } from '../../web/local-tracks.js';
import type { MediaOverrides } from '../../web/overrides.js';
import { RemoteVideoTrack } from '../../web/remote-tracks.js';
import { FakeMediaStreamTrack } from './fakes.js';

class OwnStream {
  readonly tracks = new Set<unknown>();
  addTrack = (track: unknown) => void this.tracks.add(track);
  removeTrack = (track: unknown) => void this.tracks.delete(track);
  getTracks = () => [...this.tracks];
}

interface Element {
  kind: string;
  srcObject: OwnStream | null;
}

const elements: Element[] = [];
const mapped: Element[] = [];
const disposed: Element[] = [];
const MediaStream = OwnStream as unknown as typeof globalThis.MediaStream;
const callbacks = {
  mapMediaElement: (element: unknown) => void mapped.push(element as Element),
  disposeMediaElement: (element: unknown) => void disposed.push(element as Element),
} as MediaOverrides;

beforeEach(() => {
  for (const list of [elements, mapped, disposed]) list.length = 0;
  const createElement = (kind: string) => {
    elements.push({ kind, srcObject: null });
    return elements.at(-1);
  };
  Object.assign(globalThis, { document: { createElement } });
});

const track = (kind: 'audio' | 'video') => new FakeMediaStreamTrack(kind);

test('elements, the hidden one too, are mapped before they get their stream and disposed of after', () => {
  const media = track('video');
  const streams: unknown[] = [];
  const mapMediaElement = (element: HTMLMediaElement) => {
    streams.push(element.srcObject);
    mapped.push(element as unknown as Element);
  };
  const video = new RemoteVideoTrack(
    'video',
    { sid: 'MT1', name: '', enabled: true, overrides: { ...callbacks, MediaStream, mapMediaElement } },
    media.native,
  );
  const element = video.attach() as unknown as Element;
  assert.deepEqual(mapped, elements);
  assert.deepEqual([mapped.length, mapped[1] === element, streams], [2, true, [null, null]]);
  assert(element.srcObject instanceof OwnStream);
  assert.deepEqual(element.srcObject.getTracks(), [media]);

  video.detach();
  assert.deepEqual([disposed, element.srcObject.getTracks()], [[element], []]);
  video.detach(element as never);
  assert.equal(disposed.length, 1, 'not attached any more');

  video._unwatch();
  assert.equal(disposed[1], elements[0]);
  assert(elements[0]!.srcObject, 'is the callback’s to take away');
});

test('without a callback the hidden element is emptied', () => {
  const audio = new LocalAudioTrack(track('audio').native, { MediaStream });
  audio.stop();
  assert.deepEqual([elements.length, elements[0]!.srcObject], [1, null]);
});

test('a callback that throws is reported and stops nothing', (t) => {
  const reported: unknown[] = [];
  Object.assign(globalThis, { reportError: (error: unknown) => reported.push(error) });
  t.after(() => Reflect.deleteProperty(globalThis, 'reportError'));
  const fail = () => {
    throw new Error('mine');
  };
  const video = new LocalVideoTrack(track('video').native, { MediaStream, mapMediaElement: fail, disposeMediaElement: fail });
  const element = video.attach() as unknown as Element;
  assert(element.srcObject instanceof OwnStream);
  video.detach();
  assert.equal(reported.length, 3);
});

test('what is no constructor is an Error', () => {
  assert.throws(() => new LocalVideoTrack(track('video').native, { MediaStream: 'none' as never }), Error);
});

test('getUserMedia: asked with the constraints alone, again by a restart; the tracks have the other overrides', async () => {
  const asked: MediaStreamConstraints[] = [];
  const getUserMedia = (constraints: MediaStreamConstraints) => {
    asked.push(constraints);
    const tracks = (['audio', 'video'] as const).filter((kind) => constraints[kind]).map(track);
    const of = (wanted: string) => tracks.filter(({ kind }) => kind === wanted);
    return Promise.resolve({ getTracks: () => tracks, getAudioTracks: () => of('audio'), getVideoTracks: () => of('video') } as never);
  };
  const options = { getUserMedia, MediaStream, ...callbacks, loggerName: 'test', logLevel: 'off' } as const;
  const frozen = Object.freeze({ ...options, video: Object.freeze({ width: 640, name: 'camera' }), audio: true });
  const [, camera] = await createLocalTracks(frozen);
  assert.equal(camera!.name, 'camera');
  await (camera as LocalVideoTrack).restart();
  const microphone = await createLocalAudioTrack(Object.freeze({ ...options, echoCancellation: false }));
  await createLocalAudioTrack(options);
  assert.equal(microphone.name, microphone.id);
  assert.deepEqual(asked, [
    { audio: true, video: { width: 640 } },
    { video: { width: 640 } },
    { audio: { echoCancellation: false }, video: false },
    { audio: true, video: false },
  ]);
  assert.deepEqual(mapped, elements, 'the callbacks are theirs');
});
