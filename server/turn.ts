// Credentials for a TURN server that shares a secret with us and gives each user its own, for a time (coturn: `use-auth-secret`,
// `static-auth-secret`). They are made, not stored.

import { createHmac } from 'node:crypto';
import type { IceServer } from '../js-glue/boundary.js';

export interface TurnSettings {
  urls: string[];
  secret: string;
  /** Seconds. */
  ttl: number;
}

/** `now` is Unix time in seconds. */
export function makeTurnServer({ urls, secret, ttl }: TurnSettings, identity: string, now: number): IceServer {
  const username = `${Math.floor(now) + ttl}:${plain(identity)}`;
  return { urls, username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}

// The identity is there for the TURN server's logs. coturn refuses user names with quotes, backslashes or spaces, and prepares others
// (RFC 4013), so all but the plainest characters are written as %XX.
function plain(identity: string): string {
  const encode = (character: string): string =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  return identity.replace(/[^\w.@:-]/gu, encode);
}
