// server.faults on real sockets: what the client and the others in the room see of each fault, and that each ends.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { type FaultTarget, type Faults, type RoomServer, type RoomServerOptions, createRoomServer } from '../../server/index.js';
import { KEYS, makeToken } from './keys.js';
import { RawClient, iceBody, syncBody } from './raw-client.js';

async function start(context: TestContext, options: Partial<RoomServerOptions> = {}): Promise<RoomServer> {
  const server = await createRoomServer({ ...KEYS, ...options });
  context.after(() => server.close());
  return server;
}

interface Person {
  client: RawClient;
  token: string;
  session: string;
  /** Of its first link, if somebody was there before it. */
  link: string | undefined;
}

async function join(server: RoomServer, identity: string, room = 'kitchen'): Promise<Person> {
  const token = makeToken(identity);
  const { client, answer } = await RawClient.join(server.url, token, room);
  assert.equal(answer.type, 'connected');
  const [link] = (answer['peer_connections'] ?? []) as { id: string }[];
  return { client, token, session: answer.session!, link: link?.id };
}

/** A room with two people who know of each other. */
async function startRoom(context: TestContext, options?: Partial<RoomServerOptions>): Promise<[RoomServer, Person, Person]> {
  const server = await start(context, options);
  const alice = await join(server, 'alice');
  const bob = await join(server, 'bob');
  await alice.client.nextState('bob', 'connected');
  return [server, alice, bob];
}

function comeBack(server: RoomServer, { token, session }: Person): Promise<RawClient> {
  return RawClient.dial(server.url, syncBody(token, session));
}

const names = (hit: { identity: string }[]): string[] => hit.map(({ identity }) => identity);
const BOB = { participant: 'bob' };

/** Whether it is still open after so long. */
async function isPending(promise: Promise<unknown>, ms: number): Promise<boolean> {
  return Promise.race([promise.then(() => false), sleep(ms, true)]);
}

test('faults: closeSocket closes with the code; the session is kept', async (context) => {
  const [server, alice, bob] = await startRoom(context);
  const hit = server.faults.closeSocket(BOB, { code: 4321, reason: 'on purpose' });
  assert.deepEqual(Object.keys(hit[0]!), ['identity', 'sid', 'room', 'roomSid']);
  assert.deepEqual(names(hit), ['bob']);
  assert.equal(await bob.client.closed, 4321);
  await alice.client.nextState('bob', 'reconnecting');
  assert.equal((await (await comeBack(server, bob)).next('synced', 'error')).type, 'synced');
  await alice.client.nextState('bob', 'connected');
});

test('faults: even a socket closed with 1000 has not left, and 1006 breaks it', async (context) => {
  const [server, alice, bob] = await startRoom(context);
  server.faults.closeSocket(BOB, { code: 1000 });
  assert.equal(await bob.client.closed, 1000);
  await alice.client.nextState('bob', 'reconnecting');

  assert.deepEqual(names(server.faults.closeSocket('all', { code: 1006 })), ['alice']);
  assert.equal(await alice.client.closed, 1006);
});

test('faults: goSilent holds back what is sent, and hears; a new connection works', async (context) => {
  const [server, alice, bob] = await startRoom(context);
  assert.deepEqual(names(server.faults.goSilent(BOB)), ['bob']);
  const carol = await join(server, 'carol');
  const news = bob.client.nextState('carol', 'connected');
  assert.ok(await isPending(news, 300));
  bob.client.ping();
  assert.ok(await isPending(bob.client.ponged, 300));
  await alice.client.nextState('bob', 'reconnecting');

  const returned = await comeBack(server, bob);
  assert.equal((await returned.next('synced')).type, 'synced');
  await carol.client.nextState('bob', 'connected');
  news.catch(() => {}); // that socket was superseded
});

test('faults: what was held back comes in order when the time is over', async (context) => {
  const [server, , bob] = await startRoom(context);
  server.faults.goSilent('all', { forMs: 400 });
  const started = performance.now();
  await join(server, 'carol');
  await join(server, 'dave');
  await bob.client.nextState('carol', 'connected');
  assert.ok(performance.now() - started > 350);
  await bob.client.nextState('dave', 'connected');
});

test('faults: in a black hole nothing is heard either; whoever connects in it waits', async (context) => {
  const [server, alice, bob] = await startRoom(context);
  assert.deepEqual(names(server.faults.blackHole(BOB)), ['bob']);
  bob.client.send({ type: 'disconnect', version: 2, session: bob.session });
  const returned = await comeBack(server, bob);
  const synced = returned.next('synced');
  assert.ok(await isPending(synced, 300));
  assert.equal(server.rooms[0]!.participants.length, 2);
  await join(server, 'carol');
  await alice.client.nextState('bob', 'reconnecting');

  assert.deepEqual(names(server.faults.clear()), ['bob']);
  await alice.client.nextState('bob', 'disconnected');
  await assert.rejects(synced);
});

