// Sections 6 and 7: the own participant.

import { alike, equal, isError, next, ok, rejection, row, soon, thrown, until } from './check.js';
import { capture, differs, join, joinScripted, localAudio, localVideo, options, scripted, sdk, token, type LocalTrack } from './lab.js';
import { ScriptedServer, type Message } from './sockets.js';
import { noteEvents } from './room.js';

row('6/properties', 'what a participant says of itself', async () => {
  const { localParticipant } = await join();
  alike([localParticipant.state, localParticipant.networkQualityLevel, localParticipant.networkQualityStats], ['connected', null, null]);
  equal(typeof localParticipant.signalingRegion, 'string', 'signalingRegion');
});

row('7/publish', 'publishTrack() gives the publication, and trackPublished follows', async () => {
  const { localParticipant } = await join();
  const track = await localAudio('mine');
  const order: string[] = [];
  const said = next<[unknown]>(localParticipant, 'trackPublished').then(([argument]) => (order.push('event'), argument));
  const publication = await localParticipant.publishTrack(track);
  order.push('promise');
  ok(publication.track === track, 'it is of this track');
  alike([publication.kind, publication.trackName, publication.priority, publication.isTrackEnabled], ['audio', 'mine', 'standard', true]);
  ok((await said) === publication, 'the event says the publication');
  alike(order, ['promise', 'event']);
});

row('7/publish-no-event', 'tracks given to connect() get no trackPublished', async () => {
  const room = await join('alice', { tracks: [new sdk.LocalDataTrack()] });
  const noted = noteEvents({ local: room.localParticipant });
  await until('it is published', () => room.localParticipant.tracks.size === 1);
  await room.localParticipant.publishTrack(new sdk.LocalDataTrack());
  await soon();
  equal(noted.filter((line) => line.includes('trackPublished')).length, 1, 'only the later one');
});

row('7/publish-media', 'a MediaStreamTrack is wrapped, with the options given', async () => {
  const { localParticipant } = await join();
  const media = await capture('video');
  const publication = await localParticipant.publishTrack(media, { name: 'cam', priority: 'high' });
  ok(publication.track instanceof sdk.LocalVideoTrack, 'it is a LocalVideoTrack');
  alike([publication.trackName, publication.track.id, publication.priority], ['cam', media.id, 'high']);
});

row('7/publish-again', 'what is published already gives its publication, also by its MediaStreamTrack', async () => {
  const { localParticipant } = await join();
  const track = await localAudio();
  const [first, second] = await Promise.all([localParticipant.publishTrack(track), localParticipant.publishTrack(track)]);
  ok(first === second, 'two calls at once');
  ok((await localParticipant.publishTrack(track)) === first, 'a later call');
  ok((await localParticipant.publishTrack(track.mediaStreamTrack)) === first, 'its media');
  equal(localParticipant.tracks.size, 1);
});

row('7/republish', 'a track that is published again has another SID', async () => {
  const { localParticipant } = await join();
  const track = await localAudio();
  const first = await localParticipant.publishTrack(track);
  localParticipant.unpublishTrack(track);
  const second = await localParticipant.publishTrack(track);
  ok(first.trackSid !== second.trackSid, 'they differ');
  ok(second.track === track, 'the track is the same');
});

row('7/publish-all', 'publishTracks() gives the publications in order', async () => {
  const { localParticipant } = await join();
  const tracks: LocalTrack[] = [await localVideo(), new sdk.LocalDataTrack(), await localAudio()];
  const publications = await localParticipant.publishTracks(tracks);
  ok(
    publications.every(({ track }, at) => track === tracks[at]),
    'in order',
  );
});

const refusing = (code: number) => ({
  update: ({ participant }: Message) => ({
    type: 'update',
    published: {
      revision: Date.now() % 1e9,
      tracks: (participant as { tracks: { id: string }[] }).tracks.map(({ id }) => ({
        id,
        state: 'failed',
        error: { code, message: 'no' },
      })),
    },
  }),
});

row('7/refused', 'what the server refuses rejects with its error, and trackPublicationFailed follows', async () => {
  const { room } = await joinScripted(refusing(53304));
  const track = new sdk.LocalDataTrack();
  const failed = next<[{ code: number }, unknown]>(room.localParticipant, 'trackPublicationFailed');
  equal((await rejection(room.localParticipant.publishTrack(track))).code, 53304);
  const [error, of] = await failed;
  equal(error.code, 53304);
  ok(of === track, 'the second argument is the track');
  equal(room.localParticipant.tracks.size, 0);
});

