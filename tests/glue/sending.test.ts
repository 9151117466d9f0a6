import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LocalMedia } from '../../js-glue/media.js';
import { Sending, type BitrateLimits } from '../../js-glue/sending.js';
import { settle, stubGlobals } from './fakes.js';

type Encoding = { active?: boolean; maxBitrate?: number; networkPriority?: string; scaleResolutionDownBy?: number };

class Sender {
  encodings: Encoding[] = [{}];
  mimeType: string | undefined = 'video/VP8';
  calls = 0;
  failure: Error | undefined;
  track: { kind: string; getSettings: () => object };

  constructor(kind: 'audio' | 'video', settings: object = {}) {
    this.track = { kind, getSettings: () => settings };
    if (kind === 'audio') this.mimeType = 'audio/opus';
  }

  getParameters() {
    const { mimeType } = this;
    return { encodings: this.encodings.map((encoding) => ({ ...encoding })), codecs: mimeType ? [{ mimeType }] : [] };
  }

  /** They are in force a task later, as in a browser. */
  async setParameters({ encodings }: { encodings: Encoding[] }): Promise<void> {
    this.calls++;
    if (this.failure) throw this.failure;
    await new Promise((resolve) => setImmediate(resolve));
    this.encodings = encodings;
  }

  get native(): RTCRtpSender {
    return this as unknown as RTCRtpSender;
  }
}

function bed(limits: BitrateLimits, isUrgent = false) {
  const media = new LocalMedia();
  const warned: unknown[] = [];
  return { media, warned, sending: new Sending(media, limits, isUrgent, (error) => void warned.push(error)) };
}

test('sending: each kind has its limit, which is set once', async () => {
  const { sending } = bed({ maxAudioBitrate: 16_000, maxVideoBitrate: 300_000 });
  const audio = new Sender('audio');
  const video = new Sender('video');
  for (const sender of [audio, video, video]) {
    sending.apply(sender.native);
    await settle();
  }
  assert.deepEqual([audio.encodings, video.encodings], [[{ maxBitrate: 16_000 }], [{ maxBitrate: 300_000 }]]);
  assert.deepEqual([audio.calls, video.calls], [1, 1]);
});

test('sending: without limits nothing is touched', () => {
  const { sending } = bed({ maxAudioBitrate: null, maxVideoBitrate: 0 });
  const video = new Sender('video');
  sending.apply(video.native);
  assert.equal(video.calls, 0);
});

test('sending: a change reaches all that send now; what is undefined stays, null and 0 lift', async () => {
  const { media, sending } = bed({ maxVideoBitrate: 300_000 });
  const senders = [new Sender('audio'), new Sender('video'), new Sender('video')] as const;
  media.addTrack('A', {} as MediaStreamTrack);
  media.addTrack('V', {} as MediaStreamTrack);
  media.track('A')!.senders.add(senders[0].native);
  for (const sender of senders.slice(1)) media.track('V')!.senders.add(sender.native);
  const limits = async (wanted: BitrateLimits) => {
    sending.limit(wanted);
    await settle();
    return senders.map(({ encodings }) => encodings[0]!.maxBitrate);
  };
  assert.deepEqual(await limits({ maxAudioBitrate: 20_000 }), [20_000, 300_000, 300_000]);
  assert.deepEqual(await limits({ maxVideoBitrate: null }), [20_000, undefined, undefined]);
  assert.deepEqual(await limits({ maxAudioBitrate: 0, maxVideoBitrate: 5 }), [undefined, 5, 5]);
});

test('sending: audio of a fixed bitrate has no limit, nor has a screen in Chromium', async (t) => {
  const { sending } = bed({ maxAudioBitrate: 16_000, maxVideoBitrate: 300_000 });
  const limitOf = async (sender: Sender) => {
    sending.apply(sender.native);
    await settle();
    return sender.encodings[0]!.maxBitrate;
  };
  for (const mimeType of ['audio/PCMU', 'audio/PCMA', 'audio/ISAC'])
    assert.equal(await limitOf(Object.assign(new Sender('audio'), { mimeType })), undefined);
  const limited = Object.assign(new Sender('audio'), { mimeType: 'audio/PCMU', encodings: [{ maxBitrate: 16_000 }] });
  assert.equal(await limitOf(limited), undefined);
  for (const [userAgent, limit] of [
    ['Mozilla/5.0 Chrome/140.0.0.0 Safari/537.36', undefined],
    ['Mozilla/5.0 Gecko/20100101 Firefox/140.0', 300_000],
  ] as const) {
    stubGlobals(t, { navigator: { userAgent } });
    assert.equal(await limitOf(new Sender('video', { displaySurface: 'monitor' })), limit);
    assert.equal(await limitOf(new Sender('video')), 300_000);
  }
});

