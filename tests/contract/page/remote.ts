// Sections 8, 9.4, 9.5 and the remote part of 10: others, as they are seen here.

import { alike, equal, isError, next, ok, row, soon, thrown, until } from './check.js';
import { join, meet, peer, peerTracks, sdk, type LocalTrack, type Meeting, type RemoteTrack, type RemoteTrackPublication } from './lab.js';
import { noteEvents } from './room.js';

interface Remote extends Meeting {
  publication: RemoteTrackPublication;
  track: RemoteTrack;
  local: LocalTrack;
}

/** Alice subscribes to one track of Bob. */
async function subscribe(kind: 'audio' | 'video' | 'data'): Promise<Remote> {
  const local = (await peerTracks()).find((one) => one.kind === kind)!;
  const meeting = await meet([local]);
  const { remoteBob } = meeting;
  await until('it is published', () => remoteBob.tracks.size === 1);
  const [publication] = [...remoteBob.tracks.values()] as [RemoteTrackPublication];
  await until('it is subscribed to', () => publication.track);
  return { ...meeting, publication, track: publication.track as RemoteTrack, local };
}

type Media = Extract<RemoteTrack, { mediaStreamTrack: MediaStreamTrack }>;

row('8/order-enabled', 'track, publication, participant, Room: in this order a mute is said', async () => {
  const { alice, remoteBob, publication, track, local } = await subscribe('audio');
  await until('it has started', () => (track as Media).isStarted);
  const noted = noteEvents({ room: alice, participant: remoteBob, publication, track });
  const said = next(alice, 'trackDisabled');
  (local as { disable(): void }).disable();
  await said;
  alike(noted, ['track disabled 1', 'publication trackDisabled 0', 'participant trackDisabled 1', 'room trackDisabled 2']);
  alike([publication.isTrackEnabled, (track as Media).isEnabled, (track as Media).mediaStreamTrack.enabled], [false, false, true]);
});

row('8/order-subscribed', 'publication, participant, Room: in this order a subscription is said', async () => {
  const { alice, bob, remoteBob } = await meet();
  const noted = noteEvents({ room: alice, participant: remoteBob });
  const publications: RemoteTrackPublication[] = [];
  remoteBob.on('trackPublished', (publication) => {
    publications.push(publication);
    publication.on('subscribed', (track) => noted.push(`publication subscribed ${publication.track === track}`));
  });
  const said = next<[unknown, unknown, unknown]>(alice, 'trackSubscribed');
  await bob.localParticipant.publishTrack(new peer.LocalDataTrack());
  const [track, publication, participant] = await said;
  ok(publication === publications[0] && participant === remoteBob && track === publications[0]!.track, 'the arguments are right');
  alike(noted, [
    'participant trackPublished 1',
    'room trackPublished 2',
    'publication subscribed true',
    'participant trackSubscribed 2',
    'room trackSubscribed 3',
  ]);
});

row('8/order-unpublished', 'unsubscribed, then unpublished; the publication has left the Maps', async () => {
  const { alice, bob, remoteBob, publication, track, local } = await subscribe('data');
  const noted = noteEvents({ room: alice, participant: remoteBob, publication, track });
  const said = next<[unknown, unknown]>(alice, 'trackUnpublished');
  bob.localParticipant.unpublishTrack(local);
  const [of, participant] = await said;
  ok(of === publication && participant === remoteBob, 'the arguments are right');
  alike([remoteBob.tracks.size, remoteBob.dataTracks.size, publication.track, publication.isSubscribed], [0, 0, null, false]);
  alike(noted, [
    'publication unsubscribed 1',
    'participant trackUnsubscribed 2',
    'room trackUnsubscribed 3',
    'participant trackUnpublished 1',
    'room trackUnpublished 2',
  ]);
});

