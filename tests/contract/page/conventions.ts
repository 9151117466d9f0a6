// Section 2: what all objects have in common.

import { alike, equal, isError, ok, row, soon, thrown, until } from './check.js';
import { type LocalTrack, capture, differs, join, localAudio, localVideo, meet, peerTracks, sdk, type Meeting } from './lab.js';

const PROPERTIES: Record<string, string> = {
  Room: 'dominantSpeaker isRecording localParticipant name participants sid state mediaRegion',
  LocalParticipant: 'audioTracks dataTracks identity networkQualityLevel networkQualityStats sid state tracks videoTracks signalingRegion',
  RemoteParticipant: 'audioTracks dataTracks identity networkQualityLevel networkQualityStats sid state tracks videoTracks',
  LocalAudioTrack: 'kind name isStarted mediaStreamTrack processedTrack id isEnabled isMuted isStopped noiseCancellation',
  LocalVideoTrack: 'kind name isStarted mediaStreamTrack processedTrack dimensions processor id isEnabled isMuted isStopped',
  LocalDataTrack: 'kind name id maxPacketLifeTime maxRetransmits ordered reliable',
  RemoteAudioTrack: 'kind name isStarted mediaStreamTrack processedTrack isEnabled isSwitchedOff priority sid',
  RemoteVideoTrack: 'kind name isStarted mediaStreamTrack processedTrack isEnabled isSwitchedOff priority sid dimensions processor',
  RemoteDataTrack: 'kind name isEnabled isSwitchedOff maxPacketLifeTime maxRetransmits ordered priority reliable sid',
  LocalTrackPublication: 'trackName trackSid isTrackEnabled kind priority track',
  RemoteTrackPublication: 'trackName trackSid isSubscribed isTrackEnabled kind publishPriority track',
};

const allSubscribed = ({ remoteBob }: Meeting) =>
  until('everything is subscribed', () => remoteBob.tracks.size === 3 && [...remoteBob.tracks.values()].every(({ track }) => track));

/** One object of each kind; Alice has published what Bob has. */
async function everyKind(): Promise<Record<string, object>> {
  const meeting = await meet(await peerTracks());
  const { alice, remoteBob } = meeting;
  const tracks: Record<string, LocalTrack> = { Audio: await localAudio(), Video: await localVideo(), Data: new sdk.LocalDataTrack() };
  await alice.localParticipant.publishTracks(Object.values(tracks));
  await allSubscribed(meeting);
  const objects: Record<string, object> = { Room: alice, LocalParticipant: alice.localParticipant, RemoteParticipant: remoteBob };
  for (const [kind, track] of Object.entries(tracks)) objects[`Local${kind}Track`] = track;
  for (const { track } of remoteBob.tracks.values()) {
    objects[`Remote${track!.kind.replace(/^./, (first) => first.toUpperCase())}Track`] = track!;
  }
  objects['LocalTrackPublication'] = [...alice.localParticipant.tracks.values()][0]!;
  objects['RemoteTrackPublication'] = [...remoteBob.tracks.values()][0]!;
  return objects;
}

row('2/properties', 'the own enumerable properties of every kind of object are exactly the public ones', async () => {
  for (const [kind, object] of Object.entries(await everyKind())) {
    const keys = Object.keys(object).filter((key) => !key.startsWith('_'));
    alike(keys.sort(), PROPERTIES[kind]!.split(' ').sort(), kind);
  }
});

row('2/read-only', 'public properties cannot be set', async () => {
  for (const [kind, object] of Object.entries(await everyKind())) {
    for (const name of PROPERTIES[kind]!.split(' ')) {
      // Left writable by twilio-video.js, for processors.
      if (['processedTrack', 'processor', 'dimensions'].includes(name)) continue;
      const { writable, set } = Object.getOwnPropertyDescriptor(object, name)!;
      ok(writable !== true && set === undefined, `${kind}.${name} is read-only`);
    }
  }
});

