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
  const username = `${Math.floor(now) + ttl}:${printable(identity)}`;
  return { urls, username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}

// TURN prepares user names (RFC 4013), and not every server does it to every character. The identity is there for its logs.
function printable(identity: string): string {
  return Buffer.from(identity)
    .toString()
    .replace(/[^!-~]+/g, encodeURIComponent);
}
