// Room.getStats() from what a browser measures: which tracks are in it, under which names, in which units, and what is null.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { LocalAudioTrack, LocalDataTrack, LocalVideoTrack } from '../../web/local-tracks.js';
import { LocalAudioTrackStats, LocalTrackStats, RemoteVideoTrackStats, StatsReport, TrackStats } from '../../web/stats.js';
import { FakeMediaStreamTrack, makeRoom, participant, track } from './fakes.js';

before(() => void Object.assign(globalThis, { MediaStreamTrack: FakeMediaStreamTrack }));

const measured = (...entries: object[]) =>
  new Map(entries.map((entry, index) => [(entry as { id?: string }).id ?? String(index), entry])) as unknown as RTCStatsReport;
const nothing = { sent: new Map(), received: new Map() };
/** As JSON: without classes. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

async function publish({ localParticipant, apply, inputs }: ReturnType<typeof makeRoom>, mine: LocalAudioTrack | LocalVideoTrack) {
  const publishing = localParticipant.publishTrack(mine);
  const input = inputs.at(-1) as Extract<(typeof inputs)[0], { kind: 'publish' }>;
  apply({ event: 'localTrackPublished', id: input.track.id, sid: `MT ${mine.kind}` });
  await publishing;
  return input.track.id;
}

test('what is sent: its own numbers, what the other side reports of it, and null for the rest', async () => {
  const made = makeRoom();
  const audio = new LocalAudioTrack(new FakeMediaStreamTrack('audio').native);
  const video = new LocalVideoTrack(new FakeMediaStreamTrack('video').native);
  const sent = new Map([
    [
      await publish(made, audio),
      measured(
        { id: 'mic', type: 'media-source', audioLevel: 0.5 },
        { id: 'opus', type: 'codec', mimeType: 'audio/opus' },
        { type: 'outbound-rtp', ssrc: 7, timestamp: 1000.4, mediaSourceId: 'mic', codecId: 'opus', bytesSent: 10, packetsSent: 2 },
        { type: 'remote-inbound-rtp', ssrc: 8, packetsLost: 9, jitter: 9, roundTripTime: 9 },
        { type: 'remote-inbound-rtp', ssrc: 7, packetsLost: 1, jitter: 0.0123, roundTripTime: 0.0456 },
      ),
    ],
    [
      await publish(made, video),
      measured(
        { type: 'media-source', width: 640, height: 480, framesPerSecond: 30 },
        { type: 'outbound-rtp', ssrc: 1, timestamp: 2000, frameWidth: 320, frameHeight: 240, framesPerSecond: 15, bytesSent: 3 },
        { type: 'outbound-rtp', ssrc: 2, timestamp: 2000, frameWidth: 640, frameHeight: 480, qualityLimitationReason: 'cpu' },
      ),
    ],
    ['of a track that is not published', measured({ type: 'outbound-rtp', ssrc: 3, timestamp: 1 })],
  ]);
  made.localParticipant.publishTrack(new LocalDataTrack()).catch(() => undefined);
  made.stats.push({ ...nothing, peer: 4, sent });

  const [report, ...others] = await made.room.getStats();
  const layer = { trackId: video.id, trackSid: 'MT video', timestamp: 2000, packetsLost: null, codec: null };
  const unknown = { packetsSent: null, roundTripTime: null, jitter: null };
  const captured = { captureDimensions: { width: 640, height: 480 }, captureFrameRate: 30 };
  assert.deepEqual(
    [plain(report), others],
    [
      {
        peerConnectionId: '4',
        localAudioTrackStats: [
          {
            ...{ trackId: audio.id, trackSid: 'MT audio', timestamp: 1000, ssrc: '7', packetsLost: 1, codec: 'opus' },
            ...{ bytesSent: 10, packetsSent: 2, roundTripTime: 46, jitter: 12, audioLevel: 16384 },
          },
        ],
        localVideoTrackStats: [
          {
            ...layer,
            ssrc: '1',
            bytesSent: 3,
            ...unknown,
            ...captured,
            dimensions: { width: 320, height: 240 },
            frameRate: 15,
            qualityLimitationReason: null,
          },
          {
            ...layer,
            ssrc: '2',
            bytesSent: null,
            ...unknown,
            ...captured,
            dimensions: { width: 640, height: 480 },
            frameRate: null,
            qualityLimitationReason: 'cpu',
          },
        ],
        remoteAudioTrackStats: [],
        remoteVideoTrackStats: [],
      },
      [],
    ],
  );
  assert(report instanceof StatsReport);
  assert(report.localAudioTrackStats[0] instanceof LocalAudioTrackStats);
  assert(report.localVideoTrackStats[0] instanceof LocalTrackStats);
});

test('what is received: of the tracks that are subscribed to, on the connection that they come over', async () => {
  const { room, apply, stats } = makeRoom(participant('ada', track('MT1', 'audio'), track('MT2', 'video'), track('MT3', 'data')));
  for (const kind of ['audio', 'video', 'data'] as const) {
    const sid = `MT${['audio', 'video', 'data'].indexOf(kind) + 1}`;
    apply({ event: 'trackSubscribed', participant: 'PA ada', track: sid, peer: 1, mid: kind, mediaId: `their ${kind}` });
  }
  const audio = {
    type: 'inbound-rtp',
    ssrc: 5,
    timestamp: 1,
    jitter: 0.25,
    packetsReceived: 3,
    bytesReceived: 4,
    packetsLost: 0,
    audioLevel: 1,
  };
  const video = { type: 'inbound-rtp', ssrc: 6, timestamp: 1, frameWidth: 64, frameHeight: 48, framesPerSecond: 9, freezeCount: 2 };
  const received = new Map([
    ['audio', measured(audio, { type: 'remote-outbound-rtp', ssrc: 5 })],
    ['video', measured(video)],
    ['of nobody', measured(video)],
  ]);
  stats.push({ ...nothing, peer: 1, received }, { ...nothing, peer: 2, received });

  const [first, second] = await room.getStats();
  const common = { timestamp: 1, codec: null };
  assert.deepEqual(plain(first), {
    peerConnectionId: '1',
    localAudioTrackStats: [],
    localVideoTrackStats: [],
    remoteAudioTrackStats: [
      {
        ...{ ...common, trackId: 'their audio', trackSid: 'MT1', ssrc: '5', packetsLost: 0 },
        ...{ bytesReceived: 4, packetsReceived: 3, jitter: 250, audioLevel: 32767 },
      },
    ],
    remoteVideoTrackStats: [
      {
        ...{ ...common, trackId: 'their video', trackSid: 'MT2', ssrc: '6', packetsLost: null },
        ...{
          bytesReceived: null,
          packetsReceived: null,
          jitter: null,
          dimensions: { width: 64, height: 48 },
          frameRate: 9,
          freezeCount: 2,
        },
      },
    ],
  });
  assert(first!.remoteVideoTrackStats[0] instanceof RemoteVideoTrackStats && first!.remoteVideoTrackStats[0] instanceof TrackStats);
  assert.deepEqual([second!.remoteAudioTrackStats, second!.remoteVideoTrackStats], [[], []]);

  apply({ event: 'trackUnsubscribed', participant: 'PA ada', track: 'MT2' });
  assert.deepEqual((await room.getStats())[0]!.remoteVideoTrackStats, []);
  apply({ event: 'roomDisconnected' });
  assert.deepEqual(await room.getStats(), []);
});
