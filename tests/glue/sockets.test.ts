import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import type { Input } from '../../js-glue/boundary.js';
import { Sockets } from '../../js-glue/sockets.js';
import { FakeWebSocket, settle, stubGlobals } from './fakes.js';

function setUp(t: TestContext): { sockets: Sockets; reported: Input[] } {
  FakeWebSocket.install(t);
  const reported: Input[] = [];
  return { sockets: new Sockets((input) => reported.push(input)), reported };
}

test('sockets: what a socket tells is reported under its id', (t) => {
  const { sockets, reported } = setUp(t);

  sockets.perform({ kind: 'openSocket', socket: 7, url: 'wss://host/signaling' });
  const [webSocket] = FakeWebSocket.made as [FakeWebSocket];
  webSocket.onopen?.();
  sockets.perform({ kind: 'sendText', socket: 7, text: 'hello' });
  webSocket.onmessage?.({ data: 'welcome' });
  webSocket.onclose?.({ code: 1001, reason: 'going away' });
  sockets.perform({ kind: 'sendText', socket: 7, text: 'too late' });

  assert.equal(webSocket.url, 'wss://host/signaling');
  assert.deepEqual(webSocket.sent, ['hello']);
  assert.deepEqual(reported, [
    { kind: 'socketOpened', socket: 7 },
    { kind: 'socketText', socket: 7, text: 'welcome' },
    { kind: 'socketClosed', socket: 7, code: 1001, reason: 'going away' },
  ]);
});

test('sockets: a closed socket tells nothing more and takes nothing more', (t) => {
  const { sockets, reported } = setUp(t);

  sockets.perform({ kind: 'openSocket', socket: 1, url: 'wss://host' });
  const [webSocket] = FakeWebSocket.made as [FakeWebSocket];
  sockets.perform({ kind: 'closeSocket', socket: 1, code: 3005, reason: 'timeout' });
  webSocket.onopen?.();
  webSocket.onmessage?.({ data: 'late' });
  webSocket.onclose?.({ code: 1006, reason: '' });
  sockets.perform({ kind: 'sendText', socket: 1, text: 'late' });
  sockets.perform({ kind: 'closeSocket', socket: 1, code: 1000, reason: '' });

  assert.deepEqual(webSocket.closedWith, [3005, 'timeout']);
  assert.deepEqual(webSocket.sent, []);
  assert.deepEqual(reported, []);
});

test('sockets: two sockets live side by side', (t) => {
  const { sockets, reported } = setUp(t);

  sockets.perform({ kind: 'openSocket', socket: 1, url: 'wss://host/1' });
  sockets.perform({ kind: 'openSocket', socket: 2, url: 'wss://host/2' });
  sockets.perform({ kind: 'closeSocket', socket: 1, code: 1000, reason: '' });
  sockets.perform({ kind: 'sendText', socket: 2, text: 'x' });
  FakeWebSocket.made[1]!.onmessage?.({ data: 'y' });

  assert.deepEqual(
    FakeWebSocket.made.map(({ sent }) => sent),
    [[], ['x']],
  );
  assert.deepEqual(reported, [{ kind: 'socketText', socket: 2, text: 'y' }]);
});

test('sockets: a socket that cannot be made is reported as closed, with the reason', (t) => {
  const { sockets, reported } = setUp(t);

  sockets.perform({ kind: 'openSocket', socket: 1, url: 'bad:' });

  assert.deepEqual(reported, [{ kind: 'socketClosed', socket: 1, code: 1006, reason: "The URL 'bad:' is invalid." }]);
});

test('sockets: a binary message is reported as a text that is no message', (t) => {
  const { sockets, reported } = setUp(t);

  sockets.perform({ kind: 'openSocket', socket: 1, url: 'wss://host' });
  FakeWebSocket.made[0]!.onmessage?.({ data: new Blob(['{}']) });

  assert.deepEqual(reported, [{ kind: 'socketText', socket: 1, text: '[object Blob]' }]);
});

test('sockets: a probe that is answered with anything says reachable, and asks no cache', async (t) => {
  const { sockets, reported } = setUp(t);
  const asked: [string, RequestInit][] = [];
  stubGlobals(t, {
    fetch: (url: string, init: RequestInit) => {
      asked.push([url, init]);
      return Promise.resolve(Response.error());
    },
  });

  sockets.perform({ kind: 'probe', op: 3, url: 'https://host/signaling' });
  await settle();

  assert.deepEqual(reported, [{ kind: 'probeAnswered', op: 3, reachable: true }]);
  const [[url, { signal, ...init }]] = asked as [[string, RequestInit]];
  assert.equal(url, 'https://host/signaling');
  assert.deepEqual(init, { mode: 'no-cors', cache: 'no-store', credentials: 'omit' });
  assert.ok(signal instanceof AbortSignal);
});

test('sockets: a probe that fails, hangs or cannot be made says unreachable', async (t) => {
  const { sockets, reported } = setUp(t);
  const limit = new AbortController();
  t.mock.method(AbortSignal, 'timeout', () => limit.signal);
  const answers = [
    () => Promise.reject(new TypeError('Failed to fetch')),
    (signal: AbortSignal) => new Promise((_resolve, reject) => signal.addEventListener('abort', reject)),
    () => {
      throw new TypeError('not allowed');
    },
  ];
  stubGlobals(t, { fetch: (_url: string, { signal }: { signal: AbortSignal }) => answers.shift()!(signal) });

  for (const op of [1, 2, 3]) {
    sockets.perform({ kind: 'probe', op, url: 'https://host' });
    await settle();
  }
  limit.abort();
  await settle();

  assert.deepEqual(reported, [
    { kind: 'probeAnswered', op: 1, reachable: false },
    { kind: 'probeAnswered', op: 3, reachable: false },
    { kind: 'probeAnswered', op: 2, reachable: false },
  ]);
});

test('sockets: a beacon goes by sendBeacon, or by a fetch that outlives the page', async (t) => {
  const { sockets, reported } = setUp(t);
  const sent: unknown[] = [];
  let accepted = true;
  stubGlobals(t, {
    navigator: { sendBeacon: (...args: unknown[]) => sent.push(['beacon', ...args]) > 0 && accepted },
    fetch: (...args: unknown[]) => {
      sent.push(['fetch', ...args]);
      return Promise.reject(new TypeError('Failed to fetch'));
    },
  });
  const beacon = { kind: 'beacon', url: 'https://host/leave', text: 'session' } as const;

  sockets.perform(beacon);
  assert.deepEqual(sent.splice(0), [['beacon', 'https://host/leave', 'session']]);
  accepted = false;
  sockets.perform(beacon);
  stubGlobals(t, { navigator: undefined });
  sockets.perform(beacon);
  await settle();

  const byFetch = ['fetch', 'https://host/leave', { method: 'POST', mode: 'no-cors', keepalive: true, body: 'session' }];
  assert.deepEqual(sent, [['beacon', 'https://host/leave', 'session'], byFetch, byFetch]);
  assert.deepEqual(reported, []);
});

test('sockets: close closes every socket without a word', (t) => {
  const { sockets, reported } = setUp(t);

  sockets.perform({ kind: 'openSocket', socket: 1, url: 'wss://host/1' });
  sockets.perform({ kind: 'openSocket', socket: 2, url: 'wss://host/2' });
  sockets.close();
  FakeWebSocket.made[0]!.onclose?.({ code: 1000, reason: '' });

  assert.deepEqual(
    FakeWebSocket.made.map(({ closedWith }) => closedWith),
    [
      [1000, ''],
      [1000, ''],
    ],
  );
  assert.deepEqual(reported, []);
});