row('2/to-json', 'toJSON() is the plain object of the properties, with Maps by SID and media as {}', async () => {
  const objects = await everyKind();
  const copy = JSON.parse(JSON.stringify(objects['Room'])) as Record<string, Record<string, Record<string, Record<string, unknown>>>>;
  alike(Object.keys(copy).sort(), PROPERTIES['Room']!.split(' ').sort(), 'Room');
  const local = copy['localParticipant']!;
  alike(Object.keys(local).sort(), PROPERTIES['LocalParticipant']!.split(' ').sort(), 'LocalParticipant');
  const [[sid, publication]] = Object.entries(local['audioTracks']!) as [[string, Record<string, unknown>]];
  equal(publication['trackSid'], sid, 'key of a Map');
  alike(Object.keys(publication).sort(), PROPERTIES['LocalTrackPublication']!.split(' ').sort(), 'publication');
  const track = publication['track'] as Record<string, unknown>;
  alike(Object.keys(track).sort(), PROPERTIES['LocalAudioTrack']!.split(' ').sort(), 'track');
  alike(track['mediaStreamTrack'], {}, 'MediaStreamTrack');
  alike(track['processedTrack'], null, 'processedTrack');
  const [remote] = Object.values(copy['participants']!);
  alike(Object.keys(remote!).sort(), PROPERTIES['RemoteParticipant']!.split(' ').sort(), 'RemoteParticipant');
  for (const [kind, object] of Object.entries(objects)) {
    const plain = JSON.parse(JSON.stringify(object)) as object;
    alike(Object.keys(plain).sort(), PROPERTIES[kind]!.split(' ').sort(), `toJSON of ${kind}`);
  }
});