row('8/maps', 'publications are in the Map of their kind', async () => {
  const { remoteBob } = await meet(await peerTracks());
  await until('they are there', () => remoteBob.tracks.size === 3);
  for (const kind of ['audio', 'video', 'data'] as const) {
    const [[sid, publication]] = [...remoteBob[`${kind}Tracks`]] as [[string, RemoteTrackPublication]];
    equal(publication.kind, kind);
    ok(remoteBob.tracks.get(sid) === publication && publication.trackSid === sid, 'it is in both Maps');
  }
});

row('10/remote', 'what a remote publication says of its track', async () => {
  const { publication, track, bob } = await subscribe('video');
  alike(
    [publication.kind, publication.trackName, publication.isSubscribed, publication.isTrackEnabled, publication.publishPriority],
    ['video', 'video', true, true, 'standard'],
  );
  equal(publication.trackSid, [...bob.localParticipant.tracks.keys()][0], 'SID');
  equal(track.sid, publication.trackSid, 'SID of the track');
  equal(track.name, 'video');
});

row('10/remote-muted', 'a track that was muted before is subscribed to as muted', async () => {
  const local = (await peerTracks())[0] as Extract<LocalTrack, { kind: 'audio' }>;
  local.disable();
  const { remoteBob } = await meet([local]);
  await until('it is there', () => remoteBob.tracks.size === 1);
  const [publication] = [...remoteBob.tracks.values()] as [RemoteTrackPublication];
  equal(publication.isTrackEnabled, false);
  await until('it is subscribed to', () => publication.track);
  equal((publication.track as Media).isEnabled, false);
});

row('10/publish-priority', 'a new priority: publication, participant, Room', async () => {
  const { alice, bob, remoteBob, publication } = await subscribe('data');
  const noted = noteEvents({ room: alice, participant: remoteBob, publication });
  const said = next<[string, unknown, unknown]>(alice, 'trackPublishPriorityChanged');
  [...bob.localParticipant.tracks.values()][0]!.setPriority('high');
  const [priority, of, participant] = await said;
  equal(priority, 'high');
  ok(of === publication && participant === remoteBob, 'the arguments are right');
  equal(publication.publishPriority, 'high');
  alike(noted, ['publication publishPriorityChanged 1', 'participant trackPublishPriorityChanged 2', 'room trackPublishPriorityChanged 3']);
});

row('9/remote-properties', 'what a remote audio or video track says of itself', async () => {
  const { track } = await subscribe('video');
  const { kind, isEnabled, isSwitchedOff, priority, processedTrack, mediaStreamTrack } = track as Media;
  alike([kind, isEnabled, isSwitchedOff, priority, processedTrack], ['video', true, false, null, null]);
  equal(mediaStreamTrack.kind, 'video');
  equal('id' in track, false, 'id');
});

row('9/remote-started', 'started, once, with the track; dimensions are known then', async () => {
  const { track } = await subscribe('video');
  const media = track as Extract<RemoteTrack, { kind: 'video' }>;
  const { dimensions } = media;
  if (!media.isStarted) ok((await next<[unknown]>(media, 'started'))[0] === media, 'the argument is the track');
  equal(media.isStarted, true);
  ok(media.dimensions === dimensions && dimensions.width! > 0 && dimensions.height! > 0, 'the same object has the size');
});

row('9/remote-attach', 'media that nobody shows is off; attach() turns it on again', async () => {
  const { track } = await subscribe('audio');
  const media = track as Media;
  equal(media.mediaStreamTrack.enabled, true, 'before the first attach()');
  const [first, second] = [media.attach(), media.attach()];
  media.detach(first);
  equal(media.mediaStreamTrack.enabled, true, 'while one is attached');
  media.detach(second);
  equal(media.mediaStreamTrack.enabled, false, 'after the last detach()');
  media.attach(first);
  equal(media.mediaStreamTrack.enabled, true, 'after attach()');
  equal(media.isEnabled, true, 'isEnabled has nothing to do with it');
});

