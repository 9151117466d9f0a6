// The app's own microphone, camera and data tracks. A track knows nothing of rooms: a room listens to it and sends a clone.

import { reportUncaught, type Keeping } from '../js-glue/index.js';
import { MediaTrack, type MediaKind, type VideoDimensions } from './media-track.js';
import { loadDevices, loadDraining, loadKept } from './parts.js';
import type { DeviceNews } from './lazy/devices.js';
import type { LogOptions } from './logger.js';
import type { MediaOverrides } from './overrides.js';
import type { AddProcessorOptions, VideoProcessor } from './processing.js';
import { PublicObject, show } from './public-object.js';
import type { EventMap } from './events.js';

export interface LocalTrackOptions extends LogOptions, MediaOverrides {
  /** Default: the id of the MediaStreamTrack. */
  name?: string;
  /** Accepted without effect, for apps written for twilio-video.js. */
  workaroundWebKitBug1208516?: boolean;
}

export interface LocalDataTrackOptions extends LogOptions {
  /** Default: its id. */
  name?: string;
  /** ms; null or absent: no limit. At most one of the two limits. */
  maxPacketLifeTime?: number | null;
  maxRetransmits?: number | null;
  ordered?: boolean;
  /**
   * What is sent while a participant's link or the signaling is away comes when they are back: to a participant who uses Holdfast every
   * message, once and in order, from when the track is there first until the participant has left. TypeError together with a limit or
   * `ordered: false`. See `send()`. Default: false.
   */
  kept?: boolean;
  /** Accepted without effect, for apps written for twilio-video.js. */
  workaroundWebKitBug1208516?: boolean;
}

/** @internal Performs getUserMedia, for a track that the SDK made itself; with `anyDevice` whichever there is. */
export type Capture = (constraints?: MediaTrackConstraints, anyDevice?: boolean) => Promise<MediaStreamTrack>;

/**
 * Why a device is lost: the browser has ended the track (the device was unplugged, another program took it, the user stopped sharing the
 * screen), it has done so and the page may not use the device any more, or for 3 s nothing has come from it (muted by a switch or the
 * system).
 */
export type DeviceLossReason = 'ended' | 'permission' | 'muted';

type LocalMediaTrackEvents<T> = {
  started: [track: T];
  stopped: [track: T];
  enabled: [track: T];
  disabled: [track: T];
  /** The device or the system went silent, not the app. */
  muted: [track: T];
  unmuted: [track: T];
  /**
   * Not for what the app did itself. A track that Holdfast made, and that is published or attached, then tries other devices, at once and
   * whenever devices have changed: publications and elements go on with what it finds, and whether it is enabled stays. A track of the app
   * waits for the app. After 'ended' and 'permission' the track is stopped.
   */
  deviceLost: [track: T, reason: DeviceLossReason];
  /** Media come again: from another device, the same one, or after `restart()`. */
  deviceRestored: [track: T];
};

abstract class LocalMediaTrack<Kind extends MediaKind, Events extends EventMap> extends MediaTrack<Kind, Events> {
  /** Id of the MediaStreamTrack it was made from; the same after a restart. */
  declare readonly id: string;
  declare readonly isEnabled: boolean;
  /** The device or the system gives nothing at the moment. */
  declare readonly isMuted: boolean;
  declare readonly isStopped: boolean;

  #capture: Capture | undefined;
  #followsDefault = false;
  #isLost = false;
  /** Counts what the app does to the media, and what happens to them. */
  #turn = 0;
  #stopListening = new AbortController();

  /** @internal */
  constructor(kind: Kind, mediaStreamTrack: MediaStreamTrack, options: LocalTrackOptions | undefined) {
    super(kind, String(options?.name ?? mediaStreamTrack.id), mediaStreamTrack, options);
    show<LocalMediaTrack<MediaKind, EventMap>>(this, {
      id: mediaStreamTrack.id,
      get isEnabled() {
        return this.mediaStreamTrack.enabled;
      },
      get isMuted() {
        return this.mediaStreamTrack.muted;
      },
      get isStopped() {
        return this.mediaStreamTrack.readyState === 'ended';
      },
    });
    this.#listen();
  }

