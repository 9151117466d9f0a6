// The public objects without core or browser: what apps see of them, what is emitted in which order, what they ask of the core.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { createError, TwilioError } from '../../web/twilio-error.js';
import * as errors from '../../web/errors.js';
import { EventEmitter } from '../../web/events.js';
import { LocalAudioTrack, LocalDataTrack, LocalVideoTrack } from '../../web/local-tracks.js';
import type { ConnectionInfo, MeshLoad } from '../../web/room.js';
import { FakeMediaStreamTrack, makeRoom, participant, task, track } from './fakes.js';

before(() => void Object.assign(globalThis, { MediaStreamTrack: FakeMediaStreamTrack }));

const subscribed = (sid: string, kind: string, peer = 1) =>
  ({ event: 'trackSubscribed', participant: 'PA ada', track: sid, peer, mediaId: 'id', ...(kind !== 'data' && { mid: kind }) }) as const;

describe('what apps see', () => {
  const listed: [string, () => object, string][] = [
    ['Room', () => makeRoom().room, 'dominantSpeaker isRecording localParticipant name participants sid state mediaRegion'],
    [
      'LocalParticipant',
      () => makeRoom().localParticipant,
      'audioTracks dataTracks identity networkQualityLevel networkQualityStats sid state tracks videoTracks signalingRegion',
    ],
    [
      'RemoteParticipant',
      () => makeRoom(participant('ada')).room.participants.get('PA ada')!,
      'audioTracks dataTracks identity networkQualityLevel networkQualityStats sid state tracks videoTracks',
    ],
    [
      'LocalAudioTrack',
      () => new LocalAudioTrack(new FakeMediaStreamTrack('audio').native),
      'kind name isStarted mediaStreamTrack processedTrack id isEnabled isMuted isStopped noiseCancellation',
    ],
    [
      'LocalVideoTrack',
      () => new LocalVideoTrack(new FakeMediaStreamTrack('video').native),
      'kind name isStarted mediaStreamTrack processedTrack dimensions processor id isEnabled isMuted isStopped',
    ],
    ['LocalDataTrack', () => new LocalDataTrack(), 'kind name id maxPacketLifeTime maxRetransmits ordered reliable'],
    [
      'RemoteAudioTrack',
      () => remote('audio').track!,
      'kind name isStarted mediaStreamTrack processedTrack isEnabled isSwitchedOff priority sid',
    ],
    [
      'RemoteVideoTrack',
      () => remote('video').track!,
      'kind name isStarted mediaStreamTrack processedTrack dimensions processor isEnabled isSwitchedOff priority sid',
    ],
    [
      'RemoteDataTrack',
      () => remote('data').track!,
      'kind name isEnabled isSwitchedOff maxPacketLifeTime maxRetransmits ordered priority reliable sid',
    ],
    ['RemoteTrackPublication', () => remote('audio'), 'trackName trackSid isSubscribed isTrackEnabled kind publishPriority track'],
  ];
  const remote = (kind: 'audio' | 'video' | 'data') => {
    const { room, apply } = makeRoom(participant('ada', track('MT1', kind)));
    apply(subscribed('MT1', kind));
    return room.participants.get('PA ada')!.tracks.get('MT1')!;
  };

  for (const [name, make, properties] of listed) {
    test(`${name}: its own enumerable properties, read-only`, () => {
      const object = make() as Record<string, unknown>;
      assert.deepEqual(Object.keys(object), properties.split(' '));
      for (const key of Object.keys(object)) assert.throws(() => (object[key] = 'changed'), TypeError, key);
    });
  }

  test('LocalTrackPublication: its own enumerable properties', async () => {
    const { localParticipant, apply, inputs } = makeRoom();
    const publishing = localParticipant.publishTrack(new LocalDataTrack({ name: 'chat' }));
    apply({ event: 'localTrackPublished', id: publishedId(inputs), sid: 'MT9' });
    assert.deepEqual(Object.keys(await publishing), 'trackName trackSid isTrackEnabled kind priority track'.split(' '));
  });

  test('toJSON: all the way down, Maps by key, MediaStreamTracks empty', () => {
    const { room, apply } = makeRoom(participant('ada', track('MT1', 'audio')));
    apply(subscribed('MT1', 'audio'));
    const json = JSON.parse(JSON.stringify(room));
    assert.equal(json.localParticipant.identity, 'me');
    assert.equal(json.participants['PA ada'].audioTracks.MT1.trackName, 'name of MT1');
    assert.equal(json.participants['PA ada'].tracks.MT1.track.kind, 'audio');
    assert.equal(json.participants['PA ada'].tracks.MT1.track.sid, 'MT1');
  });
});