row('9/remote-priority', 'setPriority() returns the track and is kept; RangeError for another', async () => {
  for (const kind of ['video', 'data'] as const) {
    const { track, bob } = await subscribe(kind);
    ok(track.setPriority('low') === track, 'it returns the track');
    equal(track.priority, 'low');
    equal(track.setPriority(null).priority, null);
    isError(
      thrown(() => track.setPriority('x' as never)),
      'RangeError',
      'priority must be one of',
    );
    bob.disconnect();
    await soon();
  }
});

row('9/remote-switch', 'switchOn(), switchOff() and setContentPreferences() throw unless they were asked for', async () => {
  const { track } = await subscribe('video');
  for (const name of ['switchOn', 'switchOff', 'setContentPreferences']) {
    isError(
      thrown(() => (track as unknown as Record<string, (argument: object) => void>)[name]!({})),
      'Error',
      'Invalid state',
    );
  }
});

row('9/remote-new-object', 'each subscription has a track object of its own', async () => {
  const { bob, remoteBob, track, local } = await subscribe('data');
  bob.localParticipant.unpublishTrack(local);
  await until('it is gone', () => remoteBob.tracks.size === 0);
  await bob.localParticipant.publishTrack(local);
  await until('it is back', () => [...remoteBob.tracks.values()][0]?.track);
  ok([...remoteBob.tracks.values()][0]!.track !== track, 'it is another');
});

row('9/remote-data', 'text and binary messages arrive, with the track', async () => {
  const { alice, track, local } = await subscribe('data');
  const data = track as Extract<RemoteTrack, { kind: 'data' }>;
  const sent = local as Extract<LocalTrack, { kind: 'data' }>;
  alike([data.isEnabled, data.isSwitchedOff, data.priority], [true, false, null]);
  alike([data.ordered, data.maxPacketLifeTime, data.maxRetransmits, data.reliable], [true, null, null, true]);
  const messages: unknown[] = [];
  data.on('message', (message, of) => messages.push(typeof message === 'string' ? message : [...new Uint8Array(message)], of === data));
  await until('it is open', () => {
    if (messages.length === 0) sent.send('hä ✓');
    return messages.length > 0;
  });
  messages.length = 0;
  equal(sent.send(new Uint8Array([1, 2]).buffer), undefined, 'what send() returns');
  sent.send(new Uint8Array([0, 3, 4]).subarray(1));
  sent.send('end');
  await until('all arrive', () => messages.includes('end'));
  alike(messages.slice(messages.findIndex(Array.isArray)), [[1, 2], true, [3, 4], true, 'end', true]);
  alice.disconnect();
});

row('9/remote-data-options', 'the limits of a data track are seen by the others', async () => {
  const alice = await join();
  const tracks = [new peer.LocalDataTrack({ maxRetransmits: 0, ordered: false }), new peer.LocalDataTrack({ maxPacketLifeTime: 50 })];
  await join('bob', { tracks }, peer);
  await until('they are subscribed to', () =>
    [...alice.participants.values()].some(
      ({ tracks: { size }, dataTracks }) => size === 2 && [...dataTracks.values()].every(({ track }) => track),
    ),
  );
  const [bob] = [...alice.participants.values()];
  const seen = tracks.map(({ name }) => [...bob!.dataTracks.values()].find(({ trackName }) => trackName === name)!.track!);
  alike(
    seen.map(({ maxRetransmits, maxPacketLifeTime, ordered, reliable }) => [maxRetransmits, maxPacketLifeTime, ordered, reliable]),
    [
      [0, null, false, false],
      [null, 50, true, false],
    ],
  );
});

row('9/send-anywhere', 'send() never throws, published or not', () => {
  const track = new sdk.LocalDataTrack();
  for (const data of ['x', new Blob(['x']), new ArrayBuffer(1), new Uint8Array(1)]) equal(track.send(data), undefined);
});
