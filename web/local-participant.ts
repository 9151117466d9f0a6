// The own participant: what it wants published, what the room has accepted, and how changes of the tracks reach both the room and the
// app. For each publish the track's media is cloned; the clone's id is what the protocol calls the track by (docs/protocol.md 6.1).

import type { Input, LocalMedia, LocalTrackState, Publication } from '../js-glue/index.js';
import { createError, type TwilioError } from './twilio-error.js';
import type { TrackIds } from './lazy/stats.js';
import {
  asLocalTrack,
  checkTrack,
  uuid,
  type DeviceLossReason,
  type LocalAudioTrack,
  type LocalDataTrack,
  type LocalTrack,
  type LocalTrackOptions,
  type LocalVideoTrack,
} from './local-tracks.js';
import type { NetworkQualityConfiguration, NetworkQualityEvents } from './network-quality.js';
import { Participant } from './participant.js';
import { checkPriority, type TrackPriority } from './priority.js';
import { LocalTrackPublication, type AnyLocalTrackPublication } from './publications.js';
import { show } from './public-object.js';

export interface LocalTrackPublishOptions {
  /** Default: 'standard'. */
  priority?: TrackPriority;
}

export interface MediaStreamTrackPublishOptions extends LocalTrackPublishOptions, LocalTrackOptions {}

/** Limits for what is sent to each of the others, bit/s. null or 0: none. */
export interface EncodingParameters {
  maxAudioBitrate?: number | null;
  /** Not together with `preferredVideoCodecs: 'auto'`. */
  maxVideoBitrate?: number | null;
}

type LocalParticipantEvents = NetworkQualityEvents & {
  disconnected: [participant: LocalParticipant];
  reconnecting: [participant: LocalParticipant];
  reconnected: [];
  trackPublished: [publication: LocalTrackPublication];
  trackPublicationFailed: [error: TwilioError | Error, track: LocalTrack];
  trackEnabled: [track: LocalTrack];
  trackDisabled: [track: LocalTrack];
  trackStarted: [track: LocalTrack];
  trackStopped: [track: LocalTrack];
  trackDimensionsChanged: [track: LocalVideoTrack];
  /** Of what is published, as is `deviceLost` of the track, where it says more. */
  trackDeviceLost: [track: LocalAudioTrack | LocalVideoTrack, reason: DeviceLossReason];
  trackDeviceRestored: [track: LocalAudioTrack | LocalVideoTrack];
};

/** A track that shall be published; the server may not have answered yet. */
interface Intent {
  readonly state: LocalTrackState;
  readonly track: LocalTrack;
  publication: AnyLocalTrackPublication | null;
  readonly published: Promise<AnyLocalTrackPublication>;
  resolve(publication: AnyLocalTrackPublication): void;
  reject(error: Error): void;
  /** Stops listening to the track. */
  release(): void;
}

const trackEvents: Record<string, string> = {
  enabled: 'trackEnabled',
  disabled: 'trackDisabled',
  started: 'trackStarted',
  stopped: 'trackStopped',
  dimensionsChanged: 'trackDimensionsChanged',
  deviceLost: 'trackDeviceLost',
  deviceRestored: 'trackDeviceRestored',
};

export class LocalParticipant extends Participant<AnyLocalTrackPublication, LocalParticipantEvents> {
  /** As told by the server. */
  declare readonly signalingRegion: string;

  readonly #intents = new Map<string, Intent>();
  readonly #media: LocalMedia;
  readonly #dispatch: (input: Input) => void;
  readonly #limit: (limits: EncodingParameters) => void;

  constructor(media: never, dispatch: never);
  /** @internal */
  constructor(media: LocalMedia, dispatch: (input: Input) => void, limit?: (limits: EncodingParameters) => void);
  constructor(media: LocalMedia, dispatch: (input: Input) => void, limit: (limits: EncodingParameters) => void = () => undefined) {
    super('', '', 'connecting');
    this.#media = media;
    this.#dispatch = dispatch;
    this.#limit = limit;
    show<LocalParticipant>(this, { signalingRegion: '' });
  }

