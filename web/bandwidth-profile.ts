// How an app that was written for group rooms shares out its downlink. A peer-to-peer room has nothing to share out: only checked
// (lazy/bandwidth-profile.ts).

import type { TrackPriority } from './priority.js';

export interface BandwidthProfileOptions {
  video?: VideoBandwidthProfileOptions;
}

/** Accepted without effect. */
export interface VideoBandwidthProfileOptions {
  mode?: 'grid' | 'collaboration' | 'presentation';
  trackSwitchOffMode?: 'detected' | 'predicted' | 'disabled';
  clientTrackSwitchOffControl?: 'auto' | 'manual';
  contentPreferencesMode?: 'auto' | 'manual';
  dominantSpeakerPriority?: TrackPriority;
  maxSubscriptionBitrate?: number;
  /** Deprecated: use `clientTrackSwitchOffControl`. */
  maxTracks?: number;
  /** Deprecated: use `contentPreferencesMode`. */
  renderDimensions?: Partial<Record<TrackPriority, { width?: number | null; height?: number | null }>>;
}
