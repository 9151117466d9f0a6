// The glue on the real core: what one side writes the other reads.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import type { ConnectInput } from '../../js-glue/boundary.js';
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

test('boundary: the real core joins as far as the browser lets it, and leaves', async (t) => {
  FakeWebSocket.install(t);
  FakePeerConnection.install(t);
  setWasm(pathToFileURL(join(HOLDFAST_ROOT, 'build/wasm/client.wasm')));
  const { driver, seen } = makeDriver(await loadCore());

  driver.dispatch(kConnect);
  const [socket] = FakeWebSocket.made as [FakeWebSocket];
  assert.equal(socket.url, 'wss://host/signaling');
  socket.onopen?.();
  await settle();
  assert.match(socket.sent[0] ?? '', /"type":"hello"/);
  driver.dispatch({ kind: 'disconnect' });
  assert.ok(socket.closedWith);
  await settle();

  assert.deepEqual(
    seen.filter((word) => !word.startsWith('log debug')),
    ['connectFailed'],
  );
  driver.close();
});

test('boundary: a text that is no message harms nothing', async (t) => {
  FakeWebSocket.install(t);
  FakePeerConnection.install(t);
  setWasm(pathToFileURL(join(HOLDFAST_ROOT, 'build/wasm/client.wasm')));
  const { driver, seen } = makeDriver(await loadCore());

  driver.dispatch(kConnect);
  FakeWebSocket.made[0]!.onopen?.();
  for (const text of ['', '{', '[]', '\ud800', '[object Blob]', '{"type":"msg"}', '{"type":'.repeat(10000)]) {
    FakeWebSocket.made[0]!.onmessage?.({ data: text });
  }
  await settle();

  assert.deepEqual(
    seen.filter((word) => word.startsWith('fatal')),
    [],
  );
  driver.close();
});
