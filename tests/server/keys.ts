// The account that the server tests use, and tokens with one defect each.

import { createHmac } from 'node:crypto';
import { AccessToken, VideoGrant } from '../../server/index.js';

export const ACCOUNT = 'AC00000000000000000000000000000001';
export const KEY = 'SK00000000000000000000000000000001';
export const SECRET = 'a secret that is long enough for a test';
export const KEYS = { accountSid: ACCOUNT, apiKey: KEY, apiSecret: SECRET };

export interface TokenParts {
  header?: object;
  payload?: object;
  secret?: string;
  digest?: string;
}

/** A token signed by hand. Members that are undefined are left out of it. */
export function forge({ header = {}, payload = {}, secret = SECRET, digest = 'sha256' }: TokenParts = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const parts = [
    { alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1', ...header },
    { jti: `${KEY}-${now}`, iss: KEY, sub: ACCOUNT, iat: now, exp: now + 60, grants: { identity: 'alice', video: {} }, ...payload },
  ];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${createHmac(digest, secret).update(signed).digest('base64url')}`;
}

export function makeToken(identity: string, room?: string): string {
  const token = new AccessToken(ACCOUNT, KEY, SECRET, { identity });
  token.addGrant(new VideoGrant({ room }));
  return token.toJwt();
}

const past = (seconds: number): number => Math.floor(Date.now() / 1000) - seconds;

/** Every defect of docs/protocol.md 14 that the token shows by itself. */
export const DEFECTS: { name: string; code: number; token: () => string }[] = [
  { name: 'no JWT at all', code: 20101, token: () => 'badToken' },
  { name: 'empty', code: 20101, token: () => '' },
  { name: 'a payload that is no object', code: 20101, token: () => 'eyJhbGciOiJIUzI1NiJ9.WzFd.AAAA' },
  { name: 'text that is not base64url', code: 20101, token: () => '***.***.***' },
  { name: 'alg none, unsigned', code: 20102, token: () => forge({ header: { alg: 'none' } }).replace(/[^.]+$/, '') },
  { name: 'alg none, signed', code: 20102, token: () => forge({ header: { alg: 'none' } }) },
  { name: 'an algorithm of another kind', code: 20102, token: () => forge({ header: { alg: 'RS256' } }) },
  { name: 'another type', code: 20102, token: () => forge({ header: { typ: 'at+jwt' } }) },
  { name: 'another content type', code: 20102, token: () => forge({ header: { cty: undefined } }) },
  { name: 'a critical extension', code: 20102, token: () => forge({ header: { crit: ['unheard-of'], 'unheard-of': true } }) },
  { name: 'an unknown API key', code: 20103, token: () => forge({ payload: { iss: 'SK00000000000000000000000000000002' } }) },
  { name: 'no issuer', code: 20103, token: () => forge({ payload: { iss: undefined } }) },
  { name: 'a member of every object as issuer', code: 20103, token: () => forge({ payload: { iss: 'constructor' } }) },
  { name: 'another account', code: 20103, token: () => forge({ payload: { sub: 'AC00000000000000000000000000000002' } }) },
  { name: 'a wrong secret', code: 20107, token: () => forge({ secret: 'guessed' }) },
  { name: 'a signature by another algorithm than it names', code: 20107, token: () => forge({ header: { alg: 'HS512' } }) },
  { name: 'no signature', code: 20107, token: () => forge().replace(/[^.]+$/, '') },
  { name: 'expired', code: 20104, token: () => forge({ payload: { exp: past(1) } }) },
  { name: 'expiring at no time', code: 20104, token: () => forge({ payload: { exp: undefined } }) },
  { name: 'an expiry that is no number', code: 20104, token: () => forge({ payload: { exp: 'tomorrow' } }) },
  { name: 'not yet valid', code: 20105, token: () => forge({ payload: { nbf: past(-30) } }) },
  { name: 'no grants', code: 20106, token: () => forge({ payload: { grants: undefined } }) },
  { name: 'no video grant', code: 20106, token: () => forge({ payload: { grants: { identity: 'alice', chat: {} } } }) },
  { name: 'no identity', code: 20106, token: () => forge({ payload: { grants: { video: {} } } }) },
  { name: 'an empty identity', code: 20106, token: () => forge({ payload: { grants: { identity: '', video: {} } } }) },
  { name: 'a room that is no text', code: 20106, token: () => forge({ payload: { grants: { identity: 'alice', video: { room: 7 } } } }) },
];