test('faults: in a black hole for all, attempts to connect hang until it is over', async (context) => {
  const [server] = await startRoom(context);
  assert.deepEqual(names(server.faults.blackHole('all', { forMs: 500 })), ['alice', 'bob']);
  const started = performance.now();
  const probe = fetch(server.url.replace('ws', 'http'));
  const given = new WebSocket(server.url);
  given.on('error', () => {}).on('open', () => given.terminate());
  assert.equal((await fetch(new URL('/healthz', server.url.replace('ws', 'http')))).status, 200);
  await join(server, 'carol');
  assert.ok(performance.now() - started > 450);
  assert.equal((await probe).status, 426);
});

test('faults: a server that closes in the middle of a black hole closes', async (context) => {
  const [server, alice] = await startRoom(context);
  server.faults.blackHole('all');
  const hanging = RawClient.dial(server.url, {}).catch(() => undefined);
  await sleep(50);
  await server.close();
  assert.equal(await alice.client.closed, 1012);
  await hanging;
});

test('faults: delay makes both directions late and keeps the order', async (context) => {
  const [server, , bob] = await startRoom(context);
  server.faults.delay(BOB, { ms: 250, forMs: 2000 });
  const started = performance.now();
  const returned = await comeBack(server, bob);
  await returned.next('synced');
  assert.ok(performance.now() - started > 490, `${performance.now() - started} ms`);
  await join(server, 'carol');
  await join(server, 'dave');
  await returned.nextState('carol', 'connected');
  await returned.nextState('dave', 'connected');
});

test('faults: busy turns away as many hellos as asked for', async (context) => {
  const [server, , bob] = await startRoom(context);
  server.faults.busy(BOB, { hellos: 2, retryAfter: 700, keepAlive: true });
  const returned = await comeBack(server, bob);
  assert.deepEqual(await returned.frame(), { type: 'busy', retryAfter: 700, keepAlive: true });
  returned.hello(syncBody(bob.token, bob.session));
  assert.equal((await returned.frame()).type, 'busy');
  returned.hello(syncBody(bob.token, bob.session));
  assert.equal((await returned.next('synced')).type, 'synced');

  server.faults.busy('all', { retryAfter: -1 });
  for (const identity of ['carol', 'dave']) {
    const client = await RawClient.dial(server.url, iceBody(makeToken(identity)));
    assert.deepEqual(await client.frame(), { type: 'busy', retryAfter: -1, keepAlive: false });
    client.drop();
  }
  assert.deepEqual(names(server.faults.clear()), ['alice', 'bob']);
  await join(server, 'erin');
});

test('faults: expireToken finds the next checks expired, nobody else’s and no more', async (context) => {
  const [server, alice, bob] = await startRoom(context);
  server.faults.expireToken(BOB, { checks: 2 });
  bob.client.drop();
  for (const expected of [20104, 20104, undefined]) {
    assert.equal((await (await comeBack(server, bob)).next('synced', 'error')).code, expected);
  }
  assert.equal((await (await comeBack(server, alice)).next('synced', 'error')).type, 'synced');
});

test('faults: completeRoom ends the rooms of the target only', async (context) => {
  const [server, alice] = await startRoom(context);
  const carol = await join(server, 'carol', 'cellar');
  assert.deepEqual(names(server.faults.completeRoom(BOB)), ['alice', 'bob']);
  assert.equal((await alice.client.next('disconnected'))['status'], 'completed');
  assert.deepEqual(names(server.faults.completeRoom({ room: 'cellar' })), ['carol']);
  await carol.client.next('disconnected');
  assert.deepEqual(server.rooms, []);
});

test('faults: after dropSession the next sync is refused (53204), and the others saw it leave', async (context) => {
  const left: [string, number][] = [];
  const [server, alice, bob] = await startRoom(context, { onLeave: ({ identity }, reason) => left.push([identity, reason]) });
  assert.deepEqual(names(server.faults.dropSession({ participant: 'bob', room: 'kitchen' })), ['bob']);
  assert.equal(await bob.client.closed, 1006);
  await alice.client.nextState('bob', 'disconnected');
  assert.equal((await (await comeBack(server, bob)).next('synced', 'error')).code, 53204);
  assert.deepEqual(left, [['bob', 53001]]);
});

