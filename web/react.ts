// holdfast/react: a Room in a component's life. Hooks only: what they show is up to the app. How to use them: docs/react.md.

import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import {
  connect,
  type CancelablePromise,
  type ConnectOptions,
  type DeviceLossReason,
  type LocalAudioTrack,
  type LocalVideoTrack,
  type RemoteParticipant,
  type Room,
  type RoomState,
  type TokenFunction,
  type TwilioError,
} from './index.js';

export interface RoomConnection {
  /** The Room, also after it has ended; null before. */
  room: Room | null;
  /** Why connect() rejected, or why the Room ended. Null if it was left by `room.disconnect()`. */
  error: Error | null;
  /** There is a token, and neither a Room nor an error yet. */
  connecting: boolean;
  /** Joins anew after an error, or in place of a Room that has ended. Without effect otherwise. */
  retry: () => void;
}

export interface ConnectionState {
  /** Without a Room: 'disconnected'. */
  state: RoomState;
  /** What the Room is reconnecting from (53001, 53405), or why it ended; null while all is well, and after `room.disconnect()`. */
  error: TwilioError | null;
  /** Attempts to reach the server since it was lost, counted from 1; 0: it is there. */
  attempt: number;
  /** When the next attempt follows, as Date.now() counts; null: it is going on, or none is needed. */
  nextAttemptAt: number | null;
}

export interface AudioPlayback {
  /** `room.canPlaybackAudio`; true without a Room. */
  canPlay: boolean;
  /** `room.startAudio()`: to be called where the user has just clicked or tapped. */
  start: () => Promise<void>;
}

/** A published track whose device is gone, and that no other device has taken the place of so far. */
export interface LostDevice {
  track: LocalAudioTrack | LocalVideoTrack;
  reason: DeviceLossReason;
}

/**
 * Joins when the component is there and `token` is, and leaves when it is unmounted or `token` is null. `name` and `wsServer` say which room:
 * other ones, and it goes there. Other options are taken as they are when it joins. Another token does not join again: it is handed to
 * `room.updateToken()`; a function is asked as connect() does. Nothing happens on the server.
 */
export function useRoom(token: string | TokenFunction | null | undefined, options: ConnectOptions = {}): RoomConnection {
  const [connection] = useState(() => new Connection());
  const wanted = token != null;
  useEffect(() => connection.use(token, options));
  useEffect(() => (wanted ? connection.open() : undefined), [connection, wanted, options.name, options.wsServer]);
  const { room, error } = useSyncExternalStore(connection.subscribe, connection.current, connection.current);
  return { room, error, connecting: wanted && !room && !error, retry: connection.retry };
}

/** The others, in the order they came: a new array whenever one of them, a publication or a track of theirs has changed. */
export function useParticipants(room: Room | null | undefined): readonly RemoteParticipant[] {
  return useSnapshot(room, PARTICIPANT_EVENTS, everythingOfTheOthers, (room) => [...(room?.participants.values() ?? [])]);
}

/** How the Room is doing. It changes when an attempt is planned, not with every second until then. */
export function useConnectionState(room: Room | null | undefined): ConnectionState {
  return useSnapshot(room, STATE_EVENTS, stateOf, (room) => {
    const { attempt, nextAttemptIn } = attemptOf(room);
    const nextAttemptAt = nextAttemptIn > 0 ? Date.now() + nextAttemptIn : null;
    return { state: room?.state ?? 'disconnected', error: errorOf(room), attempt, nextAttemptAt };
  });
}

/** Who of the others spoke last; only if the Room was joined with the option `dominantSpeaker`. Otherwise, and without a Room, null. */
export function useDominantSpeaker(room: Room | null | undefined): RemoteParticipant | null {
  return useSnapshot(room, SPEAKER_EVENTS, (room) => [speakerOf(room)], speakerOf);
}

/** Whether the browser plays what is attached, and the way to make it. */
export function useAudioPlayback(room: Room | null | undefined): AudioPlayback {
  return useSnapshot(
    room,
    PLAYBACK_EVENTS,
    (room) => [room, room?.canPlaybackAudio],
    (room) => ({ canPlay: room?.canPlaybackAudio ?? true, start: async () => room?.startAudio() }),
  );
}

/** The own microphones and cameras that are lost at this moment; another array whenever that changes. */
export function useLostDevices(room: Room | null | undefined): readonly LostDevice[] {
  return useSnapshot(room, DEVICE_EVENTS, lostIn, lostIn, localIn);
}

type Joined = Pick<RoomConnection, 'room' | 'error'>;
const NOT_JOINED: Joined = { room: null, error: null };

/** The joins and leaves of one component. */
class Connection {
  #joined = NOT_JOINED;
  #listener: (() => void) | undefined;
  #token: string | TokenFunction | null | undefined;
  #options: ConnectOptions = {};
  #isOpen = false;
  #leave: () => void = () => {};

  readonly current = (): Joined => this.#joined;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listener = listener;
    return () => (this.#listener = undefined);
  };

  use(token: string | TokenFunction | null | undefined, options: ConnectOptions): void {
    this.#options = options;
    const isNews = token !== this.#token;
    this.#token = token;
    if (isNews && typeof token === 'string') this.#joined.room?.updateToken(token);
  }

  open(): () => void {
    this.#isOpen = true;
    this.#join();
    return () => {
      this.#isOpen = false;
      this.#leave();
      this.#show(NOT_JOINED);
    };
  }