  /**
   * Resolves once the server has accepted the track; a track that is already published gives its publication. Rejects with TypeError or
   * RangeError for wrong arguments, with the server's TwilioError, or with an Error if the track is unpublished or the room left meanwhile.
   */
  async publishTrack(track: LocalTrack, options?: LocalTrackPublishOptions): Promise<LocalTrackPublication>;
  async publishTrack(track: MediaStreamTrack, options?: MediaStreamTrackPublishOptions): Promise<LocalTrackPublication>;
  // What an implementation that takes either needs to call it.
  async publishTrack(track: LocalTrack | MediaStreamTrack, options?: MediaStreamTrackPublishOptions): Promise<LocalTrackPublication>;
  async publishTrack(track: LocalTrack | MediaStreamTrack, options?: MediaStreamTrackPublishOptions): Promise<LocalTrackPublication> {
    checkTrack(track);
    const loading = (track as Partial<LocalDataTrack>)._load?.();
    if (loading) await loading;
    const known = this.#find(track);
    if (known) return known.published;
    const { priority = 'standard' } = options ?? {};
    checkPriority(priority);
    if (this.state === 'disconnected') throw new Error(`Unexpected error: The track ${track.id} cannot be published`);
    const { state, published } = this.#intend(asLocalTrack(track, options), priority);
    this.#dispatch({ kind: 'publish', track: state });
    return published;
  }

  /** All of them, or the first rejection. */
  publishTracks(tracks: (LocalTrack | MediaStreamTrack)[]): Promise<LocalTrackPublication[]> {
    checkArray(tracks);
    return Promise.all(tracks.map((track) => this.publishTrack(track)));
  }

  /** Takes effect at once; null if the track was not published. Does not stop the track. */
  unpublishTrack(track: LocalTrack | MediaStreamTrack): LocalTrackPublication | null {
    checkTrack(track);
    const intent = this.#find(track);
    if (!intent) return null;
    this.#dispatch({ kind: 'unpublish', id: intent.state.id });
    const { publication } = intent;
    if (publication) this.#forget(intent);
    else this.#fail(intent, new Error(`The track ${track.id} was unpublished`));
    return publication;
  }

  /** The publications of those that were published. */
  unpublishTracks(tracks: (LocalTrack | MediaStreamTrack)[]): LocalTrackPublication[] {
    checkArray(tracks);
    return tracks.flatMap((track) => this.unpublishTrack(track) ?? []);
  }

  /**
   * Changes the limits for everything that is published, now and later. What is missing stays as it is; null instead of an object lifts
   * both. A screen is not limited in Chromium, nor is audio in a codec whose bitrate is fixed. Throws TypeError for what is neither number
   * nor null.
   */
  setParameters(encodingParameters?: EncodingParameters | null): this {
    const wanted = encodingParameters === null ? { maxAudioBitrate: null, maxVideoBitrate: null } : encodingParameters;
    if (wanted === undefined) return this;
    if (typeof wanted !== 'object') throw new TypeError('encodingParameters must be an object, null or undefined');
    for (const name of ['maxAudioBitrate', 'maxVideoBitrate'] as const) {
      const value: unknown = wanted[name] ?? 0;
      if (typeof value !== 'number') throw new TypeError(`encodingParameters.${name} must be a number, null or undefined`);
    }
    this.#limit(wanted);
    return this;
  }

  /**
   * How much is told from now on; what is missing is as by default. Without effect if connect() was not given `networkQuality`. Throws
   * TypeError for what is no object, or has something else than a number in it.
   */
  setNetworkQualityConfiguration(networkQualityConfiguration: NetworkQualityConfiguration): this {
    if (!networkQualityConfiguration || typeof networkQualityConfiguration !== 'object')
      throw new TypeError('networkQualityConfiguration must be a NetworkQualityConfiguration');
    for (const name of ['local', 'remote'] as const) {
      const value: unknown = networkQualityConfiguration[name];
      if (name in networkQualityConfiguration && (typeof value !== 'number' || isNaN(value)))
        throw new TypeError(`networkQualityConfiguration.${name} must be a number`);
    }
    this._tell('_networkQuality', networkQualityConfiguration);
    return this;
  }

  /** @internal Takes note of a track to publish as soon as there is a room. The state is for the core. */
  _connecting(track: LocalTrack): LocalTrackState {
    return this.#intend(track, 'standard').state;
  }

  #intend(track: LocalTrack, priority: TrackPriority): Intent {
    const { kind, name } = track;
    const id = this.#register(track);
    const state: LocalTrackState = { id, kind, name, enabled: kind === 'data' || track.isEnabled, priority };
    let resolve!: Intent['resolve'];
    let reject!: Intent['reject'];
    const published = new Promise<AnyLocalTrackPublication>((...settle) => ([resolve, reject] = settle));
    published.catch(() => undefined); // For tracks given to connect() nobody else may be listening.
    const release = track._observe((event, ...data) => this.#trackChanged(intent, event, data));
    const intent: Intent = { state, track, publication: null, published, resolve, reject, release };
    this.#intents.set(id, intent);
    return intent;
  }

