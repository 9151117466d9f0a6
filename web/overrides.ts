// What an app puts in the place of the browser's own.

/** For tracks. */
export interface MediaOverrides {
  getUserMedia?: (constraints: MediaStreamConstraints) => Promise<MediaStream>;
  /** Accepted without effect. */
  enumerateDevices?: () => Promise<MediaDeviceInfo[]>;
  MediaStream?: typeof MediaStream;
  /** Called with each element that a track is about to play in, also with Holdfast's own, which are never shown. */
  mapMediaElement?: (element: HTMLMediaElement) => unknown;
  /** Called with each element that a track has left. Of Holdfast's own elements it is the one to take `srcObject` away. */
  disposeMediaElement?: (element: HTMLMediaElement) => unknown;
}

const names = ['getUserMedia', 'enumerateDevices', 'MediaStream', 'mapMediaElement', 'disposeMediaElement'];

/** @internal */
export function overridesOf(options: MediaOverrides): MediaOverrides {
  return pick(options, names);
}

/** @internal Without what is meant for Holdfast. */
export function constraintsIn(options: MediaTrackConstraints & MediaOverrides): MediaTrackConstraints {
  const meant = [...names, 'name', 'logLevel', 'loggerName', 'defaultDeviceCaptureMode'];
  return Object.fromEntries(Object.entries(options).filter(([key]) => !meant.includes(key)));
}

/** @internal Those members that are given. */
export function pick<T extends object>(from: T, keys: readonly string[]): T {
  return Object.fromEntries(Object.entries(from).filter(([key, value]) => keys.includes(key) && value != null)) as T;
}
