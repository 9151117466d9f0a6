// The options `preferredAudioCodecs` and `preferredVideoCodecs` of connect(): which codecs are used where there is a choice. Applied to
// both directions: a receiver orders what it would like to get in its own description, a sender obeys the other's.

import type { Codecs, withDtx as WithDtx } from '../../js-glue/index.js';
import type { CodecOptions, OpusCodecSettings } from '../codec-options.js';
import type { Log } from '../logger.js';

/** Throws TypeError for what is no list. */
export function codecsOf(
  { preferredAudioCodecs = [], preferredVideoCodecs = [] }: CodecOptions,
  log: Log,
  withDtx: typeof WithDtx,
): Codecs {
  const nameOf = (wanted: string | { codec: string }) => (typeof wanted === 'object' ? wanted.codec : wanted);
  const preferences = {
    audio: preferredAudioCodecs.map(nameOf),
    video: preferredVideoCodecs === 'auto' ? ['VP8'] : preferredVideoCodecs.map(nameOf),
  };
  for (const [kind, names] of Object.entries(preferences)) {
    const types = globalThis.RTCRtpReceiver?.getCapabilities(kind)?.codecs.map(({ mimeType }) => mimeType.toLowerCase());
    for (const name of names) {
      if (types && !types.includes(`${kind}/${name}`.toLowerCase()))
        log('warn', `The preferred ${kind} codec "${name}" is ignored: the browser does not have it.`);
    }
  }
  const opus = preferredAudioCodecs.filter((wanted) => nameOf(wanted) === 'opus');
  const dtx = opus.length === 0 || opus.some((wanted) => (wanted as OpusCodecSettings).dtx ?? true);

  return {
    prefer(connection) {
      for (const transceiver of connection.getTransceivers()) {
        const kind = transceiver.receiver.track.kind as 'audio' | 'video';
        const preferred = preferences[kind];
        if (preferred.length === 0 || !('setCodecPreferences' in transceiver)) continue;
        const codecs = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
        transceiver.setCodecPreferences(byPreference(codecs, preferred, ({ mimeType }) => mimeType.split('/')[1]));
      }
    },
    rewrite(sdp) {
      const ordered = sdp.replace(/^m=(audio|video) .*(?:\r?\n(?!m=).*)*/gm, (section, kind: 'audio' | 'video') => {
        const names = new Map([...section.matchAll(/^a=rtpmap:(\d+) ([^/]+)/gm)].map(([, type, name]) => [type, name]));
        return section.replace(/^(m=\w+ \S+ \S+) (.*)/, (_, line: string, types: string) =>
          [line, ...byPreference(types.split(' '), preferences[kind], (type) => names.get(type))].join(' '),
        );
      });
      return withDtx(ordered, dtx);
    },
  };
}

/** What is not named comes after, in the browser's order. */
function byPreference<T>(items: readonly T[], preferred: readonly string[], nameOf: (item: T) => string | undefined): T[] {
  const names = preferred.map((name) => name.toLowerCase());
  const rank = (item: T) => names.indexOf(nameOf(item)?.toLowerCase() ?? '') >>> 0; // Not named: last.
  return [...items].sort((a, b) => rank(a) - rank(b));
}
