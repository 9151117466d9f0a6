import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Batch, Effect, Input } from '../../js-glue/boundary.js';
import { LocalMedia } from '../../js-glue/media.js';
import { FakeClock, FakeCore, FakePeerConnection, FakeWebSocket, makeDriver, participantConnected, settle, stubGlobals } from './fakes.js';

const kDisconnect: Input = { kind: 'disconnect' };
const kOpenSocket: Effect = { kind: 'openSocket', socket: 1, url: 'wss://host/signaling' };

test('driver: the network comes before the events of a batch, each in order', (t) => {
  FakeWebSocket.install(t);
  const core = new FakeCore(() => [
    participantConnected('PA1'),
    kOpenSocket,
    participantConnected('PA2'),
    { kind: 'sendText', socket: 1, text: 'first' },
    { kind: 'sendText', socket: 1, text: 'second' },
  ]);
  const sentAt: string[][] = [];
  const { driver, seen } = makeDriver(core, {
    onEmit: (emit) => {
      seen.push(emit.event === 'participantConnected' ? emit.participant.sid : '');
      sentAt.push([...FakeWebSocket.made[0]!.sent]);
    },
  });

  driver.dispatch(kDisconnect);

  assert.deepEqual(seen, ['PA1', 'PA2']);
  assert.deepEqual(sentAt, [
    ['first', 'second'],
    ['first', 'second'],
  ]);
});

test('driver: a command from inside an event is done when it returns, and the rest of the outer batch follows', () => {
  const core = new FakeCore(({ kind }) =>
    kind === 'tick'
      ? [participantConnected('outer 1'), participantConnected('outer 2')]
      : [participantConnected('inner 1'), participantConnected('inner 2')],
  );
  const { driver, seen } = makeDriver(core, {
    onEmit: (emit) => {
      const sid = emit.event === 'participantConnected' ? emit.participant.sid : '';
      seen.push(sid);
      if (sid === 'outer 1') {
        driver.dispatch(kDisconnect);
        seen.push('returned');
      }
    },
  });

  driver.dispatch({ kind: 'tick' });

  assert.deepEqual(seen, ['outer 1', 'inner 1', 'inner 2', 'returned', 'outer 2']);
});

test('driver: an outcome that is there at once waits for the rest of its batch', (t) => {
  FakeWebSocket.install(t);
  const core = new FakeCore(({ kind }) =>
    kind === 'socketClosed'
      ? [participantConnected('after')]
      : [
          { kind: 'openSocket', socket: 1, url: 'bad:' },
          { kind: 'log', level: 'info', message: 'next effect' },
          participantConnected('before'),
        ],
  );
  const { driver, seen } = makeDriver(core);

  driver.dispatch(kDisconnect);

  assert.deepEqual(core.kinds, ['disconnect', 'socketClosed']);
  assert.deepEqual(seen, ['log info next effect', 'before', 'after']);
});

test('driver: task events come each in a task of its own, in order, also across batches and after the end', async () => {
  const batches = [
    [participantConnected('task 1', 'task'), participantConnected('now 1'), participantConnected('task 2', 'task')],
    [participantConnected('now 2'), participantConnected('task 3', 'task')],
  ];
  const core = new FakeCore(() => batches.shift() ?? []);
  const { driver, seen } = makeDriver(core, {
    onEmit: (emit) => {
      const sid = emit.event === 'participantConnected' ? emit.participant.sid : '';
      seen.push(sid);
      void Promise.resolve().then(() => seen.push(`microtask of ${sid}`));
    },
  });

  driver.dispatch(kDisconnect);
  driver.dispatch(kDisconnect);
  driver.close();
  assert.deepEqual(seen, ['now 1', 'now 2']);
  await settle();

  assert.deepEqual(seen.slice(2), [
    'microtask of now 1',
    'microtask of now 2',
    'task 1',
    'microtask of task 1',
    'task 2',
    'microtask of task 2',
    'task 3',
    'microtask of task 3',
  ]);
});

test('driver: a task event posted by a task event comes last', async () => {
  const core = new FakeCore(({ kind }) =>
    kind === 'tick'
      ? [participantConnected('task 1', 'task'), participantConnected('task 2', 'task')]
      : [participantConnected('task 3', 'task')],
  );
  const { driver, seen } = makeDriver(core, {
    onEmit: (emit) => {
      const sid = emit.event === 'participantConnected' ? emit.participant.sid : '';
      seen.push(sid);
      if (sid === 'task 1') {
        driver.dispatch(kDisconnect);
      }
    },
  });

  driver.dispatch({ kind: 'tick' });
  await settle();

  assert.deepEqual(seen, ['task 1', 'task 2', 'task 3']);
});

