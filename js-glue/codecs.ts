// What is done about codecs when descriptions are made and applied.

export interface Codecs {
  /** For what we get: before each offer and answer. */
  prefer?(connection: RTCPeerConnection): void;
  /** For what we send: the other's description, as the browser is to read it. */
  rewrite(sdp: string): string;
}

/**
 * Discontinuous transmission: Opus sends next to nothing while nobody speaks. `usedtx` is declared by the receiver (RFC 7587, 6.1), who
 * loses nothing by it; it is the sender that saves, so that it is the sender's choice.
 */
export function withDtx(sdp: string, dtx: boolean): string {
  return sdp.replace(/^m=audio .*(?:\r?\n(?!m=).*)*/gm, (section) => {
    const opus = [...section.matchAll(/^a=rtpmap:(\d+) opus\//gim)].map(([, type]) => type);
    return section.replace(/^(a=fmtp:(\d+) )(.*)/gm, (line, start: string, type: string, list: string) => {
      if (!opus.includes(type)) return line;
      const parameters = list.split(';').filter((parameter) => !/^\s*usedtx=/.test(parameter));
      return start + [...parameters, ...(dtx ? ['usedtx=1'] : [])].join(';');
    });
  });
}