  /** @internal */
  override get _isSent(): boolean {
    return this._isObserved;
  }

  /** @internal Holdfast made this track and can make its media again. */
  _madeBy(capture: Capture, followsDefault = false): this {
    this.#capture = capture;
    this.#followsDefault = followsDefault;
    return this;
  }

  /** Repeat calls emit nothing. Where the track is published, the others see it. */
  enable(wanted = true): this {
    const enabled = (wanted as unknown) !== false;
    if (enabled !== this.isEnabled) {
      this._enableMedia(enabled);
      this.emit(enabled ? 'enabled' : 'disabled', this);
    }
    return this;
  }

  disable(): this {
    return this.enable(false);
  }

  /** For good, but for `restart()`. It stays published. */
  stop(): this {
    this.#turn++;
    if (!this.isStopped) {
      this.mediaStreamTrack.stop();
      this.#ended();
    }
    return this;
  }

  /**
   * Captures again; publications and elements go on with the new media, and whether it is enabled stays. Without an argument the
   * constraints are those of the last time. Rejects with TypeError if the track was not made by Holdfast, or with getUserMedia's error.
   * Stopped or restarted again meanwhile, it lets go of what it captured.
   */
  restart(constraints?: MediaTrackConstraints): Promise<void>;
  /** @internal */
  restart(constraints: undefined, anyDevice: boolean): Promise<void>;
  async restart(constraints?: MediaTrackConstraints, anyDevice?: boolean): Promise<void> {
    if (!this.#capture) throw new TypeError('Illegal call to restart: the track was made from a MediaStreamTrack of the app');
    this.stop();
    const turn = this.#turn;
    const media = await this.#capture(constraints, anyDevice);
    if (turn !== this.#turn) return media.stop();
    this._setMediaStreamTrack(media, true);
    this.#listen();
    this._tell('_replaced');
    if (!media.muted) this.#tell();
  }

  /** @internal What gives nothing is captured again. */
  override _refresh(): void {
    super._refresh();
    if (this.#capture && this.isMuted && !this.isStopped) this.restart(undefined, true).catch(() => this.#notice('ended'));
  }

  #listen(): void {
    const track = this.mediaStreamTrack;
    const { signal } = (this.#stopListening = new AbortController());
    const on = (event: string, listener: () => unknown, target: EventTarget | undefined = track) =>
      target?.addEventListener?.(event, listener, { signal });
    on('ended', () => {
      this.#ended();
      this.#notice('ended');
    });
    on('mute', () => {
      this.emit('muted', this);
      this.#notice('muted');
    });
    on('unmute', () => {
      this.emit('unmuted', this);
      this.#tell();
    });
    on('devicechange', () => this.#followsDefault && this.#notice('changed'), globalThis.navigator?.mediaDevices);
  }

  /** What to make of it is the work of a part that is loaded. */
  #notice(news: DeviceNews): void {
    const device = {
      track: this as LocalMediaTrack<MediaKind, EventMap>,
      turn: news === 'changed' ? this.#turn : ++this.#turn,
      turnNow: () => this.#turn,
      tell: (reason: DeviceLossReason) => this.#tell(reason),
      restart: this.#capture && ((anyDevice: boolean) => this.restart(undefined, anyDevice)),
    };
    loadDevices()
      .then(({ notice }) => notice(news, device))
      .catch((error) => {
        if (news === 'ended') this.#tell(news);
        reportUncaught(error);
      });
  }

  #tell(reason?: DeviceLossReason): void {
    const wasLost = this.#isLost;
    this.#isLost = Boolean(reason);
    if (reason) this.emit('deviceLost', this, reason);
    else if (wasLost) this.emit('deviceRestored', this);
  }

  #ended(): void {
    this.#stopListening.abort();
    this._unwatch();
    this.emit('stopped', this);
  }
}

export class LocalAudioTrack extends LocalMediaTrack<'audio', LocalMediaTrackEvents<LocalAudioTrack>> {
  /** Always null: noise cancellation is not part of this version. */
  declare readonly noiseCancellation: null;

