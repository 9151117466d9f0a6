// Credentials for TURN: known values, and where they go.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { type RoomServer, type RoomServerOptions, createRoomServer } from '../../server/index.js';
import { makeTurnServer } from '../../server/turn.js';
import { KEYS, makeToken } from './keys.js';
import { type Message, RawClient, connectBody, iceBody, syncBody } from './raw-client.js';

const TURN = { turnUrls: ['turn:127.0.0.1:3478', 'turns:turn.example.org'], turnSecret: 'north' };

interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

async function start(context: TestContext, options: Partial<RoomServerOptions> = TURN): Promise<RoomServer> {
  const server = await createRoomServer({ ...KEYS, ...options });
  context.after(() => server.close());
  return server;
}

function assertFresh(servers: IceServer[] | undefined, identity: string, ttl: number): void {
  assert.equal(servers?.length, 1);
  const { urls, username = '', credential } = servers[0]!;
  assert.deepEqual(urls, TURN.turnUrls);
  const [expiry = '', user] = username.split(/:(.*)/s);
  assert.equal(user, identity);
  assert.ok(Math.abs(Number(expiry) - Date.now() / 1000 - ttl) < 5, username);
  assert.equal(credential, createHmac('sha1', TURN.turnSecret).update(username).digest('base64'));
}

function freshServers(answer: Message): IceServer[] | undefined {
  const { holdfast } = answer as { holdfast?: { v: number; ice_servers?: IceServer[] } };
  return holdfast?.ice_servers;
}

// printf '1700086400:alice' | openssl dgst -sha1 -hmac north -binary | base64
test('turn: credentials are those of the TURN REST convention', () => {
  const settings = { urls: ['turn:a'], secret: 'north', ttl: 86_400 };
  assert.deepEqual(makeTurnServer(settings, 'alice', 1_700_000_000.9), {
    urls: ['turn:a'],
    username: '1700086400:alice',
    credential: 'SXua5ne/+mDhiHTp0pQJzRO4ESg=',
  });
  assert.deepEqual(makeTurnServer(settings, 'Jürgen 🐌', 1_700_000_000), {
    urls: ['turn:a'],
    username: '1700086400:J%c3%bcrgen%20%f0%9f%90%8c',
    credential: 'snKT2ag2t7kj4O3tuHsUkR2X7lE=',
  });
  assert.equal(makeTurnServer(settings, 'lone \ud800', 0).username, '86400:lone%20%ef%bf%bd');
});

test('turn: every ice request is answered with credentials of its own, beside the configured servers', async (context) => {
  const server = await start(context, { ...TURN, turnTtl: 600, iceServers: [{ urls: 'stun:stun.example.org' }] });
  const client = await RawClient.dial(server.url, iceBody(makeToken('alice')));
  const [stun, ...turn] = (await client.next('iced'))['ice_servers'] as IceServer[];
  assert.deepEqual(stun, { urls: ['stun:stun.example.org'] });
  assertFresh(turn, 'alice', 600);
});

test('turn: Holdfast clients get fresh ones at connect and sync, others see no such key', async (context) => {
  const server = await start(context);
  for (const identity of ['alice', 'bob']) {
    const token = makeToken(identity);
    const extension = identity === 'alice' ? { holdfast: { v: 1 } } : {};
    const client = await RawClient.dial(server.url, { ...connectBody(token, 'kitchen'), ...extension });
    const connected = await client.next('connected', 'error');
    client.drop();
    const again = await RawClient.dial(server.url, { ...syncBody(token, connected.session!), ...extension });
    for (const answer of [connected, await again.next('synced', 'error')]) {
      if (identity === 'alice') assertFresh(freshServers(answer), 'alice', 86_400);
      else assert.equal(answer['holdfast'], undefined);
    }
  }
});

test('turn: without it the holdfast key brings no servers, and a refused token no credentials', async (context) => {
  const plain = await start(context, {});
  const client = await RawClient.dial(plain.url, { ...connectBody(makeToken('alice'), 'kitchen'), holdfast: { v: 1 } });
  assert.deepEqual((await client.next('connected'))['holdfast'], { v: 1 });

  const server = await start(context);
  const stranger = await RawClient.dial(server.url, iceBody('badToken'));
  assert.deepEqual(await stranger.next('iced', 'error'), { type: 'error', version: 2, code: 20101 });
});

test('turn: options that cannot work are refused', async () => {
  const refused = (options: object, message: RegExp): Promise<void> => assert.rejects(createRoomServer({ ...KEYS, ...options }), message);
  await refused({ turnUrls: 'turn:a' }, /belong together/);
  await refused({ turnSecret: 'north' }, /belong together/);
  await refused({ ...TURN, turnUrls: 'stun:a' }, /turnUrls must start with turn/);
  await refused({ ...TURN, turnUrls: [''] }, /turnUrls must be a text/);
  await refused({ ...TURN, turnSecret: '' }, /turnSecret must be a text/);
  await refused({ ...TURN, turnTtl: 0 }, /turnTtl must be a number/);
});