  /** @internal The room is there; its answers to the tracks given to connect() so far. */
  _connected(sid: string, identity: string, signalingRegion: string, publications: Publication[]): void {
    show<LocalParticipant>(this, { sid, identity, signalingRegion, state: 'connected' });
    for (const { id, sid: trackSid, error } of publications) {
      if (trackSid) this.#accept(id, trackSid);
      else if (error) this._publicationFailed(id, createError(error));
    }
  }

  /** @internal */
  _published(id: string, trackSid: string): void {
    const known = this.#intents.get(id)?.publication;
    if (known) {
      this._remove(known); // The same object under its new SID.
      show<LocalTrackPublication>(known, { trackSid });
      this._add(known);
      return;
    }
    const publication = this.#accept(id, trackSid);
    if (publication) setTimeout(() => this.state !== 'disconnected' && this.emit('trackPublished', publication));
  }

  /** @internal */
  _publicationFailed(id: string, error: TwilioError): void {
    const intent = this.#intents.get(id);
    if (intent) this.#fail(intent, error);
  }

  /** @internal */
  _setPriority(track: LocalTrack, priority: TrackPriority): void {
    const intent = this.#find(track);
    if (intent) this.#dispatch({ kind: 'setTrackPriority', id: intent.state.id, priority });
  }

  /** @internal The audio and video tracks that are published, by signaled id. */
  _sent(): Map<string, TrackIds> {
    const sent = new Map<string, TrackIds>();
    for (const [id, { track, publication }] of this.#intents) {
      if (publication && track.kind !== 'data') sent.set(id, { kind: track.kind, trackId: track.id, trackSid: publication.trackSid });
    }
    return sent;
  }

  /** @internal Publications stay listed until `_unpublishAll`. */
  _disconnected(): void {
    show<LocalParticipant>(this, { state: 'disconnected' });
    for (const intent of this.#intents.values()) {
      intent.release();
      intent.reject(new Error('LocalParticipant disconnected'));
    }
    this.emit('disconnected', this);
  }

  /** @internal */
  _unpublishAll(): void {
    for (const intent of [...this.#intents.values()]) this.#forget(intent);
  }

  #find(track: { id: string }): Intent | undefined {
    return [...this.#intents.values()].find((intent) => intent.track.id === track.id);
  }

  /** Hands a clone to the glue; its id is the signaled id. */
  #register(track: LocalTrack): string {
    if (track.kind === 'data') {
      const id = uuid();
      const { ordered, maxPacketLifeTime, maxRetransmits } = track;
      this.#media.addData(
        id,
        {
          ordered,
          ...(maxPacketLifeTime !== null && { maxPacketLifeTime }),
          ...(maxRetransmits !== null && { maxRetransmits }),
        },
        track._kept,
      );
      return id;
    }
    const clone = track._media.clone();
    this.#media.addTrack(clone.id, clone);
    return clone.id;
  }

  #trackChanged({ state: { id }, track, publication }: Intent, event: string, data: unknown[]): void {
    if (track.kind === 'data') {
      if (event === '_send') this.#media.send(id, data[0] as string);
      else if (event === '_channels') (data[0] as RTCDataChannel[]).push(...(this.#media.dataTrack(id)?.channels ?? []));
      return;
    }
    const clone = this.#media.track(id)?.track;
    const enabled = event === 'enabled';
    const toggled = enabled || event === 'disabled';
    if (event === '_replaced') this.#media.replaceTrack(id, track._media.clone());
    else if (event === 'stopped') clone?.stop();
    else if (toggled) {
      if (clone) clone.enabled = enabled;
      this.#dispatch({ kind: 'setTrackEnabled', id, enabled });
    }
    const name = trackEvents[event];
    if (name) this.emit(name, ...data);
    if (toggled) publication?.emit(name!);
  }

  #accept(id: string, trackSid: string): AnyLocalTrackPublication | undefined {
    const intent = this.#intents.get(id);
    if (!intent || intent.publication) return undefined;
    const publication = new LocalTrackPublication(intent.track, trackSid, intent.state.priority, this) as AnyLocalTrackPublication;
    intent.publication = publication;
    this._add(publication);
    intent.resolve(publication);
    return publication;
  }

  #fail(intent: Intent, error: Error): void {
    this.#forget(intent);
    intent.reject(error);
    setTimeout(() => this.emit('trackPublicationFailed', error, intent.track));
  }

  #forget(intent: Intent): void {
    const { state, publication } = intent;
    intent.release();
    this.#intents.delete(state.id);
    this.#media.remove(state.id);
    if (publication) this._remove(publication);
  }
}

function checkArray(tracks: unknown): void {
  if (!Array.isArray(tracks)) {
    throw new TypeError('tracks must be an Array of LocalAudioTrack, LocalVideoTrack, LocalDataTrack, or MediaStreamTrack');
  }
}
