// holdfast/testing: tracks without a camera and a microphone, for the tests of apps. How to use them: docs/testing-your-app.md.

export interface FakeVideoOptions {
  /** Pixels; default 320 × 180. */
  width?: number;
  height?: number;
  /** Pictures a second; default 15. */
  frameRate?: number;
  /** Written into the picture, so that people can tell whose it is. */
  text?: string;
}

export interface FakeAudioOptions {
  /** Of the tone, Hz; default 440. */
  frequency?: number;
  /** 0 to 1; default 0.1. */
  volume?: number;
}

/** A real video track of a moving picture, drawn on a canvas. Browsers only. It is drawn until the track and all its clones have ended. */
export function createFakeVideoTrack({ width = 320, height = 180, frameRate = 15, text = '' }: FakeVideoOptions = {}): MediaStreamTrack {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d')!;
  let frames = 0;
  const draw = () => {
    context.fillStyle = `hsl(${(frames * 3) % 360} 60% 40%)`;
    context.fillRect(0, 0, width, height);
    context.fillStyle = 'white';
    context.fillRect((frames++ * 4) % width, height - 12, 12, 12);
    context.font = `${height / 6}px sans-serif`;
    context.fillText(text, 12, height / 2, width - 24);
  };
  draw();
  const track = canvas.captureStream(frameRate).getVideoTracks()[0]!;
  const timer = setInterval(draw, 1000 / frameRate);
  whenAllHaveEnded(track, () => clearInterval(timer));
  return track;
}

/**
 * A real audio track of a steady tone. Browsers only. Where the page may not play sound before it is touched it is silent until then: start
 * Chromium with `--autoplay-policy=no-user-gesture-required`. It sounds until the track and all its clones have ended.
 */
export function createFakeAudioTrack({ frequency = 440, volume = 0.1 }: FakeAudioOptions = {}): MediaStreamTrack {
  const context = new AudioContext();
  const oscillator = new OscillatorNode(context, { frequency });
  const destination = new MediaStreamAudioDestinationNode(context);
  oscillator.connect(new GainNode(context, { gain: volume })).connect(destination);
  oscillator.start();
  const resume = () => void context.resume();
  addEventListener('pointerdown', resume);
  const track = destination.stream.getAudioTracks()[0]!;
  whenAllHaveEnded(track, () => {
    removeEventListener('pointerdown', resume);
    void context.close();
  });
  return track;
}

/** Where nothing has media, such as Node: the object that a MediaStreamTrack is, with nothing to see or hear in it. */
export function createPlainTrack(kind: 'audio' | 'video', label = `plain ${kind}`): PlainTrack {
  return new PlainTrack(kind, label);
}

let count = 0;

class PlainTrack extends EventTarget implements MediaStreamTrack {
  readonly id = `plain-${++count}`;
  enabled = true;
  contentHint = '';
  onended: MediaStreamTrack['onended'] = null;
  onmute: MediaStreamTrack['onmute'] = null;
  onunmute: MediaStreamTrack['onunmute'] = null;
  #muted = false;
  #readyState: MediaStreamTrackState = 'live';
  #constraints: MediaTrackConstraints = {};

  /** @internal */
  constructor(
    readonly kind: 'audio' | 'video',
    readonly label: string,
  ) {
    super();
    for (const type of ['ended', 'mute', 'unmute'] as const)
      this.addEventListener(type, (event) => this[`on${type}`]?.call(this as MediaStreamTrack, event));
  }

  get muted(): boolean {
    return this.#muted;
  }

  get readyState(): MediaStreamTrackState {
    return this.#readyState;
  }

  /** By the app: without an event, as everywhere. */
  stop(): void {
    this.#readyState = 'ended';
  }

  /** By the device: it was unplugged, or its permission taken away. */
  end(): void {
    if (this.#readyState === 'ended') return;
    this.#readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }

  /** By the device: it gives nothing for a while, or gives something again. */
  mute(muted = true): void {
    if (this.#muted === muted) return;
    this.#muted = muted;
    this.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }

  clone(): PlainTrack {
    const clone = new PlainTrack(this.kind, this.label);
    clone.enabled = this.enabled;
    clone.#muted = this.#muted;
    clone.#readyState = this.#readyState;
    return clone;
  }

  async applyConstraints(constraints: MediaTrackConstraints = {}): Promise<void> {
    this.#constraints = constraints;
  }

  getConstraints(): MediaTrackConstraints {
    return this.#constraints;
  }

  getCapabilities(): MediaTrackCapabilities {
    return {};
  }

  getSettings(): MediaTrackSettings {
    return { deviceId: this.label };
  }
}

export type { PlainTrack };

/** Rooms send clones, and stop() says nothing: so each clone is counted, and looked after. */
function whenAllHaveEnded(track: MediaStreamTrack, end: () => void): void {
  let living = 0;
  const adopt = (one: MediaStreamTrack) => {
    living += 1;
    let hasEnded = false;
    const ended = () => {
      if (hasEnded) return;
      hasEnded = true;
      if (--living === 0) end();
    };
    const { stop, clone } = one;
    one.addEventListener('ended', ended);
    one.stop = () => {
      stop.call(one);
      ended();
    };
    one.clone = () => adopt(clone.call(one));
    return one;
  };
  adopt(track);
}
