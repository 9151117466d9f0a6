import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import type { Input, PeerEffect } from '../../js-glue/boundary.js';
import { LocalMedia, type Keeping } from '../../js-glue/media.js';
import { Peers, type PeerOptions } from '../../js-glue/peers.js';
import type { Codecs } from '../../js-glue/codecs.js';
import { Sending } from '../../js-glue/sending.js';
import { FakeDataChannel, FakePeerConnection, type FakeSender, FakeTrack, settle, stubGlobals } from './fakes.js';

const kOffer = { kind: 'setLocalDescription', peer: 1, op: 1, type: 'offer', iceRestart: false, receiveMedia: false } as const;

class Bed {
  readonly media = new LocalMedia();
  readonly reported: Input[] = [];
  readonly logged: string[] = [];
  readonly peers: Peers;

  constructor(t: TestContext, options: PeerOptions = {}) {
    FakePeerConnection.install(t);
    this.peers = new Peers(options, {
      media: this.media,
      report: (input) => this.reported.push(input),
      who: (peer) => `PA of ${peer}`,
      log: (level, message) => this.logged.push(`${level} ${message}`),
    });
  }

  get connection(): FakePeerConnection {
    return FakePeerConnection.made[0]!;
  }

  async perform(...effects: PeerEffect[]): Promise<void> {
    for (const effect of effects) {
      this.peers.perform(effect);
    }
    await settle();
  }

  createPeer(): Promise<void> {
    return this.perform({ kind: 'createPeer', peer: 1, iceServers: [] });
  }
}