  readonly retry = (): void => {
    const { room, error } = this.#joined;
    if (!this.#isOpen || (room ? room.state !== 'disconnected' : !error)) return;
    this.#show(NOT_JOINED);
    this.#join();
  };

  #join(): void {
    let isOver = false;
    let joining: CancelablePromise<Room> | undefined;
    this.#leave = () => {
      isOver = true;
      joining?.cancel();
      this.#joined.room?.disconnect();
    };
    // StrictMode unmounts and mounts again at once: what is over by then has never begun.
    queueMicrotask(() => {
      if (isOver) return;
      const token = this.#token;
      joining = connect(typeof token === 'function' ? () => (this.#token as TokenFunction)() : (token as string), this.#options);
      joining.then(
        (room) => {
          if (isOver) return room.disconnect();
          if (typeof this.#token === 'string' && this.#token !== token) room.updateToken(this.#token);
          watch(room);
          room.once('disconnected', (_, error) => !isOver && this.#show({ room, error: error ?? null }));
          return this.#show({ room, error: null });
        },
        (error: unknown) => isOver || this.#show({ room: null, error: error as Error }),
      );
    });
  }

  #show(joined: Joined): void {
    this.#joined = joined;
    this.#listener?.();
  }
}

const STATE_EVENTS = ['reconnecting', 'reconnected', 'reconnectProgress', 'disconnected'];
const PARTICIPANT_EVENTS = [
  'participantConnected',
  'participantDisconnected',
  'participantReconnecting',
  'participantReconnected',
  'trackPublished',
  'trackUnpublished',
  'trackSubscribed',
  'trackUnsubscribed',
  'trackEnabled',
  'trackDisabled',
  'trackStarted',
  'trackDimensionsChanged',
  'trackPublishPriorityChanged',
  'reconnected',
  'disconnected',
];

const SPEAKER_EVENTS = ['dominantSpeakerChanged'];
const PLAYBACK_EVENTS = ['audioPlaybackChanged'];
const DEVICE_EVENTS = ['trackDeviceLost', 'trackDeviceRestored', 'disconnected'];

const speakerOf = (room: Room | null): RemoteParticipant | null => room?.dominantSpeaker ?? null;

const attemptOf = (room: Room | null): { attempt: number; nextAttemptIn: number } =>
  room?.state === 'reconnecting' ? room.connectionInfo : { attempt: 0, nextAttemptIn: 0 };

function stateOf(room: Room | null): unknown[] {
  const { attempt, nextAttemptIn } = attemptOf(room);
  return [room, room?.state, errorOf(room), attempt, nextAttemptIn > 0];
}

function everythingOfTheOthers(room: Room | null): unknown[] {
  const ofPublication = (publication: Publication): unknown[] => {
    const { track } = publication;
    const ofTrack = track && track.kind !== 'data' ? [track.isStarted, track.mediaStreamTrack] : [];
    const dimensions = track?.kind === 'video' ? [track.dimensions.width, track.dimensions.height] : [];
    return [publication, publication.isTrackEnabled, publication.publishPriority, track, ...ofTrack, ...dimensions];
  };
  const ofParticipant = (other: RemoteParticipant) => [other, other.state, ...[...other.tracks.values()].flatMap(ofPublication)];
  return [room, ...[...(room?.participants.values() ?? [])].flatMap(ofParticipant)];
}
type Publication = RemoteParticipant['tracks'] extends Map<string, infer P> ? P : never;

// Why a Room ended, and which devices are lost, is only said in events.
const endings = new WeakMap<Room, TwilioError | null>();
const lost = new WeakMap<Room, Map<LostDevice['track'], LostDevice>>();

function watch(room: Room): void {
  if (endings.has(room)) return;
  endings.set(room, null);
  room.prependListener('disconnected', (_, error) => endings.set(room, error ?? null));
  const devices = new Map<LostDevice['track'], LostDevice>();
  lost.set(room, devices);
  room.localParticipant
    .prependListener('trackDeviceLost', (track, reason) => devices.set(track, { track, reason }))
    .prependListener('trackDeviceRestored', (track) => devices.delete(track));
}

/** What is not published any more is nobody's loss. */
function lostIn(room: Room | null): LostDevice[] {
  if (!room || room.localParticipant.state === 'disconnected') return [];
  const published = [...room.localParticipant.tracks.values()].map(({ track }) => track);
  return [...(lost.get(room)?.values() ?? [])].filter(({ track }) => published.includes(track));
}

function errorOf(room: Room | null): TwilioError | null {
  if (!room || room.state === 'connected') return null;
  return room.state === 'disconnected' ? (endings.get(room) ?? null) : room.connectionInfo.cause;
}

/** What `take` makes of a Room: anew when one of `parts` is another than it was. None of them changes without one of `events` of `teller`. */
function useSnapshot<T>(
  given: Room | null | undefined,
  events: readonly string[],
  parts: (room: Room | null) => unknown[],
  take: (room: Room | null) => T,
  teller: (room: Room) => Teller = itself,
): T {
  const room = given ?? null;
  const [last] = useState((): { parts?: unknown[]; taken?: T } => ({}));
  const subscribe = useCallback((listener: () => void) => listen(room, teller, events, listener), [room, events, teller]);
  const current = (): T => {
    const now = parts(room);
    if (last.parts?.length !== now.length || now.some((part, index) => !Object.is(part, last.parts![index]))) {
      last.parts = now;
      last.taken = take(room);
    }
    return last.taken as T;
  };
  return useSyncExternalStore(subscribe, current, current);
}

interface Teller {
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}
const itself = (room: Room): Teller => room;
const localIn = (room: Room): Teller => room.localParticipant;

function listen(room: Room | null, tellerIn: (room: Room) => Teller, events: readonly string[], listener: () => void): () => void {
  if (!room) return () => {};
  const teller = tellerIn(room);
  watch(room);
  for (const event of events) teller.on(event, listener);
  return () => events.forEach((event) => teller.off(event, listener));
}
