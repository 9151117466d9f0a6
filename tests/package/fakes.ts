// Stand-ins for what a room is made of, and a recorder of everything that is emitted.
import type { Description, Driver, Input, ParticipantModel, PeerStats, RoomEvent, TrackModel } from '../../js-glue/index.js';
import { LocalMedia, RemoteChannel } from '../../js-glue/index.js';
import type { EventEmitter } from '../../web/events.js';
import { LocalParticipant } from '../../web/local-participant.js';
import { Room, type RoomParts } from '../../web/room.js';

export class FakeMediaStreamTrack extends EventTarget {
  static count = 0;
  enabled = true;
  muted = false;
  readyState = 'live';
  readonly clones: FakeMediaStreamTrack[] = [];

  constructor(
    readonly kind: 'audio' | 'video',
    readonly id = `${kind} ${++FakeMediaStreamTrack.count}`,
  ) {
    super();
  }

  clone(): MediaStreamTrack {
    const clone = new FakeMediaStreamTrack(this.kind);
    clone.enabled = this.enabled;
    this.clones.push(clone);
    return clone.native;
  }

  stop(): void {
    this.readyState = 'ended';
  }

  get native(): MediaStreamTrack {
    return this as unknown as MediaStreamTrack;
  }
}

export class FakeDataChannel extends EventTarget {
  binaryType = 'blob';
  readonly maxPacketLifeTime = null;
  readonly maxRetransmits = 3;
  readonly ordered = false;

  receive(data: unknown): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }
}

export const track = (sid: string, kind: TrackModel['kind'], more: Partial<TrackModel> = {}): TrackModel => ({
  sid,
  kind,
  name: `name of ${sid}`,
  enabled: true,
  priority: 'standard',
  ...more,
});

export const participant = (identity: string, ...tracks: TrackModel[]): ParticipantModel => ({
  sid: `PA ${identity}`,
  identity,
  state: 'connected',
  tracks,
});

export const roomConnected = (...participants: ParticipantModel[]): Extract<RoomEvent, { event: 'roomConnected' }> => ({
  event: 'roomConnected',
  sid: 'RM1',
  name: 'harbour',
  participantSid: 'PA me',
  identity: 'me',
  signalingRegion: 'local',
  participants,
  publications: [],
});

/** A Room on nothing: what it asks of the core is in `inputs`, what is emitted on any of its objects in `said`. */
export function makeRoom(...participants: ParticipantModel[]) {
  return makeRoomWith({}, ...participants);
}
export function makeRoomWith(more: Pick<RoomParts, 'viewing'>, ...participants: ParticipantModel[]) {
  const inputs: Input[] = [];
  const said: string[] = [];
  const names = new Map<unknown, string>();
  const media = new LocalMedia();
  const channel = new FakeDataChannel();
  const state: { closed: boolean; ownTracksStopped: boolean; description?: Description } = { closed: false, ownTracksStopped: false };
  const stats: PeerStats[] = [];
  const remoteChannel = new RemoteChannel(channel as unknown as RTCDataChannel);
  const driver = {
    dispatch: (input: Input) => void inputs.push(input),
    describe: () => state.description,
    getStats: () => Promise.resolve(stats),
    remoteTrack: (peer: number, mid: string) => (peer === 1 ? new FakeMediaStreamTrack(mid as 'audio' | 'video').native : undefined),
    remoteChannel: () => remoteChannel,
    close: () => (state.closed = true),
  } as unknown as Driver;
  const localParticipant = new LocalParticipant(media, (input) => driver.dispatch(input));
  const event = roomConnected(...participants);
  const room = new Room(event, { driver, media, localParticipant, stopOwnTracks: () => (state.ownTracksStopped = true), ...more });
  localParticipant._connected(event.participantSid, event.identity, event.signalingRegion, event.publications);

  /** From here on everything this object emits is on the record. */
  const record = (object: EventEmitter, name: string): void => {
    if (names.has(object)) return;
    names.set(object, name);
    const emit = object.emit.bind(object);
    const value = (event: string, ...args: unknown[]) => {
      adopt(args);
      said.push([`${name}.${event}`, ...args.map(describe)].join(' '));
      return emit(event, ...args);
    };
    Object.defineProperty(object, 'emit', { value });
  };
  const adopt = (args: unknown[]) => {
    for (const arg of args as { sid?: string; trackSid?: string; identity?: string; kind?: string; trackName?: string }[]) {
      if (!arg || typeof arg !== 'object' || arg instanceof Error || names.has(arg)) continue;
      if (arg.identity) record(arg as EventEmitter, arg.identity);
      else if (arg.trackSid) record(arg as EventEmitter, `pub(${arg.trackSid})`);
      else if (arg.kind) record(arg as EventEmitter, `track(${arg.sid ?? arg.kind})`);
    }
  };
  const describe = (arg: unknown) =>
    names.get(arg) ?? (arg instanceof Error ? `error(${(arg as { code?: number }).code ?? arg.message})` : String(arg));
  record(room, 'room');
  record(localParticipant, 'me');
  for (const present of room.participants.values()) {
    record(present, present.identity);
    for (const publication of present.tracks.values()) record(publication, `pub(${publication.trackSid})`);
  }
  return {
    room,
    localParticipant,
    media,
    inputs,
    said,
    channel,
    state,
    stats,
    record,
    apply: (...events: RoomEvent[]) => events.forEach((each) => room._apply(each)),
  };
}

export const task = () => new Promise((resolve) => setTimeout(resolve, 5));