describe('events and the model', () => {
  test('a participant comes with tracks, publishes, is subscribed, changes and leaves', () => {
    const { room, said, apply, channel } = makeRoom();
    apply({ event: 'participantConnected', participant: participant('ada', track('MT1', 'video')) });
    const ada = room.participants.get('PA ada')!;
    assert.deepEqual([...ada.videoTracks.keys()], ['MT1']);
    apply(
      { event: 'trackPublished', participant: 'PA ada', track: track('MT2', 'data') },
      subscribed('MT1', 'video'),
      subscribed('MT2', 'data'),
    );
    assert(ada.tracks.get('MT1')!.isSubscribed);
    apply({ event: 'trackDisabled', participant: 'PA ada', track: 'MT1' });
    assert.equal(ada.tracks.get('MT1')!.isTrackEnabled, false);
    apply({ event: 'trackEnabled', participant: 'PA ada', track: 'MT1' });
    apply({ event: 'trackPriorityChanged', participant: 'PA ada', track: 'MT1', priority: 'high' });
    assert.equal(ada.tracks.get('MT1')!.publishPriority, 'high');
    channel.receive('hello');
    apply(
      { event: 'trackUnsubscribed', participant: 'PA ada', track: 'MT2' },
      { event: 'trackUnpublished', participant: 'PA ada', track: 'MT2' },
    );
    channel.receive('too late');
    apply({ event: 'participantDisconnected', participant: 'PA ada' });
    assert.deepEqual([ada.state, room.participants.size, ada.tracks.get('MT1')!.track], ['disconnected', 0, null]);
    assert.deepEqual(said, [
      'room.participantConnected ada',
      'ada.trackPublished pub(MT2)',
      'room.trackPublished pub(MT2) ada',
      'ada.trackSubscribed track(MT1) pub(MT1)',
      'room.trackSubscribed track(MT1) pub(MT1) ada',
      'pub(MT2).subscribed track(MT2)',
      'ada.trackSubscribed track(MT2) pub(MT2)',
      'room.trackSubscribed track(MT2) pub(MT2) ada',
      'track(MT1).disabled track(MT1)',
      'pub(MT1).trackDisabled',
      'ada.trackDisabled pub(MT1)',
      'room.trackDisabled pub(MT1) ada',
      'track(MT1).enabled track(MT1)',
      'pub(MT1).trackEnabled',
      'ada.trackEnabled pub(MT1)',
      'room.trackEnabled pub(MT1) ada',
      'pub(MT1).publishPriorityChanged high',
      'ada.trackPublishPriorityChanged high pub(MT1)',
      'room.trackPublishPriorityChanged high pub(MT1) ada',
      'track(MT2).message hello track(MT2)',
      'ada.trackMessage hello track(MT2)',
      'room.trackMessage hello track(MT2) ada',
      'pub(MT2).unsubscribed track(MT2)',
      'ada.trackUnsubscribed track(MT2) pub(MT2)',
      'room.trackUnsubscribed track(MT2) pub(MT2) ada',
      'ada.trackUnpublished pub(MT2)',
      'room.trackUnpublished pub(MT2) ada',
      'track(MT2).message too late track(MT2)',
      'pub(MT1).unsubscribed track(MT1)',
      'ada.trackUnsubscribed track(MT1) pub(MT1)',
      'room.trackUnsubscribed track(MT1) pub(MT1) ada',
      'ada.disconnected ada',
      'room.participantDisconnected ada',
    ]);
  });

  test('messages that came before the subscription follow its event', () => {
    const { said, apply, channel } = makeRoom(participant('ada', track('MT1', 'data')));
    channel.receive('early');
    apply(subscribed('MT1', 'data'));
    assert.deepEqual(said.slice(-2), ['ada.trackMessage early track(MT1)', 'room.trackMessage early track(MT1) ada']);
    assert(said.indexOf('room.trackSubscribed track(MT1) pub(MT1) ada') < said.length - 3);
  });

  test('media that moves to another connection keeps its track, and nothing is emitted', () => {
    const { room, said, apply } = makeRoom(participant('ada', track('MT1', 'audio')));
    apply(subscribed('MT1', 'audio'));
    const known = room.participants.get('PA ada')!.tracks.get('MT1')!.track;
    const count = said.length;
    apply(subscribed('MT1', 'audio'));
    assert.equal(room.participants.get('PA ada')!.tracks.get('MT1')!.track, known);
    assert.equal(said.length, count);
  });

  test('a subscription whose connection is closed by now changes nothing', () => {
    const { room, said, apply } = makeRoom(participant('ada', track('MT1', 'audio')));
    apply(subscribed('MT1', 'audio', 2), { event: 'trackUnsubscribed', participant: 'PA ada', track: 'MT1' });
    assert.deepEqual([said, room.participants.get('PA ada')!.tracks.get('MT1')!.isSubscribed], [[], false]);
  });

  test('signaling is lost and comes back: the Room has the state before the first event', () => {
    const { room, said, apply, localParticipant } = makeRoom(participant('ada'));
    let seen: unknown;
    localParticipant.on('reconnecting', () => (seen = [room.state, localParticipant.state]));
    apply({ event: 'localParticipantReconnecting' }, { event: 'roomReconnecting', error: { code: 53001 } });
    assert.deepEqual(seen, ['reconnecting', 'reconnecting']);
    apply(
      { event: 'participantReconnecting', participant: 'PA ada', error: { code: 53405 } },
      { event: 'participantReconnected', participant: 'PA ada' },
      { event: 'localParticipantReconnected' },
      { event: 'roomReconnected' },
    );
    assert.deepEqual([room.state, localParticipant.state, room.participants.get('PA ada')!.state], ['connected', 'connected', 'connected']);
    assert.deepEqual(said, [
      'me.reconnecting me',
      'room.reconnecting error(53001)',
      'ada.reconnecting ada error(53405)',
      'room.participantReconnecting ada error(53405)',
      'ada.reconnected',
      'room.participantReconnected ada',
      'me.reconnected',
      'room.reconnected',
    ]);
  });

  test('the end: own tracks stopped, events, then everything unpublished; participants stay listed', async () => {
    const { room, said, apply, localParticipant, inputs, state } = makeRoom(participant('ada', track('MT1', 'audio')));
    apply(subscribed('MT1', 'audio'));
    const microphone = new LocalAudioTrack(new FakeMediaStreamTrack('audio').native);
    const publishing = localParticipant.publishTrack(microphone);
    apply({ event: 'localTrackPublished', id: publishedId(inputs), sid: 'MT9' });
    await publishing;
    await task();
    const waiting = localParticipant.publishTrack(new LocalDataTrack());
    said.length = 0;
    let listed: number | undefined;
    room.on('disconnected', () => (listed = localParticipant.tracks.size));

    room.disconnect();
    assert.deepEqual(inputs.at(-1), { kind: 'disconnect' });
    apply(
      { event: 'localParticipantDisconnected' },
      { event: 'trackUnsubscribed', participant: 'PA ada', track: 'MT1' },
      { event: 'roomDisconnected' },
    );
    assert.deepEqual(said, [
      'me.disconnected me',
      'pub(MT1).unsubscribed track(MT1)',
      'ada.trackUnsubscribed track(MT1) pub(MT1)',
      'room.trackUnsubscribed track(MT1) pub(MT1) ada',
      'room.disconnected room undefined',
    ]);
    assert.deepEqual(
      [listed, localParticipant.tracks.size, room.participants.size, state],
      [1, 0, 1, { closed: true, ownTracksStopped: true }],
    );
    await assert.rejects(waiting, /LocalParticipant disconnected/);
    await assert.rejects(localParticipant.publishTrack(new LocalDataTrack()), /cannot be published/);
    assert.equal(microphone.isStopped, false, 'it is the app’s');
    said.length = 0;
    microphone.disable();
    assert.deepEqual(said, [], 'nobody listens to it any more');
  });

  test('a mesh that is too large for video is told of, with how large it is', () => {
    const { room, apply } = makeRoom();
    const loads: MeshLoad[] = [];
    room.on('meshOverloaded', (load) => loads.push(load));
    apply({ event: 'meshOverloaded', participants: 7, limit: 6 });
    assert.deepEqual(loads, [{ participants: 7, limit: 6 }]);
  });

  test('what an app can do about a reconnect and a token that ends', () => {
    const { room, said, apply, inputs } = makeRoom();
    assert.equal(room.reconnectNow(), room);
    assert.equal(room.updateToken('another'), room);
    assert.deepEqual(inputs, [{ kind: 'reconnectNow' }, { kind: 'tokenGiven', op: 0, token: 'another' }]);
    assert.throws(() => room.updateToken(7 as unknown as string), TypeError);
    apply({ event: 'tokenWillExpire' });
    assert.deepEqual(said, ['room.tokenWillExpire']);
  });

  test('connectionInfo and reconnectProgress say what is going on', () => {
    const { room, apply, state } = makeRoom();
    const links = [{ participantSid: 'PA ada', peer: 1, state: 'healthy' as const }];
    state.description = { kind: 'description', signaling: true, attempt: 0, links };
    const calm: ConnectionInfo = { signaling: 'connected', cause: null, attempt: 0, nextAttemptIn: 0, timeLeft: Infinity, links };
    assert.deepEqual(room.connectionInfo, calm);
    assert.ok(!('connectionInfo' in room.toJSON()));

    const told: unknown[] = [];
    room.on('reconnectProgress', (progress) => told.push(progress));
    apply(
      { event: 'roomReconnecting', error: { code: 53001 } },
      { event: 'reconnectProgress', attempt: 1, nextAttemptIn: 40, timeLeft: 30_000 },
      { event: 'reconnectProgress', attempt: 2, nextAttemptIn: 900, timeLeft: 2 ** 52 - 1000 },
    );
    assert.deepEqual(told, [
      { attempt: 1, nextAttemptIn: 40, timeLeft: 30_000 },
      { attempt: 2, nextAttemptIn: 900, timeLeft: Infinity },
    ]);
    state.description = { kind: 'description', signaling: false, attempt: 2, nextAttemptIn: 700, timeLeft: 9000, links: [] };
    const { cause, ...info } = room.connectionInfo;
    assert.equal(cause?.code, 53001);
    assert.deepEqual(info, { signaling: 'reconnecting', attempt: 2, nextAttemptIn: 700, timeLeft: 9000, links: [] });

    delete state.description;
    apply({ event: 'localParticipantDisconnected' }, { event: 'roomDisconnected' });
    assert.deepEqual({ ...room.connectionInfo, cause: null }, { ...calm, signaling: 'disconnected', links: [] });
  });

  test('after a rejoin everything is the same object under another SID, without an event', async () => {
    const { room, said, apply, localParticipant, inputs } = makeRoom();
    const publishing = localParticipant.publishTrack(new LocalAudioTrack(new FakeMediaStreamTrack('audio').native));
    const id = publishedId(inputs);
    apply({ event: 'localTrackPublished', id, sid: 'MT9' });
    const publication = await publishing;
    await task();
    said.length = 0;
    apply({ event: 'roomRejoined', sid: 'RM2', participantSid: 'PA me again' }, { event: 'localTrackPublished', id, sid: 'MT10' });
    await task();
    assert.deepEqual([room.sid, localParticipant.sid, publication.trackSid], ['RM2', 'PA me again', 'MT10']);
    for (const tracks of [localParticipant.tracks, localParticipant.audioTracks]) assert.deepEqual([...tracks], [['MT10', publication]]);
    assert.deepEqual(said, []);
  });

  test('a core that fails ends the Room with 53000 and the cause', () => {
    const { room, said, apply } = makeRoom(participant('ada', track('MT1', 'audio')));
    apply(subscribed('MT1', 'audio'));
    said.length = 0;
    const cause = new Error('trap');
    let reason: TwilioError | undefined;
    room.on('disconnected', (_room, error) => (reason = error));
    room._fail(cause);
    assert.equal(reason?.cause, cause);
    assert.deepEqual(said.at(-1), 'room.disconnected room error(53000)');
    assert.equal(said.filter((line) => line.startsWith('room.trackUnsubscribed')).length, 1);
  });
});

