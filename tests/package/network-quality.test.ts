// The option `networkQuality`: what a link is worth by two looks at it, what is told of that, and what the participants show.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';

import type { PeerStats } from '../../js-glue/index.js';
import { judge, look, settle, watchNetworkQuality, type Judgement } from '../../web/lazy/network-quality.js';
import type { NetworkQualityConfiguration } from '../../web/network-quality.js';
import { makeRoom, participant } from './fakes.js';

interface Link {
  /** Fractions. */
  lostSending?: number;
  lostReceiving?: number;
  /** s */
  rtt?: number;
  jitter?: number;
  video?: { reason?: string; available?: number; bitrate?: number };
  isSilent?: boolean;
}

const report = (...entries: object[]) =>
  new Map(entries.map((entry) => [(entry as { id: string }).id, entry])) as unknown as RTCStatsReport;

/** What Chromium measures of a link that has been so for this many seconds: 50 packets of audio each second, 100 bytes each. */
function measured(seconds: number, link: Link = {}): PeerStats {
  const { lostSending = 0, lostReceiving = 0, rtt = 0.02, jitter = 0.002, video, isSilent = false } = link;
  const packets = isSilent ? 0 : 50 * seconds;
  const timestamp = seconds * 1000;
  const transport = { id: 'T', type: 'transport', selectedCandidatePairId: 'CP' };
  const others = { id: 'other', type: 'candidate-pair', currentRoundTripTime: 9 };
  const pair = { id: 'CP', type: 'candidate-pair', currentRoundTripTime: rtt, availableOutgoingBitrate: video?.available };
  const sent = report(
    transport,
    others,
    pair,
    ...[{ id: 'OA', type: 'outbound-rtp', kind: 'audio', timestamp, bytesSent: packets * 100 }],
    ...[{ id: 'RA', type: 'remote-inbound-rtp', kind: 'audio', timestamp, fractionLost: lostSending, jitter, roundTripTime: 7 }],
  );
  const received = report({
    ...{ id: 'IA', type: 'inbound-rtp', kind: 'audio', timestamp, jitter, bytesReceived: packets * 100 },
    ...{ packetsReceived: packets * (1 - lostReceiving), packetsLost: packets * lostReceiving },
  });
  const camera = report(...[{ id: 'MS', type: 'media-source', kind: 'video', width: 1280, height: 720, framesPerSecond: 30 }], {
    ...{ id: 'OV', type: 'outbound-rtp', kind: 'video', timestamp, mediaSourceId: 'MS' },
    ...{ bytesSent: ((video?.bitrate ?? 0) / 8) * seconds, qualityLimitationReason: video?.reason },
  });
  return { peer: 1, sent: new Map([['a', sent], ...(video ? [['v', camera] as const] : [])]), received: new Map([['0', received]]) };
}

const judged = (link: Link): Judgement => judge(look(measured(2, link)), look(measured(4, link)));

describe('what a link is worth', () => {
  const levels = (links: Link[]) => links.map((link) => judged(link).level);

  test('nothing lost, and no delay', () => {
    assert.equal(judged({}).level, 5);
    const { audio, video } = judged({}).media;
    assert.deepEqual(audio.send, {
      bandwidth: { actual: 40_000, available: null, level: null },
      latency: { jitter: 2, rtt: 20, level: 5 },
      fractionLost: { fractionLost: 0, level: 5 },
    });
    assert.deepEqual(video, { send: null, recv: null });
  });

  test('what is lost on the way there, and back', () => {
    for (const way of ['lostSending', 'lostReceiving'] as const)
      assert.deepEqual(levels([0.01, 0.03, 0.08, 0.15, 0.3].map((lost) => ({ [way]: lost }))), [5, 4, 3, 2, 1], way);
  });

  test('round trips, and jitter', () => {
    assert.deepEqual(levels([0.3, 0.4, 0.7, 1, 2].map((rtt) => ({ rtt }))), [5, 4, 3, 2, 1]);
    assert.deepEqual(levels([0.03, 0.05, 0.1, 0.2, 0.3].map((jitter) => ({ jitter }))), [5, 4, 3, 2, 1]);
  });

  test('less video than is asked for, where it is the network that limits', () => {
    const video = (available: number, reason = 'bandwidth', bitrate = available) => ({ video: { available, reason, bitrate } });
    assert.deepEqual(levels([video(2_500_000), video(2_000_000), video(1_300_000), video(700_000), video(300_000)]), [5, 4, 3, 2, 1]);
    assert.deepEqual(levels([video(300_000, 'none'), video(300_000, 'cpu')]), [5, 5]);
    assert.equal(judged(video(1_000_000, 'bandwidth', 300_000)).level, 5, 'a limit of our own');
  });

  test('of a link that is silent, or of one look alone, nothing', () => {
    assert.equal(judged({ isSilent: true }).level, null);
    const once = look(measured(2));
    assert.equal(judge(once, once).level, null);
  });

  test('of few packets no fraction', () => {
    const { audio } = judge(look(measured(2, { lostReceiving: 0.5 })), look(measured(2.2, { lostReceiving: 0.5 }))).media;
    assert.deepEqual(audio.recv?.fractionLost, { fractionLost: null, level: null });
  });

  test('Firefox marks its candidate pair, or has only what the other end reports', () => {
    const firefox = measured(4);
    const sent = firefox.sent.get('a') as unknown as Map<string, object>;
    sent.delete('T');
    assert.equal(look(firefox).rtt, 7000);
    sent.set('CP', { ...sent.get('CP'), selected: true });
    assert.equal(look(firefox).rtt, 20);
  });
});

