// Tokens by themselves: what the verifier says of every defect, and that ours and the twilio helper library's are the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import twilio from 'twilio';
import { AccessToken, VideoGrant } from '../../server/index.js';
import { TokenVerifier } from '../../server/tokens.js';
import { ACCOUNT, DEFECTS, KEY, SECRET, forge } from './keys.js';

const verifier = new TokenVerifier(ACCOUNT, new Map([[KEY, SECRET]]));
const now = (): number => Date.now() / 1000;

for (const { name, code, token } of DEFECTS) {
  test(`token: ${name}, refused with ${code}`, async () => {
    assert.deepEqual(await verifier.verify(token(), now()), { errorCode: code, identity: '', roomGrant: '' });
  });
}

test('token: several defects, the first of the order counts', async () => {
  const expired = { exp: 1, nbf: now() + 30, grants: undefined };
  assert.equal((await verifier.verify(forge({ payload: expired, header: { typ: 'x' } }), now())).errorCode, 20102);
  assert.equal((await verifier.verify(forge({ payload: { ...expired, iss: 'x' }, secret: 'x' }), now())).errorCode, 20103);
  assert.equal((await verifier.verify(forge({ payload: expired, secret: 'x' }), now())).errorCode, 20107);
  assert.equal((await verifier.verify(forge({ payload: expired }), now())).errorCode, 20104);
  assert.equal((await verifier.verify(forge({ payload: { ...expired, exp: now() + 60 } }), now())).errorCode, 20105);
});

test('token: good, says who and where', async () => {
  const token = forge({ payload: { nbf: Math.floor(now()), grants: { identity: 'alice', video: { room: 'kitchen' }, chat: {} } } });
  assert.deepEqual(await verifier.verify(token, now()), { errorCode: 0, identity: 'alice', roomGrant: 'kitchen' });
});

test('token: any room if the grant names none', async () => {
  assert.deepEqual(await verifier.verify(forge(), now()), { errorCode: 0, identity: 'alice', roomGrant: '' });
});

test('token: each key has its own secret', async () => {
  const two = new TokenVerifier(
    ACCOUNT,
    new Map([
      [KEY, SECRET],
      ['SK2', 'second'],
    ]),
  );
  assert.equal((await two.verify(forge(), now())).errorCode, 0);
  assert.equal((await two.verify(forge({ payload: { iss: 'SK2' }, secret: 'second' }), now())).errorCode, 0);
  assert.equal((await two.verify(forge({ payload: { iss: 'SK2' } }), now())).errorCode, 20107);
});

for (const algorithm of ['HS256', 'HS384', 'HS512'] as const) {
  test(`token: made by the twilio package with ${algorithm}, accepted`, async () => {
    const { AccessToken: TwilioToken } = twilio.jwt;
    const token = new TwilioToken(ACCOUNT, KEY, SECRET, { identity: 'bob', region: 'us1' });
    token.addGrant(new TwilioToken.VideoGrant({ room: 'kitchen' }));
    assert.deepEqual(await verifier.verify(token.toJwt(algorithm), now()), { errorCode: 0, identity: 'bob', roomGrant: 'kitchen' });
  });

  test(`token: ours with ${algorithm} is the one the twilio package makes`, (context) => {
    context.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
    const options = { identity: 'bob', ttl: 60, nbf: 1_700_000_000 };
    const ours = new AccessToken(ACCOUNT, KEY, SECRET, options);
    ours.addGrant(new VideoGrant({ room: 'kitchen' }));
    const theirs = new twilio.jwt.AccessToken(ACCOUNT, KEY, SECRET, options);
    theirs.addGrant(new twilio.jwt.AccessToken.VideoGrant({ room: 'kitchen' }));
    const decode = (token: string): unknown[] =>
      token
        .split('.')
        .slice(0, 2)
        .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
    assert.deepEqual(decode(ours.toJwt(algorithm)), decode(theirs.toJwt(algorithm)));
  });
}

test('AccessToken: refuses what it cannot sign', () => {
  assert.throws(() => new AccessToken('', KEY, SECRET, { identity: 'a' }), /accountSid is required/);
  assert.throws(() => new AccessToken(ACCOUNT, '', SECRET, { identity: 'a' }), /keySid is required/);
  assert.throws(() => new AccessToken(ACCOUNT, KEY, '', { identity: 'a' }), /secret is required/);
  assert.throws(() => new AccessToken(ACCOUNT, KEY, SECRET, { identity: '' }), /identity is required/);
  assert.throws(() => new AccessToken(ACCOUNT, KEY, SECRET, { identity: 'a' }).toJwt('none' as 'HS256'), /Algorithm not supported/);
});

test('AccessToken: a negative ttl makes an expired token', async () => {
  const token = new AccessToken(ACCOUNT, KEY, SECRET, { identity: 'a', ttl: -1 });
  token.addGrant(new AccessToken.VideoGrant());
  assert.equal((await verifier.verify(token.toJwt(), now())).errorCode, 20104);
});
