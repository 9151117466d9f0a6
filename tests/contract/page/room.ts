// Section 5: the Room, what happens to others in it, and what becomes of it.

import { alike, equal, next, ok, row, soon, until } from './check.js';
import {
  described,
  differs,
  join,
  joinScripted,
  localAudio,
  meet,
  peer,
  peerTracks,
  sdk,
  type RemoteParticipant,
  type Room,
} from './lab.js';
import { cutNetwork, healNetwork, hex } from './sockets.js';

interface Emitter {
  emit(event: string, ...args: unknown[]): boolean;
}

/** Notes everything that these emit, in order: '<name> <event> <number of arguments>'. */
export function noteEvents(emitters: Record<string, object>): string[] {
  const noted: string[] = [];
  for (const [name, emitter] of Object.entries(emitters) as [string, Emitter][]) {
    const emit = emitter.emit.bind(emitter);
    const value = (event: string, ...args: unknown[]) => {
      noted.push(`${name} ${event} ${args.length}`);
      return emit(event, ...args);
    };
    Object.defineProperty(emitter, 'emit', { value, configurable: true });
  }
  return noted;
}

row('5/properties', 'what a new Room says of itself', async () => {
  const room = await join();
  alike(
    [room.state, room.dominantSpeaker, room.isRecording, room.mediaRegion, room.participants.size],
    ['connected', null, false, null, 0],
  );
  equal(room.localParticipant.identity, 'alice');
});

row('5/participants', 'those who were there are in the Map, with their tracks, and are not announced', async () => {
  await join('bob', { tracks: [new peer.LocalDataTrack({ name: 'd' })] }, peer);
  const room = await join();
  const announced: unknown[] = [];
  room.on('participantConnected', (participant) => announced.push(participant));
  const [[sid, bob]] = [...room.participants] as [[string, RemoteParticipant]];
  equal(sid, bob.sid);
  equal(bob.identity, 'bob');
  equal(bob.state, 'connected');
  equal([...bob.tracks.values()][0]!.trackName, 'd');
  await soon();
  alike(announced, [], 'who was announced');
});

row('5/participant-connected', 'who comes is announced, once it is in the Map, with its tracks', async () => {
  const room = await join();
  const announced: unknown[] = [];
  room.on('participantConnected', (participant) => {
    announced.push(room.participants.get(participant.sid) === participant, participant.identity, participant.tracks.size);
    participant.on('trackPublished', () => announced.push('trackPublished'));
  });
  const come = next<[RemoteParticipant]>(room, 'participantConnected');
  await join('bob', { tracks: [new peer.LocalDataTrack()] }, peer);
  const [participant] = await come;
  await until('the track is subscribed to', () => [...participant.tracks.values()].every(({ isSubscribed }) => isSubscribed));
  alike(announced, [true, 'bob', 1]);
});

row('5/participant-disconnected', 'who goes has left the Map, keeps its publications, and has no tracks', async () => {
  const { alice, bob, remoteBob } = await meet([new peer.LocalDataTrack()]);
  await until('the track is subscribed to', () => [...remoteBob.tracks.values()][0]?.track);
  const noted = noteEvents({ participant: remoteBob, room: alice });
  const seen = next<[RemoteParticipant]>(alice, 'participantDisconnected').then(([participant]) => [
    participant === remoteBob,
    alice.participants.size,
    participant.state,
    participant.tracks.size,
    [...participant.tracks.values()][0]!.track,
    [...participant.tracks.values()][0]!.isSubscribed,
  ]);
  bob.disconnect();
  alike(await seen, [true, 0, 'disconnected', 1, null, false]);
  const room = ['participant trackUnsubscribed 2', 'room trackUnsubscribed 3', 'room participantDisconnected 1'];
  const at = differs('twilio-video.js says it first if one message tells that the participant and its tracks are gone', {
    official: 0,
    holdfast: 2,
  });
  alike(noted, room.toSpliced(at, 0, 'participant disconnected 1'));
});