test('one judgement lowers nothing, and what has been bad stays so for a while', () => {
  let level: number | null = null;
  const judgements: number[] = [];
  const after = (judgement: number) => {
    judgements.push(judgement);
    return (level = settle(level, judgements));
  };
  assert.deepEqual([5, 5, 1, 5, 1, 5].map(after), [null, 5, 5, 5, 5, 5]);
  assert.deepEqual([2, 3].map(after), [5, 3]);
  assert.deepEqual([5, 5, 4, 5, 3, 5, 5, 4, 5, 5].map(after), [3, 3, 3, 3, 3, 3, 3, 3, 3, 4]);
  assert.equal(settle(0, [2, 4]), 4, 'from the beginning');
});

/** Time passes by `pass()`; each link is as it is last said to be. */
function meet(t: TestContext, wanted: boolean | NetworkQualityConfiguration, ...identities: string[]) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const made = makeRoom(...identities.map((identity) => participant(identity)));
  const told: (number | undefined)[] = [];
  const links = identities.map((identity, at) => ({ participantSid: `PA ${identity}`, peer: at + 1, state: 'healthy' as const }));
  const state = { links: links as ((typeof links)[0] & { quality?: number })[], are: identities.map((): Link => ({})) };
  let seconds = 0;
  const driver = {
    getStats: () => Promise.resolve(state.are.map((link, at) => ({ ...measured(seconds, link), peer: at + 1 }))),
    describe: (quality?: number) => {
      told.push(quality);
      return { kind: 'description', signaling: true, attempt: 0, links: state.links };
    },
  };
  watchNetworkQuality(made.room, driver as never, wanted);
  const pass = async (looks: number) => {
    for (let i = 0; i < looks; ++i) {
      seconds += 2;
      t.mock.timers.tick(2000);
      await new Promise(setImmediate);
    }
  };
  const level = (identity: string) => made.room.participants.get(`PA ${identity}`)!.networkQualityLevel;
  const said = () => made.said.splice(0).filter((line) => line.includes('networkQuality'));
  return { ...made, state, told, pass, level, heard: said };
}

