// What local and remote audio and video tracks have in common: showing their media in elements, and telling when it can play and how
// large it is. A hidden, muted element per track finds that out.

import { callGuarded } from '../js-glue/index.js';
import type { MediaOverrides } from './overrides.js';
import { startProcessing, type AddProcessorOptions, type Processing, type VideoProcessor } from './processing.js';
import { PublicObject, show } from './public-object.js';
import type { EventMap } from './events.js';

export interface VideoDimensions {
  width: number | null;
  height: number | null;
}

export type MediaKind = 'audio' | 'video';
export type ElementOf<Kind extends MediaKind> = Kind extends 'video' ? HTMLVideoElement : HTMLAudioElement;

export abstract class MediaTrack<Kind extends MediaKind = MediaKind, Events extends EventMap = EventMap> extends PublicObject<Events> {
  declare readonly kind: Kind;
  declare readonly name: string;
  /** True from the first moment the media could play, also after it has ended. */
  declare readonly isStarted: boolean;
  declare readonly mediaStreamTrack: MediaStreamTrack;
  /** What a video processor makes of it; it is shown and sent instead. Null without one. */
  declare readonly processedTrack: MediaStreamTrack | null;

  readonly #elements = new Set<HTMLMediaElement>();
  readonly #refused = new Set<HTMLMediaElement>();
  #hidden: HTMLVideoElement | null = null;
  readonly #overrides: MediaOverrides;
  #processing: Processing | null = null;

  /** @internal */
  constructor(kind: Kind, name: string, mediaStreamTrack: MediaStreamTrack, overrides: MediaOverrides = {}) {
    super();
    if (overrides.MediaStream && typeof overrides.MediaStream !== 'function') throw new Error('invalid MediaStream constructor');
    this.#overrides = overrides;
    show<MediaTrack>(this, { kind, name, isStarted: false, mediaStreamTrack, processedTrack: null });
    if (kind === 'video') show(this as unknown as VideoMembers, { dimensions: { width: null, height: null }, processor: null });
  }

  /** A new element that plays this track; it is not inserted in the document. */
  attach(): ElementOf<Kind>;
  /** Plays this track in an element. An element that plays a track of the other kind goes on playing that as well. */
  attach<E extends HTMLMediaElement>(element: E): E;
  /** The same, by CSS selector. */
  attach(selector: string): HTMLMediaElement;
  attach(target?: HTMLMediaElement | string): HTMLMediaElement {
    const element = target ? resolve(target) : document.createElement(this.kind);
    this.#play(element);
    this.#elements.add(element);
    this._tell('_shown');
    return element;
  }

