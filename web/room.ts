// The room as an app sees it. Each event of the core changes the model here, then is emitted, in the order and with the arguments of
// docs/protocol.md 10.3. Nothing is decided here.

import type { LinkState, ReconnectProgress, RoomEvent } from '../js-glue/boundary.js';
import type { Driver, LocalMedia } from '../js-glue/index.js';
import type { ReceivedTrack } from './lazy/stats.js';
import type { Viewing } from './bandwidth-profile.js';
import { createError, type TwilioError } from './twilio-error.js';
import type { LocalParticipant } from './local-participant.js';
import { loadStats, loadTrace } from './parts.js';
import type { ParticipantState } from './participant.js';
import type { MediaOverrides } from './overrides.js';
import { PublicObject, show } from './public-object.js';
import type { AnyRemoteTrackPublication, RemoteTrackPublication } from './publications.js';
import { RemoteParticipant, type RemoteTrackEvents } from './remote-participant.js';
import { RemoteAudioTrack, RemoteDataTrack, RemoteVideoTrack, type RemoteTrack } from './remote-tracks.js';
import * as classes from './stats.js';
import { withLifetime } from './token.js';
import { version } from './version.js';

export type RoomState = 'connected' | 'reconnecting' | 'disconnected';

type WithParticipant<Events extends Record<string, unknown[]>> = {
  [K in keyof Events]: [...Events[K], participant: RemoteParticipant];
};

export type RoomEvents = WithParticipant<RemoteTrackEvents> & {
  /** The last event. No error: `disconnect()` was called. */
  disconnected: [room: Room, error: TwilioError | undefined];
  /** 53001: signaling is away; 53405: media is. Followed by exactly one `reconnected` or `disconnected`. */
  reconnecting: [error: TwilioError];
  reconnected: [];
  /** While signaling is away: this attempt follows. After `reconnecting`, and again whenever an attempt has failed. */
  reconnectProgress: [progress: ReconnectProgress];
  /**
   * More are here than a mesh can carry with video, while a video track of this client is published. Once; again when they have become fewer
   * and more again. Each `participantConnected` came before it; may follow connect() at once.
   */
  meshOverloaded: [load: MeshLoad];
  /**
   * The token ends in 60 s, or in less; once for each. Not where connect() was given a function. Followed by nothing: only a reconnect
   * needs it.
   */
  tokenWillExpire: [];
  /** Not for those who were there at connect. */
  participantConnected: [participant: RemoteParticipant];
  participantDisconnected: [participant: RemoteParticipant];
  participantReconnecting: [participant: RemoteParticipant, error: TwilioError];
  participantReconnected: [participant: RemoteParticipant];
  /** Only with the option `dominantSpeaker`; not for oneself. */
  dominantSpeakerChanged: [participant: RemoteParticipant | null];
  /** `canPlaybackAudio` has changed to this. */
  audioPlaybackChanged: [canPlay: boolean];
};

/** How many participants a Room has, the LocalParticipant among them, and how many can send video to one another. */
export interface MeshLoad {
  participants: number;
  limit: number;
}

/** How a Room is doing, for showing to its user. Times in ms. */
export interface ConnectionInfo {
  signaling: RoomState;
  /** Of the last `reconnecting`. */
  cause: TwilioError | null;
  /** Counted from 1 since signaling was lost; 0: signaling is there. */
  attempt: number;
  /** 0: the attempt is going on, or none is needed. */
  nextAttemptIn: number;
  /** Until the Room gives up; Infinity: it will not, or all is well. */
  timeLeft: number;
  /**
   * The media connections. `healthy`: connected, and bytes arrive where some should; `suspect`: they have stopped; `failed`: it is being
   * rebuilt.
   */
  links: ConnectionLink[];
}
export interface ConnectionLink {
  /** Empty where the server does not tell. */
  participantSid: string;
  /** The `peerConnectionId` of its report of `getStats()`, as a number. */
  peer: number;
  state: LinkState;
  /** What the participant tells of its `networkQualityLevel`; absent: nothing. */
  quality?: number;
  /** Whether a TURN server relays it, at either end. As of the last look, twice a second; absent until the participant's media come in. */
  relayed?: boolean;
  /** To the participant and back, ms. Likewise; also absent while the browser has not measured it. */
  roundTripTime?: number;
}