  constructor(mediaStreamTrack: MediaStreamTrack, options?: LocalTrackOptions) {
    super('audio', mediaStreamTrack, options);
    show<LocalAudioTrack>(this, { noiseCancellation: null });
    this._watch();
  }

  /** Nobody wants to hear themselves: the element is muted. */
  override attach(): HTMLAudioElement;
  override attach<E extends HTMLMediaElement>(element: E): E;
  override attach(selector: string): HTMLMediaElement;
  override attach(target?: HTMLMediaElement | string): HTMLMediaElement {
    const element = super.attach(target as HTMLMediaElement);
    element.muted = true;
    return element;
  }
}

export class LocalVideoTrack extends LocalMediaTrack<
  'video',
  LocalMediaTrackEvents<LocalVideoTrack> & { dimensionsChanged: [track: LocalVideoTrack] }
> {
  /** Of the picture, in pixels; null until known. One object for the life of the track. */
  declare readonly dimensions: VideoDimensions;
  declare readonly processor: VideoProcessor | null;

  constructor(mediaStreamTrack: MediaStreamTrack, options?: LocalTrackOptions) {
    super('video', mediaStreamTrack, options);
    this._watch();
  }

  /**
   * Every frame goes through the processor: what it draws is shown and sent instead, once its code is loaded. Frames are processed while
   * the track is enabled and attached or published. Throws Error for what is no processor, for options that the browser cannot follow,
   * where there is one already, and if the track has ended. If its code cannot be loaded, the error goes to `reportError`, and nothing is
   * shown.
   */
  addProcessor(processor: VideoProcessor, options?: AddProcessorOptions): this {
    this._addProcessor(processor, options);
    return this;
  }

  /** Throws Error if it is not the one that was added. */
  removeProcessor(processor: VideoProcessor): this {
    this._removeProcessor(processor);
    return this;
  }
}

/** Text and binary messages to everyone in the room. */
export class LocalDataTrack extends PublicObject {
  declare readonly kind: 'data';
  declare readonly name: string;
  declare readonly id: string;
  declare readonly maxPacketLifeTime: number | null;
  declare readonly maxRetransmits: number | null;
  declare readonly ordered: boolean;
  /** No limit was given. */
  declare readonly reliable: boolean;

  #threshold = 65_536;
  readonly #isKept: boolean;
  #part: Awaited<ReturnType<typeof loadKept>> | undefined;

  constructor(options?: LocalDataTrackOptions) {
    super();
    const { maxPacketLifeTime = null, maxRetransmits = null, ordered = true, kept = false, name } = options ?? {};
    const id = uuid();
    const reliable = maxPacketLifeTime === null && maxRetransmits === null;
    if (kept && !(ordered && reliable)) throw new TypeError('a kept track must be ordered and reliable');
    this.#isKept = kept;
    show<LocalDataTrack>(this, { kind: 'data', name: String(name ?? id), id, maxPacketLifeTime, maxRetransmits, ordered, reliable });
  }

  /** @internal Before it is published. Rejects with Error if its code cannot be loaded. */
  _load(): Promise<unknown> | false {
    return this.#isKept && loadKept().then((part) => (this.#part = part));
  }

  /** @internal There once the track is to be published, if it is kept. */
  get _kept(): Keeping | undefined {
    return this.#part;
  }

