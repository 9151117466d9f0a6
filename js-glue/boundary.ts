// What crosses between the core (C++ in wasm) and JavaScript, as types: one JSON text in (an Input), one JSON text out (a Batch).
// The C++ side of each is src/input.hpp and src/effect.hpp, the text form src/client/boundary.cpp. Members that C++ calls optional or
// "empty: not given" are absent here when not given.

export type TrackKind = 'audio' | 'video' | 'data';
export type TrackPriority = 'low' | 'standard' | 'high';
export type ParticipantState = 'connected' | 'reconnecting' | 'disconnected';

/** An error by its code (docs/protocol.md 13). `message` only where the server's or the browser's own text is worth keeping. */
export interface CoreError {
  code: number;
  message?: string;
}

export interface LocalTrackState {
  id: string;
  kind: TrackKind;
  name: string;
  enabled: boolean;
  priority: TrackPriority;
}

export interface IceCandidateInit {
  candidate: string;
  sdpMid?: string;
  sdpMLineIndex?: number;
  usernameFragment?: string;
}

export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

// ---- inputs -------------------------------------------------------------------------------------------------------------------

export interface ConnectInput {
  kind: 'connect';
  url: string;
  /** Empty: ask for one. */
  token: string;
  /** Until it ends, ms. Absent: it does not say. */
  tokenLifetime?: number;
  /** The app can be asked for another. */
  renewsToken?: boolean;
  /** ms; the server's session timeout counts if it is longer. */
  reconnectLimit?: number;
  /** When the server has dropped us. */
  rejoins?: boolean;
  /** Absent: a new room whose name is its SID. */
  roomName?: string;
  tracks: LocalTrackState[];
  iceServersGiven: boolean;
  automaticSubscription: boolean;
  pageLifecycle: boolean;
  /** For the page that is loaded next (`keepSession`). */
  keepsSession?: boolean;
  /** What `keepSession` said in the page before. */
  session?: string | undefined;
  networkMonitor: boolean;
  /** `dominantSpeakerChanged` is wanted. */
  dominantSpeaker?: boolean;
  userAgent: string;
  sdkVersion: string;
}

export interface Transceiver {
  mid: string;
  kind: 'audio' | 'video';
  /** Signaled id of the local track it sends; absent: none. */
  id?: string;
}

/** Over which way media come, as far as the browser knows. */
export interface Path {
  /** By a TURN server, at either end. */
  relayed?: boolean;
  /** ms, a whole number */
  roundTripTime?: number;
}

export type Input =
  | ConnectInput
  | { kind: 'disconnect' }
  /** `quality` of the own network, 0 to 5, as the others are told from now on. Absent: as before. */
  | { kind: 'describe'; quality?: number | undefined }
  /** What is wanted of a remote track, in pixels: 0 × 0 nothing, a negative size all of it. */
  | { kind: 'wishTrack'; track: string; width: number; height: number }
  | { kind: 'reconnectNow' }
  /** `op` of the requestToken that it answers; 0: nobody has asked. */
  | { kind: 'tokenGiven'; op: number; token: string; lifetime?: number }
  | { kind: 'tokenFailed'; op: number; message: string }
  | { kind: 'publish'; track: LocalTrackState }
  | { kind: 'unpublish'; id: string }
  | { kind: 'setTrackEnabled'; id: string; enabled: boolean }
  | { kind: 'setTrackPriority'; id: string; priority: TrackPriority }
  | { kind: 'socketOpened'; socket: number }
  | { kind: 'socketText'; socket: number; text: string }
  | { kind: 'socketClosed'; socket: number; code: number; reason: string }
  | { kind: 'probeAnswered'; op: number; reachable: boolean }
  | { kind: 'localDescriptionSet'; peer: number; op: number; sdp: string; transceivers: Transceiver[] }
  | { kind: 'remoteDescriptionSet'; peer: number; op: number }
  | { kind: 'peerOperationFailed'; peer: number; op: number; name: string; message: string }
  | { kind: 'iceCandidateGathered'; peer: number; candidate: IceCandidateInit }
  | { kind: 'iceGatheringComplete'; peer: number }
  | { kind: 'connectionStateChanged'; peer: number; state: RTCPeerConnectionState }
  | { kind: 'iceConnectionStateChanged'; peer: number; state: RTCIceConnectionState }
  | { kind: 'trackAdded'; peer: number; mid: string; trackKind: 'audio' | 'video' }
  | { kind: 'dataChannelAdded'; peer: number; label: string }
  /** Bytes of all inbound media; level of the loudest inbound audio, 0 to 32767. */
  | ({ kind: 'peerStats'; peer: number; op: number; bytesReceived: number; audioLevel?: number } & Path)
  | { kind: 'page'; event: 'beforeUnload' | 'pageHide' | 'pageShow' | 'hidden' | 'visible' | 'freeze' | 'resume'; persisted: boolean }
  | { kind: 'network'; event: 'online' | 'offline' | 'changed' }
  | { kind: 'tick' };

