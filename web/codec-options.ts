// Which codecs an app prefers, as connect() is told, and as the glue wants to know.

import type { CodecPreferences } from '../js-glue/index.js';
import type { Log } from './logger.js';

export type AudioCodec = 'isac' | 'opus' | 'PCMA' | 'PCMU';
export type VideoCodec = 'H264' | 'VP8' | 'VP9';

export interface AudioCodecSettings {
  codec: AudioCodec;
}
export interface OpusCodecSettings extends AudioCodecSettings {
  codec: 'opus';
  /** Sends next to nothing while nobody speaks. Default: true. */
  dtx?: boolean;
}
export interface VideoCodecSettings {
  codec: VideoCodec;
}
export interface VP8CodecSettings extends VideoCodecSettings {
  codec: 'VP8';
  /** Accepted without effect: in a mesh every receiver has a stream of its own. */
  simulcast?: boolean;
}

export interface CodecOptions {
  /** Best first; the others come after, in the browser's order. What the browser does not have is ignored with a warning. */
  preferredAudioCodecs?: (AudioCodec | AudioCodecSettings | OpusCodecSettings)[];
  /** 'auto': VP8. */
  preferredVideoCodecs?: (VideoCodec | VideoCodecSettings | VP8CodecSettings)[] | 'auto';
}

/** @internal */
export function codecsOf({ preferredAudioCodecs = [], preferredVideoCodecs = [] }: CodecOptions, log: Log): CodecPreferences {
  const nameOf = (wanted: string | { codec: string }) => (typeof wanted === 'object' ? wanted.codec : wanted);
  const audio = preferredAudioCodecs.map(nameOf);
  const video = preferredVideoCodecs === 'auto' ? ['VP8'] : preferredVideoCodecs.map(nameOf);
  for (const [kind, names] of Object.entries({ audio, video })) {
    const types = globalThis.RTCRtpReceiver?.getCapabilities(kind)?.codecs.map(({ mimeType }) => mimeType.toLowerCase());
    for (const name of names) {
      if (types && !types.includes(`${kind}/${name}`.toLowerCase()))
        log('warn', `The preferred ${kind} codec "${name}" is ignored: the browser does not have it.`);
    }
  }
  const opus = preferredAudioCodecs.filter((wanted) => nameOf(wanted) === 'opus');
  return { audio, video, dtx: opus.length === 0 || opus.some((wanted) => (wanted as OpusCodecSettings).dtx ?? true) };
}
