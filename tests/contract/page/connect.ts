// Section 3: connect(), its options and the ways in which it fails.

import { alike, equal, isError, ok, rejection, row, until, within } from './check.js';
import { capture, differs, join, joinScripted, localAudio, options, scripted, sdk, token, type LocalTrack, type Room } from './lab.js';
import { ScriptedServer, hex, type Message } from './sockets.js';

const connectWith = (more: object, withToken: unknown) => sdk.connect(withToken as string, scripted(new ScriptedServer(), more));

row('3/never-throws', 'every failure is a rejection, none is thrown', async () => {
  const call = sdk.connect as unknown as (...args: unknown[]) => Promise<unknown>;
  for (const promise of [call(), call(null), call(token(), { tracks: null }), call(token(), { logLevel: 'loud' })]) {
    ok(((await rejection(promise)) as unknown) instanceof Error, 'it rejects with an Error');
  }
});

row('3/token-type', 'a token that is no string is a TypeError', async () => {
  for (const bad of [undefined, null, 1, {}]) isError(await rejection(connectWith({}, bad)), 'TypeError', 'token must be a string');
});

row('3/tracks-type', 'tracks that are no array of tracks are a TypeError', async () => {
  for (const tracks of [null, 'x', {}, [null], [{}], ['x']]) {
    isError(await rejection(connectWith({ tracks }, token())), 'TypeError', /must be an? Array of LocalAudioTrack|LocalAudioTrack/);
  }
});

row('3/undefined-options', 'an option that is undefined is one that is not given', async () => {
  const room = await sdk.connect(
    token(),
    options({ tracks: undefined, audio: undefined, video: undefined, name: undefined, logLevel: undefined }),
  );
  await until('both are acquired', () => room.localParticipant.tracks.size === 2);
  room.disconnect();
});

row('3/log-level', 'a bad log level is a RangeError that says what is good', async () => {
  isError(await rejection(connectWith({ logLevel: 'loud' }, token())), 'RangeError', 'level must be one of');
});

row('3/options-kind', 'what is no object counts as no options', async () => {
  const call = sdk.connect as unknown as (...args: unknown[]) => Promise<unknown> & { cancel(): void };
  for (const bad of [null, [], 'x']) {
    const promise = call(token(), bad);
    promise.cancel();
    isError(await rejection(promise), 'Error', 'Canceled');
  }
});

row('3/options-untouched', 'the options given are not changed', async () => {
  const given = options({ tracks: undefined, audio: { name: 'mine' }, video: false });
  delete given.tracks;
  Object.freeze(given);
  const room = await sdk.connect(token(), given);
  room.disconnect();
  alike(given.audio, differs('twilio-video.js deletes the name', { official: {}, holdfast: { name: 'mine' } }));
});

row('3/name', 'the room is asked for by its name, and has it', async () => {
  const room = await join('alice', { name: 'Über ✓' });
  equal(room.name, 'Über ✓');
});

row('3/name-sid', 'the room can be asked for by its SID', async () => {
  const room = await join();
  const other = await join('bob', { name: room.sid });
  equal(other.sid, room.sid);
  equal(other.name, room.name);
});

row('3/no-name', 'without a name it is a room of its own, named by its SID', async () => {
  const room = await join('alice', { name: null });
  equal(room.name, room.sid);
});

row('3/tracks', 'tracks are published: LocalTracks as they are, MediaStreamTracks wrapped', async () => {
  const track = await localAudio('mine');
  const media = await capture('video');
  const room = await join('alice', { tracks: [track, media, new sdk.LocalDataTrack({ name: 'data' })] });
  const { tracks } = room.localParticipant;
  await until('they are published', () => tracks.size === 3);
  const byKind = Object.fromEntries([...tracks.values()].map((publication) => [publication.kind, publication.track as LocalTrack]));
  ok(byKind['audio'] === track, 'the LocalTrack is the same object');
  ok(byKind['video'] instanceof sdk.LocalVideoTrack, 'the MediaStreamTrack has become a LocalVideoTrack');
  ok((byKind['video'] as { mediaStreamTrack: unknown }).mediaStreamTrack === media, 'of that media');
  equal(byKind['video'].name, media.id);
});

row('3/tracks-twice', 'the same MediaStreamTrack twice counts once', async () => {
  const media = await capture('audio');
  const room = await join('alice', { tracks: [media, media] });
  await until('it is published', () => room.localParticipant.tracks.size > 0);
  await room.localParticipant.publishTrack(new sdk.LocalDataTrack());
  equal(room.localParticipant.audioTracks.size, 1);
});

row('3/tracks-are-the-apps', 'tracks that were given are not stopped, neither by disconnect() nor by a failure', async () => {
  const track = await localAudio();
  const room = await join('alice', { tracks: [track] });
  room.disconnect();
  equal(track.isStopped, false, 'after disconnect()');
  await rejection(sdk.connect('bad token', options({ tracks: [track] })));
  equal(track.isStopped, false, 'after a failure');
});