describe('what the participants show', () => {
  test('the own level, told to the others; of them nothing unless it is wanted', async (t) => {
    const { localParticipant, state, told, pass, level, heard } = meet(t, true, 'ada');
    state.links[0]!.quality = 2;
    await pass(3);
    assert.deepEqual([localParticipant.networkQualityLevel, localParticipant.networkQualityStats, level('ada')], [5, null, null]);
    assert.deepEqual([told, heard()], [[undefined, undefined, 5], ['me.networkQualityLevelChanged 5 null']]);
    state.are = [{ lostSending: 0.15 }];
    await pass(4);
    assert.deepEqual([told.at(-1), heard()], [2, ['me.networkQualityLevelChanged 2 null']]);
    state.are = [{}];
    await pass(6);
    assert.deepEqual([told.at(-1), heard()], [5, ['me.networkQualityLevelChanged 5 null']]);
  });

  test('what is bad on one link of several belongs to its other end', async (t) => {
    const { localParticipant, state, pass, level } = meet(t, { local: 1, remote: 1 }, 'ada', 'bea');
    state.are = [{}, { lostReceiving: 0.3 }];
    await pass(3);
    assert.deepEqual([localParticipant.networkQualityLevel, level('ada'), level('bea')], [5, 5, 1]);
  });

  test('what a participant says of itself counts more than the link with it', async (t) => {
    const { state, pass, level, heard } = meet(t, { remote: 1 }, 'ada');
    state.links[0]!.quality = 1;
    await pass(1);
    assert.deepEqual([level('ada'), heard()], [1, ['ada.networkQualityLevelChanged 1 null']]);
    delete state.links[0]!.quality;
    await pass(2);
    assert.equal(level('ada'), 5);
  });

  test('0 while reconnecting, then from the beginning', async (t) => {
    const { localParticipant, told, pass, apply, level, heard } = meet(t, { remote: 1 }, 'ada');
    await pass(3);
    heard();
    apply({ event: 'participantReconnecting', participant: 'PA ada', error: { code: 53405 } });
    assert.deepEqual(heard(), ['ada.networkQualityLevelChanged 0 null']);
    apply({ event: 'roomReconnecting', error: { code: 53405 } });
    assert.deepEqual([told.at(-1), heard()], [0, ['me.networkQualityLevelChanged 0 null']]);
    await pass(3);
    assert.deepEqual([localParticipant.networkQualityLevel, level('ada'), told.at(-1), heard()], [0, 0, 0, []]);
    apply({ event: 'participantReconnected', participant: 'PA ada' }, { event: 'roomReconnected' });
    await pass(1);
    assert.deepEqual([localParticipant.networkQualityLevel, level('ada')], [0, 0]);
    await pass(1);
    assert.deepEqual([localParticipant.networkQualityLevel, level('ada')], [5, 5]);
  });

  test('by verbosity, at any time; the others’ stats as they see them', async (t) => {
    const { room, localParticipant, state, pass } = meet(t, { local: 2, remote: 3 }, 'ada');
    const statsOf = ({ networkQualityStats: stats }: typeof localParticipant) => stats;
    state.are = [{ lostSending: 0.08 }];
    await pass(4);
    const audio = { send: 3, recv: 5, sendStats: null, recvStats: null };
    assert.deepEqual(statsOf(localParticipant), { level: 3, audio, video: null });
    const ada = statsOf(room.participants.get('PA ada') as never)!;
    assert.deepEqual([ada.audio?.send, ada.audio?.recv], [5, 3]);
    assert.deepEqual(ada.audio?.recvStats?.fractionLost, { fractionLost: 0.08, level: 3 });
    localParticipant.setNetworkQualityConfiguration({ local: 1 });
    await pass(1);
    assert.equal(statsOf(localParticipant), null);
    localParticipant.setNetworkQualityConfiguration({ local: 3 });
    await pass(1);
    assert.deepEqual(statsOf(localParticipant)?.audio?.recvStats?.bandwidth, { actual: 40_000, available: null, level: null });
  });

  test('nothing after the end', async (t) => {
    const { told, pass, apply, heard } = meet(t, true, 'ada');
    await pass(1);
    apply({ event: 'localParticipantDisconnected' }, { event: 'roomDisconnected' });
    const before = told.length;
    await pass(3);
    assert.deepEqual([told.length, heard()], [before, []]);
  });
});

test('setNetworkQualityConfiguration() says what is wrong with it', () => {
  const { localParticipant } = makeRoom();
  const set = (value: unknown) => localParticipant.setNetworkQualityConfiguration(value as NetworkQualityConfiguration);
  for (const value of [undefined, null, 1, 'low', () => undefined])
    assert.throws(() => set(value), new TypeError('networkQualityConfiguration must be a NetworkQualityConfiguration'));
  for (const value of ['1', NaN, null, undefined])
    assert.throws(() => set({ local: 1, remote: value }), new TypeError('networkQualityConfiguration.remote must be a number'));
  for (const value of [{}, [], { local: 7 }, { local: 1, remote: 0, more: '' }]) assert.equal(set(value), localParticipant);
});
