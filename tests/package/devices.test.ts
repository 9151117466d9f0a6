// Devices that go, fall silent or are no longer the default: what is told, and what is captured instead. The devices are the test's own.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';

import { createLocalTracks, type CreateLocalTracksOptions } from '../../web/create-local-tracks.js';
import { notice } from '../../web/lazy/devices.js';
import { LocalAudioTrack } from '../../web/local-tracks.js';
import { FakeMediaStreamTrack, makeRoom } from './fakes.js';

class Microphone extends FakeMediaStreamTrack {
  constructor(readonly settings: MediaTrackSettings) {
    super('audio');
  }
  getSettings = () => this.settings;

  end(): void {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }
  mute(muted: boolean): void {
    this.muted = muted;
    this.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }
}

/** What is plugged in, which of it is the default, what was asked for. */
class Devices extends EventTarget {
  group: string | undefined = 'built-in';
  asked: unknown[] = [];
  captured: Microphone[] = [];
  hold: Promise<void> | undefined;

  getUserMedia = async ({ audio }: MediaStreamConstraints): Promise<MediaStream> => {
    this.asked.push(audio);
    await this.hold;
    if (!this.group) throw new DOMException('no microphone', 'NotFoundError');
    const microphone = new Microphone({ deviceId: 'default', groupId: this.group });
    this.captured.push(microphone);
    const tracks = [microphone.native];
    return { getTracks: () => tracks, getAudioTracks: () => tracks, getVideoTracks: () => [] } as unknown as MediaStream;
  };
  enumerateDevices = () => Promise.resolve([{ kind: 'audioinput', deviceId: 'default', groupId: this.group }]);

  async change(group: string | undefined): Promise<void> {
    this.group = group;
    this.dispatchEvent(new Event('devicechange'));
    await turns();
  }
}

const turns = async () => {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
};

let devices: Devices;
let permission: PermissionState;
beforeEach(() => {
  devices = new Devices();
  permission = 'granted';
  const permissions = { query: () => Promise.resolve(Object.assign(new EventTarget(), { state: permission })) };
  Object.defineProperty(globalThis, 'navigator', { value: { mediaDevices: devices, permissions }, configurable: true });
  Object.assign(globalThis, { MediaStreamTrack: FakeMediaStreamTrack });
});
afterEach(() => mock.timers.reset());

/** A microphone of Holdfast's in a room, and what the room says. */
async function publish(audio: CreateLocalTracksOptions['audio'] = true) {
  const [track] = (await createLocalTracks({ audio })) as [LocalAudioTrack];
  // The part is there: bundled, it comes without waiting for a file.
  const { room, apply, localParticipant, said, record, media, inputs } = makeRoom();
  localParticipant.publishTrack(track).catch(() => undefined); // Nobody accepts it; it may be unpublished.
  record(track, 'track');
  const id = (inputs[0] as { track: { id: string } }).track.id;
  const sent = () => media.track(id)!.track as unknown as FakeMediaStreamTrack;
  const told = () => said.splice(0).filter((line) => line.startsWith('me.'));
  return { room, apply, track, id, localParticipant, told, sent, microphone: () => devices.captured.at(-1)! };
}

test('unplugged: it is told, another device is captured at once, and it stays off if it was', async () => {
  const { track, told, sent, microphone } = await publish({ deviceId: { exact: 'headset' }, echoCancellation: false });
  track.disable();
  const [lost, sentBefore] = [microphone(), sent()];
  told();
  lost.end();
  await turns();
  assert.deepEqual(told(), ['me.trackStopped track', 'me.trackDeviceLost track ended', 'me.trackDeviceRestored track']);
  const anyDevice = { deviceId: undefined, groupId: undefined };
  assert.deepEqual(devices.asked, [
    { deviceId: { exact: 'headset' }, echoCancellation: false },
    { ...anyDevice, echoCancellation: false },
  ]);
  assert.equal(track.mediaStreamTrack, microphone().native);
  assert.notEqual(sent(), sentBefore);
  assert.deepEqual([track.isEnabled, sent().enabled, track.isStopped], [false, false, false]);
});

test('no other device: the next one that comes is captured; stopped by the app, none is', async () => {
  const { track, told, microphone } = await publish();
  devices.group = undefined;
  microphone().end();
  await turns();
  assert.deepEqual(told(), ['me.trackStopped track', 'me.trackDeviceLost track ended']);
  await devices.change(undefined);
  assert.deepEqual([devices.asked.length, told()], [3, []]);
  await devices.change('headset');
  assert.deepEqual(told(), ['me.trackDeviceRestored track']);

  devices.group = undefined;
  microphone().end();
  await turns();
  track.stop();
  const asked = devices.asked.length;
  await devices.change('headset');
  assert.equal(devices.asked.length, asked);
});

test('stopped while another device is being captured: that one is let go', async () => {
  const { track, told, microphone } = await publish();
  let proceed!: () => void;
  devices.hold = new Promise((resolve) => (proceed = resolve));
  microphone().end();
  await turns();
  track.stop();
  proceed();
  await turns();
  assert.equal(devices.captured.length, 2);
  assert.equal(microphone().readyState, 'ended');
  assert.equal(track.isStopped, true);
  assert.deepEqual(told(), ['me.trackStopped track', 'me.trackDeviceLost track ended']);
});