test('peers: the configuration is ours, then the server’s ICE servers, then the app’s', async (t) => {
  const iceServers = [{ urls: ['stun:server'] }];
  const ofApp: RTCConfiguration = { bundlePolicy: 'balanced', iceTransportPolicy: 'relay', iceServers: [{ urls: 'turn:app' }] };

  const configurations = [];
  for (const configuration of [undefined, ofApp]) {
    const bed = new Bed(t, { configuration });
    await bed.perform({ kind: 'createPeer', peer: 1, iceServers });
    configurations.push(bed.connection.configuration);
  }

  assert.deepEqual(configurations, [
    { bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require', iceServers },
    { rtcpMuxPolicy: 'require', ...ofApp },
  ]);
});

test('peers: new ICE servers are for connections that are there, too, and never replace the app’s', async (t) => {
  const iceServers = [{ urls: ['turn:server'], username: 'later', credential: 'c' }];
  for (const configuration of [undefined, { iceServers: [{ urls: 'turn:app' }] }]) {
    const bed = new Bed(t, { configuration });
    await bed.createPeer();
    await bed.perform({ kind: 'setIceServers', peer: 1, iceServers }, { kind: 'setIceServers', peer: 2, iceServers });
    assert.deepEqual(bed.connection.configuration.iceServers, configuration?.iceServers ?? iceServers);
    bed.connection.setConfiguration = () => {
      throw new Error('not now');
    };
    await bed.perform({ kind: 'setIceServers', peer: 1, iceServers });
    assert.deepEqual(bed.logged, ['warn peer 1: not now']);
  }
});

test('peers: the app’s RTCPeerConnection is used instead of the platform’s', async (t) => {
  let made = 0;
  class OfApp extends FakePeerConnection {
    constructor(configuration: RTCConfiguration) {
      super(configuration);
      made++;
    }
  }
  const bed = new Bed(t, { RTCPeerConnection: OfApp as unknown as typeof RTCPeerConnection });

  await bed.createPeer();

  assert.equal(made, 1);
});

test('peers: a connection that cannot be made is a failure of operation 0', async (t) => {
  const bed = new Bed(t);
  FakePeerConnection.failing = { new: new DOMException('Cannot create so many PeerConnections', 'UnknownError') };

  await bed.createPeer();
  await bed.perform(kOffer);

  assert.deepEqual(bed.reported, [
    { kind: 'peerOperationFailed', peer: 1, op: 0, name: 'UnknownError', message: 'Cannot create so many PeerConnections' },
  ]);
});

test('peers: the operations of one peer run one after the other, those of two do not wait for each other', async (t) => {
  const bed = new Bed(t);
  FakePeerConnection.automatic = false;

  await bed.perform(
    { kind: 'createPeer', peer: 1, iceServers: [] },
    { kind: 'createPeer', peer: 2, iceServers: [] },
    { kind: 'setRemoteDescription', peer: 1, op: 1, type: 'offer', sdp: 'remote' },
    { kind: 'addIceCandidate', peer: 1, candidate: { candidate: 'c' } },
    { kind: 'setLocalDescription', peer: 1, op: 2, type: 'answer', iceRestart: false, receiveMedia: false },
    { kind: 'getStats', peer: 2, op: 3 },
  );
  const [first, second] = FakePeerConnection.made as [FakePeerConnection, FakePeerConnection];
  assert.deepEqual(first.calls, ['setRemoteDescription offer remote']);
  assert.deepEqual(second.calls, ['getStats']);
  await second.answer();
  await first.answer();
  assert.deepEqual(first.calls.slice(1), ['addIceCandidate c']);
  await first.answer();
  await first.answer();
  assert.deepEqual(first.calls.slice(2), ['createAnswer', 'setLocalDescription answer']);
  await first.answer();

  assert.deepEqual(bed.reported, [
    { kind: 'peerStats', peer: 2, op: 3, bytesReceived: 0, audioLevel: 0 },
    { kind: 'remoteDescriptionSet', peer: 1, op: 1 },
    { kind: 'localDescriptionSet', peer: 1, op: 2, sdp: 'the answer, as set', transceivers: [] },
  ]);
});

test('peers: a failed operation is reported by its number, and the next one runs', async (t) => {
  const bed = new Bed(t);
  FakePeerConnection.failing = { setRemoteDescription: new DOMException('bad SDP', 'OperationError') };

  await bed.createPeer();
  await bed.perform({ kind: 'setRemoteDescription', peer: 1, op: 4, type: 'answer', sdp: '' }, { kind: 'getStats', peer: 1, op: 5 });

  assert.deepEqual(bed.reported, [
    { kind: 'peerOperationFailed', peer: 1, op: 4, name: 'OperationError', message: 'bad SDP' },
    { kind: 'peerStats', peer: 1, op: 5, bytesReceived: 0, audioLevel: 0 },
  ]);
});

test('peers: a failed candidate is only logged', async (t) => {
  const bed = new Bed(t);
  FakePeerConnection.failing = { addIceCandidate: new DOMException('unknown ufrag', 'OperationError') };

  await bed.createPeer();
  await bed.perform({ kind: 'addIceCandidate', peer: 1, candidate: { candidate: 'c' } });

  assert.deepEqual(bed.reported, []);
  assert.deepEqual(bed.logged, ['warn peer 1: addIceCandidate failed: OperationError: unknown ufrag']);
});

test('peers: a closed peer reports and logs nothing, neither outcomes, failures nor events, and runs nothing more', async (t) => {
  const operations: PeerEffect[] = [
    { kind: 'setRemoteDescription', peer: 1, op: 1, type: 'offer', sdp: '' },
    { kind: 'addIceCandidate', peer: 1, candidate: { candidate: '' } },
  ];
  for (const failing of [{}, { setRemoteDescription: new Error('closed'), addIceCandidate: new Error('closed') }]) {
    for (const operation of operations) {
      const bed = new Bed(t);
      FakePeerConnection.automatic = false;

      await bed.createPeer();
      const { connection } = bed;
      await bed.perform(operation, { kind: 'getStats', peer: 1, op: 2 });
      await bed.perform({ kind: 'closePeer', peer: 1 }, { kind: 'getStats', peer: 1, op: 3 });
      FakePeerConnection.failing = failing;
      await connection.answer();
      connection.fire('connectionstatechange');
      connection.fire('icecandidate', { candidate: null });

      assert.equal(connection.calls.length, 2);
      assert.equal(connection.calls[1], 'close');
      assert.deepEqual([bed.reported, bed.logged], [[], []]);
    }
  }
});

test('peers: the first offer sends what is published and asks to receive both kinds', async (t) => {
  const bed = new Bed(t);
  bed.media.addTrack('A', FakeTrack.of('audio'));
  bed.media.addData('D', { ordered: false });

  await bed.perform(
    { kind: 'createPeer', peer: 1, iceServers: [] },
    { kind: 'addTrack', peer: 1, id: 'A' },
    { kind: 'addDataChannel', peer: 1, id: 'D', label: 'D.1' },
    { ...kOffer, receiveMedia: true },
  );

  assert.deepEqual(bed.connection.calls, ['addTrack audio', 'addTransceiver video recvonly', 'createOffer', 'setLocalDescription offer']);
  assert.deepEqual(
    bed.connection.channels.map(({ label, options }) => ({ label, options })),
    [{ label: 'D.1', options: { ordered: false } }],
  );
  assert.deepEqual(bed.reported, [
    {
      kind: 'localDescriptionSet',
      peer: 1,
      op: 1,
      sdp: 'the offer, as set',
      transceivers: [
        { mid: '0', kind: 'audio', id: 'A' },
        { mid: '1', kind: 'video' },
      ],
    },
  ]);
});

test('peers: of a kept data track the channel is made by what keeps it', async (t) => {
  const bed = new Bed(t);
  const heard: unknown[] = [];
  const keeping: Keeping = {
    open({ channels }, connection, label, who) {
      heard.push(label, who(), channels.size);
      return connection.createDataChannel(label, { protocol: 'kept' });
    },
    forget: (_, participant) => heard.push(participant),
  };
  bed.media.addData('D', { ordered: true }, keeping);
  await bed.perform({ kind: 'createPeer', peer: 1, iceServers: [] }, { kind: 'addDataChannel', peer: 1, id: 'D', label: 'D.1' });
  assert.deepEqual(heard, ['D.1', 'PA of 1', 0]);
  const [channel] = bed.connection.channels;
  assert.deepEqual(channel!.options, { protocol: 'kept' });
  assert.equal(bed.media.dataTrack('D')!.channels.size, 0, 'not for plain messages');
  await bed.perform({ kind: 'removeDataChannel', peer: 1, id: 'D' });
  assert.equal(channel!.closed, true);
});

test('peers: an ICE restart asks for one', async (t) => {
  const bed = new Bed(t);

  await bed.createPeer();
  await bed.perform({ ...kOffer, iceRestart: true });

  assert.deepEqual(bed.connection.calls, ['createOffer iceRestart', 'setLocalDescription offer']);
});

test('peers: an offer is taken back on the side that it came from, and leaves no description to report', async (t) => {
  for (const [signalingState, call] of [
    ['have-local-offer', 'setLocalDescription rollback'],
    ['have-remote-offer', 'setRemoteDescription rollback'],
  ] as const) {
    const bed = new Bed(t);

    await bed.createPeer();
    bed.connection.signalingState = signalingState;
    await bed.perform({ ...kOffer, type: 'rollback' });

    assert.deepEqual(bed.connection.calls, [call]);
    assert.deepEqual(bed.reported, [{ kind: 'localDescriptionSet', peer: 1, op: 1, sdp: '', transceivers: [] }]);
  }
});

test('peers: a removed track leaves its transceiver idle, and another track can take it', async (t) => {
  const bed = new Bed(t);
  bed.media.addTrack('A', FakeTrack.of('audio', 'first'));
  bed.media.addTrack('B', FakeTrack.of('audio', 'second'));

  await bed.createPeer();
  await bed.perform({ kind: 'addTrack', peer: 1, id: 'A' }, kOffer, { kind: 'removeTrack', peer: 1, id: 'A' });
  const [transceiver] = bed.connection.transceivers as [(typeof bed.connection.transceivers)[0]];
  const streams = transceiver.sender.streams;
  assert.deepEqual([transceiver.direction, transceiver.sender.track], ['recvonly', null]);
  transceiver.sender.streams = [];
  await bed.perform({ kind: 'addTrack', peer: 1, id: 'B', mid: '0' }, { ...kOffer, op: 2 });

  assert.equal(bed.connection.transceivers.length, 1);
  assert.deepEqual([transceiver.direction, transceiver.sender.track?.id], ['sendrecv', 'second']);
  assert.deepEqual(transceiver.sender.streams, streams);
  assert.deepEqual(bed.reported.at(-1), {
    kind: 'localDescriptionSet',
    peer: 1,
    op: 2,
    sdp: 'the offer, as set',
    transceivers: [{ mid: '0', kind: 'audio', id: 'B' }],
  });
});

test('peers: a transceiver that does not receive goes from inactive to sendonly and back', async (t) => {
  const bed = new Bed(t);
  bed.media.addTrack('A', FakeTrack.of('audio'));

  await bed.createPeer();
  bed.connection.addTransceiver('audio', { direction: 'inactive' });
  await bed.perform(kOffer, { kind: 'addTrack', peer: 1, id: 'A', mid: '0' });
  const [transceiver] = bed.connection.transceivers as [(typeof bed.connection.transceivers)[0]];
  assert.equal(transceiver.direction, 'sendonly');
  await bed.perform({ kind: 'removeTrack', peer: 1, id: 'A' });

  assert.equal(transceiver.direction, 'inactive');
});

test('peers: all that one peer sends is one stream', async (t) => {
  const bed = new Bed(t);
  bed.media.addTrack('A', FakeTrack.of('audio'));
  bed.media.addTrack('V', FakeTrack.of('video'));

  await bed.createPeer();
  await bed.perform({ kind: 'addTrack', peer: 1, id: 'A' }, { kind: 'addTrack', peer: 1, id: 'V' });

  const [audio, video] = bed.connection.transceivers.map(({ sender }) => sender.streams);
  assert.equal(audio!.length, 1);
  assert.equal(audio![0], video![0]);
});

test('peers: what was unpublished before its turn came is not added', async (t) => {
  const bed = new Bed(t);
  bed.media.addTrack('A', FakeTrack.of('audio'));
  bed.media.addData('D', {});
  bed.peers.perform({ kind: 'createPeer', peer: 1, iceServers: [] });
  bed.peers.perform({ kind: 'addTrack', peer: 1, id: 'A' });
  bed.peers.perform({ kind: 'addDataChannel', peer: 1, id: 'D', label: 'D.1' });
  bed.media.remove('A');
  bed.media.remove('D');

  await bed.perform({ kind: 'removeTrack', peer: 1, id: 'A' }, { kind: 'removeDataChannel', peer: 1, id: 'D' });

  assert.deepEqual([bed.connection.transceivers, bed.connection.channels, bed.logged], [[], [], []]);
});

test('peers: states and candidates are reported as they come', async (t) => {
  const bed = new Bed(t);

  await bed.createPeer();
  const { connection } = bed;
  connection.connectionState = 'connecting';
  connection.fire('connectionstatechange');
  connection.iceConnectionState = 'checking';
  connection.fire('iceconnectionstatechange');
  connection.fire('icecandidate', { candidate: { candidate: 'c', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'u' } });
  connection.fire('icecandidate', { candidate: { candidate: 'd', sdpMid: null, sdpMLineIndex: null, usernameFragment: null } });
  connection.fire('icecandidate', { candidate: null });

  assert.deepEqual(bed.reported, [
    { kind: 'connectionStateChanged', peer: 1, state: 'connecting' },
    { kind: 'iceConnectionStateChanged', peer: 1, state: 'checking' },
    { kind: 'iceCandidateGathered', peer: 1, candidate: { candidate: 'c', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'u' } },
    { kind: 'iceCandidateGathered', peer: 1, candidate: { candidate: 'd' } },
    { kind: 'iceGatheringComplete', peer: 1 },
  ]);
});

test('peers: statistics are the bytes of all inbound media, and the level of the loudest audio', async (t) => {
  const bed = new Bed(t);

  await bed.createPeer();
  bed.connection.stats = [
    { type: 'inbound-rtp', bytesReceived: 100 },
    { type: 'inbound-rtp', bytesReceived: 23 },
    { type: 'inbound-rtp' },
    { type: 'transport', bytesReceived: 999 },
    { type: 'outbound-rtp', bytesSent: 999 },
  ];
  for (const levels of [[], [0.25, 0.5], [0.1]]) {
    bed.connection.addTransceiver('audio', { direction: 'recvonly' });
    bed.connection.transceivers.at(-1)!.receiver.levels = levels;
  }
  await bed.perform({ kind: 'getStats', peer: 1, op: 9 });

  assert.deepEqual(bed.reported, [{ kind: 'peerStats', peer: 1, op: 9, bytesReceived: 123, audioLevel: 16384 }]);
});

for (const [browser, inUse] of [
  [
    'Firefox',
    [
      { id: 'other', type: 'candidate-pair', localCandidateId: 'host', remoteCandidateId: 'host', nominated: true },
      { id: 'pair', type: 'candidate-pair', localCandidateId: 'relay', remoteCandidateId: 'host', nominated: true, selected: true },
      { type: 'remote-inbound-rtp', roundTripTime: 0.0254 },
    ],
  ],
  [
    'Chromium',
    [
      { type: 'transport', selectedCandidatePairId: 'pair' },
      { type: 'remote-inbound-rtp', roundTripTime: 7 },
      { id: 'pair', type: 'candidate-pair', localCandidateId: 'host', remoteCandidateId: 'relay', currentRoundTripTime: 0.0254 },
      { id: 'other', type: 'candidate-pair', localCandidateId: 'host', remoteCandidateId: 'host', currentRoundTripTime: 7 },
    ],
  ],
] satisfies [string, object[]][]) {
  test(`peers: statistics tell of the path in use, as ${browser} writes them`, async (t) => {
    const bed = new Bed(t);

    await bed.createPeer();
    const facts = async (candidates: object[]): Promise<object> => {
      bed.reported.length = 0;
      bed.connection.stats = [...inUse, ...candidates];
      await bed.perform({ kind: 'getStats', peer: 1, op: 9 });
      return bed.reported[0]!;
    };
    const both = [
      { id: 'host', type: 'local-candidate', candidateType: 'host' },
      { id: 'relay', type: 'remote-candidate', candidateType: 'relay' },
    ];
    const direct = [both[0]!, { ...both[1], candidateType: 'srflx' }];
    const common = { kind: 'peerStats', peer: 1, op: 9, bytesReceived: 0, audioLevel: 0, roundTripTime: 25 };

    assert.deepEqual(await facts(both), { ...common, relayed: true });
    assert.deepEqual(await facts(direct), { ...common, relayed: false });
  });
}

test('peers: whole pictures: what sends video begins anew, and nothing else, least of all what nobody wants', async (t) => {
  const options: PeerOptions = {};
  const bed = new Bed(t, options);
  options.sending = new Sending(bed.media, {}, false, (error) => assert.fail(String(error)));
  const senders: FakeSender[] = [];
  await bed.createPeer();
  for (const kind of ['audio', 'video'] as const) {
    bed.media.addTrack(kind, FakeTrack.of(kind));
    await bed.perform({ kind: 'addTrack', peer: 1, id: kind });
    senders.push(bed.connection.transceivers.at(-1)!.sender);
  }
  bed.connection.addTransceiver('video', { direction: 'recvonly' });
  await bed.perform({ kind: 'refreshVideo', peer: 1 });
  assert.deepEqual(
    senders.map(({ activity }) => activity),
    [[], [[false], [true]]],
  );
  await bed.perform({ kind: 'fitTrack', peer: 1, id: 'video', width: 0, height: 0 }, { kind: 'refreshVideo', peer: 1 });
  assert.deepEqual(senders[1]!.encodings, [{ active: false }]);
  await bed.perform({ kind: 'removeTrack', peer: 1, id: 'video' }, { kind: 'fitTrack', peer: 1, id: 'video', width: 0, height: 0 });
  assert.deepEqual(bed.reported, []);
});

test('peers: what is measured of each track, by its signaled id and by its mid; not of connections that are over', async (t) => {
  const bed = new Bed(t);
  const track = new FakeTrack('audio', 'mic');
  bed.media.addTrack('mine', track as unknown as MediaStreamTrack);
  await bed.createPeer();
  await bed.perform({ kind: 'addTrack', peer: 1, id: 'mine' }, kOffer, { kind: 'createPeer', peer: 2, iceServers: [] });
  bed.connection.addTransceiver('video', { direction: 'recvonly' }); // Not negotiated yet: nothing can have come.

  assert.deepEqual(await bed.peers.getStats(), [
    { peer: 1, sent: new Map([['mine', 'of mic']]), received: new Map([['0', 'of remote audio']]) },
    { peer: 2, sent: new Map(), received: new Map() },
  ]);
  track.readyState = 'ended';
  const asked = bed.peers.getStats();
  await bed.perform({ kind: 'closePeer', peer: 2 });
  assert.deepEqual(
    (await asked).map(({ peer }) => peer),
    [2],
    'one that fails is left out',
  );
  assert.deepEqual(await bed.peers.getStats(), []);
});

test('peers: a remote track is reported by its mid and found by it', async (t) => {
  const bed = new Bed(t);

  await bed.createPeer();
  bed.connection.addTransceiver('video', { direction: 'recvonly' });
  const [transceiver] = bed.connection.transceivers as [(typeof bed.connection.transceivers)[0]];
  transceiver.mid = '5';
  bed.connection.fire('track', { track: transceiver.receiver.track, transceiver });

  assert.deepEqual(bed.reported, [{ kind: 'trackAdded', peer: 1, mid: '5', trackKind: 'video' }]);
  assert.equal(bed.peers.remoteTrack(1, '5'), transceiver.receiver.track);
  assert.equal(bed.peers.remoteTrack(1, '6'), undefined);
  assert.equal(bed.peers.remoteTrack(2, '5'), undefined);
  await bed.perform({ kind: 'closePeer', peer: 1 });
  assert.equal(bed.peers.remoteTrack(1, '5'), undefined);
});

test('peers: messages of a remote data channel wait until somebody listens, in order', async (t) => {
  const bed = new Bed(t);
  const channel = new FakeDataChannel('D');
  const heard: unknown[] = [];

  await bed.createPeer();
  bed.connection.fire('datachannel', { channel });
  channel.receive('1');
  channel.receive('2');
  bed.peers.remoteChannel(1, 'D')?.listen((message) => heard.push(message));
  channel.receive('3');

  assert.deepEqual(bed.reported, [{ kind: 'dataChannelAdded', peer: 1, label: 'D' }]);
  assert.equal(channel.binaryType, 'arraybuffer');
  assert.deepEqual(heard, ['1', '2', '3']);
});

test('peers: of what nobody listens to only so much is kept', async (t) => {
  const bed = new Bed(t);
  const channel = new FakeDataChannel('D');
  let heard = 0;

  await bed.createPeer();
  bed.connection.fire('datachannel', { channel });
  for (let count = 0; count < 100; count++) {
    channel.receive(new ArrayBuffer(64 * 1024));
  }
  bed.peers.remoteChannel(1, 'D')?.listen(() => heard++);
  const early = heard;
  channel.receive('more');

  assert.equal(early, 15);
  assert.equal(heard, 16);
});

test('peers: a remote data channel that closed is no longer found, unless another took its label', async (t) => {
  const bed = new Bed(t);
  const [first, second] = [new FakeDataChannel('D'), new FakeDataChannel('D')];

  await bed.createPeer();
  bed.connection.fire('datachannel', { channel: first });
  bed.connection.fire('datachannel', { channel: second });
  first.dispatchEvent(new Event('close'));
  assert.equal(bed.peers.remoteChannel(1, 'D')?.channel, second);
  second.dispatchEvent(new Event('close'));

  assert.equal(bed.peers.remoteChannel(1, 'D'), undefined);
});

test('media: data goes to every open channel of the track, and one that fails stops none', async (t) => {
  const bed = new Bed(t);
  bed.media.addData('D', {});
  for (const peer of [1, 2, 3]) {
    await bed.perform({ kind: 'createPeer', peer, iceServers: [] }, { kind: 'addDataChannel', peer, id: 'D', label: 'D' });
  }
  const channels = FakePeerConnection.made.map((connection) => connection.channels[0]!);

  channels[0]!.closed = true;
  bed.media.send('D', 'first');
  await bed.perform({ kind: 'removeDataChannel', peer: 2, id: 'D' });
  bed.media.send('D', 'second');
  await bed.perform({ kind: 'closePeer', peer: 3 });
  bed.media.send('D', 'third');
  bed.media.send('unknown', 'fourth');

  assert.deepEqual(
    channels.map(({ sent }) => sent),
    [[], ['first'], ['first', 'second']],
  );
  assert.equal(channels[1]!.closed, true);
});

test('media: a replaced track is sent by every peer that sends the old one, which is stopped', async (t) => {
  const bed = new Bed(t);
  const [old, fresh] = [FakeTrack.of('video', 'old'), FakeTrack.of('video', 'fresh')];
  bed.media.addTrack('V', old);
  for (const peer of [1, 2, 3, 4]) {
    await bed.perform({ kind: 'createPeer', peer, iceServers: [] });
    if (peer < 4) {
      await bed.perform({ kind: 'addTrack', peer, id: 'V' });
    }
  }
  const senders = FakePeerConnection.made.slice(0, 3).map((connection) => connection.transceivers[0]!.sender);

  await bed.perform({ kind: 'removeTrack', peer: 2, id: 'V' }, { kind: 'closePeer', peer: 3 });
  bed.media.replaceTrack('V', fresh);
  await bed.perform({ kind: 'addTrack', peer: 4, id: 'V' });

  assert.deepEqual(
    [...senders, FakePeerConnection.made[3]!.transceivers[0]!.sender].map(({ track }) => track?.id),
    ['fresh', undefined, 'old', 'fresh'],
  );
  assert.deepEqual([old.readyState, fresh.readyState], ['ended', 'live']);
});

test('media: a replacement for a track that is gone is stopped', () => {
  const media = new LocalMedia();
  const track = FakeTrack.of('video');

  media.replaceTrack('V', track);

  assert.equal(track.readyState, 'ended');
});

test('media: a sender that refuses a replacement is reported', async (t) => {
  const reported: unknown[] = [];
  stubGlobals(t, { reportError: (error: unknown) => reported.push(error) });
  const media = new LocalMedia();
  const refusal = new DOMException('needs negotiation', 'InvalidModificationError');
  media.addTrack('V', FakeTrack.of('video'));
  media.track('V')!.senders.add({ replaceTrack: () => Promise.reject(refusal) } as unknown as RTCRtpSender);

  media.replaceTrack('V', FakeTrack.of('video'));
  await settle();

  assert.deepEqual(reported, [refusal]);
});

test('media: removed or closed, the tracks are stopped', () => {
  const media = new LocalMedia();
  const tracks = [FakeTrack.of('audio'), FakeTrack.of('video')] as const;
  media.addTrack('A', tracks[0]);
  media.addTrack('V', tracks[1]);

  media.remove('A');
  assert.deepEqual(
    tracks.map(({ readyState }) => readyState),
    ['ended', 'live'],
  );
  media.close();

  assert.equal(tracks[1].readyState, 'ended');
  assert.equal(media.track('V'), undefined);
});

test('peers: every negotiation obeys the preferences, and limits what is sent once it has ended', async (t) => {
  const applied: unknown[] = [];
  const sending = { apply: (sender: unknown) => applied.push(sender) } as unknown as Sending;
  const preferred: unknown[] = [];
  const codecs: Codecs = { prefer: (connection) => void preferred.push(connection), rewrite: (sdp) => `${sdp} as preferred` };
  const bed = new Bed(t, { codecs, sending });
  bed.media.addTrack('A', FakeTrack.of('audio'));
  await bed.createPeer();
  await bed.perform({ kind: 'addTrack', peer: 1, id: 'A' });
  const { connection } = bed;

  connection.signalingState = 'have-local-offer';
  await bed.perform(kOffer);
  assert.deepEqual([preferred, applied], [[connection], []]);

  connection.signalingState = 'stable';
  await bed.perform({ kind: 'setRemoteDescription', peer: 1, op: 2, type: 'answer', sdp: 'v=0' });
  assert.equal(connection.calls.at(-1), 'setRemoteDescription answer v=0 as preferred');
  assert.deepEqual(applied, [connection.transceivers[0]!.sender]);

  codecs.prefer = () => {
    throw new Error('not this one');
  };
  await bed.perform({ ...kOffer, op: 3, type: 'answer' });
  assert.deepEqual(bed.logged, ['warn peer 1: not this one']);
  assert.equal(connection.calls.at(-1), 'setLocalDescription answer');
});
