// Decides what a token is worth: the checks of docs/protocol.md 14 in their order, each defect with its code. Whether the granted room is
// the requested one is decided by the rooms, which know names and SIDs.

import { compactVerify, decodeJwt, decodeProtectedHeader, errors } from 'jose';
import type { IceServer } from '../js-glue/boundary.js';
import { ALGORITHMS, CONTENT_TYPE } from './access-token.js';

export const TokenError = {
  invalid: 20101,
  header: 20102,
  issuer: 20103,
  expired: 20104,
  notYetValid: 20105,
  grants: 20106,
  signature: 20107,
} as const;

/** `errorCode` 0: good. `roomGrant` empty: any room. */
export interface Verdict {
  errorCode: number;
  identity: string;
  roomGrant: string;
}

/** A verdict with what it brings. */
export interface Admission extends Verdict {
  /** Made for this participant; empty: those of the configuration. */
  iceServers: IceServer[];
}

export function refusal(errorCode: number): Verdict {
  return { errorCode, identity: '', roomGrant: '' };
}

/** The API keys of one account, whose tokens are accepted. */
export class TokenVerifier {
  private readonly secrets: Map<string, Uint8Array>;

  constructor(
    private readonly accountSid: string,
    secretsByKeySid: ReadonlyMap<string, string>,
  ) {
    const encoder = new TextEncoder();
    this.secrets = new Map([...secretsByKeySid].map(([keySid, secret]) => [keySid, encoder.encode(secret)]));
  }

  /** Never rejects. `now` is Unix time in seconds. */
  async verify(token: string, now: number): Promise<Verdict> {
    const parts = read(token);
    if (parts === undefined) return refusal(TokenError.invalid);
    const { header, claims } = parts;

    if (!hasGoodHeader(header)) return refusal(TokenError.header);

    const secret = typeof claims.iss === 'string' ? this.secrets.get(claims.iss) : undefined;
    if (secret === undefined || claims.sub !== this.accountSid) return refusal(TokenError.issuer);

    const signatureError = await checkSignature(token, secret);
    if (signatureError !== 0) return refusal(signatureError);

    if (typeof claims.exp !== 'number' || claims.exp <= now) return refusal(TokenError.expired);
    if (claims.nbf !== undefined && !(typeof claims.nbf === 'number' && claims.nbf <= now)) return refusal(TokenError.notYetValid);

    return readGrants(claims.grants) ?? refusal(TokenError.grants);
  }
}

// All of it is the sender's word until the signature is checked.
interface Parts {
  header: { alg?: unknown; typ?: unknown; cty?: unknown };
  claims: { iss?: unknown; sub?: unknown; exp?: unknown; nbf?: unknown; grants?: unknown };
}

function read(token: string): Parts | undefined {
  try {
    if (token.split('.').length !== 3) return undefined;
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) };
  } catch {
    return undefined;
  }
}

function hasGoodHeader({ typ, alg, cty }: Parts['header']): boolean {
  return typ === 'JWT' && cty === CONTENT_TYPE && (ALGORITHMS as unknown[]).includes(alg);
}

async function checkSignature(token: string, secret: Uint8Array): Promise<number> {
  try {
    await compactVerify(token, secret, { algorithms: ALGORITHMS });
    return 0;
  } catch (error) {
    // Everything else that is refused here is a header nobody may ignore: `crit`, `b64`.
    return error instanceof errors.JWSSignatureVerificationFailed ? TokenError.signature : TokenError.header;
  }
}

function readGrants(grants: unknown): Verdict | undefined {
  if (!isObject<{ identity?: unknown; video?: unknown }>(grants)) return undefined;
  const { identity, video } = grants;
  if (typeof identity !== 'string' || identity === '' || !isObject<{ room?: unknown }>(video)) return undefined;
  const { room = '' } = video;
  return typeof room === 'string' ? { errorCode: 0, identity, roomGrant: room } : undefined;
}

function isObject<Shape extends Record<string, unknown>>(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
