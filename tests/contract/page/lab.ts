// What a check has to work with: the SDK in question, a room of its own on the room server, media, and servers that follow a script.

import type * as Holdfast from '../../../web/index.js';
import type { Package } from './check.js';
import { ScriptedServer, type Answers, healNetwork, hex } from './sockets.js';

export type Sdk = typeof Holdfast;
export type { LocalTrack, RemoteParticipant, RemoteTrack, RemoteTrackPublication, Room } from '../../../web/index.js';

export interface Setting {
  wsServer: string;
  /** What the names of its rooms begin with: pages that run side by side do not meet. */
  rooms: string;
  /** By identity, and by what is wrong with them. */
  tokens: Record<string, string>;
}

export let sdk: Sdk;
/** What the other participants run. */
export let peer: Sdk;
export let subject: Package;
let setting: Setting;

export function furnish(packages: { sdk: Sdk; peer: Sdk; subject: Package }, given: Setting): void {
  ({ sdk, peer, subject } = packages);
  setting = given;
}

/** For what the two packages do differently on purpose; `reason` says why. */
export function differs<T>(_reason: string, values: Record<Package, T>): T {
  return values[subject];
}

let rooms: Holdfast.Room[] = [];
let media: MediaStreamTrack[] = [];
let roomNumber = 0;

/** The traces of this row's Rooms, as far as they have any: for `npm run replay`. */
export async function traces(): Promise<string[]> {
  return (await Promise.all(rooms.map((room) => (room as Partial<Holdfast.Room>).exportTrace?.()))).filter((trace) => trace !== undefined);
}

export async function tidyUp(): Promise<void> {
  healNetwork();
  for (const room of rooms) room.disconnect();
  for (const track of media) track.stop();
  document.body.replaceChildren();
  rooms = [];
  media = [];
  ++roomNumber;
}

export const token = (name = 'alice'): string => setting.tokens[name]!;

/** Options that connect to this row's room on the room server, without tracks. */
export function options<T extends object>(more: T = {} as T): Holdfast.ConnectOptions {
  // `insights` is an option of twilio-video.js alone.
  return {
    wsServer: setting.wsServer,
    name: `${setting.rooms} ${roomNumber}`,
    tracks: [],
    insights: false,
    ...more,
  } as Holdfast.ConnectOptions;
}

/** The URL of the connection to the server contains the identity: `cutNetwork(identity)`. */
export async function join(identity = 'alice', more: Holdfast.ConnectOptions = {}, by = sdk): Promise<Holdfast.Room> {
  const room = await by.connect(token(identity), options({ wsServer: `${setting.wsServer}?${identity}`, ...more }));
  rooms.push(room);
  return room;
}

/** Two participants, the second one having come later; `tracks` are the second's. */
export async function meet(tracks: Holdfast.LocalTrack[] = []): Promise<Meeting> {
  const alice = await join('alice');
  const come = new Promise<Holdfast.RemoteParticipant>((resolve) => alice.once('participantConnected', resolve));
  const bob = await join('bob', { tracks }, peer);
  return { alice, bob, remoteBob: await come };
}

export interface Meeting {
  alice: Holdfast.Room;
  bob: Holdfast.Room;
  /** Bob as Alice sees him. */
  remoteBob: Holdfast.RemoteParticipant;
}

/** A room on a server of the check's own. Nobody answers its media. */
export async function joinScripted(answers: Answers = {}, more: object = {}): Promise<{ room: Holdfast.Room; server: ScriptedServer }> {
  const server = new ScriptedServer(answers);
  const room = await sdk.connect(token(), scripted(server, more));
  rooms.push(room);
  return { room, server };
}

export function scripted(server: ScriptedServer, more: object = {}): Holdfast.ConnectOptions {
  return options({ wsServer: server.url, iceServers: [], ...more });
}

/** A remote participant as a server describes it. */
export function described(number: number, identity: string, kinds: string[] = [], more: object = {}): object {
  const tracks = kinds.map((kind, at) => ({ sid: hex('MT', number * 100 + at), name: kind, kind, enabled: true, priority: 'standard' }));
  return { sid: hex('PA', number), identity, state: 'connected', revision: 1, tracks, ...more };
}

let source: Promise<MediaStream> | undefined;

/** Media of the browser's fake devices; every call gives tracks of its own. */
export async function capture(kind: 'audio' | 'video'): Promise<MediaStreamTrack> {
  source ??= navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 160, height: 120, frameRate: 10 } });
  const track = (await source)
    .getTracks()
    .find((one) => one.kind === kind)!
    .clone();
  media.push(track);
  return track;
}

/** For tracks that the SDK has captured itself. */
export function stopLater<T extends { mediaStreamTrack: MediaStreamTrack }>(track: T): T {
  media.push(track.mediaStreamTrack);
  return track;
}

export const localAudio = async (name?: string) => new sdk.LocalAudioTrack(await capture('audio'), name === undefined ? {} : { name });
export const localVideo = async (name?: string) => new sdk.LocalVideoTrack(await capture('video'), name === undefined ? {} : { name });

/** Tracks of each kind, for the one who comes second. */
export async function peerTracks(): Promise<Holdfast.LocalTrack[]> {
  return [
    new peer.LocalAudioTrack(await capture('audio'), { name: 'audio' }),
    new peer.LocalVideoTrack(await capture('video'), { name: 'video' }),
    new peer.LocalDataTrack({ name: 'data' }),
  ];
}