const publishedId = (inputs: readonly object[]) => {
  const published = inputs.findLast((input) => 'track' in input) as { track: { id: string } };
  return published.track.id;
};

describe('publishing', () => {
  test('the core hears of a clone; the promise resolves, then trackPublished; again gives the same', async () => {
    const { localParticipant, apply, inputs, said, record } = makeRoom();
    const source = new FakeMediaStreamTrack('video');
    const video = new LocalVideoTrack(source.native, { name: 'camera' });
    record(video, 'camera');
    const publishing = localParticipant.publishTrack(video, { priority: 'low' });
    const again = localParticipant.publishTrack(video);
    assert.deepEqual(inputs, [
      { kind: 'publish', track: { id: source.clones[0]!.id, kind: 'video', name: 'camera', enabled: true, priority: 'low' } },
    ]);
    apply({ event: 'localTrackPublished', id: source.clones[0]!.id, sid: 'MT9' });
    void publishing.then(() => said.push('resolved'));
    const publication = await publishing;
    await task();
    assert.deepEqual(said, ['resolved', 'me.trackPublished pub(MT9)']);
    assert.equal(await again, publication);
    assert.equal(await localParticipant.publishTrack(source.native), publication);
    assert.deepEqual([publication.track, publication.priority, localParticipant.videoTracks.get('MT9')], [video, 'low', publication]);

    video.disable();
    assert.equal(source.clones[0]!.enabled, false, 'what is sent is muted too');
    assert.deepEqual(inputs.at(-1), { kind: 'setTrackEnabled', id: source.clones[0]!.id, enabled: false });
    publication.setPriority('high');
    assert.deepEqual(inputs.at(-1), { kind: 'setTrackPriority', id: source.clones[0]!.id, priority: 'high' });
    assert.throws(() => publication.setPriority('urgent' as never), RangeError);
    publication.unpublish();
    assert.deepEqual(inputs.at(-1), { kind: 'unpublish', id: source.clones[0]!.id });
    assert.deepEqual([source.clones[0]!.readyState, source.readyState, localParticipant.tracks.size], ['ended', 'live', 0]);
    assert.deepEqual(said.slice(2), ['camera.disabled camera', 'me.trackDisabled camera', 'pub(MT9).trackDisabled']);
    assert.equal(localParticipant.unpublishTrack(video), null);
  });

  test('a refusal rejects with the server’s error and is emitted', async () => {
    const { localParticipant, apply, inputs, said } = makeRoom();
    const publishing = localParticipant.publishTrack(new LocalDataTrack());
    apply({ event: 'localTrackPublicationFailed', id: publishedId(inputs), error: { code: 53304 } });
    await assert.rejects(publishing, errors.TrackNameIsDuplicatedError);
    await task();
    assert.deepEqual(said, ['me.trackPublicationFailed error(53304) track(data)']);
    assert.equal(localParticipant.unpublishTracks([]).length, 0);
  });

  test('unpublished before the server answered', async () => {
    const { localParticipant } = makeRoom();
    const data = new LocalDataTrack();
    const publishing = localParticipant.publishTrack(data);
    assert.equal(localParticipant.unpublishTrack(data), null);
    await assert.rejects(publishing, /was unpublished/);
  });

  test('wrong arguments', async () => {
    const { localParticipant, inputs } = makeRoom();
    await assert.rejects(localParticipant.publishTrack({} as never), TypeError);
    await assert.rejects(localParticipant.publishTrack(new LocalDataTrack(), { priority: 'urgent' as never }), RangeError);
    assert.throws(() => localParticipant.publishTracks('all' as never), TypeError);
    assert.throws(() => localParticipant.unpublishTrack('it' as never), TypeError);
    assert.deepEqual(inputs, []);
  });

  test('a track that the app made cannot be restarted', async () => {
    const video = new LocalVideoTrack(new FakeMediaStreamTrack('video').native);
    await assert.rejects(video.restart(), TypeError);
  });

  test('restart: new media under the same id, still muted, sent in place of the old', async () => {
    const { localParticipant, media, inputs, said, record } = makeRoom();
    const source = new FakeMediaStreamTrack('video');
    const next = new FakeMediaStreamTrack('video');
    const video = new LocalVideoTrack(source.native)._madeBy(() => Promise.resolve(next.native));
    record(video, 'camera');
    void localParticipant.publishTrack(video);
    const id = publishedId(inputs);
    video.disable();
    await video.restart();
    assert.deepEqual([video.id, video.isEnabled, video.isStopped, source.readyState], [source.id, false, false, 'ended']);
    assert.equal(media.track(id)!.track, next.clones[0]!.native);
    assert.equal(next.clones[0]!.enabled, false);
    assert.deepEqual(said.slice(-2), ['camera.stopped camera', 'me.trackStopped camera']);
  });
});

