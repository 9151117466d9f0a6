// What is wanted of the others' video: nothing of what nobody sees, and no more of the rest than is shown, or as the app says
// (`bandwidthProfile.video`). Loaded with that option.

import type { VideoBandwidthProfileOptions, Viewing } from '../bandwidth-profile.js';
import type { TrackPriority } from '../priority.js';
import type { RemoteVideoTrack } from '../remote-tracks.js';

/** 0 × 0: nothing; negative: all of it. */
type Size = readonly [width: number, height: number];
/** Tells the publisher. */
type Wish = (sid: string, ...size: Size) => void;

const nothing: Size = [0, 0];
const whole: Size = [-1, -1];
/** Whoever looks away, or changes a layout, may be doing it for a moment. */
const pause = 250; // ms
/** Elements that differ by less are of one size. */
const step = 16; // pixels
const ranks = { high: 0, standard: 1, low: 2 };

export function viewing(options: VideoBandwidthProfileOptions = {}, wish: Wish): Viewing {
  const control = 'maxTracks' in options ? undefined : (options.clientTrackSwitchOffControl ?? 'auto');
  const content = 'renderDimensions' in options ? undefined : (options.contentPreferencesMode ?? 'auto');
  const { maxTracks, renderDimensions } = options;
  const views = new Map<RemoteVideoTrack, () => void>();

  const isAmongFirst = (track: RemoteVideoTrack, count: number) =>
    [...views.keys()]
      .sort((a, b) => ranks[priorityOf(a)] - ranks[priorityOf(b)])
      .slice(0, count)
      .includes(track);

  return (track) => {
    let isOff = false;
    let preferred: Size = whole;
    let said: Size = whole;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const elements = new Elements(() => weigh());

    const wanted = (): Size => {
      if (maxTracks !== undefined && !isAmongFirst(track, maxTracks)) return nothing;
      if (control === 'auto' ? !elements.visible().length : isOff) return nothing;
      if (content === 'auto') return sizeOf(elements.visible());
      return content === 'manual' ? preferred : sizeIn(renderDimensions?.[priorityOf(track)]);
    };
    const say = () => {
      timer = undefined;
      const size = wanted();
      if (String(size) === String(said)) return;
      said = size;
      wish(track.sid, ...size);
    };
    // More than before is wanted at once, less only if it stays so.
    const weigh = (isLater = !isMore(wanted(), said)) => {
      if (!isLater) {
        clearTimeout(timer);
        say();
      } else timer ??= setTimeout(say, pause);
    };
    const weighAll = () => {
      for (const again of views.values()) again();
    };

    const stop = track._observe((event) => {
      if (event === '_shown') {
        elements.watch(track._elements);
        weighAll();
      } else if (event === '_over') {
        stop();
        clearTimeout(timer);
        elements.watch(new Set());
        views.delete(track);
        wish(track.sid, ...whole);
        weighAll();
      }
    });
    views.set(track, weigh);
    weighAll();

    return (call, { renderDimensions: size } = {}) => {
      const [mode, name] =
        call === 'setContentPreferences' ? [content, 'contentPreferencesMode'] : [control, 'clientTrackSwitchOffControl'];
      if (mode !== 'manual') throw new Error(`Invalid state: ${call}() needs bandwidthProfile.video.${name} 'manual'`);
      if (call === 'setContentPreferences') preferred = sizeIn(size);
      else isOff = call === 'switchOff';
      weigh(false);
    };
  };
}

/** Those of one track, and which of them can be seen. */
class Elements {
  readonly #inView = new Set<Element>();
  #watched: ReadonlySet<HTMLMediaElement> = new Set();
  #end = new AbortController();
  readonly #changed: () => void;
  readonly #views: IntersectionObserver;
  readonly #sizes: ResizeObserver;

  constructor(changed: () => void) {
    this.#changed = changed;
    this.#views = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) this.#inView[isIntersecting ? 'add' : 'delete'](target);
      changed();
    });
    this.#sizes = new ResizeObserver(changed);
  }

  watch(elements: ReadonlySet<HTMLMediaElement>): void {
    this.#end.abort();
    this.#end = new AbortController();
    const { signal } = this.#end;
    for (const element of this.#watched) {
      if (elements.has(element)) continue;
      this.#views.unobserve(element);
      this.#sizes.unobserve(element);
      this.#inView.delete(element);
    }
    this.#watched = new Set(elements);
    if (elements.size) document.addEventListener('visibilitychange', this.#changed, { signal });
    for (const element of elements) {
      this.#views.observe(element);
      this.#sizes.observe(element);
      for (const event of ['enterpictureinpicture', 'leavepictureinpicture']) element.addEventListener(event, this.#changed, { signal });
    }
  }

  visible(): HTMLMediaElement[] {
    const isVisible = document.visibilityState === 'visible';
    return [...this.#watched].filter((element) => element === document.pictureInPictureElement || (isVisible && this.#inView.has(element)));
  }
}

/** Of the largest: what is larger on the screen needs more. */
function sizeOf(elements: HTMLMediaElement[]): Size {
  const sizes = elements.map(({ clientWidth, clientHeight }): Size => [onScreen(clientWidth), onScreen(clientHeight)]);
  const [largest = whole] = sizes.sort((a, b) => b[0] * b[1] - a[0] * a[1]);
  return largest[0] && largest[1] ? largest : whole;
}

function onScreen(length: number): number {
  return Math.ceil((length * devicePixelRatio) / step) * step;
}

function sizeIn({ width, height }: { width?: number | null; height?: number | null } = {}): Size {
  return width && height ? [Math.ceil(width), Math.ceil(height)] : whole;
}

function isMore([width, height]: Size, [before, heightBefore]: Size): boolean {
  const amount = (w: number, h: number) => (w < 0 ? Infinity : w * h);
  return amount(width, height) > amount(before, heightBefore);
}

function priorityOf({ priority }: { priority: TrackPriority | null }): TrackPriority {
  return priority ?? 'standard';
}