  /**
   * Never throws and queues nothing: who is not connected at this moment misses it. With `kept`, a copy is kept for each participant until
   * it has arrived, up to 8 MiB; then it throws DataTrackError 'full', TypeError for a Blob and what is no message, and RangeError for more
   * than 262144 bytes, and nobody gets it.
   */
  send(data: string | Blob | ArrayBuffer | ArrayBufferView): void {
    if (this.#part) this.#part.send(data, this.#open());
    else this._tell('_send', data);
  }

  /**
   * Bytes that were sent and wait at this end: of the receiver for whom it is most, 0 if nobody is connected. With `kept`, those that have
   * not arrived.
   */
  get bufferedAmount(): number {
    return Math.max(0, ...this.#open().map((channel) => channel.bufferedAmount));
  }

  /** `sendAsync()` waits until `bufferedAmount` is not above it. Bytes, default: 65536. RangeError for what is no number of bytes. */
  get bufferedAmountLowThreshold(): number {
    return this.#threshold;
  }
  set bufferedAmountLowThreshold(bytes: number) {
    if (!(bytes >= 0)) throw new RangeError('bufferedAmountLowThreshold must be >= 0');
    this.#threshold = bytes;
  }

  /**
   * Sends at once, as `send()` does, and resolves when `bufferedAmount` is not above `bufferedAmountLowThreshold`: time for the next
   * message. A receiver that leaves is waited for no longer. Rejects with DataTrackError: 'full' (over 8 MiB are waiting; nothing was
   * sent), 'closed' (all receivers whose buffers were full have gone, and there is no other), 'timeout' (for 30 s a buffer has stayed too
   * full), with Error if the code that waits cannot be loaded, and with what `send()` throws. With `kept` the message stays kept after
   * 'timeout'.
   */
  async sendAsync(data: string | Blob | ArrayBuffer | ArrayBufferView): Promise<void> {
    const isFull = this.bufferedAmount > 2 ** 23;
    if (!isFull) this.send(data);
    if (isFull || this.bufferedAmount > this.#threshold) await (await loadDraining()).drained(isFull, this.#threshold, () => this.#open());
  }

  #open(): RTCDataChannel[] {
    const channels: RTCDataChannel[] = [];
    this._tell('_channels', channels);
    return channels.filter(({ readyState }) => readyState === 'open');
  }
}

/** What `sendAsync()` rejects with, to be known by its name. */
export interface DataTrackError extends Error {
  readonly name: 'DataTrackError';
  readonly reason: 'full' | 'closed' | 'timeout';
}

export type LocalTrack = LocalAudioTrack | LocalVideoTrack | LocalDataTrack;

/** @internal Also where crypto.randomUUID is missing, which is every page that is not secure. */
export function uuid(): string {
  const [...bytes] = crypto.getRandomValues(new Uint8Array(16));
  const hex = bytes.map((byte, at) =>
    (at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte).toString(16).padStart(2, '0'),
  );
  return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const isMediaStreamTrack = (track: unknown): track is MediaStreamTrack =>
  typeof MediaStreamTrack === 'function' && track instanceof MediaStreamTrack;

const isLocalTrack = (track: unknown): track is LocalTrack =>
  track instanceof LocalAudioTrack || track instanceof LocalVideoTrack || track instanceof LocalDataTrack;

/** @internal Throws TypeError for what can be neither published nor unpublished. */
export function checkTrack(track: unknown): asserts track is LocalTrack | MediaStreamTrack {
  if (!isLocalTrack(track) && !isMediaStreamTrack(track)) {
    throw new TypeError('track must be a LocalAudioTrack, LocalVideoTrack, LocalDataTrack, or MediaStreamTrack');
  }
}

/** @internal */
export function asLocalTrack(track: LocalTrack | MediaStreamTrack, options?: LocalTrackOptions): LocalTrack {
  if (isLocalTrack(track)) return track;
  return track.kind === 'audio' ? new LocalAudioTrack(track, options) : new LocalVideoTrack(track, options);
}
