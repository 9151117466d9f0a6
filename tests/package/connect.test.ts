// connect() on a core that the test scripts.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';

import { setWasm } from '../../js-glue/index.js';
import { connect } from '../../web/connect.js';
import { MediaConnectionError } from '../../web/errors.js';
import { TabLockedError } from '../../web/tab-lock.js';
import { LocalAudioTrack } from '../../web/local-tracks.js';
import { FakeMediaStreamTrack, participant, roomConnected, task } from './fakes.js';
import { ScriptedCore } from './scripted-core.js';

const options = { wsServer: 'ws://rooms.example/signaling', tracks: [] };
const core = () => ScriptedCore.made[0]!;

before(() => {
  Object.assign(globalThis, { MediaStreamTrack: FakeMediaStreamTrack });
  setWasm(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
});
beforeEach(() => {
  ScriptedCore.made = [];
  ScriptedCore.answer = () => [];
});

/** The core has been asked to connect. */
async function asked(): Promise<void> {
  while (!ScriptedCore.made[0]?.inputs.length) await task();
}

/** Microphones that count how many are on. */
function stubDevices(t: { after(run: () => void): void }): FakeMediaStreamTrack[] {
  const made: FakeMediaStreamTrack[] = [];
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  const getUserMedia = () => {
    const track = new FakeMediaStreamTrack('audio');
    made.push(track);
    return Promise.resolve({ getAudioTracks: () => [track], getVideoTracks: () => [], getTracks: () => [track] });
  };
  Object.defineProperty(globalThis, 'navigator', { value: { userAgent: 'test', mediaDevices: { getUserMedia } }, configurable: true });
  t.after(() => {
    if (descriptor) Object.defineProperty(globalThis, 'navigator', descriptor);
    else Reflect.deleteProperty(globalThis, 'navigator');
  });
  return made;
}

/** The sessionStorage of one tab. */
function stubSessionStorage(t: { after(run: () => void): void }): Map<string, string> {
  const stored = new Map<string, string>();
  const storage: Partial<Storage> = {
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => void stored.set(key, value),
    removeItem: (key) => void stored.delete(key),
  };
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'sessionStorage');
  Object.defineProperty(globalThis, 'sessionStorage', { value: storage, configurable: true });
  t.after(() => {
    if (descriptor) Object.defineProperty(globalThis, 'sessionStorage', descriptor);
    else Reflect.deleteProperty(globalThis, 'sessionStorage');
  });
  return stored;
}

/** Web Locks of one browser. */
function stubLocks(t: { after(run: () => void): void }): void {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  const taken = new Set<string>();
  const request = async (name: string, _: object, held: (lock: object | null) => Promise<void>) => {
    if (taken.has(name)) return held(null);
    taken.add(name);
    return held({ name }).finally(() => taken.delete(name));
  };
  Object.defineProperty(globalThis, 'navigator', { value: { userAgent: 'test', locks: { request } }, configurable: true });
  t.after(() => {
    if (descriptor) Object.defineProperty(globalThis, 'navigator', descriptor);
    else Reflect.deleteProperty(globalThis, 'navigator');
  });
}