  /** Detaches every element and returns them. Elements stay in the document. */
  detach(): HTMLMediaElement[];
  detach<E extends HTMLMediaElement>(element: E): E;
  detach(selector: string): HTMLMediaElement;
  detach(target?: HTMLMediaElement | string): HTMLMediaElement | HTMLMediaElement[] {
    if (!target) return [...this.#elements].map((element) => this.detach(element));
    const element = resolve(target);
    if (this.#elements.delete(element)) {
      if (element.srcObject instanceof this.#Stream) element.srcObject.removeTrack(this._media);
      this.#dispose(element);
      this.#allow(element);
      this._tell('_shown');
    }
    return element;
  }

  /** @internal Attached elements that the browser plays only when its user has done something. */
  get _refused(): Iterable<HTMLMediaElement> {
    return this.#refused;
  }

  /** @internal Those that are attached. `_shown` is told when they are others. */
  get _elements(): ReadonlySet<HTMLMediaElement> {
    return this.#elements;
  }

  /** @internal Is any element attached? */
  get _isAttached(): boolean {
    return this.#elements.size > 0;
  }

  /** @internal Attached elements that stand still play on. */
  _refresh(): void {
    for (const element of this.#elements) void this.#check(element);
  }

  /** @internal What is shown and sent. */
  get _media(): MediaStreamTrack {
    return this.processedTrack ?? this.mediaStreamTrack;
  }

  /** @internal */
  _enableMedia(enabled: boolean): void {
    this.mediaStreamTrack.enabled = this._media.enabled = enabled;
  }

  /** @internal Does anybody but elements want the media? */
  get _isSent(): boolean {
    return false;
  }

  /** @internal For `addProcessor` of video tracks. */
  _addProcessor(processor: VideoProcessor, options: AddProcessorOptions = {}): void {
    if (typeof (processor as VideoProcessor | undefined)?.processFrame !== 'function')
      throw new Error('invalid VideoProcessor: no function processFrame');
    if (this.#processing) throw new Error('There is a processor already: remove it first');
    if (this.mediaStreamTrack.readyState === 'ended') throw new Error('The track has ended');
    this.#process(processor, options);
    this._tell('_replaced');
  }

  /** @internal For `removeProcessor` of video tracks. */
  _removeProcessor(processor: VideoProcessor): void {
    if (!processor) throw new Error('processor is missing');
    if (!this.#processing) throw new Error('There is no processor');
    if (this.#processing.processor !== processor) throw new Error('There is another processor');
    this.#process(null);
    this._tell('_replaced');
  }

  /** In place of the processing that was. */
  #process(processor: VideoProcessor | null, options: AddProcessorOptions = {}): void {
    const source = this.mediaStreamTrack;
    const isWanted = () => source.enabled && (this._isAttached || this._isSent);
    const processing = processor && startProcessing(source, processor, options, isWanted);
    this.#processing?.stop();
    this.#processing = processing;
    if (this.kind === 'video') show(this as unknown as VideoMembers, { processor });
    show<MediaTrack>(this, { processedTrack: processing?.processedTrack ?? null });
    // In some browsers media made from what was silent for a while stays silent.
    const again = () => {
      if (processing !== this.#processing || !this.processedTrack?.muted) return;
      this.#process(processor, options);
      this._tell('_replaced');
    };
    if (processing) source.addEventListener('unmute', again);
    for (const element of this.#elements) this.#play(element);
  }

  /** @internal Other media under the same track: elements go on with it, and it is enabled or not as before. */
  _setMediaStreamTrack(mediaStreamTrack: MediaStreamTrack, startsAnew: boolean): void {
    mediaStreamTrack.enabled = this.mediaStreamTrack.enabled;
    show<MediaTrack>(this, { mediaStreamTrack });
    const { processor = null, options } = this.#processing ?? {};
    this.#process(processor, options);
    this._watch(startsAnew);
  }

  /**
   * @internal Waits in a hidden element for the media to start. Called once the track is fully made. Media that has only moved to another
   * connection does not start anew: `started` is not said twice.
   */
  _watch(startsAnew = true): void {
    this._unwatch();
    if (typeof document === 'undefined') return;
    const hidden = (this.#hidden = document.createElement(this.kind) as HTMLVideoElement);
    hidden.muted = true;
    hidden.oncanplay = () => {
      hidden.oncanplay = null;
      const hasChanged = this.#measure(hidden);
      if (this.kind === 'video' && (hasChanged || !this.isStarted)) this.emit('dimensionsChanged', this);
      const isNews = startsAnew || !this.isStarted;
      show<MediaTrack>(this, { isStarted: true });
      if (this.kind === 'audio') this._unwatch();
      if (isNews) this.emit('started', this);
    };
    hidden.onresize = () => {
      if (this.#measure(hidden) && this.isStarted) this.emit('dimensionsChanged', this);
    };
    this.#play(hidden, this.mediaStreamTrack);
  }

  /** @internal Lets go of the hidden element. */
  _unwatch(): void {
    const hidden = this.#hidden;
    if (!hidden) return;
    hidden.oncanplay = hidden.onresize = null;
    if (!this.#dispose(hidden)) hidden.srcObject = null;
    this.#hidden = null;
  }

  get #Stream(): typeof MediaStream {
    return this.#overrides.MediaStream ?? MediaStream;
  }

  #play(element: HTMLMediaElement & { playsInline?: boolean }, track = this._media): void {
    const { mapMediaElement } = this.#overrides;
    const stream = element.srcObject instanceof this.#Stream ? element.srcObject : new this.#Stream();
    for (const other of stream.getTracks()) if (other.kind === track.kind) stream.removeTrack(other);
    stream.addTrack(track);
    if (mapMediaElement) callGuarded(() => mapMediaElement(element));
    // Setting the same stream again looks idle, but Chromium does not always show a track that was swapped inside it.
    element.srcObject = stream;
    element.autoplay = true;
    element.playsInline = true;
    (element as Partial<HTMLMediaElement>).addEventListener?.('canplay', () => void this.#check(element), { once: true });
  }

  /** Where autoplay has not begun, play() tells whether it is refused. Not before: until then the app may mute the element. */
  async #check(element: HTMLMediaElement): Promise<void> {
    const { paused, autoplay } = element;
    try {
      if (paused && autoplay && this.#elements.has(element)) await element.play();
    } catch (error) {
      if ((error as Error).name !== 'NotAllowedError' || !this.#elements.has(element)) return;
      element.addEventListener('playing', () => this.#allow(element), { once: true });
      this.#refused.add(element);
      this._tell('_refused');
    }
  }

  #allow(element: HTMLMediaElement): void {
    if (this.#refused.delete(element)) this._tell('_refused');
  }

  /** False if the app has no say in it. */
  #dispose(element: HTMLMediaElement): boolean {
    const { disposeMediaElement } = this.#overrides;
    if (disposeMediaElement) callGuarded(() => disposeMediaElement(element));
    return Boolean(disposeMediaElement);
  }

  #measure({ videoWidth: width, videoHeight: height }: HTMLVideoElement): boolean {
    const { dimensions } = this as Partial<VideoMembers>;
    if (!dimensions || (dimensions.width === width && dimensions.height === height)) return false;
    Object.assign(dimensions, { width, height });
    return true;
  }
}

/** What a video track has besides. */
export interface VideoMembers {
  /** Of the picture, in pixels; null until known. One object for the life of the track. */
  readonly dimensions: VideoDimensions;
  /** As added. */
  readonly processor: VideoProcessor | null;
}

function resolve(target: HTMLMediaElement | string): HTMLMediaElement {
  const element = typeof target === 'string' ? document.querySelector<HTMLMediaElement>(target) : target;
  if (!element) throw new Error(`Selector matched no element: ${String(target)}`);
  return element;
}
