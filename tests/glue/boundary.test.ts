// The glue on the real core: what one side writes the other reads.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';

import type { ConnectInput } from '../../js-glue/boundary.js';
import type { Driver } from '../../js-glue/driver.js';
import { loadCore, setWasm } from '../../js-glue/load.js';
import { FakePeerConnection, FakeWebSocket, makeDriver, settle } from './fakes.js';

declare const HOLDFAST_ROOT: string;

const kConnect: ConnectInput = {
  kind: 'connect',
  url: 'wss://host/signaling',
  token: 'token \ud800',
  roomName: 'room',
  tracks: [],
  iceServersGiven: true,
  automaticSubscription: true,
  pageLifecycle: true,
  networkMonitor: true,
  userAgent: 'test',
  sdkVersion: '0.0.0',
};

const kWelcome = { type: 'welcome', negotiatedTimeout: 1000 };
const kConnected = {
  type: 'msg',
  body: {
    type: 'connected',
    session: 'session',
    options: { session_timeout: 30 },
    sid: `RM${'0'.repeat(32)}`,
    name: 'room',
    participant: { sid: `PA${'1'.repeat(32)}`, identity: 'me' },
    participants: [],
  },
};

/** A client whose socket is open; `frames` are those that it sent. */
async function connect(t: TestContext): Promise<{ driver: Driver; seen: string[]; socket: FakeWebSocket; frames(): { type: string }[] }> {
  FakeWebSocket.install(t);
  FakePeerConnection.install(t);
  setWasm(pathToFileURL(join(HOLDFAST_ROOT, 'build/wasm/client.wasm')));
  const made = makeDriver(await loadCore(), { onLog: () => undefined });
  t.after(() => made.driver.close());
  made.driver.dispatch(kConnect);
  await settle();
  const socket = FakeWebSocket.made[0]!;
  socket.onopen?.();
  return { ...made, socket, frames: () => socket.sent.map((text) => JSON.parse(text) as { type: string }) };
}

test('boundary: the real core joins a room and leaves it', async (t) => {
  const { driver, seen, socket, frames } = await connect(t);

  assert.equal(socket.url, 'wss://host/signaling');
  const [hello] = frames() as [{ type: string; body: { token: string; peer_connections: { description: { sdp: string } }[] } }];
  assert.equal(hello.type, 'hello');
  assert.equal(hello.body.token, 'token \ufffd');
  assert.equal(hello.body.peer_connections[0]?.description.sdp, 'the offer, as set');
  for (const frame of [kWelcome, kConnected]) {
    socket.onmessage?.({ data: JSON.stringify(frame) });
  }
  assert.equal(seen[0], 'roomConnected');
  driver.dispatch({ kind: 'disconnect' });

  assert.equal(seen.at(-1), 'roomDisconnected');
  assert.equal(frames().at(-1)?.type, 'bye');
  assert.equal(socket.closedWith?.[0], 1000);
  assert.ok(FakePeerConnection.made[0]!.closed);
});

test('boundary: a text that is no message harms nothing', async (t) => {
  const { seen, socket } = await connect(t);

  for (const data of ['', '{', '[]', '\ud800', new Blob(), '{"type":"msg"}', '{"type":'.repeat(10_000), 'x'.repeat(10_000_000)]) {
    socket.onmessage?.({ data });
  }
  for (const frame of [kWelcome, kConnected]) {
    socket.onmessage?.({ data: JSON.stringify(frame) });
  }
  await settle();

  assert.equal(seen[0], 'roomConnected');
});
