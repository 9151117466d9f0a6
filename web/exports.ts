// Everything the package has to offer.

export { setWasm } from '../js-glue/load.js';
export { connect } from './connect.js';
export { createLocalAudioTrack, createLocalTracks, createLocalVideoTrack } from './create-local-tracks.js';
export * from './errors.js';
export { isSupported } from './is-supported.js';
export { LocalParticipant } from './local-participant.js';
export { LocalAudioTrack, LocalDataTrack, LocalVideoTrack } from './local-tracks.js';
export { Logger } from './logger.js';
export { Participant } from './participant.js';
export { PreflightTest, runPreflight } from './preflight.js';
export { VideoProcessor } from './processing.js';
export {
  LocalAudioTrackPublication,
  LocalDataTrackPublication,
  LocalTrackPublication,
  LocalVideoTrackPublication,
  RemoteAudioTrackPublication,
  RemoteDataTrackPublication,
  RemoteTrackPublication,
  RemoteVideoTrackPublication,
} from './publications.js';
export { RemoteParticipant } from './remote-participant.js';
export { RemoteAudioTrack, RemoteDataTrack, RemoteVideoTrack } from './remote-tracks.js';
export { Room } from './room.js';
export * from './stats.js';
export { TabLockedError } from './tab-lock.js';
export * from './types.js';
export { version } from './version.js';

export type { WasmSource } from '../js-glue/load.js';
export type { BandwidthProfileOptions, VideoContentPreferences, VideoBandwidthProfileOptions } from './bandwidth-profile.js';
export type { CancelablePromise } from './cancelable-promise.js';
export type {
  AudioCodec,
  AudioCodecSettings,
  OpusCodecSettings,
  VideoCodec,
  VideoCodecSettings,
  VP8CodecSettings,
} from './codec-options.js';
export type { ConnectOptions } from './connect-options.js';
export type { CreateLocalTrackOptions, CreateLocalTracksOptions, DefaultDeviceCaptureMode } from './create-local-tracks.js';
export type { EventEmitter } from './events.js';
export type { EncodingParameters, LocalTrackPublishOptions, MediaStreamTrackPublishOptions } from './local-participant.js';
export type { DataTrackError, DeviceLossReason, LocalDataTrackOptions, LocalTrack, LocalTrackOptions } from './local-tracks.js';
export type { LogLevel, LoglevelLogger, LoglevelRoot, LogLevels, LogOptions } from './logger.js';
export type { VideoDimensions } from './media-track.js';
export type {
  NetworkQualityBandwidthStats,
  NetworkQualityConfiguration,
  NetworkQualityFractionLostStats,
  NetworkQualityLatencyStats,
  NetworkQualityLevel,
  NetworkQualityMediaStats,
  NetworkQualitySendOrRecvStats,
  NetworkQualityStats,
  NetworkQualityVerbosity,
} from './network-quality.js';
export type { MediaOverrides } from './overrides.js';
export type { ParticipantState } from './participant.js';
export type { PreflightOptions, PreflightTestReport } from './preflight.js';
export type { TrackPriority } from './priority.js';
export type { AddProcessorOptions } from './processing.js';
export type { RemoteTrack } from './remote-tracks.js';
export type { ConnectionInfo, ConnectionLink, MeshLoad, RoomEvents, RoomState } from './room.js';
export type { SignalingEvent } from './signaling-events.js';
export type { TokenFunction } from './token.js';
