// Microphones and cameras that go, fall silent or are no longer the default: what the app is told, and what is captured instead. Loaded
// when there is such news of a track.

import type { DeviceLossReason, LocalAudioTrack, LocalVideoTrack } from '../local-tracks.js';

/** Of the MediaStreamTrack: it has ended or is muted. Of the devices: they have changed. */
export type DeviceNews = 'ended' | 'muted' | 'changed';

/** A track and its device. */
export interface Device {
  readonly track: Pick<LocalAudioTrack | LocalVideoTrack, 'kind' | 'mediaStreamTrack' | '_isAttached' | '_isSent'>;
  /** At the time of the news. */
  readonly turn: number;
  /** Another number once the app has stopped or restarted the track, or there are newer news. */
  turnNow(): number;
  /** Tells the app that the device is lost. */
  tell(reason: DeviceLossReason): void;
  /** Captures again. Not for tracks of the app. */
  readonly restart: ((anyDevice: boolean) => Promise<void>) | undefined;
}

const silence = 3_000; // ms

export async function notice(news: DeviceNews, device: Device): Promise<void> {
  const { track, restart, tell } = device;
  const { kind, mediaStreamTrack: source } = track;
  let { turn } = device;
  const isOver = () => turn !== device.turnNow() || (news === 'muted' && (!source.muted || source.readyState === 'ended'));
  const restarts = async (anyDevice: boolean) => {
    // Nobody's camera is switched on for nobody.
    if (!restart || !(track._isAttached || track._isSent)) return false;
    const restarting = restart(anyDevice);
    turn = device.turnNow();
    return restarting.then(
      () => true,
      () => false, // There is none, or it cannot be had.
    );
  };

  if (news === 'changed') {
    if (!(await isOldDefault(source)) || isOver() || (await restarts(false)) || isOver()) return;
    if (source.readyState !== 'ended') return;
    tell('ended');
  } else if (news === 'muted') {
    await new Promise((resolve) => setTimeout(resolve, silence));
    if (isOver()) return;
    tell('muted');
  } else {
    const permission = await permissionFor(kind);
    if (isOver()) return;
    tell(permission?.state === 'denied' ? 'permission' : 'ended');
    if (isOver() || (await restarts(true))) return;
  }

  const permission = await permissionFor(kind);
  while (restart && !isOver()) {
    await change(permission);
    if (isOver() || (await restarts(true))) return;
  }
}

/** There may be another device. */
function change(permission: PermissionStatus | undefined): Promise<void> {
  return new Promise((resolve) => {
    const controller = new AbortController();
    const { signal } = controller;
    const done = () => {
      controller.abort();
      resolve();
    };
    navigator.mediaDevices.addEventListener('devicechange', done, { signal });
    permission?.addEventListener('change', done, { signal });
  });
}

/** Undefined where the browser does not tell. */
async function permissionFor(kind: 'audio' | 'video'): Promise<PermissionStatus | undefined> {
  try {
    return await navigator.permissions.query({ name: kind === 'audio' ? 'microphone' : 'camera' });
  } catch {
    return undefined;
  }
}

/** Was it captured as the default, and is that another by now? Chromium has a name for the default, others do not tell. */
async function isOldDefault(source: MediaStreamTrack): Promise<boolean> {
  const { deviceId, groupId } = source.getSettings();
  if (deviceId !== 'default') return false;
  const devices = await navigator.mediaDevices.enumerateDevices();
  const current = devices.find((device) => device.kind === 'audioinput' && device.deviceId === 'default');
  return current !== undefined && current.groupId !== groupId;
}
