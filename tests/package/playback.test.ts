// What a Room makes of elements that the browser does not let play, and how they are started.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import type { RemoteAudioTrack } from '../../web/remote-tracks.js';
import { FakeMediaStreamTrack, makeRoom, participant, task, track } from './fakes.js';

class FakeStream {
  readonly #tracks = new Set<unknown>();
  getTracks = () => [...this.#tracks];
  addTrack = (track: unknown) => void this.#tracks.add(track);
  removeTrack = (track: unknown) => void this.#tracks.delete(track);
}
before(() => void Object.assign(globalThis, { MediaStreamTrack: FakeMediaStreamTrack, MediaStream: FakeStream }));

/** Plays when it is told to, if `allowed`. */
class FakeElement extends EventTarget {
  allowed = false;
  autoplay = false;
  paused = true;
  srcObject: unknown = null;
  plays = 0;

  async play(): Promise<void> {
    this.plays++;
    await Promise.resolve();
    if (!this.allowed) throw new DOMException('play() failed', 'NotAllowedError');
    this.paused = false;
    this.dispatchEvent(new Event('playing'));
  }

  async canPlay(): Promise<void> {
    this.dispatchEvent(new Event('canplay'));
    await task();
  }

  get native(): HTMLMediaElement {
    return this as unknown as HTMLMediaElement;
  }
}

function meetAda() {
  const made = makeRoom(participant('ada', track('MT1', 'audio')));
  made.apply({ event: 'trackSubscribed', participant: 'PA ada', track: 'MT1', peer: 1, mediaId: 'id', mid: 'audio' });
  const { room, said } = made;
  const audio = room.participants.get('PA ada')!.tracks.get('MT1')!.track as RemoteAudioTrack;
  const told = () => said.filter((line) => line.includes('audioPlaybackChanged'));
  return { ...made, audio, told };
}

test('a refused element is told once; startAudio() plays all of them, and the Room says so', async () => {
  const { room, audio, told } = meetAda();
  const elements = [new FakeElement(), new FakeElement()];
  for (const element of elements) {
    audio.attach(element.native);
    await element.canPlay();
  }
  assert.equal(room.canPlaybackAudio, false);
  assert.deepEqual(told(), ['room.audioPlaybackChanged false']);

  await assert.rejects(room.startAudio(), { name: 'NotAllowedError' });
  assert.equal(room.canPlaybackAudio, false);
  for (const element of elements) element.allowed = true;
  await room.startAudio();
  assert.equal(room.canPlaybackAudio, true);
  assert.deepEqual(told(), ['room.audioPlaybackChanged false', 'room.audioPlaybackChanged true']);
});

test('by a button of its own, too; once detached or unsubscribed, nobody misses it', async () => {
  const { room, audio, told, apply } = meetAda();
  const element = new FakeElement();
  const refuse = async () => {
    audio.attach(element.native);
    await element.canPlay();
    assert.equal(room.canPlaybackAudio, false);
  };
  await refuse();
  element.dispatchEvent(new Event('playing'));
  assert.equal(room.canPlaybackAudio, true);
  await refuse();
  audio.detach(element.native);
  assert.equal(room.canPlaybackAudio, true);
  await refuse();
  apply({ event: 'trackUnsubscribed', participant: 'PA ada', track: 'MT1' });
  assert.equal(room.canPlaybackAudio, true);
  assert.equal(told().length, 6);
});

test('what plays by itself, is not to play by itself, or failed otherwise is no matter', async () => {
  const { audio, told } = meetAda();
  const playing = Object.assign(new FakeElement(), { paused: false });
  const manual = new FakeElement();
  const broken = Object.assign(new FakeElement(), { play: () => Promise.reject(new DOMException('another load', 'AbortError')) });
  for (const element of [playing, manual, broken]) audio.attach(element.native);
  manual.autoplay = false;
  for (const element of [playing, manual, broken]) await element.canPlay();
  assert.deepEqual(told(), []);
  assert.equal(playing.plays + manual.plays, 0);
});

test('refreshInactiveMedia() plays what stands still, and no more', async () => {
  const { room, audio, told } = meetAda();
  const [playing, paused] = [new FakeElement(), new FakeElement()];
  for (const element of [playing, paused]) {
    element.allowed = true;
    audio.attach(element.native);
    await element.canPlay();
  }
  paused.paused = true;
  assert.equal(room.refreshInactiveMedia(), room);
  await task();
  assert.deepEqual([playing.plays, paused.plays, paused.paused], [1, 2, false]);
  assert.deepEqual(told(), []);
});
