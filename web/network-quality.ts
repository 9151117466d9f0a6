// How good the networks of participants are, as the option `networkQuality` tells it. Measured in lazy/network-quality.ts.

/** 0 (down) to 5 (nothing to be noticed). */
export type NetworkQualityLevel = number;

/** 1: the level; 2: `networkQualityStats` with levels by kind and direction, too; 3: with what those follow from. 0: nothing. */
export type NetworkQualityVerbosity = 0 | 1 | 2 | 3;

export interface NetworkQualityConfiguration {
  /** Of the LocalParticipant: 1, 2 or 3. Default, also for anything else: 1. */
  local?: NetworkQualityVerbosity;
  /** Of RemoteParticipants. Default, also for what is out of range: 0. */
  remote?: NetworkQualityVerbosity;
}

/** null: not measured. bit/s. */
export interface NetworkQualityBandwidthStats {
  actual: number | null;
  /** What the browser takes the network to carry. */
  available: number | null;
  level: NetworkQualityLevel | null;
}

/** null: not measured. ms. */
export interface NetworkQualityLatencyStats {
  jitter: number | null;
  /** There and back. */
  rtt: number | null;
  level: NetworkQualityLevel | null;
}

/** null: not measured. */
export interface NetworkQualityFractionLostStats {
  /** 0 to 1, of packets. */
  fractionLost: number | null;
  level: NetworkQualityLevel | null;
}

export interface NetworkQualitySendOrRecvStats {
  bandwidth: NetworkQualityBandwidthStats | null;
  latency: NetworkQualityLatencyStats | null;
  fractionLost: NetworkQualityFractionLostStats | null;
}

/** Of one kind of media; the direction as the participant sees it. */
export interface NetworkQualityMediaStats {
  /** null: nothing is sent. */
  send: NetworkQualityLevel | null;
  /** null: nothing is received. */
  recv: NetworkQualityLevel | null;
  /** null below verbosity 3. */
  sendStats: NetworkQualitySendOrRecvStats | null;
  /** null below verbosity 3. */
  recvStats: NetworkQualitySendOrRecvStats | null;
}

/** Of the link that the level is taken from: of one's own links the best, of another participant the one with it. */
export interface NetworkQualityStats {
  level: NetworkQualityLevel;
  /** null: neither sent nor received. */
  audio: NetworkQualityMediaStats | null;
  /** null: neither sent nor received. */
  video: NetworkQualityMediaStats | null;
}

/** Of every participant. */
export type NetworkQualityEvents = {
  /**
   * With the option `networkQuality`. 0 while the participant is `reconnecting`, or the Room if it is one's own. `stats` is null below
   * verbosity 2.
   */
  networkQualityLevelChanged: [level: NetworkQualityLevel, stats: NetworkQualityStats | null];
};