const acquired = async (more: object): Promise<Room> => {
  const given = options(more);
  if (!('tracks' in more)) delete given.tracks;
  const room = await sdk.connect(token(), given);
  await until('the tracks are published', () => room.localParticipant.tracks.size >= kinds(more).length);
  return room;
};
const kinds = (more: { audio?: unknown; video?: unknown; tracks?: unknown }): string[] =>
  more.tracks
    ? []
    : !('audio' in more || 'video' in more)
      ? ['audio', 'video']
      : ['audio', 'video'].filter((kind) => more[kind as 'audio']);

for (const [says, more] of [
  ['without tracks, audio and video: both are acquired', {}],
  ['audio alone: video is not acquired', { audio: true }],
  ['video alone, by constraints: audio is not acquired', { video: { width: 160, height: 120 } }],
  ['tracks: audio and video are ignored', { audio: true, video: true, tracks: [] }],
] as [string, object][]) {
  row(`3/acquires-${Object.keys(more).join('-') || 'both'}`, says, async () => {
    const room = await acquired(more);
    const published = [...room.localParticipant.tracks.values()];
    alike(published.map(({ kind }) => kind).sort(), kinds(more));
    room.disconnect();
    for (const { track } of published)
      equal((track as { isStopped?: boolean }).isStopped, true, 'acquired tracks are stopped when it is over');
  });
}

row('3/acquired-stop-on-failure', 'acquired tracks are stopped when connecting fails', async () => {
  const made: MediaStreamTrack[] = [];
  const { mediaDevices } = navigator;
  const native = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    const stream = await native(constraints);
    made.push(...stream.getTracks());
    return stream;
  };
  try {
    const given = options({ audio: true });
    delete given.tracks;
    await rejection(sdk.connect('bad token', given));
    await until('they are stopped', () => made.length > 0 && made.every((track) => track.readyState === 'ended'));
  } finally {
    delete (mediaDevices as Partial<MediaDevices>).getUserMedia;
  }
});

row('3/acquire-fails', 'the error of getUserMedia is passed on', async () => {
  const given = options({ video: { deviceId: { exact: 'none' } } });
  delete given.tracks;
  equal((await rejection(sdk.connect(token(), given))).name, 'OverconstrainedError');
});

row('3/ice-servers', 'iceServers, iceTransportPolicy and rtcConfiguration get to the RTCPeerConnection; the last one wins', async () => {
  const seen: RTCConfiguration[] = [];
  const Native = RTCPeerConnection;
  globalThis.RTCPeerConnection = new Proxy(Native, {
    construct(target, [configuration]: [RTCConfiguration]) {
      seen.push(configuration);
      return new target(configuration);
    },
  });
  try {
    const iceServers = [{ urls: 'stun:127.0.0.1:3478' }];
    const rtcConfiguration = { iceServers: [{ urls: 'stun:127.0.0.1:3479' }] };
    for (const more of [{ iceServers }, { iceServers, rtcConfiguration, iceTransportPolicy: 'relay' as const }]) {
      await joinWithOffer(more);
    }
    const urls = seen.map((configuration) => configuration.iceServers?.map((server) => server.urls).join());
    alike([...new Set(urls)], ['stun:127.0.0.1:3478', 'stun:127.0.0.1:3479'], 'servers');
    equal(seen.at(-1)!.iceTransportPolicy, 'relay', 'policy');
    await joinWithOffer({ bundlePolicy: 'balanced' });
    equal(seen.at(-1)!.bundlePolicy, 'balanced', 'what is given at top level');
  } finally {
    globalThis.RTCPeerConnection = Native;
  }
});

// A link is asked for, so that there is a connection also where none is made without need.
async function joinWithOffer(more: object): Promise<void> {
  const { server } = await joinScripted({}, more);
  const link = { id: '00000000-0000-4000-8000-000000000001', description: { type: 'create-offer', revision: 1 } };
  server.say({ type: 'update', peer_connections: [link] });
  await until('an offer comes', () => server.heard.some((message) => JSON.stringify(message).includes('"offer"')));
}

row('3/wire-name', 'the server hears the name, the token and the tracks', async () => {
  const { server } = await joinScripted({}, { name: 'here', tracks: [new sdk.LocalDataTrack({ name: 'd' })] });
  const said = server.heard.find(({ type }) => type === 'connect')!;
  equal(said['name'], 'here');
  equal(said['token'], token());
  const { tracks } = said['participant'] as { tracks: Record<string, unknown>[] };
  alike(
    tracks.map(({ kind, name, enabled, priority }) => ({ kind, name, enabled, priority })),
    [{ kind: 'data', name: 'd', enabled: true, priority: 'standard' }],
  );
});

