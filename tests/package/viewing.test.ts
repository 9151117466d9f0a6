// What a Room asks of the others' video: by what is seen, by what the app says, and what it tells.
import assert from 'node:assert/strict';
import { before, beforeEach, test, type TestContext } from 'node:test';

import { viewing } from '../../web/lazy/viewing.js';
import type { VideoBandwidthProfileOptions } from '../../web/bandwidth-profile.js';
import type { RemoteVideoTrack } from '../../web/remote-tracks.js';
import { FakeMediaStreamTrack, makeRoomWith, participant, track } from './fakes.js';

class FakeStream {
  readonly #tracks = new Set<unknown>();
  getTracks = () => [...this.#tracks];
  addTrack = (track: unknown) => void this.#tracks.add(track);
  removeTrack = (track: unknown) => void this.#tracks.delete(track);
}

class FakeElement extends EventTarget {
  srcObject: unknown = null;
  constructor(
    readonly clientWidth = 320,
    readonly clientHeight = 180,
  ) {
    super();
  }
  get native(): HTMLMediaElement {
    return this as unknown as HTMLMediaElement;
  }
}

type Entry = { target: unknown; isIntersecting: boolean };
class FakeObserver {
  static all: FakeObserver[] = [];
  readonly targets = new Set<unknown>();
  constructor(private readonly callback: (entries: Entry[]) => void) {
    FakeObserver.all.push(this);
  }
  observe = (target: unknown) => void this.targets.add(target);
  unobserve = (target: unknown) => void this.targets.delete(target);

