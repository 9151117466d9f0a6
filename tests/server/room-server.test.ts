// The room server on a real port: what its host adds to the machine in wasm. The rooms themselves are tested in C++.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type TestContext, test } from 'node:test';
import twilio from 'twilio';
import { WebSocket } from 'ws';
import { type ParticipantInfo, type RoomServer, type RoomServerOptions, createRoomServer } from '../../server/index.js';
import { ACCOUNT, DEFECTS, KEY, KEYS, SECRET, forge, makeToken } from './keys.js';
import { type Message, RawClient, connectBody, iceBody, syncBody } from './raw-client.js';

async function start(context: TestContext, options: Partial<RoomServerOptions> = {}): Promise<RoomServer> {
  const server = await createRoomServer({ ...KEYS, ...options });
  context.after(() => server.close());
  return server;
}

async function askIce(url: string, token: string): Promise<Message> {
  const client = await RawClient.dial(url, iceBody(token));
  const answer = await client.next('iced', 'error');
  client.drop();
  return answer;
}

function httpUrl(server: RoomServer, path = '/signaling'): string {
  return `http://127.0.0.1:${server.port}${path}`;
}

test('tokens: every defect has its code in answer to ice, connect and sync', async (context) => {
  const server = await start(context);
  for (const { name, code, token } of DEFECTS) {
    assert.equal((await askIce(server.url, token())).code, code, `ice: ${name}`);

    const { client, answer } = await RawClient.join(server.url, token());
    assert.equal(answer.code, code, `connect: ${name}`);
    client.drop();
  }
  const { client, answer } = await RawClient.join(server.url, makeToken('alice'));
  client.drop();
  for (const { name, code, token } of DEFECTS) {
    const returning = await RawClient.dial(server.url, syncBody(token(), answer.session!));
    assert.equal((await returning.next('synced', 'error')).code, code, `sync: ${name}`);
    returning.drop();
  }
});

test('tokens: those of the twilio package are accepted at ice, connect and sync', async (context) => {
  const server = await start(context, { iceServers: [{ urls: 'turn:example.org', username: 'u', credential: 'c' }] });
  const maker = new twilio.jwt.AccessToken(ACCOUNT, KEY, SECRET, { identity: 'alice' });
  maker.addGrant(new twilio.jwt.AccessToken.VideoGrant({ room: 'kitchen' }));
  const token = maker.toJwt();

  const { ice_servers: iceServers } = await askIce(server.url, token);
  assert.deepEqual(iceServers, [{ urls: ['turn:example.org'], username: 'u', credential: 'c' }]);
  const { client, answer } = await RawClient.join(server.url, token);
  assert.equal(answer.type, 'connected');
  client.drop();
  const returned = await RawClient.dial(server.url, syncBody(token, answer.session!));
  assert.equal((await returned.next('synced', 'error')).type, 'synced');
});

test('tokens: a grant for another room is refused, one for the room by name or SID is not', async (context) => {
  const server = await start(context);
  const { answer: refused } = await RawClient.join(server.url, makeToken('alice', 'cellar'), 'kitchen');
  assert.deepEqual([refused.type, refused.code], ['error', 20106]);

  const { answer: byName } = await RawClient.join(server.url, makeToken('alice', 'kitchen'), 'kitchen');
  assert.equal(byName.type, 'connected');
  const { answer: bySid } = await RawClient.join(server.url, makeToken('bob', String(byName['sid'])), 'kitchen');
  assert.equal(bySid.type, 'connected');
});

test('tokens: another participant may not take over a session', async (context) => {
  const server = await start(context);
  const { client, answer } = await RawClient.join(server.url, makeToken('alice'));
  client.drop();
  const thief = await RawClient.dial(server.url, syncBody(makeToken('mallory'), answer.session!));
  assert.equal((await thief.next('synced', 'error')).code, 53204);
});

test('keys: several at once', async (context) => {
  const server = await createRoomServer({ accountSid: ACCOUNT, keys: { [KEY]: SECRET, SK2: 'second' } });
  context.after(() => server.close());
  assert.equal((await askIce(server.url, forge())).type, 'iced');
  assert.equal((await askIce(server.url, forge({ payload: { iss: 'SK2' }, secret: 'second' }))).type, 'iced');
  assert.equal((await askIce(server.url, forge({ payload: { iss: 'SK2' } }))).code, 20107);
});

test('authorize: asked with identity and room at each join, its no is 53104', async (context) => {
  const asked: string[][] = [];
  const server = await start(context, {
    authorize: async (identity, room) => {
      asked.push([identity, room]);
      if (identity === 'thrower') throw new Error('the database is gone');
      return identity === 'alice';
    },
  });
  assert.equal((await askIce(server.url, makeToken('bob'))).type, 'iced');
  assert.equal((await RawClient.join(server.url, makeToken('alice'))).answer.type, 'connected');
  assert.equal((await RawClient.join(server.url, makeToken('bob'))).answer.code, 53104);
  assert.equal((await RawClient.join(server.url, makeToken('thrower'), null)).answer.code, 53104);
  assert.deepEqual(asked, [
    ['alice', 'kitchen'],
    ['bob', 'kitchen'],
    ['thrower', ''],
  ]);
});