/** @internal More than any time limit, in ms: for ever. */
export const kEndless = 2 ** 52;

/** @internal */
export interface RoomParts {
  driver: Driver;
  media: LocalMedia;
  localParticipant: LocalParticipant;
  /** Tracks that connect() acquired itself: stopped when the room is over. */
  stopOwnTracks(): void;
  overrides?: MediaOverrides;
  viewing?: Viewing | undefined;
}

type RoomConnected = Extract<RoomEvent, { event: 'roomConnected' }>;
type TrackSubscribed = Extract<RoomEvent, { event: 'trackSubscribed' }>;
type ParticipantEvent = Extract<RoomEvent, { participant: string }>;
type TrackEvent = Extract<ParticipantEvent, { track: string }>;

export class Room extends PublicObject<RoomEvents> {
  /**
   * With the option `dominantSpeaker`: who of the others spoke last, louder than the rest, as heard here. Stays the same in silence; null
   * before anybody has spoken and when that participant has left.
   */
  declare readonly dominantSpeaker: RemoteParticipant | null;
  /** Always false in peer-to-peer rooms. */
  declare readonly isRecording: boolean;
  declare readonly localParticipant: LocalParticipant;
  declare readonly name: string;
  /** The others by SID; the same Map for the life of the room. It stays as it was after the own disconnect. */
  declare readonly participants: Map<string, RemoteParticipant>;
  declare readonly sid: string;
  declare readonly state: RoomState;
  /** Always null in peer-to-peer rooms. */
  declare readonly mediaRegion: string | null;

  readonly #parts: RoomParts;
  /** By track SID. */
  readonly #received = new Map<string, ReceivedTrack>();
  #cause: TwilioError | null = null;
  #canPlay = true;

  /** Holdfast alone makes them: see `connect()`. */
  constructor(event: never, parts: never);
  /** @internal */
  constructor(event: RoomConnected, parts: RoomParts);
  constructor({ sid, name, participants }: RoomConnected, parts: RoomParts) {
    super();
    this.#parts = parts;
    show<Room>(this, {
      dominantSpeaker: null,
      isRecording: false,
      localParticipant: parts.localParticipant,
      name,
      participants: new Map(participants.map((model) => [model.sid, new RemoteParticipant(model)])),
      sid,
      state: 'connected',
      mediaRegion: null,
    });
  }

  /** Leaves. Synchronous: all events have been emitted when it returns. Repeat calls do nothing. */
  disconnect(): this {
    this.#parts.driver.dispatch({ kind: 'disconnect' });
    return this;
  }

