// Names of twilio-video.js's typings that stand for something else here: unions of our classes, and plain strings.

import type { CreateLocalTrackOptions } from './create-local-tracks.js';
import { kindOf } from './kinds.js';
import { LocalDataTrack, type LocalAudioTrack, type LocalVideoTrack } from './local-tracks.js';
import { MediaTrack, type VideoDimensions } from './media-track.js';
import type { TrackPriority } from './priority.js';
import {
  LocalTrackPublication,
  RemoteTrackPublication,
  type LocalAudioTrackPublication,
  type LocalDataTrackPublication,
  type LocalVideoTrackPublication,
  type RemoteAudioTrackPublication,
  type RemoteDataTrackPublication,
  type RemoteVideoTrackPublication,
} from './publications.js';
import { RemoteDataTrack, type RemoteAudioTrack, type RemoteVideoTrack } from './remote-tracks.js';

export type AudioTrack = LocalAudioTrack | RemoteAudioTrack;
export const AudioTrack = kindOf<AudioTrack>([MediaTrack], 'audio');
export type VideoTrack = LocalVideoTrack | RemoteVideoTrack;
export const VideoTrack = kindOf<VideoTrack>([MediaTrack], 'video');
export type DataTrack = LocalDataTrack | RemoteDataTrack;
export type Track = AudioTrack | VideoTrack | DataTrack;
export const Track = kindOf<Track>([MediaTrack, LocalDataTrack, RemoteDataTrack]);

export type AudioTrackPublication = LocalAudioTrackPublication | RemoteAudioTrackPublication;
export type VideoTrackPublication = LocalVideoTrackPublication | RemoteVideoTrackPublication;
export type DataTrackPublication = LocalDataTrackPublication | RemoteDataTrackPublication;
export type TrackPublication = AudioTrackPublication | VideoTrackPublication | DataTrackPublication;
export const TrackPublication = kindOf<TrackPublication>([LocalTrackPublication, RemoteTrackPublication]);

export type CreateLocalAudioTrackOptions = CreateLocalTrackOptions;
/** 0 to 32767. */
export type AudioLevel = number;

export declare namespace Track {
  type Kind = 'audio' | 'video' | 'data';
  type Priority = TrackPriority;
  type ID = string;
  type SID = string;
}

export declare namespace VideoTrack {
  type Dimensions = VideoDimensions;
}