test('faults: relayNoIce takes candidates out of what its target sends and hears', async (context) => {
  const server = await start(context);
  // The newcomer offers; what of it gets through to alice.
  const relayed = async (room: string, faulty?: string): Promise<string> => {
    const alice = await join(server, 'alice', room);
    const bob = await join(server, 'bob', room);
    if (faulty !== undefined) server.faults.relayNoIce({ participant: faulty, room });
    bob.client.send({
      type: 'update',
      version: 2,
      session: bob.session,
      peer_connections: [
        {
          id: bob.link,
          description: { type: 'offer', revision: 1, sdp: 'v=0\r\na=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\na=mid:0\r\n' },
          ice: { ufrag: 'u', revision: 1, candidates: [{ candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 }] },
        },
      ],
    });
    for (let heard = ''; ; heard += JSON.stringify(await alice.client.next('update'))) if (heard.includes('a=mid:0')) return heard;
  };
  assert.doesNotMatch(await relayed('one', 'bob'), /candidate/);
  assert.doesNotMatch(await relayed('two', 'alice'), /candidate/);
  assert.match(await relayed('three'), /a=candidate:1 .*"candidate":"candidate:1"/);
  server.faults.clear();
});

test('faults: unknown targets and impossible options say what is wrong', async (context) => {
  const [server] = await startRoom(context);
  const { faults } = server;
  assert.throws(
    () => faults.closeSocket({ participant: 'carol' }),
    /There is no participant carol; there is: alice in kitchen, bob in kitchen/,
  );
  assert.throws(() => faults.blackHole({ participant: 'alice', room: 'cellar' }), /no participant alice in room cellar/);
  assert.throws(() => faults.completeRoom({ room: 'cellar' }), /no room cellar/);
  for (const target of ['bob', undefined, {}, { participant: '' }, { participant: undefined }, { room: 7 }]) {
    assert.throws(() => faults.dropSession(target as FaultTarget), TypeError, JSON.stringify(target));
  }
  for (const code of [999, 1005, 1015, 2000, 5000, 1000.5, '1000']) {
    assert.throws(() => faults.closeSocket('all', { code: code as number }), /code must be/);
  }
  assert.throws(() => faults.closeSocket('all', { reason: 'x'.repeat(124) }), /reason/);
  assert.throws(() => faults.delay('all', {} as { ms: number }), /ms must be a number from 0/);
  assert.throws(() => faults.goSilent('all', { forMs: -1 }), /forMs must be/);
  assert.throws(() => faults.busy('all', { hellos: 0 }), /hellos must be/);
  assert.throws(() => faults.expireToken('all', { checks: Number.NaN }), /checks must be/);
  assert.deepEqual(faults.clear(), []);
  assert.equal(server.rooms[0]!.participants.length, 2);
});

test('faults: a participant can be named by its SID, one that is away is not hit by what is for connections', async (context) => {
  const [server, alice, bob] = await startRoom(context);
  bob.client.drop();
  await alice.client.nextState('bob', 'reconnecting');
  const { sid } = server.rooms[0]!.participants[1]!;
  assert.deepEqual(server.faults.closeSocket({ participant: sid }), []);
  assert.deepEqual(names(server.faults.busy({ participant: sid })), ['bob']);
  assert.equal((await (await comeBack(server, bob)).frame()).type, 'busy');
});

test('faults over HTTP: only if asked for, for JSON only, with the errors of the functions', async (context) => {
  const [plain] = await startRoom(context);
  const post = async (server: RoomServer, body: string, type = 'application/json'): Promise<[number, unknown]> => {
    const url = `${server.url.replace('ws', 'http')}/faults`;
    const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': type } });
    return [response.status, response.status === 404 ? undefined : await response.json()];
  };
  assert.deepEqual(await post(plain, '{}'), [404, undefined]);

  const [server, alice, bob] = await startRoom(context, { faultsOverHttp: true });
  const ask = (body: object): Promise<[number, unknown]> => post(server, JSON.stringify(body));
  const { participants, sid: roomSid } = server.rooms[0]!;
  assert.deepEqual(await ask({ fault: 'closeSocket', target: BOB, code: 4001 }), [
    200,
    { hit: [{ identity: 'bob', sid: participants[1]!.sid, room: 'kitchen', roomSid }] },
  ]);
  assert.equal(await bob.client.closed, 4001);
  await alice.client.nextState('bob', 'reconnecting');

  assert.deepEqual((await ask({ fault: 'blackHole', target: 'all' }))[0], 200);
  assert.deepEqual((await ask({ fault: 'clear' }))[0], 200);
  assert.match(JSON.stringify(await ask({ fault: 'constructor', target: 'all' })), /400.*fault must be one of/);
  assert.match(JSON.stringify(await ask({ fault: 'delay', target: { participant: 'carol' }, ms: 1 })), /400.*no participant carol/);
  assert.equal((await post(server, '{'))[0], 400);
  assert.equal((await post(server, 'null'))[0], 400);
  assert.equal((await post(server, '{"fault":"clear"}', 'text/plain'))[0], 415);

  const listed = (await (await fetch(`${server.url.replace('ws', 'http')}/faults`)).json()) as { faults: (keyof Faults)[] };
  for (const fault of listed.faults) assert.equal(typeof server.faults[fault], 'function');
  assert.equal(listed.faults.length, 10);
});
