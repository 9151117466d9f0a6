// A track in a room, as its publisher and as the others see it. A publication outlives subscriptions; a track object does not.

import type { TrackKind, TrackModel } from '../js-glue/index.js';
import type { LocalAudioTrack, LocalDataTrack, LocalTrack, LocalVideoTrack } from './local-tracks.js';
import { kindOf } from './kinds.js';
import { checkPriority, type TrackPriority } from './priority.js';
import { PublicObject, show } from './public-object.js';
import type { RemoteAudioTrack, RemoteDataTrack, RemoteTrack, RemoteVideoTrack } from './remote-tracks.js';
import type { TwilioError } from './twilio-error.js';

/** @internal What a publication asks of the participant it belongs to. */
export interface Publisher {
  unpublishTrack(track: LocalTrack): unknown;
  _setPriority(track: LocalTrack, priority: TrackPriority): void;
}

export class LocalTrackPublication<T extends LocalTrack = LocalTrack> extends PublicObject<{ trackEnabled: []; trackDisabled: [] }> {
  declare readonly trackName: string;
  declare readonly trackSid: string;
  declare readonly isTrackEnabled: boolean;
  declare readonly kind: T['kind'];
  declare readonly priority: TrackPriority;
  declare readonly track: T;

  readonly #publisher: Publisher;

  constructor(track: never, trackSid: never, priority: never, publisher: never);
  /** @internal */
  constructor(track: T, trackSid: string, priority: TrackPriority, publisher: Publisher);
  constructor(track: T, trackSid: string, priority: TrackPriority, publisher: Publisher) {
    super();
    this.#publisher = publisher;
    show<LocalTrackPublication>(this, {
      trackName: track.name,
      trackSid,
      get isTrackEnabled() {
        return this.track.kind === 'data' || this.track.isEnabled;
      },
      kind: track.kind,
      priority,
      track,
    });
  }

  /** RangeError unless 'low', 'standard' or 'high'. The others get `trackPublishPriorityChanged`. */
  setPriority(priority: TrackPriority): this {
    checkPriority(priority);
    show<LocalTrackPublication>(this, { priority });
    this.#publisher._setPriority(this.track, priority);
    return this;
  }

  /** The same as `localParticipant.unpublishTrack(track)`. */
  unpublish(): this {
    this.#publisher.unpublishTrack(this.track);
    return this;
  }
}

export type LocalAudioTrackPublication = LocalTrackPublication<LocalAudioTrack>;
export const LocalAudioTrackPublication = kindOf<LocalAudioTrackPublication>([LocalTrackPublication], 'audio');
export type LocalVideoTrackPublication = LocalTrackPublication<LocalVideoTrack>;
export const LocalVideoTrackPublication = kindOf<LocalVideoTrackPublication>([LocalTrackPublication], 'video');
export type LocalDataTrackPublication = LocalTrackPublication<LocalDataTrack>;
export const LocalDataTrackPublication = kindOf<LocalDataTrackPublication>([LocalTrackPublication], 'data');

export type AnyLocalTrackPublication = LocalAudioTrackPublication | LocalVideoTrackPublication | LocalDataTrackPublication;

export class RemoteTrackPublication<T extends RemoteTrack = RemoteTrack> extends PublicObject<{
  subscribed: [track: T];
  unsubscribed: [track: T];
  subscriptionFailed: [error: TwilioError];
  trackEnabled: [];
  trackDisabled: [];
  publishPriorityChanged: [priority: TrackPriority];
  trackSwitchedOff: [track: T];
  trackSwitchedOn: [track: T];
}> {
  declare readonly trackName: string;
  declare readonly trackSid: string;
  declare readonly isSubscribed: boolean;
  declare readonly isTrackEnabled: boolean;
  declare readonly kind: T['kind'];
  declare readonly publishPriority: TrackPriority;
  /** Null while not subscribed. */
  declare readonly track: T | null;

  constructor(model: never);
  /** @internal */
  constructor(model: TrackModel);
  constructor({ sid, name, kind, enabled, priority }: TrackModel) {
    super();
    show<RemoteTrackPublication>(this, {
      trackName: name,
      trackSid: sid,
      get isSubscribed() {
        return this.track !== null;
      },
      isTrackEnabled: enabled,
      kind: kind as TrackKind,
      publishPriority: priority,
      track: null,
    });
  }
}

export type RemoteAudioTrackPublication = RemoteTrackPublication<RemoteAudioTrack>;
export const RemoteAudioTrackPublication = kindOf<RemoteAudioTrackPublication>([RemoteTrackPublication], 'audio');
export type RemoteVideoTrackPublication = RemoteTrackPublication<RemoteVideoTrack>;
export const RemoteVideoTrackPublication = kindOf<RemoteVideoTrackPublication>([RemoteTrackPublication], 'video');
export type RemoteDataTrackPublication = RemoteTrackPublication<RemoteDataTrack>;
export const RemoteDataTrackPublication = kindOf<RemoteDataTrackPublication>([RemoteTrackPublication], 'data');

export type AnyRemoteTrackPublication = RemoteAudioTrackPublication | RemoteVideoTrackPublication | RemoteDataTrackPublication;
