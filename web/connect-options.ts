// What connect() can be told.

import type { EncodingParameters } from './local-participant.js';
import type { BandwidthProfileOptions } from './bandwidth-profile.js';
import type { CodecOptions } from './codec-options.js';
import type { CreateLocalTrackOptions } from './create-local-tracks.js';
import type { LocalTrack } from './local-tracks.js';
import type { Log, LogOptions } from './logger.js';
import type { NetworkQualityConfiguration } from './network-quality.js';
import type { MediaOverrides } from './overrides.js';
import type { SignalingEvent } from './signaling-events.js';

export interface ConnectOptions extends LogOptions, MediaOverrides, CodecOptions, EncodingParameters, RTCConfiguration {
  /** Name or SID of the room. Absent or null: a new room, named by its SID. */
  name?: string | null;
  /** URL of the room server, ws: or wss:. Default: `/signaling` on the page's origin. */
  wsServer?: string;
  /** What to publish; it stays the app's: Holdfast never stops it. Without it, Holdfast acquires `audio` and `video` and stops them too. */
  tracks?: (LocalTrack | MediaStreamTrack)[];
  /** Both are true if neither is given, else the missing one is false. Without effect if `tracks` is given. */
  audio?: boolean | CreateLocalTrackOptions;
  video?: boolean | CreateLocalTrackOptions;
  /** Without effect in peer-to-peer rooms, which subscribe to everything. */
  automaticSubscription?: boolean;
  /** Instead of those of the server. */
  iceServers?: RTCIceServer[];
  iceTransportPolicy?: RTCIceTransportPolicy;
  /** For every RTCPeerConnection; comes before what is given at top level: `iceServers`, `iceTransportPolicy`, `bundlePolicy` and so on. */
  rtcConfiguration?: RTCConfiguration;
  /** Makes the peer connections, instead of the platform's. */
  RTCPeerConnection?: typeof RTCPeerConnection;
  /**
   * How long the Room goes on reconnecting before it is `disconnected`, ms. No shorter than the server's session timeout, which is the
   * default; Infinity: until you say stop. After the session timeout the server has dropped the participant, so a longer limit is for
   * servers that were away themselves, and for `rejoin`.
   */
  reconnectLimit?: number;
  /**
   * When the server has dropped the participant (53204), join again with the same identity and publish the same tracks: the Room is
   * `reconnecting`, then `reconnected`, the objects stay the same (their SIDs do not), and what is different in the room is emitted. The
   * others see the participant leave and join. Also when the page comes back from the back-forward cache. Never after 53205, 53118, a
   * removal or `disconnect()`. With it `reconnectLimit` is Infinity unless given. Default: false.
   */
  rejoin?: boolean;
  /** Leave the room when the page goes away. Default: true. */
  pageLifecycle?: boolean;
  /**
   * Stay in the room while the page is reloaded. When the page goes, the session (not the token) is put into sessionStorage; the next
   * `connect()` in this tab with `keepSession` and the same `name` takes it out and is, with a token of the same identity, the same
   * participant with new tracks. The others see `participantReconnecting` and `participantReconnected`, no leave and join. It can only be
   * used once and within 10 s of the page's end; otherwise `connect()` joins as ever. A tab that is closed has left after these 10 s. A
   * page that goes to the back-forward cache leaves. Without effect if `pageLifecycle` is false. TypeError if it is no boolean. Default:
   * false.
   */
  keepSession?: boolean;
  /** Keep `room.dominantSpeaker` and emit `dominantSpeakerChanged`. Default: false. */
  dominantSpeaker?: boolean;
  /**
   * Keep `networkQualityLevel` of the participants and emit `networkQualityLevelChanged`; true: of the LocalParticipant alone. Others with
   * this option are told its level. Default: false.
   */
  networkQuality?: boolean | NetworkQualityConfiguration;
  /** Reconnect at once when the browser reports another network. Default: true. */
  networkMonitor?: boolean;
  /** Aborting it before `connect()` has settled calls it off: it rejects with the signal's reason. Afterwards it has no effect. */
  signal?: AbortSignal;
  /**
   * A name that only one tab of this browser can be in a call under, for apps that would otherwise throw their own user out with 53205.
   * While another has it `connect()` rejects with TabLockedError; it is free again when the Room is disconnected or its page is gone.
   */
  tabLock?: string;
  /** Its `emit('event', event)` is called for each step of the signaling connection, which is logged as well. Deprecated: use `Logger`. */
  eventListener?: { emit(name: 'event', event: SignalingEvent): unknown } | null;
  /** Ask the network to hurry what is sent, where the browser can (Chromium: DSCP). Default: false. */
  enableDscp?: boolean;
  /** Deprecated: use `enableDscp`, which it overrules. */
  dscpTagging?: boolean;

  // Accepted without effect, for apps written for twilio-video.js.
  /** TypeError or RangeError for what is none. */
  bandwidthProfile?: BandwidthProfileOptions;
  notifyWarnings?: string[];
  receiveTranscriptions?: boolean;
  insights?: boolean;
  region?: string;
  realm?: string;
  environment?: string;
}

// Old name to new name; empty: it has no effect any more.
const outdated: Record<string, string> = {
  abortOnIceServersTimeout: '',
  dscpTagging: 'enableDscp',
  eventListener: 'Logger',
  iceServersTimeout: '',
  logLevel: 'Logger',
  maxTracks: 'clientTrackSwitchOffControl',
  renderDimensions: 'contentPreferencesMode',
};
const warned = new Set<string>();

/** @internal Says once a page load of each outdated option that it is one. */
export function warnOfOutdated(options: ConnectOptions, log: Log): void {
  const given: Record<string, unknown> = { ...options.bandwidthProfile?.video, ...options };
  for (const [name, better] of Object.entries(outdated)) {
    if (warned.has(name) || given[name] === undefined) continue;
    warned.add(name);
    log('warn', `The ConnectOptions "${name}" is ${better ? `deprecated. Please use "${better}" instead.` : 'ignored.'}`);
  }
}