test('driver: there is one timer, for the deadline of the last batch', (t) => {
  const clock = new FakeClock().install(t);
  const batches: Batch[] = [
    { effects: [], deadline: 1500 },
    { effects: [], deadline: 1200 },
    { effects: [], deadline: 1400 },
    { effects: [] },
  ];
  const core = new FakeCore(() => batches.shift()!);
  const { driver } = makeDriver(core);

  driver.dispatch(kDisconnect);
  assert.equal(clock.timers.size, 1);
  driver.dispatch(kDisconnect);
  assert.equal(clock.timers.size, 1);
  clock.advance(1000);

  assert.deepEqual(core.kinds, ['disconnect', 'disconnect', 'tick', 'tick']);
  assert.deepEqual(core.times, [1000, 1000, 1200, 1400]);
  assert.equal(clock.timers.size, 0);
});

test('driver: a deadline that has passed ticks at once, one far away ticks early rather than never', (t) => {
  const clock = new FakeClock().install(t);
  const batches: Batch[] = [{ effects: [], deadline: 10 }, { effects: [], deadline: 1e12 }, { effects: [] }];
  const core = new FakeCore(() => batches.shift()!);
  const { driver } = makeDriver(core);

  driver.dispatch(kDisconnect);
  clock.advance(0);
  assert.deepEqual(core.kinds, ['disconnect', 'tick']);
  const { at } = [...clock.timers.values()][0]!;

  assert.equal(at - clock.now, 2 ** 31 - 1);
});

test('driver: who is at the other end of a peer is what the core says when it is asked', async (t) => {
  FakePeerConnection.install(t);
  const links = [
    { participantSid: 'PA1', state: 'new', peer: 2 },
    { participantSid: 'PA2', state: 'healthy', peer: 1 },
  ] as const;
  const core = new FakeCore(({ kind }) => ({
    effects:
      kind === 'describe'
        ? [{ kind: 'description', signaling: true, attempt: 0, links: [...links] }]
        : [
            { kind: 'createPeer', peer: 1, iceServers: [] },
            { kind: 'addDataChannel', peer: 1, id: 'D', label: 'D' },
          ],
  }));
  const media = new LocalMedia();
  let who: (() => string | undefined) | undefined;
  media.addData('D', {}, { open: (...args) => ((who = args[3]), args[1].createDataChannel('D')), forget: () => undefined });
  const { driver } = makeDriver(core, { media });
  driver.dispatch({ kind: 'reconnectNow' });
  await settle();
  assert.equal(who?.(), 'PA2');
  driver.close();
  assert.equal(who?.(), undefined);
});

test('driver: a trap closes everything, is told once, after all events, and the core is never called again', async (t) => {
  FakeWebSocket.install(t);
  FakePeerConnection.install(t);
  const page = new EventTarget();
  stubGlobals(t, { document: Object.assign(new EventTarget(), { visibilityState: 'visible' }), window: page });
  const core = new FakeCore(({ kind }) => {
    if (kind === 'tick') {
      throw new WebAssembly.RuntimeError('unreachable');
    }
    return {
      effects: [
        kOpenSocket,
        { kind: 'createPeer', peer: 1, iceServers: [] },
        participantConnected('task', 'task'),
        participantConnected('now'),
      ],
      deadline: 0,
    };
  });
  const { driver, seen } = makeDriver(core);
  const socket = () => FakeWebSocket.made[0]!;

  driver.dispatch(kDisconnect);
  driver.dispatch({ kind: 'tick' });
  socket().onopen?.();
  FakePeerConnection.made[0]!.fire('connectionstatechange');
  page.dispatchEvent(new Event('pagehide'));
  driver.dispatch(kDisconnect);
  driver.close();
  await settle();

  assert.deepEqual(seen, ['now', 'task', 'fatal unreachable']);
  assert.deepEqual(core.kinds, ['disconnect', 'tick']);
  assert.deepEqual(socket().closedWith, [1000, '']);
  assert.equal(FakePeerConnection.made[0]!.closed, true);
});

test('driver: an answer of the core that is no batch ends as a trap does', async () => {
  const core = new FakeCore();
  core.handle = () => '<html>';
  const { driver, seen } = makeDriver(core);

  driver.dispatch(kDisconnect);
  await settle();

  assert.equal(seen.length, 1);
  assert.match(seen[0]!, /^fatal .*JSON/);
});