// ---- effects ------------------------------------------------------------------------------------------------------------------

export interface TrackModel {
  sid: string;
  kind: TrackKind;
  name: string;
  enabled: boolean;
  priority: TrackPriority;
}

export interface ParticipantModel {
  sid: string;
  identity: string;
  state: ParticipantState;
  tracks: TrackModel[];
}

/** `sid` if the server accepted the track, `error` if not. */
export interface Publication {
  id: string;
  sid?: string;
  error?: CoreError;
}

export interface ReconnectProgress {
  /** Counted from 1 since signaling was lost. */
  attempt: number;
  /** ms */
  nextAttemptIn: number;
  /** Until the Room gives up, ms. */
  timeLeft: number;
}

/** An event for the app with what it changes in the public model; applied, then emitted, one by one, in order. */
export type RoomEvent =
  | {
      event: 'roomConnected';
      sid: string;
      name: string;
      participantSid: string;
      identity: string;
      signalingRegion: string;
      participants: ParticipantModel[];
      publications: Publication[];
    }
  | { event: 'connectFailed'; error: CoreError }
  | { event: 'roomReconnecting'; error: CoreError }
  | { event: 'roomReconnected' }
  | { event: 'roomDisconnected'; error?: CoreError }
  /** Both are others than before; `localTrackPublished` follows for each publication. No event of its own. */
  | { event: 'roomRejoined'; sid: string; participantSid: string }
  | ({ event: 'reconnectProgress' } & ReconnectProgress)
  /** More participants, this client among them, than `limit`. */
  | { event: 'meshOverloaded'; participants: number; limit: number }
  | { event: 'tokenWillExpire' }
  | { event: 'localParticipantReconnecting' }
  | { event: 'localParticipantReconnected' }
  | { event: 'localParticipantDisconnected' }
  | { event: 'participantConnected'; participant: ParticipantModel }
  /** With it every track of the participant is unsubscribed; no events of their own. */
  | { event: 'participantDisconnected'; participant: string }
  | { event: 'participantReconnecting'; participant: string; error: CoreError }
  | { event: 'participantReconnected'; participant: string }
  /** Absent: nobody. */
  | { event: 'dominantSpeakerChanged'; speaker?: string }
  | { event: 'trackPublished'; participant: string; track: TrackModel }
  | { event: 'trackUnpublished'; participant: string; track: string }
  /** Once more for a subscribed track: its media has moved to another connection, which the app does not hear of. */
  | { event: 'trackSubscribed'; participant: string; track: string; peer: number; mid?: string; mediaId: string }
  | { event: 'trackUnsubscribed'; participant: string; track: string }
  | { event: 'trackSubscriptionFailed'; participant: string; track: string; error: CoreError }
  | { event: 'trackEnabled'; participant: string; track: string }
  | { event: 'trackDisabled'; participant: string; track: string }
  /** The participant is asked to send it no longer, or again. */
  | { event: 'trackSwitchedOff'; participant: string; track: string }
  | { event: 'trackSwitchedOn'; participant: string; track: string }
  | { event: 'trackPriorityChanged'; participant: string; track: string; priority: TrackPriority }
  /** Once more after a rejoin: the SID is another, which the app does not hear of. */
  | { event: 'localTrackPublished'; id: string; sid: string }
  | { event: 'localTrackPublicationFailed'; id: string; error: CoreError };

