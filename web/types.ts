// Names of twilio-video.js's typings that stand for something else here: unions of our classes, and plain strings. Types only.

import type { CreateLocalTrackOptions } from './create-local-tracks.js';
import type { LocalAudioTrack, LocalDataTrack, LocalVideoTrack } from './local-tracks.js';
import type { VideoDimensions } from './media-track.js';
import type { TrackPriority } from './priority.js';
import type {
  LocalAudioTrackPublication,
  LocalDataTrackPublication,
  LocalVideoTrackPublication,
  RemoteAudioTrackPublication,
  RemoteDataTrackPublication,
  RemoteVideoTrackPublication,
} from './publications.js';
import type { RemoteAudioTrack, RemoteDataTrack, RemoteVideoTrack } from './remote-tracks.js';

export type AudioTrack = LocalAudioTrack | RemoteAudioTrack;
export type VideoTrack = LocalVideoTrack | RemoteVideoTrack;
export type DataTrack = LocalDataTrack | RemoteDataTrack;
export type Track = AudioTrack | VideoTrack | DataTrack;

export type AudioTrackPublication = LocalAudioTrackPublication | RemoteAudioTrackPublication;
export type VideoTrackPublication = LocalVideoTrackPublication | RemoteVideoTrackPublication;
export type DataTrackPublication = LocalDataTrackPublication | RemoteDataTrackPublication;
export type TrackPublication = AudioTrackPublication | VideoTrackPublication | DataTrackPublication;

export type CreateLocalAudioTrackOptions = CreateLocalTrackOptions;
/** 0 to 32767. */
export type AudioLevel = number;
export type NetworkQualityLevel = number;

export declare namespace Track {
  type Kind = 'audio' | 'video' | 'data';
  type Priority = TrackPriority;
  type ID = string;
  type SID = string;
}

export declare namespace VideoTrack {
  type Dimensions = VideoDimensions;
}
