// Which codecs an app prefers, as connect() is told.

import { withDtx, type Codecs } from '../js-glue/index.js';
import type { Log } from './logger.js';
import { loadCodecs } from './parts.js';

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

/** @internal Rejects with TypeError for what is no list, with Error if the code of preferences cannot be loaded. */
export async function codecsOf(options: CodecOptions, log: Log): Promise<Codecs> {
  if ('preferredAudioCodecs' in options || 'preferredVideoCodecs' in options) return (await loadCodecs()).codecsOf(options, log, withDtx);
  return { rewrite: (sdp) => withDtx(sdp, true) };
}