row('3/media-revision', 'a unmuted and a muted track are told as they are', async () => {
  const muted = await localAudio('muted');
  muted.disable();
  const { server } = await joinScripted({}, { tracks: [muted] });
  const { tracks } = server.heard.find(({ type }) => type === 'connect')!['participant'] as { tracks: { enabled: boolean }[] };
  equal(tracks[0]!.enabled, false);
});

const TOKENS: [string, number, string][] = [
  ['expired', 20104, 'an expired token'],
  ['of an unknown key', 20103, 'a token of an unknown key'],
  ['wrongly signed', 20107, 'a wrongly signed token'],
  ['without a grant', 20106, 'a token without a video grant'],
];
for (const [name, code, says] of TOKENS) {
  row(`3/token-${code}`, `${says} is ${code}`, async () => equal((await rejection(sdk.connect(token(name), options()))).code, code));
}

row('3/token-20101', 'what is no token is 20101', async () => {
  equal((await rejection(sdk.connect('badToken', options()))).code, 20101);
});

/** How connect() fails on a server, by the code it rejects with. */
const failure = async (answers: Record<string, (message: Message) => Message | undefined>, more = {}) =>
  (await rejection(sdk.connect(token(), scripted(new ScriptedServer(answers), more)))).code;

row('3/refused', 'a server that takes no connections is 53000, after one attempt', async () => {
  const server = new ScriptedServer();
  server.refuses = true;
  equal((await rejection(sdk.connect(token(), scripted(server)))).code, 53000);
});

row('3/closes', 'a server that closes: 53000; with 1000: 53001', async () => {
  for (const [closeCode, code] of [
    [1011, 53000],
    [1000, 53001],
  ] as const) {
    const server: ScriptedServer = new ScriptedServer({ connect: () => void server.drop(closeCode) as undefined });
    equal((await rejection(sdk.connect(token(), scripted(server)))).code, code, `code after ${closeCode}`);
  }
});

row('3/busy', 'a server that is busy for good is 53006', async () => {
  equal(await failure({ hello: () => ({ type: 'busy', retryAfter: -1, keepAlive: false }) }), 53006);
});

row('3/bad', 'a server that calls the handshake bad is 53000', async () => {
  equal(await failure({ hello: () => ({ type: 'bad', reason: 'so it is' }) }), 53000);
});

row('3/completed', 'a room that is completed meanwhile is 53118, a plain disconnected 53001', async () => {
  equal(await failure({ connect: () => ({ type: 'disconnected', status: 'completed' }) }), 53118);
  equal(await failure({ connect: () => ({ type: 'disconnected' }) }), 53001);
});

row('3/no-participant', 'connected without a participant is 53003', async () => {
  equal(
    await failure({ connect: () => ({ type: 'connected', session: 'SE1', options: { session_timeout: 30 }, sid: hex('RM', 1) }) }),
    53003,
  );
});

row(
  '3/no-options',
  'connected without options: it settles all the same',
  async () => {
    const answers = {
      connect: ({ name }: Message) => ({
        type: 'connected',
        session: 'SE1',
        sid: hex('RM', 1),
        name,
        participant: { sid: hex('PA', 1), identity: 'alice' },
      }),
    };
    const settled = sdk.connect(token(), scripted(new ScriptedServer(answers))).then(
      (room) => room.disconnect(),
      () => {},
    );
    await within(1000, 'the outcome', settled);
  },
  { officialFails: 'it never settles (rsp 11)' },
);

row('3/ice-url', 'an ICE URL that no browser takes is 53405', async () => {
  const server = new ScriptedServer({ ice: () => ({ type: 'iced', ice_servers: [{ urls: 'nonsense:' }] }) });
  const given = scripted(server);
  delete given.iceServers;
  equal((await rejection(sdk.connect(token(), given))).code, 53405);
});

row('3/bitrates', 'maxVideoBitrate with preferredVideoCodecs auto is a TypeError', async () => {
  isError(await rejection(connectWith({ preferredVideoCodecs: 'auto', maxVideoBitrate: 1 }, token())), 'TypeError');
});

row('3/bandwidth-profile', 'bandwidthProfile is checked: RangeError for values, TypeError for types', async () => {
  const wrong: [object, string][] = [
    [{ mode: 'x' }, 'RangeError'],
    [{ trackSwitchOffMode: 'x' }, 'RangeError'],
    [{ maxSubscriptionBitrate: 'x' }, 'TypeError'],
    [{ maxTracks: 1, clientTrackSwitchOffControl: 'auto' }, 'TypeError'],
  ];
  for (const [video, name] of wrong) isError(await rejection(connectWith({ bandwidthProfile: { video } }, token())), name);
});

row('3/unknown-options', 'options that nobody knows are ignored, and those without effect in peer-to-peer rooms', async () => {
  const more = { nonsense: 1, automaticSubscription: false, region: 'ie1', dominantSpeaker: true, networkQuality: true, enableDscp: true };
  const room = await join('alice', more);
  equal(room.state, 'connected');
});
