// Which codecs are used where there is a choice, and whether Opus is silent in silence. Applied to both directions: a receiver orders what
// it would like to get in its own description, a sender obeys the other's.

export interface CodecPreferences {
  /** Names, best first. What is not named comes after, in the browser's order. */
  readonly audio: readonly string[];
  readonly video: readonly string[];
  /** Discontinuous transmission: Opus sends next to nothing while nobody speaks. */
  readonly dtx: boolean;
}

/** For what we get: before each offer and answer. */
export function preferCodecs(connection: RTCPeerConnection, preferences: CodecPreferences): void {
  for (const transceiver of connection.getTransceivers()) {
    const kind = transceiver.receiver.track.kind as 'audio' | 'video';
    const preferred = preferences[kind];
    if (preferred.length === 0 || !('setCodecPreferences' in transceiver)) continue;
    const codecs = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
    transceiver.setCodecPreferences(byPreference(codecs, preferred, ({ mimeType }) => mimeType.split('/')[1]));
  }
}

/**
 * For what we send: the other's description, in our order of codecs. `usedtx` is declared by the receiver (RFC 7587, 6.1), who loses
 * nothing by it; it is the sender that saves, so that it is the sender's choice.
 */
export function withPreferences(sdp: string, preferences: CodecPreferences): string {
  return sdp.replace(/^m=(audio|video) .*(?:\r?\n(?!m=).*)*/gm, (section, kind: 'audio' | 'video') => {
    const names = new Map([...section.matchAll(/^a=rtpmap:(\d+) ([^/]+)/gm)].map(([, type, name]) => [type, name]));
    return section
      .replace(/^(m=\w+ \S+ \S+) (.*)/, (_, line: string, types: string) =>
        [line, ...byPreference(types.split(' '), preferences[kind], (type) => names.get(type))].join(' '),
      )
      .replace(/^(a=fmtp:(\d+) )(.*)/gm, (line, start: string, type: string, list: string) => {
        if (names.get(type)?.toLowerCase() !== 'opus') return line;
        const parameters = list.split(';').filter((parameter) => !/^\s*usedtx=/.test(parameter));
        return start + [...parameters, ...(preferences.dtx ? ['usedtx=1'] : [])].join(';');
      });
  });
}

function byPreference<T>(items: readonly T[], preferred: readonly string[], nameOf: (item: T) => string | undefined): T[] {
  const names = preferred.map((name) => name.toLowerCase());
  const rank = (item: T) => names.indexOf(nameOf(item)?.toLowerCase() ?? '') >>> 0; // Not named: last.
  return [...items].sort((a, b) => rank(a) - rank(b));
}
