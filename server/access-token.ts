// Makes Access Tokens with the classes and the shapes of the `twilio` helper library, so that an app's token endpoint keeps its code.
// Signing is synchronous, as it is there; verification is tokens.ts.

import { createHmac } from 'node:crypto';

export type TokenAlgorithm = 'HS256' | 'HS384' | 'HS512';

const DIGESTS: Record<TokenAlgorithm, string> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };
const DEFAULT_TTL_SECONDS = 3600;

export const CONTENT_TYPE = 'twilio-fpa;v=1';
export const ALGORITHMS = Object.keys(DIGESTS) as TokenAlgorithm[];

/** What a token allows, as one member of its `grants`. */
export interface Grant {
  readonly key: string;
  toPayload(): object;
}

export interface VideoGrantOptions {
  /** Name or SID of the one room that may be joined; absent: any room. */
  room?: string | undefined;
}

/** Allows joining rooms. */
export class VideoGrant implements Grant {
  readonly key = 'video';
  room: string | undefined;

  constructor(options: VideoGrantOptions = {}) {
    this.room = options.room;
  }

  toPayload(): { room?: string } {
    return this.room ? { room: this.room } : {};
  }
}

export interface AccessTokenOptions {
  identity: string;
  /** Time to live in seconds; default 3600. A negative one makes a token that has expired. */
  ttl?: number | undefined;
  /** Unix time in seconds before which the token is not valid. */
  nbf?: number | undefined;
}

/** Says who joins (`identity`) and what they may do (the grants), signed with an API key's secret. */
export class AccessToken {
  static readonly VideoGrant = VideoGrant;

  readonly grants: Grant[] = [];
  identity: string;
  ttl: number;
  nbf: number | undefined;

  /** Throws an Error if any of the four is missing. */
  constructor(
    readonly accountSid: string,
    readonly keySid: string,
    readonly secret: string,
    options: AccessTokenOptions,
  ) {
    if (!accountSid) throw new Error('accountSid is required');
    if (!keySid) throw new Error('keySid is required');
    if (!secret) throw new Error('secret is required');
    if (!options?.identity) throw new Error('identity is required to be specified in options');
    this.identity = options.identity;
    this.ttl = options.ttl || DEFAULT_TTL_SECONDS;
    this.nbf = options.nbf;
  }

  addGrant(grant: Grant): void {
    this.grants.push(grant);
  }

  /** The signed token. Throws an Error for any other algorithm. */
  toJwt(algorithm: TokenAlgorithm = 'HS256'): string {
    if (!Object.hasOwn(DIGESTS, algorithm)) throw new Error(`Algorithm not supported. Allowed values are ${ALGORITHMS.join(', ')}`);
    const now = Math.floor(Date.now() / 1000);
    const header = { alg: algorithm, typ: 'JWT', cty: CONTENT_TYPE };
    const payload = {
      jti: `${this.keySid}-${now}`,
      grants: { identity: String(this.identity), ...Object.fromEntries(this.grants.map((grant) => [grant.key, grant.toPayload()])) },
      iat: now,
      ...(typeof this.nbf === 'number' ? { nbf: this.nbf } : {}),
      exp: now + this.ttl,
      iss: this.keySid,
      sub: this.accountSid,
    };
    const signed = `${base64url(header)}.${base64url(payload)}`;
    return `${signed}.${createHmac(DIGESTS[algorithm], this.secret).update(signed).digest('base64url')}`;
  }
}

function base64url(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