test('rooms and hooks: joins and leaves are told with who, where and why', async (context) => {
  const told: [string, string, string, number?][] = [];
  const server = await start(context, {
    onJoin: ({ identity, room, sid }: ParticipantInfo) => {
      told.push(['join', identity, room]);
      assert.match(sid, /^PA[0-9a-f]{32}$/);
      throw new Error('a hook that throws stops nothing');
    },
    onLeave: ({ identity, room }, reason) => told.push(['leave', identity, room, reason]),
  });
  const { client: alice, answer } = await RawClient.join(server.url, makeToken('alice'));
  const { client: bob } = await RawClient.join(server.url, makeToken('bob'));
  assert.deepEqual(
    server.rooms.map(({ sid, name, participants }) => [sid, name, participants.map(({ identity, state }) => [identity, state])]),
    [
      [
        answer['sid'],
        'kitchen',
        [
          ['alice', 'connected'],
          ['bob', 'connected'],
        ],
      ],
    ],
  );

  assert.equal(server.removeParticipant('kitchen', 'nobody'), false);
  assert.equal(server.removeParticipant('kitchen', 'bob'), true);
  await bob.next('disconnected', 'error');
  await alice.nextState('bob', 'disconnected');

  alice.send({ type: 'disconnect', version: 2, session: answer.session });
  await alice.closed;
  assert.deepEqual(server.rooms, []);
  assert.deepEqual(
    told.map((line) => line.slice(0, 3)),
    [
      ['join', 'alice', 'kitchen'],
      ['join', 'bob', 'kitchen'],
      ['leave', 'bob', 'kitchen'],
      ['leave', 'alice', 'kitchen'],
    ],
  );
  assert.equal(told[3]![3], 0);
});

test('completeRoom: everyone is told that the room is completed', async (context) => {
  const server = await start(context);
  const { client, answer } = await RawClient.join(server.url, makeToken('alice'));
  assert.equal(server.completeRoom('cellar'), false);
  assert.equal(server.completeRoom(String(answer['sid'])), true);
  assert.equal((await client.next('disconnected'))['status'], 'completed');
  assert.deepEqual(server.rooms, []);
});

test('leave: the beacon of a page takes its participant out at once', async (context) => {
  const server = await start(context);
  const { client: alice } = await RawClient.join(server.url, makeToken('alice'));
  const { answer } = await RawClient.join(server.url, makeToken('bob'));
  await alice.nextState('bob', 'connected');

  const response = await fetch(httpUrl(server, '/signaling/leave'), { method: 'POST', body: answer.session! });
  assert.deepEqual([response.status, response.headers.get('access-control-allow-origin')], [204, '*']);
  await alice.nextState('bob', 'disconnected');
});

test('leave: a made-up session does nothing, a huge one is cut off', async (context) => {
  const server = await start(context);
  await RawClient.join(server.url, makeToken('alice'));
  assert.equal((await fetch(httpUrl(server, '/signaling/leave'), { method: 'POST', body: 'SEnonsense' })).status, 204);
  await assert.rejects(fetch(httpUrl(server, '/signaling/leave'), { method: 'POST', body: 'x'.repeat(100_000) }));
  assert.equal(server.rooms[0]!.participants.length, 1);
});

test('http: health, the probe, preflights and everything else', async (context) => {
  const server = await start(context);
  await RawClient.join(server.url, makeToken('alice'));
  const health = await fetch(httpUrl(server, '/healthz'));
  assert.equal(health.headers.get('content-type'), 'application/json');
  assert.deepEqual(await health.json(), { status: 'ok', rooms: 1, participants: 1, connections: 1 });

  const statusOf = async (path: string, method = 'GET'): Promise<number> => (await fetch(httpUrl(server, path), { method })).status;
  assert.equal(await statusOf('/signaling?probe'), 426);
  assert.equal(await statusOf('/signaling', 'OPTIONS'), 204);
  assert.equal(await statusOf('/signaling', 'POST'), 405);
  assert.equal(await statusOf('/signaling/leave', 'OPTIONS'), 204);
  assert.equal(await statusOf('/signaling/leave'), 405);
  assert.equal(await statusOf('/'), 404);
  assert.equal(await statusOf('//'), 404);
});

test('http: request lines that are no URL and sockets for another path harm nobody', async (context) => {
  const server = await start(context);
  for (const target of ['//', 'http://[', '/%%%']) {
    await new Promise<void>((resolve) => {
      const tcp = connectTcp(server.port, '127.0.0.1', () => tcp.write(`GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`));
      tcp
        .on('data', () => {})
        .on('error', () => {})
        .on('close', () => resolve());
    });
  }
  const stranger = new WebSocket(`ws://127.0.0.1:${server.port}/elsewhere`);
  const error = await new Promise<Error>((resolve) => stranger.on('error', resolve));
  assert.match(error.message, /404/);
  assert.equal((await askIce(server.url, makeToken('alice'))).type, 'iced');
});

