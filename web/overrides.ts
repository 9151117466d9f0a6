// What an app puts in the place of the browser's own.

/** For tracks. */
export interface MediaOverrides {
  getUserMedia?: (constraints: MediaStreamConstraints) => Promise<MediaStream>;
  /** Accepted without effect: Holdfast lists no devices. */
  enumerateDevices?: () => Promise<MediaDeviceInfo[]>;
  MediaStream?: typeof MediaStream;
  /** Called with each element that a track is about to play in, also with Holdfast's own, which are never shown. */
  mapMediaElement?: (element: HTMLMediaElement) => unknown;
  /** Called with each element that a track has left. Of Holdfast's own elements it is the one to take `srcObject` away. */
  disposeMediaElement?: (element: HTMLMediaElement) => unknown;
}

/** @internal */
export function overridesOf(options: MediaOverrides): MediaOverrides {
  const { getUserMedia, enumerateDevices, MediaStream, mapMediaElement, disposeMediaElement } = options;
  return { getUserMedia, enumerateDevices, MediaStream, mapMediaElement, disposeMediaElement } as MediaOverrides;
}