row('7/refused-at-connect', 'tracks given to connect() that are refused: it resolves, and trackPublicationFailed says so', async () => {
  const server: ScriptedServer = new ScriptedServer({
    connect: (body) => ({
      ...server.connected(body),
      published: {
        revision: 1,
        tracks: (body['participant'] as { tracks: { id: string }[] }).tracks.map(({ id }) => ({
          id,
          state: 'failed',
          error: { code: 53302 },
        })),
      },
    }),
  });
  const room = await sdk.connect(token(), scripted(server, { tracks: [new sdk.LocalDataTrack()] }));
  const [error] = await next<[{ code: number }]>(room.localParticipant, 'trackPublicationFailed');
  equal(error.code, 53302);
  equal(room.localParticipant.tracks.size, 0);
  room.disconnect();
});

row('7/name-too-long', 'a name of more than 128 characters is refused with 53302, one that is taken with 53304', async () => {
  const { localParticipant } = await join();
  const publish = (name: string) => localParticipant.publishTrack(new sdk.LocalDataTrack({ name }));
  equal((await rejection(publish('x'.repeat(129)))).code, 53302);
  await publish('taken');
  equal((await rejection(publish('taken'))).code, 53304);
});

row('7/unpublished-early', 'unpublished before it was acknowledged: Error', async () => {
  const { room } = await joinScripted({ update: () => undefined });
  const track = new sdk.LocalDataTrack();
  const publishing = room.localParticipant.publishTrack(track);
  publishing.catch(() => {});
  equal(room.localParticipant.unpublishTrack(track), null, 'what unpublishTrack() returns');
  isError(await rejection(publishing), 'Error', 'was unpublished');
});

row('7/left-meanwhile', 'the room is left meanwhile: Error', async () => {
  const { room } = await joinScripted({ update: () => undefined });
  const publishing = room.localParticipant.publishTrack(new sdk.LocalDataTrack());
  publishing.catch(() => {});
  room.disconnect();
  isError(await rejection(publishing), 'Error', 'LocalParticipant disconnected');
});

row('7/left-before', 'the room has been left: Error', async () => {
  const room = await join();
  room.disconnect();
  isError(await rejection(room.localParticipant.publishTrack(await localAudio())), 'Error', /^Unexpected error: .* cannot be published$/);
});

row('7/unpublish', 'unpublishTrack() gives the publication at once, and does not stop the track', async () => {
  const { localParticipant } = await join();
  const track = await localAudio();
  const publication = await localParticipant.publishTrack(track);
  const noted = noteEvents({ local: localParticipant });
  await soon();
  noted.length = 0;
  ok(localParticipant.unpublishTrack(track) === publication, 'it returns the publication');
  equal(localParticipant.tracks.size, 0);
  equal(track.isStopped, false);
  equal(localParticipant.unpublishTrack(track), null, 'of a track that is not published');
  await soon();
  alike(noted, [], 'events');
});

row('7/unpublish-media', 'a published track is found by its MediaStreamTrack, after restart() by itself', async () => {
  const { localParticipant } = await join();
  const media = await capture('audio');
  const publication = await localParticipant.publishTrack(media);
  ok(localParticipant.unpublishTrack(media) === publication, 'by its media');
  const track = await sdk.createLocalAudioTrack();
  const second = await localParticipant.publishTrack(track);
  await track.restart();
  equal(localParticipant.unpublishTrack(track.mediaStreamTrack), null, 'by its new media');
  ok(localParticipant.unpublishTrack(track) === second, 'by itself');
  track.stop();
});

row('7/unpublish-all', 'unpublishTracks() gives the publications of those that were published', async () => {
  const { localParticipant } = await join();
  const track = await localAudio();
  const publication = await localParticipant.publishTrack(track);
  const gone = localParticipant.unpublishTracks([track, await localVideo()]);
  ok(gone.length === 1 && gone[0] === publication, 'it is that one');
});

row('7/set-parameters', 'setParameters() returns the participant for all it takes', async () => {
  const { localParticipant } = await join();
  const { setParameters } = localParticipant as unknown as { setParameters(this: unknown, parameters?: unknown): unknown };
  for (const good of [undefined, null, {}, { maxAudioBitrate: null }, { maxVideoBitrate: 0 }, { maxAudioBitrate: 16000 }]) {
    ok(setParameters.call(localParticipant, good) === localParticipant, 'it returns the participant');
  }
});

