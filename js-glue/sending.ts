// How much each sender may send, and how urgent it is: decided here, for all links and at any time.

import type { LocalMedia } from './media.js';

/** bit/s; null, 0 or absent: no limit. */
export interface BitrateLimits {
  maxAudioBitrate?: number | null | undefined;
  maxVideoBitrate?: number | null | undefined;
}

export class Sending {
  constructor(
    private readonly media: LocalMedia,
    private readonly limits: BitrateLimits,
    private readonly isUrgent: boolean,
    private readonly warn: (error: unknown) => void,
  ) {}

  /** Of the links there are and those to come. Undefined: as before. */
  limit({ maxAudioBitrate = this.limits.maxAudioBitrate, maxVideoBitrate = this.limits.maxVideoBitrate }: BitrateLimits): void {
    Object.assign(this.limits, { maxAudioBitrate, maxVideoBitrate });
    for (const sender of this.media.senders()) this.apply(sender);
  }

  /** To be called when the codec of a sender is settled. */
  apply(sender: RTCRtpSender): void {
    this.set(sender).catch(this.warn);
  }

  private async set(sender: RTCRtpSender): Promise<void> {
    const { track } = sender;
    if (!track) return;
    const parameters = sender.getParameters();
    const { maxBitrate, networkPriority } = this.decide(track, parameters.codecs[0]?.mimeType ?? '');
    let changes = false;
    parameters.encodings.forEach((encoding, index) => {
      const urgent = index === 0 && networkPriority && encoding.networkPriority !== networkPriority;
      if (encoding.maxBitrate === maxBitrate && !urgent) return;
      changes = true;
      if (maxBitrate) encoding.maxBitrate = maxBitrate;
      else delete encoding.maxBitrate;
      if (urgent) encoding.networkPriority = networkPriority;
    });
    if (changes) await sender.setParameters(parameters);
  }

  private decide(
    track: MediaStreamTrack,
    mimeType: string,
  ): { maxBitrate: number | undefined; networkPriority: RTCPriorityType | undefined } {
    const { maxAudioBitrate, maxVideoBitrate } = this.limits;
    // The bitrate of these is fixed; and Chromium may send nothing of a limited screen.
    const isExempt = track.kind === 'audio' ? /pcm[au]|isac/i.test(mimeType) : isChromiumsScreen(track);
    const limit = track.kind === 'audio' ? maxAudioBitrate : maxVideoBitrate;
    return { maxBitrate: (!isExempt && limit) || undefined, networkPriority: this.isUrgent ? 'high' : undefined };
  }
}

function isChromiumsScreen(track: MediaStreamTrack): boolean {
  return 'displaySurface' in track.getSettings() && navigator.userAgent.includes('Chrome/');
}
