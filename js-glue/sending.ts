// How each sender sends: how much at most, how large, how urgent, or not at all. Set here, for all links and at any time.

import type { LocalMedia } from './media.js';

/** bit/s; null, 0 or absent: no limit. */
export interface BitrateLimits {
  maxAudioBitrate?: number | null | undefined;
  maxVideoBitrate?: number | null | undefined;
}

interface Manner {
  active: boolean;
  maxBitrate: number | undefined;
  networkPriority: RTCPriorityType | undefined;
  scaleResolutionDownBy: number;
}

export class Sending {
  private readonly sizes = new WeakMap<RTCRtpSender, readonly [width: number, height: number]>();
  private readonly chains = new WeakMap<RTCRtpSender, Promise<void>>();

  constructor(
    private readonly media: LocalMedia,
    private readonly limits: BitrateLimits,
    private readonly isUrgent: boolean,
    private readonly warn: (error: unknown) => void,
  ) {
    media.onReplaced = (sender) => this.apply(sender);
  }

  /** Of the links there are and those to come. Undefined: as before. */
  limit({ maxAudioBitrate = this.limits.maxAudioBitrate, maxVideoBitrate = this.limits.maxVideoBitrate }: BitrateLimits): void {
    Object.assign(this.limits, { maxAudioBitrate, maxVideoBitrate });
    for (const sender of this.media.senders()) this.apply(sender);
  }

  /** In no more pixels than these; 0 × 0: it sends nothing; negative: as it is. */
  fit(sender: RTCRtpSender, width: number, height: number): void {
    this.sizes.set(sender, [width, height]);
    this.apply(sender);
  }

  /** To be called when the codec of a sender is settled, or its track is another. */
  apply(sender: RTCRtpSender): void {
    this.queue(sender, () => this.set(sender));
  }

  /** Whole pictures: what is sent anew begins with one. Firefox cannot be asked for one in any other way. */
  refresh(sender: RTCRtpSender): void {
    this.queue(sender, async () => {
      if (sender.track?.kind !== 'video') return;
      const parameters = sender.getParameters();
      for (const encoding of parameters.encodings) encoding.active = false;
      await sender.setParameters(parameters);
      await this.set(sender);
    });
  }

  /** One after the other: parameters that are being set are not among those that a sender shows. */
  private queue(sender: RTCRtpSender, task: () => Promise<void>): void {
    this.chains.set(sender, (this.chains.get(sender) ?? Promise.resolve()).then(task).catch(this.warn));
  }

  private async set(sender: RTCRtpSender): Promise<void> {
    const { track } = sender;
    if (!track) return;
    const parameters = sender.getParameters();
    const { active, maxBitrate, networkPriority, scaleResolutionDownBy } = this.decide(
      track,
      parameters.codecs[0]?.mimeType ?? '',
      this.sizes.get(sender),
    );
    let changes = false;
    parameters.encodings.forEach((encoding, index) => {
      const urgent = index === 0 && networkPriority && encoding.networkPriority !== networkPriority;
      const { active: was = true, scaleResolutionDownBy: scale = 1 } = encoding;
      if (encoding.maxBitrate === maxBitrate && !urgent && was === active && scale === scaleResolutionDownBy) return;
      changes = true;
      if (maxBitrate) encoding.maxBitrate = maxBitrate;
      else delete encoding.maxBitrate;
      if (urgent) encoding.networkPriority = networkPriority;
      if (was !== active) encoding.active = active;
      if (scale !== scaleResolutionDownBy) encoding.scaleResolutionDownBy = scaleResolutionDownBy;
    });
    if (changes) await sender.setParameters(parameters);
  }

  private decide(track: MediaStreamTrack, mimeType: string, [width, height]: readonly number[] = [-1, -1]): Manner {
    const { maxAudioBitrate, maxVideoBitrate } = this.limits;
    // The bitrate of these is fixed; and Chromium may send nothing of a limited screen.
    const isExempt = track.kind === 'audio' ? /pcm[au]|isac/i.test(mimeType) : isChromiumsScreen(track);
    const limit = track.kind === 'audio' ? maxAudioBitrate : maxVideoBitrate;
    const settings = track.getSettings();
    // As large as is wanted or larger, whatever the proportions.
    const scale = Math.min(settings.width! / width!, settings.height! / height!);
    return {
      active: width !== 0 || height !== 0,
      maxBitrate: (!isExempt && limit) || undefined,
      networkPriority: this.isUrgent ? 'high' : undefined,
      scaleResolutionDownBy: scale > 1 && scale < Infinity ? scale : 1,
    };
  }
}

function isChromiumsScreen(track: MediaStreamTrack): boolean {
  return 'displaySurface' in track.getSettings() && navigator.userAgent.includes('Chrome/');
}