row('7/set-parameters-sender', 'setParameters() limits what is sent', async () => {
  const senders: RTCRtpSender[] = [];
  const { setParameters } = RTCRtpSender.prototype;
  const limits: unknown[] = [];
  RTCRtpSender.prototype.setParameters = function (this: RTCRtpSender, parameters: RTCRtpSendParameters, ...rest: []) {
    senders.push(this);
    limits.push(parameters.encodings[0]?.maxBitrate);
    return setParameters.call(this, parameters, ...rest);
  };
  try {
    const room = await join('alice', { tracks: [await localAudio()] });
    await join('bob');
    await until('it is published', () => room.localParticipant.tracks.size === 1);
    (room.localParticipant as unknown as { setParameters(parameters: object): void }).setParameters({ maxAudioBitrate: 12345 });
    await until('the limit is set', () => limits.includes(12345), 3000);
  } finally {
    RTCRtpSender.prototype.setParameters = setParameters;
  }
});

row('7/network-quality-configuration', 'setNetworkQualityConfiguration() returns the participant', async () => {
  const { localParticipant } = await join();
  const { setNetworkQualityConfiguration: set } = localParticipant as unknown as {
    setNetworkQualityConfiguration(this: unknown, configuration: unknown): unknown;
  };
  ok(set.call(localParticipant, { local: 1, remote: 1 }) === localParticipant, 'it does');
});

row('7/track-events', 'enable, disable, stop: the participant says the track', async () => {
  const { localParticipant } = await join();
  const track = await localVideo();
  await localParticipant.publishTrack(track);
  const heard: unknown[] = [];
  for (const name of ['trackDisabled', 'trackEnabled', 'trackStopped']) {
    localParticipant.on(name, (...args: unknown[]) => heard.push([name, args.length, args[0] === track]));
  }
  track.disable().enable().stop();
  alike(
    heard,
    ['trackDisabled', 'trackEnabled', 'trackStopped'].map((name) => [name, 1, true]),
  );
  equal(localParticipant.tracks.size, 1, 'a stopped track stays published');
});

row('7/started', 'a published track that starts: trackStarted, and trackDimensionsChanged for video', async () => {
  const room = await join();
  const track = await localVideo();
  const started = next<[unknown]>(room.localParticipant, 'trackStarted');
  const sized = next<[unknown]>(room.localParticipant, 'trackDimensionsChanged');
  await room.localParticipant.publishTrack(track);
  ok((await started)[0] === track, 'trackStarted says the track');
  ok((await sized)[0] === track, 'trackDimensionsChanged says the track');
});

row('7/silent-after-unpublish', 'after unpublishing the participant says nothing of the track', async () => {
  const { localParticipant } = await join();
  const track = await localAudio();
  await localParticipant.publishTrack(track);
  await until('it has started', () => track.isStarted);
  localParticipant.unpublishTrack(track);
  await soon();
  const noted = noteEvents({ local: localParticipant });
  track.disable().enable().stop();
  alike(noted, []);
});

row('7/first-reconnected', 'the participant is not reconnected right after connecting', async () => {
  const room = await sdk.connect(token(), options());
  const noted = noteEvents({ local: room.localParticipant });
  await soon();
  const spurious = differs('a defect of twilio-video.js (rsp 17.3)', { official: ['local reconnected 0'], holdfast: [] });
  alike(noted, spurious);
  room.disconnect();
});

row('7/unpublish-throws', 'unpublishTrack() throws for what is no track', async () => {
  const { localParticipant } = await join();
  for (const bad of [undefined, null, {}, 'x'])
    isError(
      thrown(() => localParticipant.unpublishTrack(bad as never)),
      'TypeError',
      'track must be',
    );
});

row('7/two-rooms', 'one track in two Rooms: two publications with SIDs of their own', async () => {
  const track = await localAudio();
  const rooms = [await join('alice'), await join('bob')];
  const [first, second] = await Promise.all(rooms.map((room) => room.localParticipant.publishTrack(track)));
  ok(first !== second && first!.trackSid !== second!.trackSid, 'they differ');
  rooms[0]!.disconnect();
  equal(rooms[1]!.localParticipant.tracks.size, 1, 'the other stays');
  equal(track.isStopped, false);
});