  static scroll(element: FakeElement, isIntersecting: boolean): void {
    for (const observer of FakeObserver.all) {
      if (observer.targets.has(element)) observer.callback([{ target: element, isIntersecting }]);
    }
  }
}

const page = Object.assign(new EventTarget(), {
  visibilityState: 'visible',
  pictureInPictureElement: null as unknown,
  createElement: () => new FakeElement(),
});

before(() => {
  class ResizeObserver extends FakeObserver {}
  Object.assign(globalThis, {
    MediaStreamTrack: FakeMediaStreamTrack,
    MediaStream: FakeStream,
    IntersectionObserver: FakeObserver,
    ResizeObserver,
    devicePixelRatio: 1,
    document: page,
  });
});
beforeEach(() => {
  FakeObserver.all = [];
  Object.assign(page, { visibilityState: 'visible', pictureInPictureElement: null });
});

/** A Room with videos of Ada's, and what it asks for, as text. Time passes only by `pass()`. */
function meetAda(t: TestContext, options: VideoBandwidthProfileOptions, ...sids: string[]) {
  t.mock.timers.reset();
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const wishes: string[] = [];
  const view = viewing(options, (sid, width, height) => void wishes.push(`${sid} ${width} ${height}`));
  const made = makeRoomWith({ viewing: view }, participant('ada', ...sids.map((sid) => track(sid, 'video'))));
  const ada = made.room.participants.get('PA ada')!;
  const videos = sids.map((sid) => {
    made.apply({ event: 'trackSubscribed', participant: 'PA ada', track: sid, peer: 1, mediaId: 'id', mid: 'video' });
    return ada.tracks.get(sid)!.track as RemoteVideoTrack;
  });
  return { ...made, wishes, videos, video: videos[0]!, pass: () => t.mock.timers.tick(1000), asked: () => wishes.splice(0) };
}

test('what is not attached is switched off after a moment, and on again at once when it is seen', (t) => {
  const { video, asked, pass } = meetAda(t, { contentPreferencesMode: 'manual' }, 'MT1');
  assert.deepEqual(asked(), []);
  pass();
  assert.deepEqual(asked(), ['MT1 0 0']);
  const element = new FakeElement();
  video.attach(element.native);
  pass();
  assert.deepEqual(asked(), [], 'not in view yet');
  FakeObserver.scroll(element, true);
  assert.deepEqual(asked(), ['MT1 -1 -1']);
  FakeObserver.scroll(element, false);
  FakeObserver.scroll(element, true);
  pass();
  assert.deepEqual(asked(), [], 'looked away for a moment');
  video.detach(element.native);
  pass();
  assert.deepEqual(asked(), ['MT1 0 0']);
});

test('a hidden page shows nothing but a picture in picture', (t) => {
  const { video, asked, pass } = meetAda(t, { contentPreferencesMode: 'manual' }, 'MT1');
  const element = new FakeElement();
  video.attach(element.native);
  FakeObserver.scroll(element, true);
  page.visibilityState = 'hidden';
  page.dispatchEvent(new Event('visibilitychange'));
  pass();
  assert.deepEqual(asked(), ['MT1 0 0']);
  page.pictureInPictureElement = element;
  element.dispatchEvent(new Event('enterpictureinpicture'));
  assert.deepEqual(asked(), ['MT1 -1 -1']);
  page.pictureInPictureElement = null;
  element.dispatchEvent(new Event('leavepictureinpicture'));
  pass();
  assert.deepEqual(asked(), ['MT1 0 0']);
  page.visibilityState = 'visible';
  page.dispatchEvent(new Event('visibilitychange'));
  assert.deepEqual(asked(), ['MT1 -1 -1']);
});

test('the largest element in view says how large; more is asked for at once, less after a moment', (t) => {
  const { video, asked, pass } = meetAda(t, {}, 'MT1');
  const [small, large] = [new FakeElement(320, 180), new FakeElement(1270, 700)];
  for (const element of [small, large]) {
    video.attach(element.native);
    FakeObserver.scroll(element, true);
  }
  pass();
  assert.deepEqual(asked(), ['MT1 1280 704']);
  FakeObserver.scroll(large, false);
  assert.deepEqual(asked(), []);
  pass();
  assert.deepEqual(asked(), ['MT1 320 192']);
  FakeObserver.scroll(large, true);
  assert.deepEqual(asked(), ['MT1 1280 704']);
});

test('an element that has no size yet is no reason to ask for less', (t) => {
  const { video, asked, pass } = meetAda(t, {}, 'MT1');
  const element = new FakeElement(0, 0);
  video.attach(element.native);
  FakeObserver.scroll(element, true);
  pass();
  assert.deepEqual(asked(), []);
});

test('manual: by the calls of the app, and nothing by itself', (t) => {
  const { video, asked, pass } = meetAda(t, { clientTrackSwitchOffControl: 'manual', contentPreferencesMode: 'manual' }, 'MT1');
  pass();
  assert.equal(video.switchOff(), video);
  video.switchOff().setContentPreferences({ renderDimensions: { width: 320.2, height: 180 } });
  assert.deepEqual(asked(), ['MT1 0 0']);
  video.switchOn();
  assert.deepEqual(asked(), ['MT1 321 180']);
  video.setContentPreferences({});
  assert.deepEqual(asked(), ['MT1 -1 -1']);
});

test('calls that were not asked for are errors', (t) => {
  const { video, asked } = meetAda(t, { clientTrackSwitchOffControl: 'manual' }, 'MT1');
  const illegal = { name: 'Error', message: /^Invalid state: / };
  assert.throws(() => video.setContentPreferences({}), illegal);
  const auto = meetAda(t, { maxTracks: 1, renderDimensions: {} }, 'MT1').video;
  for (const call of ['switchOn', 'switchOff', 'setContentPreferences'] as const) assert.throws(() => auto[call]({}), illegal);
  const none = makeRoomWith({}, participant('ada', track('MT1', 'video')));
  none.apply({ event: 'trackSubscribed', participant: 'PA ada', track: 'MT1', peer: 1, mediaId: 'id', mid: 'video' });
  const without = none.room.participants.get('PA ada')!.tracks.get('MT1')!.track as RemoteVideoTrack;
  for (const call of ['switchOn', 'switchOff', 'setContentPreferences'] as const) assert.throws(() => without[call]({}), illegal);
  assert.deepEqual(asked(), []);
});

test('maxTracks: those of the highest priority, of equals the first; renderDimensions: by priority', (t) => {
  const renderDimensions = { low: { width: 160, height: 90 } };
  const { videos, apply, asked, pass } = meetAda(t, { maxTracks: 2, renderDimensions }, 'MT1', 'MT2', 'MT3');
  pass();
  assert.deepEqual(asked(), ['MT3 0 0']);
  videos[2]!.setPriority('high');
  pass();
  assert.deepEqual(asked().sort(), ['MT2 0 0', 'MT3 -1 -1']);
  videos[0]!.setPriority('low');
  pass();
  assert.deepEqual(asked().sort(), ['MT1 0 0', 'MT2 -1 -1']);
  apply({ event: 'trackUnsubscribed', participant: 'PA ada', track: 'MT3' });
  pass();
  assert.deepEqual(asked().sort(), ['MT1 160 90', 'MT3 -1 -1']);
});

test('a track that is unsubscribed is wished for no longer, and its elements are let go', (t) => {
  const { video, apply, asked, pass } = meetAda(t, {}, 'MT1');
  const element = new FakeElement();
  video.attach(element.native);
  FakeObserver.scroll(element, true);
  pass();
  apply({ event: 'trackUnsubscribed', participant: 'PA ada', track: 'MT1' });
  assert.deepEqual(asked().at(-1), 'MT1 -1 -1');
  assert.deepEqual(
    FakeObserver.all.flatMap(({ targets }) => [...targets]),
    [],
  );
  page.dispatchEvent(new Event('visibilitychange'));
  video.detach();
  pass();
  assert.deepEqual(asked(), []);
});

test('what is switched off is told of: track, publication, participant, Room', (t) => {
  const { video, apply, said } = meetAda(t, { clientTrackSwitchOffControl: 'manual' }, 'MT1');
  said.length = 0;
  apply({ event: 'trackSwitchedOff', participant: 'PA ada', track: 'MT1' });
  assert.equal(video.isSwitchedOff, true);
  apply({ event: 'trackSwitchedOn', participant: 'PA ada', track: 'MT1' });
  assert.equal(video.isSwitchedOff, false);
  assert.deepEqual(said, [
    'track(MT1).switchedOff track(MT1)',
    'pub(MT1).trackSwitchedOff track(MT1)',
    'ada.trackSwitchedOff track(MT1) pub(MT1)',
    'room.trackSwitchedOff track(MT1) pub(MT1) ada',
    'track(MT1).switchedOn track(MT1)',
    'pub(MT1).trackSwitchedOn track(MT1)',
    'ada.trackSwitchedOn track(MT1) pub(MT1)',
    'room.trackSwitchedOn track(MT1) pub(MT1) ada',
  ]);
});
