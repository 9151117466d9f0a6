// How an app shares out its downlink: checked in lazy/bandwidth-profile.ts, followed in lazy/viewing.ts, by asking the publishers.

import type { TrackPriority } from './priority.js';
import type { RemoteVideoTrack } from './remote-tracks.js';

export interface BandwidthProfileOptions {
  video?: VideoBandwidthProfileOptions;
}

export interface VideoBandwidthProfileOptions {
  /** Accepted without effect: nobody shares out for all. */
  mode?: 'grid' | 'collaboration' | 'presentation';
  /** Accepted without effect: nothing is switched off for want of bandwidth. */
  trackSwitchOffMode?: 'detected' | 'predicted' | 'disabled';
  /**
   * 'auto', the default unless there is `maxTracks`: the video tracks of Holdfast clients are switched off while no attached element shows
   * them; one shows nothing when it is not in the page, out of view, or the page is hidden, unless it is the picture in picture. 'manual':
   * by `switchOff()` and `switchOn()`.
   */
  clientTrackSwitchOffControl?: 'auto' | 'manual';
  /**
   * 'auto', the default unless there are `renderDimensions`: they are sent no larger than the largest element that shows them. 'manual': by
   * `setContentPreferences()`.
   */
  contentPreferencesMode?: 'auto' | 'manual';
  /** Accepted without effect. */
  dominantSpeakerPriority?: TrackPriority;
  /** Accepted without effect. */
  maxSubscriptionBitrate?: number;
  /** No more video tracks than these, those of the highest priority (`setPriority()`). Deprecated: use `clientTrackSwitchOffControl`. */
  maxTracks?: number;
  /** By the priority of a track, in pixels. Deprecated: use `contentPreferencesMode`. */
  renderDimensions?: Partial<Record<TrackPriority, { width?: number | null; height?: number | null }>>;
}

/** For `RemoteVideoTrack.setContentPreferences()`. */
export interface VideoContentPreferences {
  renderDimensions?: { width?: number | null; height?: number | null };
}

/** @internal Of one Room: to be called with each track that is subscribed. Gives what the app's calls go to. */
export type Viewing = (
  track: RemoteVideoTrack,
) => (call: 'switchOn' | 'switchOff' | 'setContentPreferences', preferences?: VideoContentPreferences) => void;
