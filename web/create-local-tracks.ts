// Local tracks from the microphone and the camera.

import { LocalAudioTrack, LocalVideoTrack, type Capture, type LocalTrack } from './local-tracks.js';
import { createLogger, type LogLevel } from './logger.js';

/** Constraints for getUserMedia, and a name for the track. */
export interface CreateLocalTrackOptions extends MediaTrackConstraints {
  /** Default: the id of the MediaStreamTrack. */
  name?: string;
  logLevel?: LogLevel;
}

export interface CreateLocalTracksOptions {
  /** Both are true if neither is given, else the missing one is false. */
  audio?: boolean | CreateLocalTrackOptions;
  video?: boolean | CreateLocalTrackOptions;
  /** Returned as they are; nothing is acquired then. */
  tracks?: LocalTrack[];
  logLevel?: LogLevel;
}

/** Audio first. Rejects with getUserMedia's error. */
export async function createLocalTracks(given?: CreateLocalTracksOptions): Promise<LocalTrack[]> {
  const options = given ?? {};
  createLogger(options.logLevel);
  const neither = !('audio' in options || 'video' in options);
  const { audio = neither, video = neither, tracks } = options;
  if (!audio && !video) return [];
  if (tracks) return tracks;
  const stream = await getUserMedia({ audio: constraintsOf(audio), video: constraintsOf(video) });
  return [
    ...stream.getAudioTracks().map((track) => new LocalAudioTrack(track, optionsOf(audio))._madeBy(captureAgain('audio', audio))),
    ...stream.getVideoTracks().map((track) => new LocalVideoTrack(track, optionsOf(video))._madeBy(captureAgain('video', video))),
  ];
}

export async function createLocalAudioTrack(options?: CreateLocalTrackOptions): Promise<LocalAudioTrack> {
  const [track] = await createLocalTracks({ audio: options ?? true, ...logLevelOf(options) });
  return track as LocalAudioTrack;
}

export async function createLocalVideoTrack(options?: CreateLocalTrackOptions): Promise<LocalVideoTrack> {
  const [track] = await createLocalTracks({ video: options ?? true, ...logLevelOf(options) });
  return track as LocalVideoTrack;
}

type Wanted = boolean | CreateLocalTrackOptions;

const optionsOf = (wanted: Wanted) => (typeof wanted === 'object' ? wanted : {});

const logLevelOf = (options?: CreateLocalTrackOptions) => (options?.logLevel === undefined ? {} : { logLevel: options.logLevel });

function constraintsOf(wanted: Wanted): boolean | MediaTrackConstraints {
  if (typeof wanted !== 'object') return wanted;
  const { name: _name, logLevel: _logLevel, ...constraints } = wanted;
  return constraints;
}

/** Without an argument the constraints are those of the last time. */
function captureAgain(kind: 'audio' | 'video', wanted: Wanted): Capture {
  let last = constraintsOf(wanted);
  return async (constraints = last) => {
    const stream = await getUserMedia({ [kind]: constraints });
    last = constraints;
    return stream.getTracks()[0] as MediaStreamTrack;
  };
}

function getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
  const mediaDevices = globalThis.navigator?.mediaDevices as MediaDevices | undefined;
  if (!mediaDevices) throw new Error('There is no getUserMedia: the page must come over https, or from localhost');
  return mediaDevices.getUserMedia(constraints);
}
