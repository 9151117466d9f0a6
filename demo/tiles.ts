// The picture of each participant, and how the pictures share the stage.

import { element, make } from './dom.js';

/** Width by height. */
const pictureShape = 16 / 9;

export class Tile {
  readonly element: HTMLElement;
  readonly video = make('video', '');
  readonly #reason = make('span', '');

  constructor(identity: string, isOwn: boolean) {
    const avatar = make('div', 'avatar', identity.slice(0, 1).toUpperCase());
    avatar.setAttribute('aria-hidden', 'true');
    avatar.style.setProperty('--hue', String(hueOf(identity)));
    this.video.autoplay = this.video.playsInline = true;
    this.video.muted = isOwn;
    const caption = make('p', 'caption', micOff(), make('span', 'who', isOwn ? `${identity} (you)` : identity));
    const trouble = make('p', 'trouble', make('strong', '', 'Reconnecting …'), this.#reason);
    this.element = make('li', isOwn ? 'tile own' : 'tile', this.video, avatar, trouble, caption);
    this.setState('connected');
  }

  setSending(kind: 'audio' | 'video', isSending: boolean): void {
    this.element.toggleAttribute(`data-${kind}`, isSending);
  }

  setSpeaking(isSpeaking: boolean): void {
    this.element.toggleAttribute('data-speaking', isSpeaking);
  }

  setState(state: string, reason = ''): void {
    this.element.dataset['state'] = state;
    this.#reason.textContent = reason;
  }
}

export class Tiles {
  readonly #list = element('tiles');
  readonly #tiles = new Map<string, Tile>();
  readonly #resizing = new ResizeObserver(() => this.#arrange());

  constructor() {
    this.#resizing.observe(this.#list);
  }

  add(sid: string, tile: Tile): void {
    this.#tiles.set(sid, tile);
    this.#list.append(tile.element);
    this.#arrange();
  }

  remove(sid: string): void {
    this.#tiles.get(sid)?.element.remove();
    this.#tiles.delete(sid);
    this.#arrange();
  }

  /** Who was heard last, if anybody. */
  setSpeaker(speaker: string | undefined): void {
    for (const [sid, tile] of this.#tiles) tile.setSpeaking(sid === speaker);
  }

  /** The call is over. */
  clear(): void {
    this.#resizing.disconnect();
    for (const sid of [...this.#tiles.keys()]) this.remove(sid);
  }

  /** As many columns as bring the pictures closest to their shape. */
  #arrange(): void {
    const { clientWidth: width, clientHeight: height } = this.#list;
    const count = this.#tiles.size;
    let best = 1;
    let least = Infinity;
    for (let columns = 1; columns <= count; ++columns) {
      const shape = width / columns / (height / Math.ceil(count / columns));
      const distance = Math.abs(Math.log(shape / pictureShape));
      if (distance < least) [best, least] = [columns, distance];
    }
    this.#list.style.setProperty('--columns', String(best));
  }
}

function micOff(): Node {
  const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  icon.setAttribute('class', 'icon');
  icon.setAttribute('role', 'img');
  icon.setAttribute('aria-label', 'Muted');
  use.setAttribute('href', '#mic-off');
  icon.append(use);
  return icon;
}

function hueOf(text: string): number {
  let hue = 7;
  for (const letter of text) hue = (hue * 31 + letter.charCodeAt(0)) % 360;
  return hue;
}
