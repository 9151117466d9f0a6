// Section 4: the promise of connect().

import { equal, isError, ok, rejection, row, until } from './check.js';
import { localAudio, options, scripted, sdk, token } from './lab.js';
import { ScriptedServer } from './sockets.js';

const silent = () => new ScriptedServer({ connect: () => undefined });
const pending = () => sdk.connect(token(), scripted(silent()));

row('4/kind', 'it is no Promise, and is awaited like one', async () => {
  const promise = sdk.connect(token(), options());
  equal(promise instanceof Promise, false, 'instanceof Promise');
  (await promise).disconnect();
});

row('4/derived', 'then, catch and finally give promises that can be canceled', async () => {
  const promise = pending();
  for (const derived of [promise.then(), promise.catch(() => {}), promise.finally(() => {})]) {
    equal(typeof derived.cancel, 'function', 'cancel');
    ok(derived.constructor === promise.constructor, 'it is of the same class');
    derived.catch(() => {});
  }
  promise.cancel();
  await rejection(promise);
});

row('4/cancel', 'cancel() returns the promise, which rejects with Error("Canceled")', async () => {
  const promise = pending();
  ok(promise.cancel() === promise, 'it returns the promise');
  const error = await rejection(promise);
  isError(error, 'Error');
  equal(error.message, 'Canceled');
});

row(
  '4/cancel-later',
  'so it does when signaling has begun, and the server hears that nobody comes',
  async () => {
    const server = silent();
    const promise = sdk.connect(token(), scripted(server));
    await until('the server is asked', () => server.heard.some(({ type }) => type === 'connect'));
    promise.cancel();
    isError(await rejection(promise), 'Error', 'Canceled');
    await until('the socket is closed', () => server.socket!.readyState === 3);
  },
  { officialFails: 'once signaling has begun the rejection is 53001' },
);

row(
  '4/cancel-derived',
  'cancel() of a derived promise is that of the first',
  async () => {
    const server = silent();
    const derived = sdk.connect(token(), scripted(server)).then((room) => room);
    await until('the server is asked', () => server.heard.some(({ type }) => type === 'connect'));
    derived.cancel();
    isError(await rejection(derived), 'Error', 'Canceled');
  },
  { officialFails: 'it works only half: the rejection is 53001' },
);

row('4/cancel-settled', 'cancel() has no effect once it is settled', async () => {
  const promise = sdk.connect(token(), options());
  const room = await promise;
  promise.cancel();
  ok((await promise) === room, 'it is still the Room');
  equal(room.state, 'connected');
  room.disconnect();
});

row('4/cancel-stops', 'tracks that were acquired are stopped, tracks that were given are not', async () => {
  const mine = await localAudio();
  const promise = sdk.connect(token(), scripted(silent(), { tracks: [mine] }));
  promise.cancel();
  await rejection(promise);
  equal(mine.isStopped, false, 'the one that was given');
});

row('4/finally', 'finally runs and passes the outcome on', async () => {
  let ran = false;
  const promise = pending();
  const derived = promise.finally(() => void (ran = true));
  promise.cancel();
  isError(await rejection(derived), 'Error', 'Canceled');
  ok(ran, 'it ran');
});