row('5/disconnect', 'disconnect() returns the Room; everything has been emitted by then', async () => {
  const { alice, remoteBob } = await meet([new peer.LocalDataTrack({ name: 'd' })]);
  const track = await localAudio();
  await alice.localParticipant.publishTrack(track);
  await soon();
  const [publication] = [...remoteBob.tracks.values()];
  await until('the track is subscribed to', () => publication!.track);
  const noted = noteEvents({ local: alice.localParticipant, publication: publication!, participant: remoteBob, room: alice });
  const states: unknown[] = [];
  alice.localParticipant.on('disconnected', (participant) => states.push(participant.state, alice.localParticipant.tracks.size));
  alice.on('disconnected', (room, error) => states.push(room === alice, error, room.state, alice.localParticipant.tracks.size));
  ok(alice.disconnect() === alice, 'it returns the Room');
  alike(noted, [
    'local disconnected 1',
    'publication unsubscribed 1',
    'participant trackUnsubscribed 2',
    'room trackUnsubscribed 3',
    'room disconnected 2',
  ]);
  alike(states, ['disconnected', 1, true, undefined, 'disconnected', 1]);
  equal(alice.localParticipant.tracks.size, 0, 'local publications afterwards');
});

row('5/after-disconnect', 'participants stay listed as they were, state connected; nothing more is emitted', async () => {
  const { alice, bob, remoteBob } = await meet([new peer.LocalDataTrack()]);
  await until('the track is subscribed to', () => [...remoteBob.tracks.values()][0]?.track);
  alice.disconnect();
  const noted = noteEvents({ participant: remoteBob, room: alice, local: alice.localParticipant });
  alike([alice.participants.size, remoteBob.state, remoteBob.tracks.size], [1, 'connected', 1]);
  alice.disconnect();
  bob.disconnect();
  await soon();
  alike(noted, []);
});

row('5/listeners-gone', 'an app’s track ends with as many listeners as the app has added', async () => {
  const tracks = [await localAudio(), new sdk.LocalDataTrack()];
  const room = await join('alice', { tracks });
  await until('they are published', () => room.localParticipant.tracks.size === 2);
  room.disconnect();
  for (const track of tracks) {
    for (const event of ['enabled', 'disabled', 'started', 'stopped', 'message']) equal(track.listenerCount(event), 0, event);
  }
});

row('5/completed', 'a room that is completed: disconnected with 53118', async () => {
  const { room, server } = await joinScripted();
  const ended = next<[Room, { code: number }]>(room, 'disconnected');
  server.say({ type: 'disconnected', status: 'completed' });
  equal((await ended)[1].code, 53118);
});

row('5/told-to-go', 'a plain disconnected, or a close with 1000: the room is over', async () => {
  const code = differs('docs/reconnection.md: whoever is removed is told so', { official: undefined, holdfast: 53001 });
  for (const end of ['disconnected', 'close'] as const) {
    const { room, server } = await joinScripted();
    const ended = next<[Room, { code: number } | undefined]>(room, 'disconnected');
    if (end === 'close') server.drop(1000);
    else server.say({ type: 'disconnected' });
    equal((await ended)[1]?.code, code, `code after ${end}`);
  }
});

row('5/duplicate-identity', 'the same identity twice: the first one is disconnected with 53205', async () => {
  const room = await join();
  const ended = next<[Room, { code: number }]>(room, 'disconnected');
  await join();
  equal((await ended)[1].code, 53205);
});

row('5/reconnecting', 'signaling goes and comes back: states, events and their order', async () => {
  const room = await join();
  await join('bob', {}, peer); // Whoever is alone would be disconnected later by twilio-video.js (D1).
  await until('bob is there', () => room.participants.size === 1);
  await soon();
  const noted = noteEvents({ local: room.localParticipant, room });
  const states: unknown[] = [];
  room.localParticipant.on('reconnecting', (participant) =>
    states.push(participant === room.localParticipant, participant.state, room.state),
  );
  const away = next<[{ code: number }]>(room, 'reconnecting');
  const back = next(room, 'reconnected');
  cutNetwork();
  equal((await away)[0].code, 53001);
  equal(room.state, 'reconnecting');
  healNetwork();
  alike(await back, [], 'arguments of reconnected');
  alike([room.state, room.localParticipant.state], ['connected', 'connected']);
  await soon();
  alike(states, [true, 'reconnecting', 'reconnecting']);
  const own = ['local reconnecting 1', 'room reconnecting 1', 'local reconnected 0', 'room reconnected 0'];
  const both = noted.filter((line) => !/reconnectProgress|participantRe|local connected/.test(line));
  alike(both, own);
});