describe('errors', () => {
  test('each of the table: its class, its code, its text', () => {
    const classes = Object.entries(errors).filter(([name]) => name !== 'TwilioError');
    assert.equal(classes.length, 55);
    for (const [name, Coded] of classes as [string, errors.TwilioErrorClass][]) {
      const { code, message } = new Coded();
      const made = createError({ code, message: 'what the server says' });
      assert(made instanceof Coded && made instanceof TwilioError && made instanceof Error, name);
      assert.deepEqual([made.name, made.message, String(made)], ['TwilioError', message, `TwilioError ${code}: ${message}`]);
      assert.deepEqual(Object.keys(new Coded()).sort(), ['code', 'message', 'name', 'stack']);
      assert.equal((made.cause as Error).message, 'what the server says');
    }
  });

  test('of a code that is not in the table the text counts', () => {
    assert.equal(createError({ code: 99999, message: 'new' }).message, 'new');
    assert.equal(createError({ code: 99999 }).message, 'Unknown error');
  });
});

describe('EventEmitter', () => {
  test('order, once, prepend, removal while emitting', () => {
    const emitter = new EventEmitter();
    const said: string[] = [];
    const second = () => said.push('second');
    emitter.on('x', () => {
      said.push('first');
      emitter.off('x', second);
    });
    emitter.on('x', second).once('x', () => said.push('once'));
    emitter.prependListener('x', () => said.push('zeroth'));
    assert.equal(emitter.emit('x'), true);
    assert.equal(emitter.emit('x'), true);
    assert.deepEqual(said, ['zeroth', 'first', 'second', 'once', 'zeroth', 'first']);
    assert.deepEqual([emitter.listenerCount('x'), emitter.eventNames(), emitter.listeners('y')], [2, ['x'], []]);
    assert.equal(emitter.removeAllListeners('x').emit('x'), false);
  });

  test('a listener that throws stops nobody; the error is reported', (t) => {
    const reported: unknown[] = [];
    Object.assign(globalThis, { reportError: (error: unknown) => reported.push(error) });
    t.after(() => Reflect.deleteProperty(globalThis, 'reportError'));
    const emitter = new EventEmitter();
    const said: unknown[] = [];
    emitter.on('x', () => {
      throw new Error('of the app');
    });
    emitter.on('x', (...args: unknown[]) => said.push(...args));
    emitter.emit('x', 1, 2);
    assert.deepEqual(said, [1, 2]);
    assert.match(String(reported[0]), /of the app/);
  });
});
