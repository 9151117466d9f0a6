// Room.getStats() of real calls: the numbers of real browsers, for every track of the call and no other.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Room } from '../../web/room.js';
import type { StatsReport } from '../../web/stats.js';
import { Caller, Site, needs, sharedBrowser } from './harness/index.js';

let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());

interface CallPage {
  call: { room: Room };
}

const statsOf = ({ page }: Caller): Promise<StatsReport[]> =>
  page.evaluate(
    () => (globalThis as unknown as CallPage).call.room.getStats().then((reports) => JSON.parse(JSON.stringify(reports))),
    null,
  );

test('a call of Chromium and Firefox: what one sends the other receives', needs('chromium', 'firefox'), async () => {
  const alice = await Caller.join(await sharedBrowser('chromium'), site, { identity: 'alice', room: 'stats' });
  const bob = await Caller.join(await sharedBrowser('firefox'), site, { identity: 'bob', room: 'stats' });
  await alice.untilSees('bob');
  await bob.untilSees('alice');

  await Promise.all([assertSentIsReceived(alice, bob), assertSentIsReceived(bob, alice)]);

  // Its fake microphone beeps once a second.
  await alice.until('it beeps', async () => (await statsOf(alice))[0]!.localAudioTrackStats[0]!.audioLevel! > 0);

  for (const caller of [alice, bob]) {
    const reports = await caller.page.evaluate(async () => {
      const { room } = (globalThis as unknown as CallPage).call;
      const asked = room.getStats();
      room.disconnect();
      return [(await asked).length, (await room.getStats()).length];
    }, null);
    assert.ok(reports[0]! <= 1, 'a connection that is closed meanwhile keeps nobody waiting');
    assert.equal(reports[1], 0);
  }
});

/** What one sends the other receives. */
async function assertSentIsReceived(sender: Caller, receiver: Caller): Promise<void> {
  const ids = await sender.page.evaluate(() => {
    const { localParticipant } = (globalThis as unknown as CallPage).call.room;
    return [...localParticipant.tracks.values()].map(({ kind, trackSid, track: { id } }) => ({ kind, trackSid, id }));
  }, null);
  const idsOf = (kind: string) => ids.find((track) => track.kind === kind)!;
  // The receiver's reports come every few seconds; until then what they tell is null.
  let sent!: StatsReport;
  await sender.until(
    'it is told of what it sends',
    async () => {
      const reports = await statsOf(sender);
      assert.equal(reports.length, 1);
      sent = reports[0]!;
      const [audio] = sent.localAudioTrackStats;
      const [video] = sent.localVideoTrackStats;
      return (
        audio?.roundTripTime != null && video?.roundTripTime != null && (video.frameRate ?? 0) > 0 && (video.captureFrameRate ?? 0) > 0
      );
    },
    20_000,
  );
  const [received] = await statsOf(receiver);
  const counts = [sent.localAudioTrackStats, sent.localVideoTrackStats, received!.remoteAudioTrackStats, received!.remoteVideoTrackStats];
  assert.deepEqual(
    counts.map(({ length }) => length),
    [1, 1, 1, 1],
    'and no spare connection or track',
  );

  const {
    localAudioTrackStats: [audio],
    localVideoTrackStats: [video],
  } = sent;
  const {
    remoteAudioTrackStats: [heard],
    remoteVideoTrackStats: [seen],
  } = received!;
  assert.deepEqual([audio!.trackId, audio!.trackSid, audio!.codec], [idsOf('audio').id, idsOf('audio').trackSid, 'opus']);
  assert.deepEqual([video!.trackId, video!.trackSid, video!.codec], [idsOf('video').id, idsOf('video').trackSid, 'VP8']);
  assert.deepEqual([heard!.trackSid, heard!.ssrc, heard!.codec], [audio!.trackSid, audio!.ssrc, 'opus']);
  assert.deepEqual([seen!.trackSid, seen!.ssrc, seen!.codec], [video!.trackSid, video!.ssrc, 'VP8']);
  assert.deepEqual(video!.captureDimensions, { width: 320, height: 180 });
  assert.ok(seen!.dimensions!.width! > 0 && seen!.frameRate! > 0 && seen!.freezeCount! >= 0, JSON.stringify(seen));
  for (const one of [audio!, video!, heard!, seen!]) assert.ok(Math.abs(Date.now() - one.timestamp) < 10_000, JSON.stringify(one));
  for (const one of [audio!, video!]) {
    assert.ok(one.bytesSent! > 1000 && one.packetsSent! > 10, JSON.stringify(one));
    assert.ok(Number.isInteger(one.roundTripTime) && Number.isInteger(one.jitter), JSON.stringify(one));
  }
  for (const one of [heard!, seen!]) assert.ok(one.bytesReceived! > 1000 && one.packetsReceived! > 10 && one.packetsLost !== null);
  for (const { audioLevel } of [audio!, heard!]) assert.ok(audioLevel === null || (Number.isInteger(audioLevel) && audioLevel <= 32767));
}
