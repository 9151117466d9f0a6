// Local tracks from the microphone and the camera.

import { LocalAudioTrack, LocalVideoTrack, type Capture, type LocalTrack } from './local-tracks.js';
import { createLog, type LogOptions } from './logger.js';
import { constraintsIn, overridesOf, type MediaOverrides } from './overrides.js';

/** Constraints for getUserMedia, and a name for the track. */
export interface CreateLocalTrackOptions extends MediaTrackConstraints, LogOptions, MediaOverrides {
  /** Default: the id of the MediaStreamTrack. */
  name?: string;
  /**
   * Audio only. 'auto': a microphone that was captured as the system's default is changed with it, where the browser tells which one that
   * is (Chromium). RangeError for what is neither. Default: 'auto'.
   */
  defaultDeviceCaptureMode?: DefaultDeviceCaptureMode;
  /** Accepted without effect, for apps written for twilio-video.js. */
  workaroundWebKitBug1208516?: boolean;
  /** Likewise. */
  workaroundWebKitBug180748?: boolean;
}

export type DefaultDeviceCaptureMode = 'auto' | 'manual';

export interface CreateLocalTracksOptions extends LogOptions, MediaOverrides {
  /** Both are true if neither is given, else the missing one is false. */
  audio?: boolean | CreateLocalTrackOptions;
  video?: boolean | CreateLocalTrackOptions;
  /** Returned as they are; nothing is acquired then. */
  tracks?: LocalTrack[];
}

/** Audio first. Rejects with getUserMedia's error. */
export async function createLocalTracks(given?: CreateLocalTracksOptions): Promise<LocalTrack[]> {
  const options = given ?? {};
  createLog(options, '');
  const neither = !('audio' in options || 'video' in options);
  const { audio = neither, video = neither, tracks } = options;
  if (!audio && !video) return [];
  if (tracks) return tracks;
  const { defaultDeviceCaptureMode: mode = 'auto' } = audio as CreateLocalTrackOptions;
  if (!captureModes.includes(mode)) throw new RangeError(`defaultDeviceCaptureMode must be one of ${String(captureModes)}`);
  const overrides = overridesOf(options);
  const capture = overrides.getUserMedia ?? getUserMedia;
  const stream = await capture({ audio: constraintsOf(audio), video: constraintsOf(video) });
  const optionsOf = (wanted: Wanted) => ({ ...(typeof wanted === 'object' && wanted), ...overrides });
  return [
    ...stream
      .getAudioTracks()
      .map((track) => new LocalAudioTrack(track, optionsOf(audio))._madeBy(captureAgain(capture, 'audio', audio), mode === 'auto')),
    ...stream.getVideoTracks().map((track) => new LocalVideoTrack(track, optionsOf(video))._madeBy(captureAgain(capture, 'video', video))),
  ];
}

export async function createLocalAudioTrack(options?: CreateLocalTrackOptions): Promise<LocalAudioTrack> {
  return (await createLocalTrack('audio', options)) as LocalAudioTrack;
}

export async function createLocalVideoTrack(options?: CreateLocalTrackOptions): Promise<LocalVideoTrack> {
  return (await createLocalTrack('video', options)) as LocalVideoTrack;
}

const captureModes = ['auto', 'manual'];

type Kind = 'audio' | 'video';
type Wanted = boolean | CreateLocalTrackOptions;

/** Options for logging and overrides are among the constraints. */
async function createLocalTrack(kind: Kind, options?: CreateLocalTrackOptions): Promise<LocalTrack | undefined> {
  const [track] = await createLocalTracks({ ...options, audio: false, video: false, [kind]: options ?? true });
  return track;
}

function constraintsOf(wanted: Wanted): boolean | MediaTrackConstraints {
  if (typeof wanted !== 'object') return wanted;
  const constraints = constraintsIn(wanted);
  return Object.keys(constraints).length > 0 ? constraints : true;
}

/** Without an argument the constraints are those of the last time. */
function captureAgain(capture: typeof getUserMedia, kind: Kind, wanted: Wanted): Capture {
  let last = constraintsOf(wanted);
  return async (given, anyDevice) => {
    let constraints = given ?? last;
    if (anyDevice) constraints = { ...Object(constraints), deviceId: undefined, groupId: undefined } as MediaTrackConstraints;
    const stream = await capture({ [kind]: constraints });
    last = constraints;
    return stream.getTracks()[0] as MediaStreamTrack;
  };
}

function getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
  const mediaDevices = globalThis.navigator?.mediaDevices as MediaDevices | undefined;
  if (!mediaDevices) throw new Error('There is no getUserMedia: the page must come over https, or from localhost');
  return mediaDevices.getUserMedia(constraints);
}