row('2/to-string', 'toString() of what has a SID', async () => {
  const { Room: room } = await everyKind();
  const text = differs('the numbers of twilio-video.js count the objects of the page', {
    official: /^\[Room #\d+: RM/,
    holdfast: /^\[object/,
  });
  ok(text.test(String(room)), `${String(room)} is the text of a Room`);
});

row('2/emitter', 'every object is an EventEmitter', async () => {
  const objects = await everyKind();
  const methods = ['on', 'once', 'off', 'addListener', 'removeListener', 'removeAllListeners', 'emit', 'listenerCount', 'prependListener'];
  const more = ['prependOnceListener', 'listeners', 'rawListeners', 'eventNames', 'setMaxListeners', 'getMaxListeners'];
  for (const [kind, object] of Object.entries(objects)) {
    for (const name of [...methods, ...more]) equal(typeof (object as Record<string, unknown>)[name], 'function', `${kind}.${name}`);
  }
});

interface Emitter {
  setMaxListeners(count: number): Emitter;
  getMaxListeners(): number;
  prependOnceListener(event: string, listener: () => void): Emitter;
  rawListeners(event: string): unknown[];
}

row('2/emitter-semantics', 'listeners run in the order they were added, once and prepended ones as in Node', () => {
  const track = new sdk.LocalDataTrack();
  const ran: string[] = [];
  const note = (name: string) => () => void ran.push(name);
  const twice = note('twice');
  track.on('x', note('first')).once('x', note('once')).on('x', twice).on('x', twice).prependListener('x', note('prepended'));
  (track as unknown as Emitter).prependOnceListener('x', note('prepended once'));
  equal(track.listenerCount('x'), 6);
  equal(track.emit('x'), true, 'emit() with listeners');
  track.off('x', twice);
  ran.push('|');
  track.emit('x');
  alike(ran, ['prepended once', 'prepended', 'first', 'once', 'twice', 'twice', '|', 'prepended', 'first', 'twice']);
  equal(track.removeAllListeners('x').emit('x'), false, 'emit() without listeners');
  equal((track as unknown as Emitter).setMaxListeners(3).getMaxListeners(), 3);
});

row('2/emitter-once', 'a once-listener is removed by its own function, and gone before it runs', () => {
  const track = new sdk.LocalDataTrack();
  let ran = 0;
  const listener = () => void (ran += 1 + track.listenerCount('x'));
  track.once('x', listener).removeListener('x', listener);
  track.emit('x');
  equal(ran, 0, 'after its removal');
  track.once('x', listener).emit('x');
  equal(ran, 1, 'when it ran');
});

row('2/emitter-changes', 'listeners added or removed while an event is emitted do not change who gets it', () => {
  const track = new sdk.LocalDataTrack();
  const ran: string[] = [];
  const last = () => void ran.push('last');
  track.on('x', () => track.off('x', last).on('x', () => ran.push('new'))).on('x', last);
  track.emit('x');
  alike(ran, ['last']);
});

row('2/emitter-arguments', 'a listener that is no function is a TypeError', () => {
  const track = new sdk.LocalDataTrack();
  for (const method of ['on', 'once', 'off', 'addListener', 'prependListener', 'removeListener'] as const) {
    isError(
      thrown(() => track[method]('x', undefined as never)),
      'TypeError',
      'listener',
    );
  }
});

row('2/emitter-this', 'listeners run with the object as this', () => {
  const track = new sdk.LocalDataTrack();
  const isThis: boolean[] = [];
  track.on('x', function (this: unknown) {
    isThis.push(this === track);
  });
  track.emit('x');
  alike(isThis, [true]);
});

row('2/on-returns', 'on, once, off and the like return the object', () => {
  const track = new sdk.LocalDataTrack();
  const listener = () => {};
  ok(track.on('x', listener) === track && track.once('x', listener) === track && track.off('x', listener) === track, 'on, once, off');
  ok(track.addListener('x', listener) === track && track.removeListener('x', listener) === track, 'addListener, removeListener');
  ok(track.prependListener('x', listener) === track && track.removeAllListeners() === track, 'prependListener, removeAllListeners');
});

row('2/listener-order', 'a participant’s listener runs before an app’s later listener on the track, for the same change', async () => {
  const room = await join();
  const track = await localAudio();
  await room.localParticipant.publishTrack(track);
  const ran: string[] = [];
  track.on('disabled', () => ran.push('track'));
  [...room.localParticipant.tracks.values()][0]!.on('trackDisabled', () => ran.push('publication'));
  room.localParticipant.on('trackDisabled', () => ran.push('participant'));
  track.disable();
  alike(ran, ['participant', 'publication', 'track']);
});

row('2/maps', 'the Maps are native, live, keyed by SID, and the same for the life of their owner', async () => {
  const room = await join();
  const { localParticipant } = room;
  const { tracks, audioTracks, videoTracks, dataTracks } = localParticipant;
  ok(
    [room.participants, tracks, audioTracks, videoTracks, dataTracks].every((map) => map instanceof Map),
    'they are Maps',
  );
  const publication = await localParticipant.publishTrack(await capture('audio'));
  ok(tracks.get(publication.trackSid) === publication, 'tracks has it');
  ok(audioTracks.get(publication.trackSid) === publication, 'audioTracks has it');
  alike([tracks.size, audioTracks.size, videoTracks.size, dataTracks.size], [1, 1, 0, 0]);
  publication.unpublish();
  alike([tracks.size, audioTracks.size], [0, 0]);
  ok(localParticipant.tracks === tracks && localParticipant.audioTracks === audioTracks, 'the Maps are the same');
});

row('2/sids', 'Room, participants and tracks have SIDs of their kind, 32 hex digits', async () => {
  const room = await join();
  const publication = await room.localParticipant.publishTrack(new sdk.LocalDataTrack());
  ok(/^RM[0-9a-f]{32}$/.test(room.sid), room.sid);
  ok(/^PA[0-9a-f]{32}$/.test(room.localParticipant.sid), room.localParticipant.sid);
  ok(/^MT[0-9a-f]{32}$/.test(publication.trackSid), publication.trackSid);
});

row('2/listener-throws', 'a listener that throws does not undo the change', async () => {
  const track = await localAudio();
  track.on('disabled', () => {
    throw new Error('of the app');
  });
  const reported = new Promise<void>((resolve) =>
    addEventListener('error', (event) => (event.preventDefault(), resolve()), { once: true }),
  );
  const propagates = differs('the error goes to reportError: other listeners and the SDK go on', { official: true, holdfast: false });
  if (propagates)
    isError(
      thrown(() => track.disable()),
      'Error',
      'of the app',
    );
  else {
    track.disable();
    await reported;
  }
  equal(track.isEnabled, false);
  await soon();
});