row('5/media-reconnecting', 'media go and come back: the Room says so with 53405, the own participant does not', async () => {
  const connections: Breakable[] = [];
  class Breakable extends RTCPeerConnection {
    isBroken = false;
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
    }
    override get iceConnectionState(): RTCIceConnectionState {
      return this.isBroken ? 'failed' : super.iceConnectionState;
    }
    override get connectionState(): RTCPeerConnectionState {
      return this.isBroken ? 'failed' : super.connectionState;
    }
    break(isBroken: boolean): void {
      this.isBroken = isBroken;
      for (const event of ['iceconnectionstatechange', 'connectionstatechange']) this.dispatchEvent(new Event(event));
    }
  }
  const alice = await join('alice', { tracks: [await localAudio()], RTCPeerConnection: Breakable });
  await join('bob', {}, peer);
  const connected = () => connections.find(({ connectionState }) => connectionState === 'connected');
  await until('they are connected', connected);
  const connection = connected()!;
  await soon();
  const noted = noteEvents({ local: alice.localParticipant, room: alice });
  const away = next<[{ code: number }]>(alice, 'reconnecting');
  const back = next(alice, 'reconnected');
  connection.break(true);
  equal((await away)[0].code, 53405);
  const [bob] = [...alice.participants.values()] as [RemoteParticipant];
  alike([alice.state, alice.localParticipant.state], ['reconnecting', 'connected']);
  connection.break(false);
  alike(await back, [], 'arguments of reconnected');
  alike([alice.state, alice.localParticipant.state], ['connected', 'connected']);
  await until('so is the other', () => bob.state === 'connected');
  // Holdfast says besides whose media they are, and how it goes.
  const both = noted.filter((line) => !/reconnectProgress|participantRe/.test(line));
  alike(both, ['room reconnecting 1', 'room reconnected 0']);
});

row(
  '5/lone-reconnect',
  'who is alone stays connected after signaling was away',
  async () => {
    const { room, server } = await joinScripted({ connect: (body) => ({ ...joined(body), options: { session_timeout: 1 } }) });
    const back = next(room, 'reconnected');
    server.drop();
    await back;
    let ended = false;
    room.once('disconnected', () => (ended = true));
    const start = performance.now();
    await until('the session timeout is over', () => ended || performance.now() - start > 1500);
    equal(room.state, 'connected');
  },
  { officialFails: 'D1: the timer of lost signaling runs on' },
);

const joined = ({ name }: Record<string, unknown>) => ({
  type: 'connected',
  session: 'SE1',
  sid: hex('RM', 1),
  name,
  participant: { sid: hex('PA', 1), identity: 'alice' },
  participants: [],
});

row('5/given-up', 'signaling that does not come back: disconnected after the session timeout', async () => {
  const { room, server } = await joinScripted({ connect: (body) => ({ ...joined(body), options: { session_timeout: 1 } }) });
  const ended = next<[Room, { code: number }]>(room, 'disconnected');
  server.refuses = true;
  server.drop();
  const code = differs('docs/reconnection.md: 53000 is an end, 53001 a beginning', { official: 53001, holdfast: 53000 });
  equal((await ended)[1].code, code);
});

row('5/session-lost', 'a server that has forgotten us: disconnected with 53204', async () => {
  const { room, server } = await joinScripted({ sync: () => ({ type: 'error', code: 53204, message: '' }) });
  const ended = next<[Room, { code: number }]>(room, 'disconnected');
  server.drop();
  equal((await ended)[1].code, 53204);
});

row('5/missed', 'what happened while signaling was away is caught up with', async () => {
  const there = described(2, 'bob', ['audio']);
  const { room, server } = await joinScripted({
    connect: (body) => ({ ...joined(body), options: { session_timeout: 30 }, participants: [there] }),
    sync: (body) => ({ ...joined(body), type: 'synced', participants: [described(3, 'carol', ['video'])] }),
  });
  const gone = next<[RemoteParticipant]>(room, 'participantDisconnected');
  const come = next<[RemoteParticipant]>(room, 'participantConnected');
  server.drop();
  equal((await gone)[0].identity, 'bob');
  equal((await come)[0].identity, 'carol');
});

row('5/participant-reconnecting', 'the signaling of another goes and comes back: arguments, states', async () => {
  const bob = (state: string, revision: number) => ({ ...described(2, 'bob'), state, revision });
  const { room, server } = await joinScripted({
    connect: (body) => ({ ...joined(body), options: { session_timeout: 30 }, participants: [bob('connected', 1)] }),
  });
  const [participant] = [...room.participants.values()] as [RemoteParticipant];
  const noted = noteEvents({ participant, room });
  const away = next<[RemoteParticipant, unknown]>(room, 'participantReconnecting');
  server.say({ type: 'update', participants: [bob('reconnecting', 2)] });
  const [first, second] = await away;
  ok(first === participant, 'the first argument is the participant');
  const code = (second as { code?: number }).code;
  equal(code, differs('Holdfast says what is away, the original the participant once more', { official: undefined, holdfast: 53001 }));
  equal(participant.state, 'reconnecting');
  const back = next<[RemoteParticipant]>(room, 'participantReconnected');
  server.say({ type: 'update', participants: [bob('connected', 3)] });
  ok((await back)[0] === participant, 'the argument is the participant');
  equal(participant.state, 'connected');
  await soon();
  alike(
    noted.filter((line) => line !== 'participant connected 1').map((line) => line.replace(/ \d$/, '')),
    ['participant reconnecting', 'room participantReconnecting', 'participant reconnected', 'room participantReconnected'],
  );
});