test('neither published nor attached: nothing is captured', async () => {
  const { track, localParticipant, microphone } = await publish();
  localParticipant.unpublishTrack(track);
  microphone().end();
  await turns();
  await devices.change('headset');
  assert.equal(devices.asked.length, 1);
});

test('the permission is gone: that is the reason, and restart() of the app ends the loss', async () => {
  const { track, told, microphone } = await publish();
  permission = 'denied';
  devices.group = undefined;
  microphone().end();
  await turns();
  assert.deepEqual(told(), ['me.trackStopped track', 'me.trackDeviceLost track permission']);
  devices.group = 'built-in';
  await track.restart();
  assert.deepEqual(told(), ['me.trackDeviceRestored track']);
});

test('a track of the app: told, not restarted', async () => {
  const { localParticipant, said } = makeRoom();
  const microphone = new Microphone({});
  void localParticipant.publishTrack(new LocalAudioTrack(microphone.native));
  microphone.end();
  await turns();
  await devices.change('headset');
  assert.ok(said.some((line) => line.startsWith('me.trackDeviceLost')));
  assert.ok(!said.some((line) => line.includes('Restored')));
  assert.deepEqual(devices.asked, []);
});

test('what the app stops is not lost', async () => {
  const { track, told } = await publish();
  track.stop();
  await turns();
  assert.deepEqual(told(), ['me.trackStopped track']);
});

test('silent for 3 s: muted, until the device speaks again or another is there', async () => {
  const { told, microphone } = await publish();
  await import('../../web/lazy/devices.js');
  mock.timers.enable({ apis: ['setTimeout'] });
  const silent = async (ms: number) => {
    microphone().mute(true);
    await turns();
    mock.timers.tick(ms);
    await turns();
  };
  await silent(2_999);
  assert.deepEqual(told(), []);
  microphone().mute(false);
  await silent(2_999);
  assert.deepEqual(told(), [], 'two short silences are no long one');
  mock.timers.tick(1);
  await turns();
  assert.deepEqual(told(), ['me.trackDeviceLost track muted']);
  microphone().mute(false);
  assert.deepEqual(told(), ['me.trackDeviceRestored track']);
  await silent(3_000);
  told();
  await devices.change('headset');
  assert.deepEqual(told(), ['me.trackStopped track', 'me.trackDeviceRestored track']);
});

test('another default microphone is followed, unless the app wants to do that itself', async () => {
  const { told, track } = await publish();
  await devices.change('built-in');
  assert.deepEqual([devices.asked.length, told()], [1, []]);
  await devices.change('headset');
  assert.deepEqual(devices.asked, [true, true]);
  assert.equal(track.mediaStreamTrack.getSettings().groupId, 'headset');
  track.stop();
  await devices.change('built-in');
  assert.equal(devices.asked.length, 2);

  const manual = await publish({ defaultDeviceCaptureMode: 'manual' });
  await devices.change('headset');
  assert.equal(devices.asked.length, 3);
  manual.microphone().settings.deviceId = 'f00';
  await assert.rejects(createLocalTracks({ audio: { defaultDeviceCaptureMode: 'x' as never } }), RangeError);
});

test('a new default that cannot be captured is a lost device, and looked for', async () => {
  const { told } = await publish();
  const enumerate = devices.enumerateDevices;
  devices.enumerateDevices = () => Promise.resolve([{ kind: 'audioinput', deviceId: 'default', groupId: 'headset' }]);
  await devices.change(undefined);
  assert.deepEqual(told(), ['me.trackStopped track', 'me.trackDeviceLost track ended']);
  devices.enumerateDevices = enumerate;
  await devices.change('headset');
  assert.deepEqual(told(), ['me.trackDeviceRestored track']);
});

test('not on the default: the default is not followed', async () => {
  const restart = mock.fn(() => Promise.resolve());
  const source = new Microphone({ deviceId: 'f00', groupId: 'other' }).native;
  const track = { kind: 'audio', mediaStreamTrack: source, _isAttached: true, _isSent: true } as const;
  await notice('changed', { track, turn: 0, turnNow: () => 0, tell: () => assert.fail(), restart });
  assert.equal(restart.mock.callCount(), 0);
});

test('refreshInactiveMedia(): what is muted is captured again at once; where that fails, the device is lost', async () => {
  const { room, track, id, apply, told, microphone } = await publish();
  apply({ event: 'localTrackPublished', id, sid: 'MT1' });
  room.refreshInactiveMedia();
  await turns();
  assert.equal(devices.captured.length, 1, 'nothing is muted');

  const muted = microphone();
  muted.mute(true);
  room.refreshInactiveMedia();
  await turns();
  assert.deepEqual([muted.readyState, track.mediaStreamTrack === microphone().native, devices.captured.length], ['ended', true, 2]);
  told();

  microphone().mute(true);
  devices.group = undefined;
  room.refreshInactiveMedia();
  await turns();
  assert.ok(told().includes('me.trackDeviceLost track ended'));
  await devices.change('headset');
  assert.equal(track.isStopped, false);
});