test('driver: an effect that cannot be performed ends as a trap does', async (t) => {
  FakeWebSocket.install(t);
  t.mock.method(FakeWebSocket.prototype, 'send', () => {
    throw new DOMException('still in CONNECTING state', 'InvalidStateError');
  });
  const core = new FakeCore(() => [kOpenSocket, { kind: 'sendText', socket: 1, text: '' }, participantConnected('never')]);
  const { driver, seen } = makeDriver(core);

  driver.dispatch(kDisconnect);
  await settle();

  assert.deepEqual(seen, ['fatal still in CONNECTING state']);
  assert.deepEqual(FakeWebSocket.made[0]!.closedWith, [1000, '']);
});

test('driver: after close nothing reaches the core', (t) => {
  const clock = new FakeClock().install(t);
  FakeWebSocket.install(t);
  const core = new FakeCore(() => ({ effects: [kOpenSocket], deadline: 2000 }));
  const { driver } = makeDriver(core);

  driver.dispatch(kDisconnect);
  const { onopen } = FakeWebSocket.made[0]!;
  driver.close();
  driver.close();
  onopen?.();
  driver.dispatch(kDisconnect);

  assert.deepEqual(core.kinds, ['disconnect']);
  assert.equal(clock.timers.size, 0);
  assert.deepEqual(FakeWebSocket.made[0]!.closedWith, [1000, '']);
});

test('driver: closed from inside an event, the rest of the batch is delivered', () => {
  const core = new FakeCore(() => [participantConnected('PA1'), participantConnected('PA2')]);
  const { driver, seen } = makeDriver(core, {
    onEmit: (emit) => {
      seen.push(emit.event === 'participantConnected' ? emit.participant.sid : '');
      driver.close();
    },
  });

  driver.dispatch(kDisconnect);

  assert.deepEqual(seen, ['PA1', 'PA2']);
});

test('driver: a callback that throws stops nothing and is reported', async (t) => {
  const reported: unknown[] = [];
  stubGlobals(t, { reportError: (error: unknown) => reported.push(error) });
  const core = new FakeCore(() => [
    { kind: 'log', level: 'warn', message: '' },
    participantConnected('PA1'),
    participantConnected('PA2'),
    participantConnected('PA3', 'task'),
    participantConnected('PA4', 'task'),
  ]);
  const { driver, seen } = makeDriver(core, {
    onEmit: (emit) => {
      seen.push(emit.event === 'participantConnected' ? emit.participant.sid : '');
      throw new Error('of a listener');
    },
    onLog: () => {
      throw new Error('of a logger');
    },
  });

  driver.dispatch(kDisconnect);
  await settle();

  assert.deepEqual(seen, ['PA1', 'PA2', 'PA3', 'PA4']);
  assert.deepEqual(
    reported.map((error) => (error as Error).message),
    ['of a logger', 'of a listener', 'of a listener', 'of a listener', 'of a listener'],
  );
});

test('driver: strings reach the core well-formed', () => {
  const core = new FakeCore();
  const { driver } = makeDriver(core);
  const cases = [
    ['\ud800', '\ufffd'],
    ['a\udfffb', 'a\ufffdb'],
    ['\udc00\ud800', '\ufffd\ufffd'],
    ['pair \ud83d\ude00', 'pair \ud83d\ude00'],
    ['\\ud800', '\\ud800'],
    ['\\\\ud800 \\\ud800', '\\\\ud800 \\\ufffd'],
    ['"\n\u0001\u2028', '"\n\u0001\u2028'],
  ] as const;

  for (const [given] of cases) {
    driver.dispatch({ kind: 'unpublish', id: given });
  }

  assert.deepEqual(
    core.inputs.map((input) => 'id' in input && input.id),
    cases.map(([, expected]) => expected),
  );
});

test('driver: those who watch see what sockets say and what is asked of them, in order; one that throws changes nothing', (t) => {
  FakeWebSocket.install(t);
  const reported: unknown[] = [];
  stubGlobals(t, { reportError: (error: unknown) => reported.push(error) });
  const steps: string[] = [];
  const open = { kind: 'openSocket', socket: 1, url: 'ws://host' } as const;
  const hello = { kind: 'sendText', socket: 1, text: 'hello' } as const;
  const core = new FakeCore(({ kind }) => (kind === 'connect' ? [open] : kind === 'socketOpened' ? [hello] : []));
  const { driver } = makeDriver(core, {
    onSocketStep: ({ kind }) => {
      steps.push(kind);
      throw new Error('mine');
    },
  });
  driver.dispatch({ kind: 'connect' } as Input);
  FakeWebSocket.made[0]!.onopen!();
  assert.deepEqual(steps, ['openSocket', 'socketOpened', 'sendText']);
  assert.deepEqual(FakeWebSocket.made[0]!.sent, ['hello']);
  assert.equal(reported.length, 3);
});
