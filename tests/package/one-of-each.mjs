// One of each object that the package hands out, made as connect() and the core's events make them, on stand-ins for both.

class FakeMediaStreamTrack extends EventTarget {
  static count = 0;
  id = `track ${++FakeMediaStreamTrack.count}`;
  enabled = true;
  muted = false;
  readyState = 'live';

  constructor(kind) {
    super();
    this.kind = kind;
  }

  clone() {
    return new FakeMediaStreamTrack(this.kind);
  }
}

const kinds = ['audio', 'video', 'data'];
const nameOf = (side, kind, what) => `${side}${kind[0].toUpperCase()}${kind.slice(1)}Track${what}`;

/** `sdk`: the package as loaded. Gives the objects by the name of their class. */
export async function oneOfEach(sdk) {
  globalThis.MediaStreamTrack = FakeMediaStreamTrack;
  const nothing = () => {};
  const media = { addTrack: nothing, addData: nothing, track: nothing, remove: nothing, close: nothing };
  const channel = { maxPacketLifeTime: null, maxRetransmits: null, ordered: true };
  const driver = {
    close: nothing,
    describe: nothing,
    remoteTrack: (_peer, mid) => new FakeMediaStreamTrack(mid),
    remoteChannel: () => ({ channel, listen: nothing }),
  };
  const inputs = [];
  const localParticipant = new sdk.LocalParticipant(media, (input) => inputs.push(input));
  const tracks = kinds.map((kind) => ({ sid: `MT ${kind}`, kind, name: kind, enabled: true, priority: 'standard' }));
  const ada = { sid: 'PA ada', identity: 'ada', state: 'connected', tracks };
  const room = new sdk.Room({ sid: 'RM', name: 'room', participants: [ada] }, { driver, media, localParticipant, stopOwnTracks: nothing });
  localParticipant._connected('PA me', 'me', 'here', []);
  const participant = room.participants.get('PA ada');
  const objects = { Room: room, LocalParticipant: localParticipant, RemoteParticipant: participant };

  for (const kind of kinds) {
    const track =
      kind === 'data' ? new sdk.LocalDataTrack() : new sdk[nameOf('Local', kind, '')](new FakeMediaStreamTrack(kind), { name: kind });
    const publishing = localParticipant.publishTrack(track);
    room._apply({ event: 'localTrackPublished', id: inputs.at(-1).track.id, sid: `MT my ${kind}` });
    objects[nameOf('Local', kind, '')] = track;
    objects[nameOf('Local', kind, 'Publication')] = await publishing;

    const publication = participant.tracks.get(`MT ${kind}`);
    room._apply({ event: 'trackSubscribed', participant: 'PA ada', track: `MT ${kind}`, peer: 1, mediaId: 'id', mid: kind });
    objects[nameOf('Remote', kind, '')] = publication.track;
    objects[nameOf('Remote', kind, 'Publication')] = publication;
  }
  return objects;
}