  /**
   * What is sent and received at this moment, a report for each peer connection: none after `disconnected`. Rejects with Error if its code
   * cannot be loaded.
   */
  async getStats(): Promise<classes.StatsReport[]> {
    if (this.state === 'disconnected') return [];
    const [{ statsReports }, peers] = await Promise.all([loadStats(), this.#parts.driver.getStats()]);
    return statsReports(peers, this.localParticipant._sent(), [...this.#received.values()], classes);
  }

  /** How things are at this moment: a new object each time. */
  get connectionInfo(): ConnectionInfo {
    const { signaling, attempt = 0, nextAttemptIn = 0, timeLeft = kEndless, links = [] } = this.#parts.driver.describe() ?? {};
    return {
      signaling: this.state === 'disconnected' ? this.state : signaling ? 'connected' : 'reconnecting',
      cause: this.#cause,
      attempt,
      nextAttemptIn,
      timeLeft: limited(timeLeft),
      links,
    };
  }

  /**
   * False while the browser refuses to play an element that a track of the others is attached to, with sound or without, until the user has
   * done something on the page: call `startAudio()` then.
   */
  get canPlaybackAudio(): boolean {
    return this.#canPlay;
  }

  /**
   * Plays what the browser has refused to play. To be called where the user has just clicked or tapped. Resolves when all of it plays, with
   * `audioPlaybackChanged` emitted; rejects with the browser's error (NotAllowedError: that was no such place).
   */
  async startAudio(): Promise<void> {
    await Promise.all(this.#refused().map((element) => element.play()));
  }

  /**
   * For a page that was in the background of a phone: attached elements that are paused play on, and tracks that Holdfast captured and that
   * are muted are captured again. Refused, they are told as ever: `audioPlaybackChanged`, `deviceLost`.
   */
  refreshInactiveMedia(): this {
    for (const { tracks } of [this.localParticipant, ...this.participants.values()])
      for (const { track } of tracks.values()) if (track && track.kind !== 'data') track._refresh();
    return this;
  }

  /** While something is being re-established: tries at once, instead of waiting for the next attempt. Without effect otherwise. */
  reconnectNow(): this {
    this.#parts.driver.dispatch({ kind: 'reconnectNow' });
    return this;
  }

  /** Another token for whatever comes, for apps that gave connect() a string. Throws TypeError if it is none. */
  updateToken(token: string): this {
    this.#parts.driver.dispatch({ kind: 'tokenGiven', op: 0, ...withLifetime(token) });
    return this;
  }

  /**
   * What happened in this Room so far, as text for a report of a problem; it can be replayed (docs/tracing.md). Works in every state, also
   * after `disconnected`. Tokens, identities, names, addresses and keys are not in it. Rejects with Error if its code cannot be loaded:
   * nothing is lost by that, the next call may succeed.
   */
  async exportTrace(): Promise<string> {
    const { exportTrace } = await loadTrace();
    return exportTrace(this.#parts.driver, version);
  }

  /** @internal One event of the core. */
  _apply(event: RoomEvent): void {
    if (this.state === 'disconnected') return; // A task that was waiting when a listener called disconnect().
    const { localParticipant } = this;
    switch (event.event) {
      case 'roomReconnecting':
        show<Room>(this, { state: 'reconnecting' });
        this.emit('reconnecting', (this.#cause = createError(event.error)));
        break;
      case 'roomReconnected':
        show<Room>(this, { state: 'connected' });
        this.emit('reconnected');
        break;
      case 'roomDisconnected':
        this.#over(event.error && createError(event.error));
        break;
      case 'roomRejoined':
        show<Room>(this, { sid: event.sid });
        show<LocalParticipant>(localParticipant, { sid: event.participantSid });
        break;
      case 'reconnectProgress': {
        const { attempt, nextAttemptIn, timeLeft } = event;
        this.emit('reconnectProgress', { attempt, nextAttemptIn, timeLeft: limited(timeLeft) });
        break;
      }
      case 'meshOverloaded': {
        const { participants, limit } = event;
        this.emit('meshOverloaded', { participants, limit });
        break;
      }
      case 'tokenWillExpire':
        this.emit('tokenWillExpire');
        break;
      case 'localParticipantReconnecting':
        show<Room>(this, { state: 'reconnecting' }); // The Room's own event is a task later; its state is not.
        show<LocalParticipant>(localParticipant, { state: 'reconnecting' });
        localParticipant.emit('reconnecting', localParticipant);
        break;
      case 'localParticipantReconnected':
        show<LocalParticipant>(localParticipant, { state: 'connected' });
        localParticipant.emit('reconnected');
        break;
      case 'localParticipantDisconnected':
        this.#localParticipantOver();
        break;
      case 'localTrackPublished':
        localParticipant._published(event.id, event.sid);
        break;
      case 'localTrackPublicationFailed':
        localParticipant._publicationFailed(event.id, createError(event.error));
        break;
      case 'participantConnected': {
        const participant = new RemoteParticipant(event.participant);
        this.participants.set(participant.sid, participant);
        this.emit('participantConnected', participant);
        break;
      }
      case 'dominantSpeakerChanged': {
        const speaker = this.participants.get(event.speaker!) ?? null;
        show<Room>(this, { dominantSpeaker: speaker });
        this.emit('dominantSpeakerChanged', speaker);
        break;
      }
      case 'roomConnected':
      case 'connectFailed':
        break; // connect() has seen to them.
      default: {
        const participant = this.participants.get(event.participant);
        if (participant) this.#applyTo(participant, event);
      }
    }
  }

  /** @internal The core has failed and is gone: what it would have said at the end is said here. */
  _fail(cause: Error): void {
    this.#localParticipantOver();
    for (const participant of this.participants.values()) this.#unsubscribeAll(participant);
    this.#over(createError({ code: 53000 }, cause));
  }

  #applyTo(participant: RemoteParticipant, event: ParticipantEvent): void {
    switch (event.event) {
      case 'participantDisconnected':
        setState(participant, 'disconnected');
        this.#unsubscribeAll(participant);
        this.#parts.media.forget(participant.sid);
        this.participants.delete(participant.sid);
        participant.emit('disconnected', participant);
        this.emit('participantDisconnected', participant);
        break;
      case 'participantReconnecting': {
        const error = createError(event.error);
        setState(participant, 'reconnecting');
        participant.emit('reconnecting', participant, error);
        this.emit('participantReconnecting', participant, error);
        break;
      }
      case 'participantReconnected':
        setState(participant, 'connected');
        participant.emit('reconnected');
        this.emit('participantReconnected', participant);
        break;
      case 'trackPublished':
        this.#relay(participant, 'trackPublished', participant._publish(event.track));
        break;
      default: {
        const publication = participant.tracks.get(event.track);
        if (publication) this.#applyToTrack(participant, publication, event);
      }
    }
  }

  #applyToTrack(participant: RemoteParticipant, publication: AnyRemoteTrackPublication, event: TrackEvent): void {
    const { track } = publication;
    switch (event.event) {
      case 'trackUnpublished':
        participant._remove(publication);
        this.#relay(participant, 'trackUnpublished', publication);
        break;
      case 'trackSubscribed':
        this.#subscribe(participant, publication, event);
        break;
      case 'trackUnsubscribed':
        this.#unsubscribe(participant, publication);
        break;
      case 'trackSubscriptionFailed': {
        const error = createError(event.error);
        publication.emit('subscriptionFailed', error);
        this.#relay(participant, 'trackSubscriptionFailed', error, publication);
        break;
      }
      case 'trackEnabled':
      case 'trackDisabled': {
        const enabled = event.event === 'trackEnabled';
        show<RemoteTrackPublication>(publication, { isTrackEnabled: enabled });
        if (track && track.kind !== 'data') track._setEnabled(enabled);
        publication.emit(event.event);
        this.#relay(participant, event.event, publication);
        break;
      }
      case 'trackSwitchedOff':
      case 'trackSwitchedOn':
        if (track?.kind !== 'video') break;
        track._setSwitchedOff(event.event === 'trackSwitchedOff');
        publication.emit(event.event as string, track);
        this.#relay(participant, event.event, track, publication);
        break;
      case 'trackPriorityChanged':
        show<RemoteTrackPublication>(publication, { publishPriority: event.priority });
        publication.emit('publishPriorityChanged', event.priority);
        this.#relay(participant, 'trackPublishPriorityChanged', event.priority, publication);
        break;
    }
  }

  #subscribe(participant: RemoteParticipant, publication: AnyRemoteTrackPublication, { peer, mid, mediaId }: TrackSubscribed): void {
    const { driver, overrides, viewing } = this.#parts;
    const { kind, trackSid: sid, trackName: name, isTrackEnabled: enabled, track: known } = publication;
    const info = { sid, name, enabled, overrides, viewing };
    if (kind === 'data') {
      const channel = driver.remoteChannel(peer, mediaId);
      if (!channel) return;
      const track = (known as RemoteDataTrack | null) ?? new RemoteDataTrack(info, channel);
      if (!known) this.#subscribed(participant, publication, track);
      track._listen(channel); // Messages that came early follow the event.
      return;
    }
    const media = driver.remoteTrack(peer, mid ?? '');
    if (!media) return;
    this.#received.set(sid, { kind, peer, mid: mid ?? '', trackId: mediaId, trackSid: sid });
    if (known) (known as RemoteAudioTrack | RemoteVideoTrack)._setMediaStreamTrack(media, false);
    else
      this.#subscribed(
        participant,
        publication,
        kind === 'audio' ? new RemoteAudioTrack(kind, info, media) : new RemoteVideoTrack(kind, info, media),
      );
  }

  #subscribed(participant: RemoteParticipant, publication: AnyRemoteTrackPublication, track: RemoteTrack): void {
    show<RemoteTrackPublication>(publication, { track });
    track._observe((event, ...args) => {
      if (publication.track !== track) return;
      if (event === 'started') this.#relay(participant, 'trackStarted', track);
      else if (event === 'dimensionsChanged') this.#relay(participant, 'trackDimensionsChanged', track as RemoteVideoTrack);
      else if (event === 'message') this.#relay(participant, 'trackMessage', ...(args as [string | ArrayBuffer, RemoteDataTrack]));
      else if (event === '_refused') this.#judgePlayback();
    });
    publication.emit('subscribed', track);
    this.#relay(participant, 'trackSubscribed', track, publication);
  }

  #unsubscribeAll(participant: RemoteParticipant): void {
    for (const publication of participant.tracks.values()) this.#unsubscribe(participant, publication);
  }

  #unsubscribe(participant: RemoteParticipant, publication: AnyRemoteTrackPublication): void {
    const { track } = publication;
    if (!track) return;
    this.#received.delete(publication.trackSid);
    show<RemoteTrackPublication>(publication, { track: null });
    if (track.kind !== 'data') track._unwatch();
    track._tell('_over');
    publication.emit('unsubscribed', track);
    this.#relay(participant, 'trackUnsubscribed', track, publication);
    this.#judgePlayback();
  }

  #refused(): HTMLMediaElement[] {
    const tracks = [...this.participants.values()].flatMap((participant) => [...participant.tracks.values()].map(({ track }) => track));
    return tracks.flatMap((track) => (track && track.kind !== 'data' ? [...track._refused] : []));
  }

  #judgePlayback(): void {
    const canPlay = !this.#refused().length;
    if (canPlay === this.#canPlay) return;
    this.#canPlay = canPlay;
    this.emit('audioPlaybackChanged', canPlay);
  }

  /** First the participant's event, then the Room's. */
  #relay<K extends keyof RemoteTrackEvents>(participant: RemoteParticipant, event: K, ...args: RemoteTrackEvents[K]): void {
    participant.emit(event as string, ...args);
    this.emit(event as string, ...args, participant);
  }

  #localParticipantOver(): void {
    this.#parts.stopOwnTracks();
    this.localParticipant._disconnected();
  }

  #over(error: TwilioError | undefined): void {
    const { driver, media } = this.#parts;
    show<Room>(this, { state: 'disconnected' });
    this.emit('disconnected', this, error);
    this.localParticipant._unpublishAll();
    driver.close();
    media.close();
  }
}

export declare namespace Room {
  type SID = string;
}

function setState(participant: RemoteParticipant, state: ParticipantState): void {
  show<RemoteParticipant>(participant, { state });
}

function limited(timeLeft: number): number {
  return timeLeft < kEndless / 2 ? timeLeft : Infinity;
}
