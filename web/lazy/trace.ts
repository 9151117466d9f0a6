// The trace of a Room as text, without what is personal or secret. What the core's decisions depend on stays, so that the rest replays to
// the same transitions: numbers, flags, words of the protocol, which texts are equal and which are empty (docs/tracing.md).

import type { TracedInput, TraceHeader } from '../../js-glue/boundary.js';
import type { Driver } from '../../js-glue/index.js';

/** JSON lines: the header, then one input a line with the time it came `at`. `version`: of the package. */
export function exportTrace({ seed, trace }: Pick<Driver, 'seed' | 'trace'>, version: string): string {
  const startedAt = new Date(performance.timeOrigin).toISOString();
  const header: TraceHeader = { holdfastTrace: 1, version, seed, startedAt, dropped: trace.dropped };
  return [JSON.stringify(header), ...trace.inputs().map(redactor()), ''].join('\n');
}

/** Members whose text stays as it is: words that the protocol defines, and what servers and browsers draw at random. */
const kPlain = words(
  'kind event state trackKind priority type status sid participant track mid sdpMid ufrag usernameFragment userAgent sdkVersion',
);

/** All that the core reads of a frame (src/rsp/wire/decode_server_frame.cpp). Other members are left out, whatever they hold. */
const kRead = words(
  'type body negotiatedTimeout retryAfter keepAlive cookie reason session sid name options session_timeout signaling_region participant ' +
    'participants identity state revision tracks id kind enabled priority published subscribed error code message peer_connections ' +
    'description sdp ice ufrag candidates candidate sdpMid sdpMLineIndex usernameFragment complete ice_servers urls username credential ' +
    'status holdfast v leaving hidden media_lost wishes width height quality',
);

function words(list: string): Set<string> {
  return new Set(list.split(' '));
}

/** Redacts the inputs of one trace: a text has the same alias in all of them, named after the member that it was first seen in. */
function redactor(): (input: TracedInput) => string {
  const aliases = new Map<string, string>();

  const alias = (key: string, text: string): string => {
    if (!text) return text;
    // The core puts such an ending to ids of its own tracks, and takes it off (docs/protocol.md 19.5).
    const [, id = '', ending] = /^(.+)(\.\d+)$/.exec(text) ?? [];
    const known = aliases.get(text) ?? (aliases.has(id) ? aliases.get(id)! + ending : `${key}~${aliases.size}`);
    aliases.set(text, known);
    return known;
  };

  const redactText = (key: string, text: string): string => {
    switch (key) {
      case 'text':
        return redactFrame(text);
      case 'sdp':
        return redactDescription(text);
      case 'candidate':
        return alias(key, text) + (/ typ (host|srflx|prflx|relay)\b/.exec(text)?.[0] ?? '');
      default: // The name of a DOMException tells nothing about anyone.
        return kPlain.has(key) || /^[A-Z]\w+Error$/.test(text) ? text : alias(key, text);
    }
  };

  const replacer = (key: string, value: unknown): unknown => {
    // The core draws the id of its first link itself, and will again: it has to find it here.
    if (key === 'peer_connections' && Array.isArray(value)) {
      for (const link of value as ({ id: string } | null)[]) if (link) aliases.set(link.id, link.id);
    }
    if (key === 'media_lost' && Array.isArray(value)) for (const sid of value) aliases.set(sid as string, sid as string);
    return typeof value === 'string' ? redactText(key, value) : value;
  };

  const redactFrame = (text: string): string => {
    try {
      return JSON.stringify(JSON.parse(text, onlyWhatIsRead), replacer);
    } catch {
      return alias('malformed', text); // … and so is the alias.
    }
  };

  /** What src/peer/sdp.cpp reads: sections, whether they are rejected, their mids, directions and tracks, the ICE ufrag. */
  const redactDescription = (sdp: string): string =>
    sdp
      .split(/\r*\n/)
      .map((line) =>
        line.startsWith('a=msid:')
          ? `a=msid:${alias('id', line.slice(7).split(' ').pop()!)}`
          : /^(m=((audio|video|application) (0 )?)?|a=((mid|ice-ufrag):.*|(sendrecv|sendonly|recvonly|inactive|bundle-only)$))/.exec(
              line,
            )?.[0],
      )
      .filter(Boolean)
      .join('\r\n');

  return (input) => JSON.stringify(input, replacer);
}

function onlyWhatIsRead(this: unknown, key: string, value: unknown): unknown {
  return !key || Array.isArray(this) || kRead.has(key) ? value : undefined;
}