row('5/room-events', 'each event of a remote track reaches the Room with the participant as the last argument', async () => {
  const { alice, bob, remoteBob } = await meet();
  const [track, , data] = await peerTracks();
  const noted = noteEvents({ room: alice, participant: remoteBob });
  const heard: unknown[][] = [];
  const names = [
    'trackPublished',
    'trackSubscribed',
    'trackStarted',
    'trackDisabled',
    'trackEnabled',
    'trackUnsubscribed',
    'trackUnpublished',
  ];
  for (const name of [...names, 'trackMessage'])
    alice.on(name, (...args: unknown[]) => heard.push([name, args.length, args.at(-1) === remoteBob]));
  await bob.localParticipant.publishTracks([track!]);
  await until('it has started', () => heard.some(([name]) => name === 'trackStarted'));
  (track as { disable(): void }).disable();
  await until('it is disabled', () => heard.some(([name]) => name === 'trackDisabled'));
  (track as { enable(): void }).enable();
  await until('it is enabled', () => heard.some(([name]) => name === 'trackEnabled'));
  bob.localParticipant.unpublishTrack(track!);
  await until('it is unpublished', () => heard.some(([name]) => name === 'trackUnpublished'));
  const lengths: Record<string, number> = { trackSubscribed: 3, trackUnsubscribed: 3 };
  alike(
    heard,
    names.map((name) => [name, lengths[name] ?? 2, true]),
  );
  alike(
    noted.map((line) => line.replace(/ \d$/, '')),
    names.flatMap((name) => [`participant ${name}`, `room ${name}`]),
  );
  await bob.localParticipant.publishTrack(data!);
  await until('it arrives', () => {
    (data as { send(text: string): void }).send('hello');
    return heard.some(([name, length]) => name === 'trackMessage' && length === 3);
  });
});

row('5/dimensions', 'trackDimensionsChanged says track and participant', async () => {
  const [, video] = await peerTracks();
  const alice = await join();
  const changed = next<[{ kind: string; dimensions: { width: number } }, RemoteParticipant]>(alice, 'trackDimensionsChanged');
  await join('bob', { tracks: [video!] }, peer);
  const [track, participant] = await changed;
  ok(track.dimensions.width > 0, 'the width is known');
  equal(participant.identity, 'bob');
});

row('5/subscription-failed', 'a subscription that fails is said once: publication, participant, Room', async () => {
  const { room, server } = await joinScripted({
    connect: (body) => ({ ...joined(body), options: { session_timeout: 30 }, participants: [described(2, 'bob', ['audio'])] }),
  });
  const [participant] = [...room.participants.values()] as [RemoteParticipant];
  const [publication] = [...participant.tracks.values()];
  const noted = noteEvents({ publication: publication!, participant, room });
  const failed = next<[{ code: number }, unknown, unknown]>(room, 'trackSubscriptionFailed');
  const error = { code: 53404, message: '' };
  server.say({ type: 'update', subscribed: { revision: 2, tracks: [{ sid: publication!.trackSid, error }] } });
  const args = await failed;
  equal(args[0].code, 53404);
  ok(args[1] === publication && args[2] === participant, 'publication and participant follow');
  alike(noted, ['publication subscriptionFailed 1', 'participant trackSubscriptionFailed 2', 'room trackSubscriptionFailed 3']);
});

row('5/get-stats', 'getStats() gives one report for each connection, none after disconnect()', async () => {
  const room = await join();
  const getStats = () => (room as unknown as { getStats(): Promise<unknown[]> }).getStats();
  ok(Array.isArray(await getStats()), 'it is an array');
  room.disconnect();
  alike(await getStats(), []);
});

row('5/refresh-inactive-media', 'refreshInactiveMedia() returns the Room', async () => {
  const room = await join();
  ok((room as unknown as { refreshInactiveMedia(): unknown }).refreshInactiveMedia() === room, 'it does');
});