test('sending: urgent media says so on its first encoding', async () => {
  const { sending } = bed({ maxVideoBitrate: 7 }, true);
  const video = Object.assign(new Sender('video'), { encodings: [{ networkPriority: 'low' }, { networkPriority: 'low' }] });
  sending.apply(video.native);
  await settle();
  assert.deepEqual(video.encodings, [
    { networkPriority: 'high', maxBitrate: 7 },
    { networkPriority: 'low', maxBitrate: 7 },
  ]);
});

test('sending: a browser that refuses is reported, and an idle sender is left alone', async () => {
  const { sending, warned } = bed({ maxVideoBitrate: 7 });
  const video = new Sender('video');
  video.failure = new Error('no');
  sending.apply(video.native);
  sending.apply({ track: null } as RTCRtpSender);
  sending.apply({ track: video.track } as RTCRtpSender);
  await settle();
  assert.deepEqual(warned.map(String).sort(), ['Error: no', 'TypeError: sender.getParameters is not a function']);
});

test('sending: in the size that is wanted, or larger, never larger than it is; nothing, and again', async () => {
  const { sending, warned } = bed({ maxVideoBitrate: 7 });
  const video = new Sender('video', { width: 1280, height: 720 });
  const fit = async (width: number, height: number) => {
    sending.fit(video.native, width, height);
    await settle();
    return video.encodings[0];
  };
  assert.deepEqual(await fit(-1, -1), { maxBitrate: 7 });
  assert.deepEqual(await fit(0, 0), { maxBitrate: 7, active: false });
  assert.deepEqual(await fit(320, 240), { maxBitrate: 7, active: true, scaleResolutionDownBy: 3 });
  assert.deepEqual(await fit(4000, 3000), { maxBitrate: 7, active: true, scaleResolutionDownBy: 1 });
  assert.deepEqual(await fit(0, 0), { maxBitrate: 7, active: false, scaleResolutionDownBy: 1 });
  assert.deepEqual(await fit(-1, -1), { maxBitrate: 7, active: true, scaleResolutionDownBy: 1 });
  const audio = new Sender('audio');
  sending.fit(audio.native, 320, 240);
  await settle();
  assert.deepEqual([audio.encodings, warned], [[{}], []]);
});

test('sending: of the own limit and the share of a link the smaller one counts', async () => {
  const { media, sending } = bed({ maxVideoBitrate: 700_000 });
  const video = new Sender('video');
  media.addTrack('V', {} as MediaStreamTrack);
  media.track('V')!.senders.add(video.native);
  const limit = async () => {
    await settle();
    return video.encodings[0]!.maxBitrate;
  };
  const fit = (maxBitrate?: number) => {
    sending.fit(video.native, -1, -1, maxBitrate);
    return limit();
  };
  assert.deepEqual([await fit(1_250_000), await fit(500_000), await fit()], [700_000, 500_000, 700_000]);
  sending.limit({ maxVideoBitrate: null });
  assert.deepEqual([await fit(), await fit(833_333), await fit()], [undefined, 833_333, undefined]);
  await fit(833_333);
  sending.limit({ maxVideoBitrate: 300_000 });
  assert.equal(await limit(), 300_000);
});

test('sending: of wishes in quick succession the last one counts', async () => {
  const { sending } = bed({});
  const video = new Sender('video', { width: 1280, height: 720 });
  for (const size of [0, -1, 0, -1]) sending.fit(video.native, size, size);
  sending.refresh(video.native);
  sending.fit(video.native, 0, 0);
  sending.fit(video.native, -1, -1);
  for (let turn = 0; turn < 5; turn++) await settle();
  assert.equal(video.encodings[0]!.active ?? true, true);
  sending.fit(video.native, 0, 0);
  sending.refresh(video.native);
  await settle();
  assert.equal(video.encodings[0]!.active, false);
});

test('sending: another track is as large as was wanted', async () => {
  const { media, sending } = bed({});
  const video = new Sender('video', { width: 1280, height: 720 });
  const other = { kind: 'video', stop: () => undefined, getSettings: () => ({ width: 640, height: 360 }) };
  const native = Object.assign(video.native, {
    replaceTrack: (track: unknown) => Promise.resolve(void (video.track = track as typeof other)),
  });
  media.addTrack('V', { stop: () => undefined } as MediaStreamTrack);
  media.track('V')!.senders.add(native);
  sending.fit(native, 320, 180);
  await settle();
  assert.equal(video.encodings[0]!.scaleResolutionDownBy, 4);
  media.replaceTrack('V', other as unknown as MediaStreamTrack);
  await settle();
  assert.equal(video.encodings[0]!.scaleResolutionDownBy, 2);
});
