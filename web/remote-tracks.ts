// What other participants send, as seen here. A new object is made for each subscription.

import { reportUncaught, type DataMessage, type RemoteChannel } from '../js-glue/index.js';
import type { EventMap } from './events.js';
import { MediaTrack, type MediaKind, type VideoDimensions } from './media-track.js';
import type { MediaOverrides } from './overrides.js';
import type { AddProcessorOptions, VideoProcessor } from './processing.js';
import { loadKept } from './parts.js';
import { checkPriority, type TrackPriority } from './priority.js';
import { PublicObject, show } from './public-object.js';
import type { VideoContentPreferences, Viewing } from './bandwidth-profile.js';

/** @internal */
export interface RemoteTrackInfo {
  sid: string;
  name: string;
  enabled: boolean;
  overrides?: MediaOverrides | undefined;
  viewing?: Viewing | undefined;
}

type RemoteMediaTrackEvents<T> = {
  started: [track: T];
  enabled: [track: T];
  disabled: [track: T];
  /** `isSwitchedOff` has changed to this; in a task of its own, with `trackSwitchedOff` and `trackSwitchedOn` of the others. Never of audio. */
  switchedOff: [track: T];
  switchedOn: [track: T];
};

abstract class RemoteMediaTrack<Kind extends MediaKind, Events extends EventMap> extends MediaTrack<Kind, Events> {
  declare readonly sid: string;
  /** What the publisher says. */
  declare readonly isEnabled: boolean;
  /** Its publisher, a Holdfast client, has been asked not to send it here. Always false for audio. */
  declare readonly isSwitchedOff: boolean;
  /** What was asked for with `setPriority`. */
  declare readonly priority: TrackPriority | null;

  constructor(kind: never, info: never, mediaStreamTrack: never);
  /** @internal */
  constructor(kind: Kind, info: RemoteTrackInfo, mediaStreamTrack: MediaStreamTrack);
  constructor(kind: Kind, { sid, name, enabled, overrides }: RemoteTrackInfo, mediaStreamTrack: MediaStreamTrack) {
    super(kind, name, mediaStreamTrack, overrides);
    show<RemoteMediaTrack<MediaKind, EventMap>>(this, { isEnabled: enabled, isSwitchedOff: false, priority: null, sid });
    this._watch();
  }

  // Media that nobody shows is not decoded: after the last detach the MediaStreamTrack is off, attach turns it on again.
  override attach(): Kind extends 'video' ? HTMLVideoElement : HTMLAudioElement;
  override attach<E extends HTMLMediaElement>(element: E): E;
  override attach(selector: string): HTMLMediaElement;
  override attach(target?: HTMLMediaElement | string): HTMLMediaElement {
    const element = super.attach(target as HTMLMediaElement);
    this._enableMedia(true);
    return element;
  }

  override detach(): HTMLMediaElement[];
  override detach<E extends HTMLMediaElement>(element: E): E;
  override detach(selector: string): HTMLMediaElement;
  override detach(target?: HTMLMediaElement | string): HTMLMediaElement | HTMLMediaElement[] {
    const wasAttached = this._isAttached;
    const detached = super.detach(target as HTMLMediaElement);
    if (wasAttached && !this._isAttached) this._enableMedia(false);
    return detached;
  }

  /**
   * Counts where `bandwidthProfile.video` has `maxTracks` or `renderDimensions`; null: the same as 'standard'. RangeError if it is none.
   */
  setPriority(priority: TrackPriority | null): this {
    if (priority !== null) checkPriority(priority);
    show<RemoteMediaTrack<MediaKind, EventMap>>(this, { priority });
    this._tell('_shown');
    return this;
  }

  /** @internal */
  _setEnabled(isEnabled: boolean): void {
    show<RemoteMediaTrack<MediaKind, EventMap>>(this, { isEnabled });
    this.emit(isEnabled ? 'enabled' : 'disabled', this);
  }
}

export class RemoteAudioTrack extends RemoteMediaTrack<'audio', RemoteMediaTrackEvents<RemoteAudioTrack>> {}

export class RemoteVideoTrack extends RemoteMediaTrack<
  'video',
  RemoteMediaTrackEvents<RemoteVideoTrack> & { dimensionsChanged: [track: RemoteVideoTrack] }