export type Emit = { kind: 'emit'; when: 'now' | 'task' } & RoomEvent;

export type SocketEffect =
  | { kind: 'openSocket'; socket: number; url: string }
  | { kind: 'sendText'; socket: number; text: string }
  | { kind: 'closeSocket'; socket: number; code: number; reason: string }
  | { kind: 'probe'; op: number; url: string }
  | { kind: 'beacon'; url: string; text: string };

/** Answered by tokenGiven or tokenFailed. */
export interface RequestToken {
  kind: 'requestToken';
  op: number;
}

/** How things are at this moment; times in ms. Answers `describe` in its own batch. */
export interface Description {
  kind: 'description';
  /** In step with the server. */
  signaling: boolean;
  /** 0: none. */
  attempt: number;
  nextAttemptIn?: number;
  timeLeft?: number;
  /** `quality` as the participant tells it of its network; absent: it does not. */
  links: ({ participantSid: string; peer: number; state: LinkState; quality?: number } & Path)[];
}
export type LinkState = 'new' | 'healthy' | 'suspect' | 'failed';

/** For the page that is loaded next, to be handed in with its `connect`. */
export interface KeepSession {
  kind: 'keepSession';
  session: string;
}

export type PeerEffect =
  | { kind: 'createPeer'; peer: number; iceServers: IceServer[] }
  | { kind: 'setIceServers'; peer: number; iceServers: IceServer[] }
  | { kind: 'closePeer'; peer: number }
  | { kind: 'addTrack'; peer: number; id: string; mid?: string }
  | { kind: 'removeTrack'; peer: number; id: string }
  /** In no more than so many pixels; 0 × 0: not for now; negative: as it is. `maxBitrate` in bit/s; absent: no limit. */
  | { kind: 'fitTrack'; peer: number; id: string; width: number; height: number; maxBitrate?: number }
  | { kind: 'addDataChannel'; peer: number; id: string; label: string }
  | { kind: 'removeDataChannel'; peer: number; id: string }
  | {
      kind: 'setLocalDescription';
      peer: number;
      op: number;
      type: 'offer' | 'answer' | 'rollback';
      iceRestart: boolean;
      receiveMedia: boolean;
    }
  | { kind: 'setRemoteDescription'; peer: number; op: number; type: 'offer' | 'answer' | 'pranswer'; sdp: string }
  | { kind: 'addIceCandidate'; peer: number; candidate: IceCandidateInit }
  | { kind: 'getStats'; peer: number; op: number }
  | { kind: 'refreshVideo'; peer: number };

export type LogEffect = { kind: 'log'; level: 'debug' | 'info' | 'warn' | 'error'; message: string };

export type Effect = SocketEffect | RequestToken | KeepSession | Description | PeerEffect | Emit | LogEffect;

export interface Batch {
  effects: Effect[];
  /** On the clock of the `now` that was handed in, ms. Absent: no timer is needed. */
  deadline?: number;
}

/** A client's core, and the seed that it was made with. The same seed and inputs give the same batches. */
export interface ClientCore {
  readonly seed: string;
  /** `now` is monotonic, ms. */
  handle(now: number, inputJson: string): string;
}

// ---- traces -------------------------------------------------------------------------------------------------------------------

/** The first line of a trace; each other line is a TracedInput. */
export interface TraceHeader {
  /** Version of this form. */
  holdfastTrace: 1;
  /** Of the package. */
  version: string;
  seed: string;
  /** When `at` was 0, ISO 8601. */
  startedAt: string;
  /** How many inputs came before the first one here, and are lost. */
  dropped: number;
}

/** An input with the time at which the core got it, ms. */
export type TracedInput = { at: number } & Input;
