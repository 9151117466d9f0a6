// How each sender sends: how much at most, how large, how urgent, or not at all. Set here, for all links and at any time.

import type { LocalMedia } from './media.js';

/** bit/s; null, 0 or absent: no limit. */
export interface BitrateLimits {
  maxAudioBitrate?: number | null | undefined;
  maxVideoBitrate?: number | null | undefined;
}

export class Sending {
  readonly #wanted = new WeakMap<RTCRtpSender, readonly [width: number, height: number, maxBitrate: number | undefined]>();
  readonly #chains = new WeakMap<RTCRtpSender, Promise<void>>();
  readonly #media: LocalMedia;
  readonly #limits: BitrateLimits;
  readonly #isUrgent: boolean;
  readonly #warn: (error: unknown) => void;

  constructor(media: LocalMedia, limits: BitrateLimits, isUrgent: boolean, warn: (error: unknown) => void) {
    this.#media = media;
    this.#limits = limits;
    this.#isUrgent = isUrgent;
    this.#warn = warn;
    media.onReplaced = (sender) => this.apply(sender);
  }

  /** Of the links there are and those to come. Undefined: as before. */
  limit({ maxAudioBitrate = this.#limits.maxAudioBitrate, maxVideoBitrate = this.#limits.maxVideoBitrate }: BitrateLimits): void {
    Object.assign(this.#limits, { maxAudioBitrate, maxVideoBitrate });
    for (const sender of this.#media.senders()) this.apply(sender);
  }

  /** In no more pixels than these; 0 × 0: it sends nothing; negative: as it is. With no more bit/s than that, or than its limit. */
  fit(sender: RTCRtpSender, width: number, height: number, maxBitrate?: number): void {
    this.#wanted.set(sender, [width, height, maxBitrate]);
    this.apply(sender);
  }

  /** To be called when the codec of a sender is settled, or its track is another. */
  apply(sender: RTCRtpSender): void {
    this.#queue(sender, () => this.#set(sender));
  }

  /** Whole pictures: what is sent anew begins with one. Firefox cannot be asked for one in any other way. */
  refresh(sender: RTCRtpSender): void {
    this.#queue(sender, async () => {
      if (sender.track?.kind !== 'video') return;
      const parameters = sender.getParameters();
      for (const encoding of parameters.encodings) encoding.active = false;
      await sender.setParameters(parameters);
      await this.#set(sender);
    });
  }

  /** One after the other: parameters that are being set are not among those that a sender shows. */
  #queue(sender: RTCRtpSender, task: () => Promise<void>): void {
    this.#chains.set(sender, (this.#chains.get(sender) ?? Promise.resolve()).then(task).catch(this.#warn));
  }

  async #set(sender: RTCRtpSender): Promise<void> {
    const { track } = sender;
    if (!track) return;
    const parameters = sender.getParameters();
    const before = JSON.stringify(parameters);
    const isAudio = track.kind === 'audio';
    // The bitrate of these is fixed; and Chromium may send nothing of a limited screen.
    const isExempt = isAudio ? /pcm[au]|isac/i.test(parameters.codecs[0]?.mimeType ?? '') : isChromiumsScreen(track);
    const [width, height, share] = this.#wanted.get(sender) ?? [-1, -1];
    const limit = this.#limits[isAudio ? 'maxAudioBitrate' : 'maxVideoBitrate'];
    const maxBitrate = isExempt ? Infinity : Math.min(limit || Infinity, share ?? Infinity);
    const isWanted = width !== 0 || height !== 0;
    // As large as is wanted or larger, whatever the proportions.
    const settings = track.getSettings();
    const fitting = Math.min(settings.width! / width, settings.height! / height);
    const scale = fitting > 1 && fitting < Infinity ? fitting : 1;
    parameters.encodings.forEach((encoding, index) => {
      if (maxBitrate < Infinity) encoding.maxBitrate = maxBitrate;
      else delete encoding.maxBitrate;
      if (this.#isUrgent && !index) encoding.networkPriority = 'high';
      if (encoding.active !== undefined || !isWanted) encoding.active = isWanted;
      if (encoding.scaleResolutionDownBy !== undefined || scale > 1) encoding.scaleResolutionDownBy = scale;
    });
    if (JSON.stringify(parameters) !== before) await sender.setParameters(parameters);
  }
}

function isChromiumsScreen(track: MediaStreamTrack): boolean {
  return 'displaySurface' in track.getSettings() && navigator.userAgent.includes('Chrome/');
}