> {
  /** Of the picture, in pixels; null until known. One object for the life of the track. */
  declare readonly dimensions: VideoDimensions;
  declare readonly processor: VideoProcessor | null;

  readonly #view: ReturnType<Viewing> | undefined;

  /** @internal */
  constructor(kind: 'video', info: RemoteTrackInfo, mediaStreamTrack: MediaStreamTrack) {
    super(kind, info, mediaStreamTrack);
    this.#view = info.viewing?.(this);
  }

  /**
   * Asks the publisher to send this track here again, or no longer. A publisher that uses twilio-video.js cannot be asked and goes on
   * sending. Throws Error unless connect() was given `bandwidthProfile.video.clientTrackSwitchOffControl: 'manual'`.
   */
  switchOn(): this {
    return this.#ask('switchOn');
  }

  switchOff(): this {
    return this.#ask('switchOff');
  }

  /**
   * Asks the publisher to send no more than `renderDimensions`, in pixels; without them, all it has. Throws Error unless connect() was given
   * `bandwidthProfile.video.contentPreferencesMode: 'manual'`.
   */
  setContentPreferences(preferences: VideoContentPreferences): this {
    return this.#ask('setContentPreferences', preferences);
  }

  /** @internal */
  _setSwitchedOff(isSwitchedOff: boolean): void {
    show<RemoteVideoTrack>(this, { isSwitchedOff });
    this.emit(isSwitchedOff ? 'switchedOff' : 'switchedOn', this);
  }

  #ask(...call: Parameters<ReturnType<Viewing>>): this {
    if (!this.#view) throw new Error(`Invalid state: ${call[0]}() needs a bandwidthProfile`);
    this.#view(...call);
    return this;
  }

  /**
   * Every frame goes through the processor: what it draws is shown instead, once its code is loaded. Frames are processed while
   * the track is enabled and attached. Throws Error for what is no processor, for options that the browser cannot follow,
   * where there is one already, and if the track has ended. If its code cannot be loaded, the error goes to `reportError`, and nothing is
   * shown.
   */
  addProcessor(processor: VideoProcessor, options?: AddProcessorOptions): this {
    this._addProcessor(processor, options);
    return this;
  }

  /** Throws Error if it is not the one that was added. */
  removeProcessor(processor: VideoProcessor): this {
    this._removeProcessor(processor);
    return this;
  }
}

export class RemoteDataTrack extends PublicObject<{ message: [data: string | ArrayBuffer, track: RemoteDataTrack] }> {
  declare readonly kind: 'data';
  declare readonly name: string;
  /** Always true. */
  declare readonly isEnabled: boolean;
  /** Always false in peer-to-peer rooms. */
  declare readonly isSwitchedOff: boolean;
  declare readonly maxPacketLifeTime: number | null;
  declare readonly maxRetransmits: number | null;
  declare readonly ordered: boolean;
  declare readonly priority: TrackPriority | null;
  declare readonly reliable: boolean;
  declare readonly sid: string;

  constructor(info: never, remote: never);
  /** @internal */
  constructor(info: RemoteTrackInfo, remote: RemoteChannel);
  constructor({ sid, name }: RemoteTrackInfo, remote: RemoteChannel) {
    super();
    const { maxPacketLifeTime, maxRetransmits, ordered } = remote.channel;
    show<RemoteDataTrack>(this, {
      kind: 'data',
      name,
      isEnabled: true,
      isSwitchedOff: false,
      maxPacketLifeTime,
      maxRetransmits,
      ordered,
      priority: null,
      reliable: maxPacketLifeTime === null && maxRetransmits === null,
      sid,
    });
  }

  /** Kept as a property; peer-to-peer rooms have no use for it. */
  setPriority(priority: TrackPriority | null): this {
    if (priority !== null) checkPriority(priority);
    show<RemoteDataTrack>(this, { priority });
    return this;
  }

  /** @internal From now on messages come from this channel. */
  _listen(remote: RemoteChannel): void {
    const deliver = (data: DataMessage) => this.emit('message', data, this);
    if (!/^holdfast-kept/.test(remote.channel.protocol)) return remote.listen(deliver);
    loadKept()
      .then(({ receive }) => receive(this, remote, deliver))
      .catch((error) => {
        reportUncaught(error);
        remote.listen(deliver);
      });
  }
}

export type RemoteTrack = RemoteAudioTrack | RemoteVideoTrack | RemoteDataTrack;