describe('connect', () => {
  test('what is asked of the core', async () => {
    const microphone = new FakeMediaStreamTrack('audio');
    const joining = connect('token', { ...options, name: 'harbour', iceServers: [], tracks: [microphone.native, microphone.native] });
    await asked();
    const [{ userAgent: _userAgent, sdkVersion: _version, ...input }] = core().inputs as unknown as [Record<string, unknown>];
    assert.deepEqual(input, {
      kind: 'connect',
      url: 'ws://rooms.example/signaling',
      token: 'token',
      renewsToken: false,
      reconnectLimit: 0,
      rejoins: false,
      roomName: 'harbour',
      tracks: [{ id: microphone.clones[0]!.id, kind: 'audio', name: microphone.id, enabled: true, priority: 'standard' }],
      iceServersGiven: true,
      automaticSubscription: true,
      pageLifecycle: true,
      networkMonitor: true,
      dominantSpeaker: false,
    });
    joining.cancel();
    await assert.rejects(joining, /^Error: Canceled$/);
  });

  test('an AbortSignal calls it off, before, while and not after', async () => {
    await assert.rejects(connect('token', { ...options, signal: AbortSignal.abort(new Error('gone')) }), /^Error: gone$/);
    ScriptedCore.made = [];
    const leaving = new AbortController();
    const joining = connect('token', { ...options, signal: leaving.signal });
    await asked();
    leaving.abort();
    await assert.rejects(joining, { name: 'AbortError' });
    assert.equal(core().inputs.at(-1)!.kind, 'disconnect');

    ScriptedCore.made = [];
    ScriptedCore.answer = (input) => (input.kind === 'connect' ? [roomConnected()] : []);
    // connect() never throws.
    await assert.rejects(connect('token', { ...options, signal: {} as AbortSignal }), TypeError);
    const later = new AbortController();
    const room = await connect('token', { ...options, signal: later.signal });
    later.abort();
    await task();
    assert.equal(room.state, 'connected');
    assert.equal(core().inputs.length, 1);
  });

  test('a tab lock: one call of a name at a time, until its Room has ended or connect() has failed', async (t) => {
    stubLocks(t);
    const tabLock = 'alice in harbour';
    ScriptedCore.answer = (input) => (input.kind === 'connect' && input.token === 'good' ? [roomConnected()] : []);
    // As a component that is mounted, unmounted and mounted again.
    const canceled = connect('bad', { ...options, tabLock });
    canceled.catch(() => {});
    await asked();
    canceled.cancel();
    const room = await connect('good', { ...options, tabLock });
    await assert.rejects(canceled, /^Error: Canceled$/);
    await assert.rejects(connect('good', { ...options, tabLock }), { name: 'TabLockedError', tabLock });
    await assert.rejects(connect('good', { ...options, tabLock }), TabLockedError);
    await connect('good', { ...options, tabLock: 'bob in harbour' });
    room._apply({ event: 'roomDisconnected' });
    await connect('good', { ...options, tabLock });
  });

  test('a kept session is stored when the page goes, and taken out by the next connect() of that room', async (t) => {
    const stored = stubSessionStorage(t);
    ScriptedCore.answer = (input) =>
      input.kind === 'connect' ? [roomConnected()] : input.kind === 'describe' ? [{ kind: 'keepSession', session: 'SE1' }] : [];
    const keepingOf = async (more: object): Promise<unknown[]> => {
      ScriptedCore.made = [];
      await connect('secret token', { ...options, name: 'harbour', keepSession: true, ...more });
      const [{ keepsSession, session }] = core().inputs as unknown as [Record<string, unknown>];
      return [keepsSession, session];
    };
    assert.deepEqual(await keepingOf({}), [true, undefined]);
    assert.equal(stored.size, 0);
    const room = await connect('secret token', { ...options, name: 'harbour', keepSession: true });
    void room.connectionInfo; // stands for the end of the page
    assert.deepEqual([...stored], [['holdfast harbour', 'SE1']]);

    assert.deepEqual(await keepingOf({ keepSession: false }), [undefined, undefined]);
    assert.deepEqual(await keepingOf({ pageLifecycle: false }), [undefined, undefined]);
    assert.deepEqual(await keepingOf({ name: 'elsewhere' }), [true, undefined]);
    assert.equal(stored.size, 1);
    assert.deepEqual(await keepingOf({}), [true, 'SE1']);
    assert.equal(stored.size, 0);
    assert.deepEqual(await keepingOf({}), [true, undefined]);
    await assert.rejects(
      connect('token', { ...options, keepSession: 'yes' as unknown as boolean }),
      /^TypeError: keepSession must be a boolean$/,
    );
  });

  test('a page without sessionStorage joins as ever', async (t) => {
    const stored = stubSessionStorage(t);
    stored.get = stored.set = () => assert.fail('SecurityError');
    ScriptedCore.answer = (input) =>
      input.kind === 'connect' ? [roomConnected()] : input.kind === 'describe' ? [{ kind: 'keepSession', session: 'SE1' }] : [];
    const room = await connect('token', { ...options, keepSession: true });
    void room.connectionInfo;
    assert.equal(room.state, 'connected');
  });

  const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

  test('how long a token lasts is read from it, and any other text is a token too', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
    for (const [token, lifetime] of [
      [jwt({ exp: 1600, name: 'Zoë>>>???' }), 600_000],
      [jwt({ exp: 900 }), -100_000],
      [jwt({ exp: 'soon' }), undefined],
      [jwt({}), undefined],
      ['token', undefined],
    ] as const) {
      ScriptedCore.made = [];
      const joining = connect(token, options);
      await asked();
      assert.deepEqual(core().inputs[0], { ...core().inputs[0], kind: 'connect', token, renewsToken: false });
      assert.equal((core().inputs[0] as { tokenLifetime?: number }).tokenLifetime, lifetime);
      joining.cancel();
      await assert.rejects(joining);
    }
  });

  test('how long to go on: the session timeout, a limit, or for ever', async () => {
    for (const [given, reconnectLimit, rejoins] of [
      [{ reconnectLimit: 90_000.4 }, 90_000, false],
      [{ reconnectLimit: Infinity }, 2 ** 52, false],
      [{ rejoin: true }, 2 ** 52, true],
      [{ rejoin: true, reconnectLimit: 5000 }, 5000, true],
    ] as const) {
      ScriptedCore.made = [];
      const joining = connect('token', { ...options, ...given });
      await asked();
      assert.deepEqual(core().inputs[0], { ...core().inputs[0], kind: 'connect', reconnectLimit, rejoins });
      joining.cancel();
      await assert.rejects(joining);
    }
    for (const reconnectLimit of [-1, NaN, 'soon' as unknown as number])
      await assert.rejects(connect('token', { ...options, reconnectLimit }), RangeError);
  });

  test('a token function is asked when the core wants a token, and what comes of it is reported', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
    const answers: (() => string | Promise<string>)[] = [
      () => 'first',
      () => Promise.resolve(jwt({ exp: 1001 })),
      () => Promise.reject(new Error('no wifi')),
      () => {
        throw new Error('no session');
      },
      () => 7 as unknown as string,
    ];
    let op = 0;
    ScriptedCore.answer = () => (op < 5 ? [{ kind: 'requestToken', op: ++op }] : []);
    const joining = connect(() => answers.shift()!(), options);
    await asked();
    while (core().inputs.length < 6) await task();
    const [first, ...rest] = core().inputs;
    assert.deepEqual(first, { ...first, kind: 'connect', token: '', renewsToken: true });
    assert.deepEqual(rest, [
      { kind: 'tokenGiven', op: 1, token: 'first' },
      { kind: 'tokenGiven', op: 2, token: jwt({ exp: 1001 }), lifetime: 1000 },
      { kind: 'tokenFailed', op: 3, message: 'Error: no wifi' },
      { kind: 'tokenFailed', op: 4, message: 'Error: no session' },
      { kind: 'tokenFailed', op: 5, message: 'TypeError: token must be a string' },
    ]);
    joining.cancel();
    await assert.rejects(joining);
  });

  test('it resolves with a Room that knows everyone and what is published', async () => {
    const microphone = new LocalAudioTrack(new FakeMediaStreamTrack('audio').native);
    ScriptedCore.answer = (input) =>
      input.kind === 'connect' ? [{ ...roomConnected(participant('ada')), publications: [{ id: input.tracks[0]!.id, sid: 'MT9' }] }] : [];
    const joining = connect('token', { ...options, tracks: [microphone] });
    const room = await joining;
    assert.deepEqual(
      [room.name, room.state, [...room.participants.values()].map(({ identity }) => identity)],
      ['harbour', 'connected', ['ada']],
    );
    assert.equal(room.localParticipant.tracks.get('MT9')?.track, microphone);
    assert.equal(joining.cancel(), joining, 'no effect any more');
    assert.equal(room.state, 'connected');
  });

  test('a Room exports its trace, also after its end; a failed attempt says it to those who debug', async (t) => {
    const headerOf = (text: string) => JSON.parse(/^\{"holdfastTrace".*/m.exec(text)![0]) as Record<string, unknown>;
    ScriptedCore.answer = ({ kind }) => (kind === 'connect' ? [roomConnected()] : [{ event: 'roomDisconnected' }]);
    const room = await connect('secret', options);
    const [header, ...inputs] = (await room.disconnect().exportTrace()).trimEnd().split('\n');
    const { holdfastTrace, version, seed, dropped, startedAt } = headerOf(header!);
    assert.deepEqual([holdfastTrace, version, dropped, inputs.length], [1, '0', 0, 2]);
    assert.equal(seed, ScriptedCore.made[0]!.seed);
    assert(Math.abs(Date.parse(String(startedAt)) + performance.now() - Date.now()) < 10_000);
    assert(!inputs.join().includes('secret'));

    ScriptedCore.answer = ({ kind }) => (kind === 'connect' ? [{ event: 'connectFailed', error: { code: 53405 } }] : []);
    const debug = t.mock.method(console, 'log', () => undefined);
    t.mock.method(console, 'info', () => undefined);
    t.mock.method(console, 'warn', () => undefined);
    await assert.rejects(connect('secret', { ...options, logLevel: 'debug' }));
    await task();
    assert.equal(headerOf(String(debug.mock.calls.at(-1)!.arguments.at(-1))).holdfastTrace, 1);
  });

  test('a failure rejects with its error and stops what was acquired', async (t) => {
    const made = stubDevices(t);
    ScriptedCore.answer = ({ kind }) => (kind === 'connect' ? [{ event: 'connectFailed', error: { code: 53405 } }] : []);
    await assert.rejects(connect('token', { wsServer: options.wsServer, audio: true }), MediaConnectionError);
    await task();
    assert.deepEqual(
      made.map(({ readyState }) => readyState),
      ['ended'],
    );
  });

  test('cancel while the server is asked: Canceled, told to the server, acquired tracks stopped; also on a derived promise', async (t) => {
    const made = stubDevices(t);
    const joining = connect('token', { wsServer: options.wsServer, audio: true });
    await asked();
    const derived = joining.then((room) => room.sid).finally(() => undefined);
    assert(!(derived instanceof Promise));
    assert.equal(derived.cancel(), derived);
    await assert.rejects(derived, /^Error: Canceled$/);
    await task();
    assert.deepEqual(
      core().inputs.map(({ kind }) => kind),
      ['connect', 'disconnect'],
    );
    assert.deepEqual(
      made.map(({ readyState }) => readyState),
      ['ended'],
    );
  });

  test('cancel before anything has begun', async (t) => {
    const made = stubDevices(t);
    const joining = connect('token', { wsServer: options.wsServer, audio: true }).cancel();
    await assert.rejects(joining, /^Error: Canceled$/);
    while (!core() || made.some(({ readyState }) => readyState !== 'ended')) await task();
    assert.deepEqual([core().inputs, made.length], [[], 1]);
  });

  test('a core that fails before the room is there', async () => {
    ScriptedCore.answer = () => {
      throw new Error('trap');
    };
    const isTrap = ({ code, cause }: { code: number; cause: Error }) => code === 53000 && cause.message === 'trap';
    await assert.rejects(connect('token', options), isTrap);
  });

  test('tracks that the app gave are never stopped', async () => {
    const microphone = new FakeMediaStreamTrack('audio');
    const joining = connect('token', { ...options, tracks: [microphone.native] });
    await asked();
    joining.cancel();
    await assert.rejects(joining);
    assert.deepEqual([microphone.readyState, microphone.clones[0]!.readyState], ['live', 'ended']);
  });
});
