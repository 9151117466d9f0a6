// What Room.getStats() tells. Numbers that the browser does not have are null. web/lazy/stats.ts fills it in.

import type { VideoDimensions } from './media-track.js';

export class TrackStats {
  /** Of a local track its `id`, of a remote one what its publisher calls it. */
  declare readonly trackId: string;
  declare readonly trackSid: string;
  /** When it was measured, ms since the epoch. */
  declare readonly timestamp: number;
  declare readonly ssrc: string;
  declare readonly packetsLost: number | null;
  /** 'opus', 'VP8' and so on. */
  declare readonly codec: string | null;

  constructor(values: never);
  /** @internal */
  constructor(values: object);
  constructor(values: object) {
    Object.assign(this, values);
  }
}

export class LocalTrackStats extends TrackStats {
  declare readonly bytesSent: number | null;
  declare readonly packetsSent: number | null;
  /** ms, as the receiver reports it. */
  declare readonly roundTripTime: number | null;
  /** ms, as the receiver reports it. */
  declare readonly jitter: number | null;
}

export class LocalAudioTrackStats extends LocalTrackStats {
  /** 0 to 32767. */
  declare readonly audioLevel: number | null;
}

export class LocalVideoTrackStats extends LocalTrackStats {
  declare readonly captureDimensions: VideoDimensions | null;
  declare readonly dimensions: VideoDimensions | null;
  /** Frames a second. */
  declare readonly captureFrameRate: number | null;
  /** Frames a second. */
  declare readonly frameRate: number | null;
  declare readonly qualityLimitationReason: 'none' | 'cpu' | 'bandwidth' | 'other' | null;
}

export class RemoteTrackStats extends TrackStats {
  declare readonly bytesReceived: number | null;
  declare readonly packetsReceived: number | null;
  /** ms */
  declare readonly jitter: number | null;
}

export class RemoteAudioTrackStats extends RemoteTrackStats {
  /** 0 to 32767. */
  declare readonly audioLevel: number | null;
}

export class RemoteVideoTrackStats extends RemoteTrackStats {
  declare readonly dimensions: VideoDimensions | null;
  /** Frames a second. */
  declare readonly frameRate: number | null;
  declare readonly freezeCount: number | null;
}

/** One RTCPeerConnection. Tracks that are published or subscribed to, with something sent or received; data tracks never. */
export class StatsReport {
  /** Another for each connection of the Room. */
  declare readonly peerConnectionId: string;
  declare readonly localAudioTrackStats: LocalAudioTrackStats[];
  /** With simulcast one for each layer. */
  declare readonly localVideoTrackStats: LocalVideoTrackStats[];
  declare readonly remoteAudioTrackStats: RemoteAudioTrackStats[];
  declare readonly remoteVideoTrackStats: RemoteVideoTrackStats[];

  constructor(values: never);
  /** @internal */
  constructor(values: object);
  constructor(values: object) {
    Object.assign(this, values);
  }
}