test('socket: binary frames and messages above 1 MiB end the connection, not the server', async (context) => {
  const server = await start(context);
  for (const [payload, code] of [
    [Buffer.from([1, 2, 3]), 1003],
    ['x'.repeat(1024 * 1024 + 1), 1009],
  ] as const) {
    const socket = new WebSocket(server.url);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('open', () => socket.send(payload));
    assert.equal(await closed, code);
  }
  assert.equal((await askIce(server.url, makeToken('alice'))).type, 'iced');
});

test('binding: loopback unless told otherwise', async (context) => {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const outside = addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  if (outside === undefined) return context.skip('this machine has no address but loopback');
  const reaches = (port: number): Promise<boolean> =>
    new Promise((resolve) => {
      const tcp = connectTcp(port, outside, () => resolve(true)).on('error', () => resolve(false));
      tcp.on('connect', () => tcp.destroy());
    });
  assert.equal(await reaches((await start(context)).port), false);
  assert.equal(await reaches((await start(context, { host: '0.0.0.0' })).port), true);
});

test('an existing http server: its own requests stay its own, close() leaves it open', async (context) => {
  const http = createServer((_request, response) => response.end('the app'));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  context.after(() => http.close().closeAllConnections());
  const { port } = http.address() as AddressInfo;

  const server = await createRoomServer({ ...KEYS, server: http, path: '/rooms/ws' });
  assert.equal(server.url, `ws://127.0.0.1:${port}/rooms/ws`);
  assert.equal((await RawClient.join(server.url, makeToken('alice'))).answer.type, 'connected');
  const textOf = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  assert.equal(await textOf('/healthz'), 'the app');
  assert.equal(await textOf('/rooms/ws'), 'This is a WebSocket\n');

  await server.close();
  assert.equal(await textOf('/rooms/ws'), 'the app');
});

test('close: every client is told to come back (1012), then the port is free', async (context) => {
  const server = await start(context);
  const { client: alice } = await RawClient.join(server.url, makeToken('alice'));
  const { client: bob } = await RawClient.join(server.url, makeToken('bob'));
  const url = httpUrl(server);
  await server.close();
  assert.deepEqual(await Promise.all([alice.closed, bob.closed]), [1012, 1012]);
  await assert.rejects(fetch(url));
  assert.deepEqual(server.rooms, []);
});

test('close: with the next server on that port the session goes on; of the room everything is as it was', async (context) => {
  const first = await start(context);
  const { port } = first;
  const { answer: before } = await RawClient.join(first.url, makeToken('alice'));
  await first.close();

  const second = await start(context, { port });
  const alice = await RawClient.dial(second.url, syncBody(makeToken('alice'), before.session!));
  const after = await alice.next('synced', 'error');
  assert.deepEqual([after.type, after['participant']], ['synced', before['participant']]);
  assert.equal(second.rooms[0]!.sid, before['sid']);
  assert.equal(second.rooms[0]!.name, 'kitchen');
});

test('silence: a client that answers no pings is reconnecting, then gone after the session timeout', async (context) => {
  const server = await start(context, { sessionTimeout: 1 });
  const { client: alice } = await RawClient.join(server.url, makeToken('alice'));
  const deaf = new WebSocket(server.url, { autoPong: false });
  deaf.on('open', () =>
    deaf.send(JSON.stringify({ type: 'hello', id: '1', timeout: 5000, version: 2, body: connectBody(makeToken('bob'), 'kitchen') })),
  );
  await alice.nextState('bob', 'connected');
  const started = performance.now();
  await alice.nextState('bob', 'reconnecting');
  assert.ok(performance.now() - started < 3500, `noticed after ${performance.now() - started} ms`);
  await alice.nextState('bob', 'disconnected');
  deaf.terminate();
});

test('options: those that cannot work are refused before a port is opened', async () => {
  const refused = (options: object, message: RegExp): Promise<void> =>
    assert.rejects(createRoomServer(options as RoomServerOptions), message);
  await refused({}, /accountSid/);
  await refused({ accountSid: ACCOUNT }, /without a secret anyone could join/);
  await refused({ accountSid: ACCOUNT, apiKey: KEY }, /belong together/);
  await refused({ accountSid: ACCOUNT, keys: { [KEY]: '' } }, /the secret of SK/);
  await refused({ ...KEYS, path: 'signaling' }, /path must/);
  await refused({ ...KEYS, server: createServer(), port: 1 }, /leave them out/);
  await refused({ ...KEYS, heartbeatInterval: 100 }, /heartbeatInterval must be a number from 1000/);
  await refused({ ...KEYS, secret: 7 }, /secret must be a text/);
  await refused({ ...KEYS, iceServers: [{ urls: [7] }] }, /urls of iceServers must be a text/);
  await refused({ ...KEYS, sessionTimeout: Number.NaN }, /sessionTimeout must be/);
});

test('options: a port that is taken rejects', async (context) => {
  const { port } = await start(context);
  await assert.rejects(createRoomServer({ ...KEYS, port }), { code: 'EADDRINUSE' });
});
