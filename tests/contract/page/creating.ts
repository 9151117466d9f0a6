// Section 11: createLocalTracks() and its two sisters.

import { alike, equal, isError, ok, rejection, row } from './check.js';
import { differs, localAudio, sdk, stopLater, type LocalTrack } from './lab.js';

async function create(...options: Parameters<typeof sdk.createLocalTracks>): Promise<Extract<LocalTrack, { stop(): unknown }>[]> {
  const tracks = (await sdk.createLocalTracks(...options)) as Extract<LocalTrack, { stop(): unknown }>[];
  tracks.forEach(stopLater);
  return tracks;
}

row('11/both', 'without options: audio, then video', async () => {
  const tracks = await create();
  alike(
    tracks.map(({ kind }) => kind),
    ['audio', 'video'],
  );
  ok(tracks[0] instanceof sdk.LocalAudioTrack && tracks[1] instanceof sdk.LocalVideoTrack, 'of their classes');
  alike(
    tracks.map(({ name, mediaStreamTrack }) => name === mediaStreamTrack.id),
    [true, true],
    'name is the id of the media',
  );
});

for (const [options, kinds] of [
  [{}, ['audio', 'video']],
  [{ audio: true }, ['audio']],
  [{ video: true }, ['video']],
  [{ audio: true, video: true }, ['audio', 'video']],
  [{ audio: false, video: false }, []],
  [{ audio: false, video: true }, ['video']],
] as [object, string[]][]) {
  row(`11/kinds ${JSON.stringify(options)}`, `it gives ${kinds.join(' and ') || 'nothing'}`, async () =>
    alike(
      (await create(options)).map(({ kind }) => kind),
      kinds,
    ),
  );
}

row('11/tracks', 'tracks are given back as they are, unless audio and video are both false', async () => {
  const tracks = [await localAudio()];
  ok((await sdk.createLocalTracks({ tracks })) === tracks, 'the same array');
  alike(await sdk.createLocalTracks({ tracks, audio: false, video: false }), []);
});

row('11/names', 'audio and video take constraints and a name', async () => {
  const tracks = await create({ audio: { name: 'mic' }, video: { name: 'cam', width: 160, height: 120 } });
  alike(
    tracks.map(({ name }) => name),
    ['mic', 'cam'],
  );
  equal(tracks[1]!.mediaStreamTrack.getSettings().width, 160);
});

row('11/one', 'createLocalAudioTrack() and createLocalVideoTrack() give one track, options at top level', async () => {
  const audio = stopLater(await sdk.createLocalAudioTrack());
  const video = stopLater(await sdk.createLocalVideoTrack({ name: 'cam', width: 160, height: 120 }));
  ok(audio instanceof sdk.LocalAudioTrack && video instanceof sdk.LocalVideoTrack, 'of their classes');
  alike([audio.name, video.name, video.mediaStreamTrack.getSettings().width], [audio.mediaStreamTrack.id, 'cam', 160]);
});

row('11/get-user-media', 'the error of getUserMedia is passed on', async () => {
  const video = { deviceId: { exact: 'none' } };
  equal((await rejection(sdk.createLocalTracks({ video }))).name, 'OverconstrainedError');
  equal((await rejection(sdk.createLocalVideoTrack(video))).name, 'OverconstrainedError');
});

row('11/log-level', 'a bad log level is a RangeError, as a rejection', async () => {
  const bad = { logLevel: 'loud' as never };
  for (const promise of [sdk.createLocalTracks(bad), sdk.createLocalAudioTrack(bad), sdk.createLocalVideoTrack(bad)]) {
    isError(await rejection(promise), 'RangeError', 'level must be one of');
  }
});

row('11/capture-mode', 'a bad defaultDeviceCaptureMode is a RangeError', async () => {
  isError(await rejection(sdk.createLocalTracks({ audio: { defaultDeviceCaptureMode: 'x' } as never })), 'RangeError', 'must be one of');
});

row('11/override', 'getUserMedia can be replaced', async () => {
  let asked: unknown;
  const getUserMedia = (constraints: MediaStreamConstraints) => {
    asked = constraints;
    return navigator.mediaDevices.getUserMedia(constraints);
  };
  await create({ audio: true, getUserMedia } as never);
  ok(asked, 'it was asked');
});

row('11/untouched', 'the options given are not changed', async () => {
  const audio = { name: 'mic' };
  await create({ audio });
  alike(audio, differs('twilio-video.js deletes the name', { official: {}, holdfast: { name: 'mic' } }));
});
