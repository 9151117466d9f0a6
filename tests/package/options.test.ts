// What connect() makes of its options: checks, what is outdated, and what the glue and the browser get to see of them.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';

import { LocalMedia, setWasm } from '../../js-glue/index.js';
import { connect } from '../../web/connect.js';
import type { ConnectOptions } from '../../web/connect-options.js';
import { LocalParticipant, type EncodingParameters } from '../../web/local-participant.js';
import { Logger } from '../../web/logger.js';
import { roomConnected } from './fakes.js';
import { ScriptedCore } from './scripted-core.js';

const options = { wsServer: 'ws://rooms.example/signaling', tracks: [] };
const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
};
const joining = (more: object) => connect('token', deepFreeze({ ...options, ...more }) as ConnectOptions);

before(() => setWasm(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)));
beforeEach(() => {
  ScriptedCore.made = [];
  ScriptedCore.answer = ({ kind }) => (kind === 'connect' ? [roomConnected()] : []);
});

test('each outdated option is said to be one, once a page load; the others are accepted in silence', async () => {
  const said: unknown[] = [];
  Logger.getLogger('options').methodFactory =
    () =>
    (...line) =>
      void said.push(line[3]);
  const outdated = {
    abortOnIceServersTimeout: true,
    dscpTagging: false,
    eventListener: { emit: () => undefined },
    iceServersTimeout: 3000,
    bandwidthProfile: { video: { maxTracks: 1, renderDimensions: {} } },
  };
  const accepted = { dominantSpeaker: true, notifyWarnings: ['recording-media-lost'], insights: false };
  for (let call = 0; call < 2; call++)
    await joining({ ...outdated, ...accepted, receiveTranscriptions: true, region: 'de1', realm: 'us1', loggerName: 'options' });
  const use = (name: string, better: string) => `The ConnectOptions "${name}" is deprecated. Please use "${better}" instead.`;
  const gone = (name: string) => `The ConnectOptions "${name}" is ignored.`;
  assert.deepEqual(said, [
    gone('abortOnIceServersTimeout'),
    use('dscpTagging', 'enableDscp'),
    use('eventListener', 'Logger'),
    gone('iceServersTimeout'),
    use('maxTracks', 'clientTrackSwitchOffControl'),
    use('renderDimensions', 'contentPreferencesMode'),
  ]);
});

describe('bandwidthProfile', () => {
  const size = { width: 640, height: 480 };
  test('what is right', async () => {
    for (const profile of [
      {},
      { video: {} },
      { video: { mode: 'grid', trackSwitchOffMode: 'detected', dominantSpeakerPriority: 'low', maxSubscriptionBitrate: 2_000_000 } },
      { video: { clientTrackSwitchOffControl: 'manual', contentPreferencesMode: 'auto', mode: undefined } },
      { video: { maxTracks: 3, renderDimensions: { low: size, high: { width: 1 } } } },
    ])
      await joining({ bandwidthProfile: profile });
  });

  test('a value out of the set is a RangeError, another type a TypeError', async () => {
    for (const key of ['mode', 'trackSwitchOffMode', 'clientTrackSwitchOffControl', 'contentPreferencesMode', 'dominantSpeakerPriority'])
      await assert.rejects(joining({ bandwidthProfile: { video: { [key]: 'odd' } } }), {
        name: 'RangeError',
        message: new RegExp(`^options.bandwidthProfile.video.${key} must be one of .*, `),
      });
    for (const wrong of [
      null,
      'grid',
      [],
      { video: 7 },
      { video: { maxSubscriptionBitrate: '1' } },
      { video: { maxTracks: NaN } },
      { video: { renderDimensions: 'small' } },
      { video: { renderDimensions: { low: 7 } } },
      { video: { renderDimensions: { standard: { width: '7' } } } },
      { video: { maxTracks: 3, clientTrackSwitchOffControl: 'auto' } },
      { video: { renderDimensions: { low: size }, contentPreferencesMode: 'auto' } },
    ])
      await assert.rejects(joining({ bandwidthProfile: wrong }), TypeError, JSON.stringify(wrong));
  });
});

test('a list of codecs that is none is a TypeError', () => assert.rejects(joining({ preferredAudioCodecs: 7 }), TypeError));

describe('setParameters', () => {
  const limits: EncodingParameters[] = [];
  const participant = new LocalParticipant(
    new LocalMedia(),
    () => {},
    (wanted) => void limits.push(wanted),
  );
  const set = (wanted: unknown) => {
    assert.equal(participant.setParameters(deepFreeze(wanted) as EncodingParameters), participant);
    return limits.splice(0);
  };

  test('null lifts both limits, undefined changes nothing', () => {
    assert.deepEqual(set(null), [{ maxAudioBitrate: null, maxVideoBitrate: null }]);
    assert.deepEqual(set(undefined), []);
    assert.deepEqual(set({ maxVideoBitrate: 1 }), [{ maxVideoBitrate: 1 }]);
    assert.deepEqual(set({ maxAudioBitrate: null }), [{ maxAudioBitrate: null }]);
  });

  test('other types are TypeErrors', () => {
    for (const wrong of [7, 'fast', true, { maxAudioBitrate: '7' }, { maxVideoBitrate: {} }, { maxVideoBitrate: false }])
      assert.throws(() => set(wrong), TypeError, JSON.stringify(wrong));
    assert.deepEqual(limits, []);
  });

  test('no limit for video where the codec is chosen automatically', async () => {
    const auto = { preferredVideoCodecs: 'auto' } as const;
    await assert.rejects(joining({ ...auto, maxVideoBitrate: 1 }), TypeError);
    const { localParticipant } = await joining({ ...auto, maxVideoBitrate: 0 });
    assert.throws(() => localParticipant.setParameters({ maxVideoBitrate: 1 }), TypeError);
    assert.equal(localParticipant.setParameters({ maxAudioBitrate: 1, maxVideoBitrate: null }), localParticipant);
  });
});

test('every peer connection is the app’s, with what is given at top level, and over it with rtcConfiguration', async () => {
  const made: unknown[] = [];
  class OwnConnection extends EventTarget {
    constructor(configuration: unknown) {
      super();
      made.push(configuration);
    }
    close(): void {}
  }
  ScriptedCore.answer = ({ kind }) =>
    kind === 'connect' ? ([{ kind: 'createPeer', peer: 1, iceServers: [{ urls: ['stun:server'] }] }, roomConnected()] as never) : [];
  const iceServers = [{ urls: 'turn:app' }];
  await joining({
    RTCPeerConnection: OwnConnection,
    MediaStream: class {},
    bundlePolicy: 'balanced',
    rtcpMuxPolicy: 'require',
    iceCandidatePoolSize: 2,
    iceServers,
    iceTransportPolicy: 'all',
    rtcConfiguration: { iceTransportPolicy: 'relay' },
  });
  assert.deepEqual(made, [
    { bundlePolicy: 'balanced', rtcpMuxPolicy: 'require', iceCandidatePoolSize: 2, iceServers, iceTransportPolicy: 'relay' },
  ]);
});
