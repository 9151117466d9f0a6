// What is logged, by whom, at which level; and what an eventListener hears of the signaling connection.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test, type TestContext } from 'node:test';

import { setWasm, type SocketStep } from '../../js-glue/index.js';
import { connect } from '../../web/connect.js';
import { createLocalAudioTrack, createLocalTracks } from '../../web/create-local-tracks.js';
import { createLog, Logger, type LogLevel } from '../../web/logger.js';
import { watchSignaling, type SignalingEvent } from '../../web/signaling-events.js';
import { roomConnected } from './fakes.js';
import { ScriptedCore } from './scripted-core.js';

const options = { wsServer: 'ws://rooms.example/signaling', tracks: [] };

/** Everything that is logged under a name from now on, whoever else logs. */
function listenTo(name: string): unknown[][] {
  const lines: unknown[][] = [];
  const logger = Logger.getLogger(name);
  logger.methodFactory =
    (severity) =>
    (...line) =>
      void lines.push([severity, ...line]);
  return lines;
}

before(() => setWasm(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)));
beforeEach(() => {
  ScriptedCore.made = [];
  ScriptedCore.answer = ({ kind }) => (kind === 'connect' ? [roomConnected()] : []);
});

describe('Logger', () => {
  test('is the root of loglevel: what is set on it is there, a plug-in in it counts', () => {
    assert.deepEqual(Logger.levels, { TRACE: 0, DEBUG: 1, INFO: 2, WARN: 3, ERROR: 4, SILENT: 5 });
    assert('getLogger' in Logger && Object.keys(Logger).includes('methodFactory'));
    const before = Logger.methodFactory;
    Logger.methodFactory = () => () => undefined;
    assert.notEqual(Logger.methodFactory, before);
    Logger.methodFactory = before;
    assert.equal(Logger.getLogger('one'), Logger.getLoggers()['one']);
  });

  test('a line is an ISO time, the level, who speaks, the message, and data', (t: TestContext) => {
    t.mock.timers.enable({ apis: ['Date'], now: 0 });
    const lines = listenTo('shape');
    const log = createLog({ loggerName: 'shape', logLevel: 'info' }, '[connect #3]')('default');
    log('debug', 'not said');
    log('warn', 'said', 1, { two: 2 });
    assert.deepEqual(lines, [['warn', '1970-01-01T00:00:00.000Z', 'warn', '[connect #3]', 'said', 1, { two: 2 }]]);
  });

  test('one logger for one level, one for each component where they differ, warn where nothing is said', () => {
    const said: string[] = [];
    for (const suffix of ['', '-default', '-media', '-signaling', '-webrtc'])
      Logger.getLogger(`parts${suffix}`).methodFactory = (severity, _level, name) => () => void said.push(`${String(name)} ${severity}`);
    const speak = (logLevel: object) => {
      const logOf = createLog({ loggerName: 'parts', logLevel }, '[test]');
      for (const component of ['default', 'media', 'signaling', 'webrtc'] as const) logOf(component)('info', 'here');
      return said.splice(0);
    };
    assert.deepEqual(speak({ default: 'info', media: 'info', signaling: 'info', webrtc: 'info' }), Array(4).fill('parts info'));
    assert.deepEqual(speak({ default: 'info', media: 'error', signaling: 'debug' }), ['parts-default info', 'parts-signaling info']);
    assert.deepEqual(speak({ default: 'off' }), []);
  });

  test('what is no level is a RangeError, as a rejection', async () => {
    const logLevel = 'loud' as LogLevel;
    for (const level of [logLevel, { media: logLevel }]) {
      await assert.rejects(connect('token', { ...options, logLevel: level }), RangeError);
      await assert.rejects(createLocalTracks({ logLevel: level }), RangeError);
      await assert.rejects(createLocalAudioTrack({ logLevel: level }), RangeError);
    }
  });
});

test('connect() says the name of the room, and once a page load that an option is outdated', async () => {
  const lines = listenTo('room');
  const asked = { ...options, loggerName: 'room', logLevel: 'info' } as const;
  await connect('token', asked);
  await connect('token', asked);
  const said = lines.map(([severity, _time, level, speaker, ...rest]) => {
    assert.equal(severity, level);
    assert.match(String(speaker), /^\[connect #\d+\]$/);
    return rest;
  });
  const named = ['Room name:', 'harbour'];
  const outdated = 'The ConnectOptions "logLevel" is deprecated. Please use "Logger" instead.';
  assert.deepEqual(said, [[outdated], named, named]);
  assert.notEqual(lines[1]![3], lines[2]![3]);
});

describe('events of the signaling connection', () => {
  const frame = (message: object) => ({ kind: 'socketText', socket: 1, text: JSON.stringify(message) }) as const;
  const open = { kind: 'openSocket', socket: 1, url: '' } as const;
  const opened = { kind: 'socketOpened', socket: 1 } as const;
  const hello = { kind: 'sendText', socket: 1, text: '{"type":"hello"}' } as const;
  const close = (code: number) => ({ kind: 'closeSocket', socket: 1, code, reason: '' }) as const;
  const greeted = [open, opened, hello] as const;

  const told = (...steps: SocketStep[]) => {
    const events: SignalingEvent[] = [];
    const watch = watchSignaling((event) => void events.push(event));
    for (const step of steps) watch(step);
    return events.map(({ name, level, payload }) => [name, level, payload?.reason].filter(Boolean).join(' '));
  };

  test('early, connecting, open, closed by us', () => {
    assert.deepEqual(told(...greeted, frame({ type: 'welcome' }), hello, frame({ type: 'msg' }), close(1000)), [
      'early info',
      'connecting info',
      'open info',
      'closed info local',
    ]);
  });

  test('a busy server: waiting on the same socket, or on another, or for good', () => {
    const busy = (retryAfter: number) => frame({ type: 'busy', retryAfter });
    assert.deepEqual(told(...greeted, busy(5), hello, frame({ type: 'welcome' })).slice(2), [
      'waiting warning',
      'connecting info',
      'open info',
    ]);
    assert.deepEqual(told(...greeted, busy(5), close(3005), ...greeted).slice(2), ['waiting warning', 'early info', 'connecting info']);
    assert.deepEqual(told(...greeted, busy(-1), close(3006)).slice(2), ['closed error busy']);
  });

  test('why it closed, once, and what is no frame is nothing', () => {
    const closed = { kind: 'socketClosed', socket: 1, code: 1006, reason: '' } as const;
    assert.deepEqual(told(open, closed, closed), ['early info', 'closed error remote']);
    assert.deepEqual(told(...greeted, close(3002)).at(-1), 'closed error failed');
    assert.deepEqual(told(...greeted, close(3001)).at(-1), 'closed error timeout');
    assert.deepEqual(told(...greeted, { ...frame({}), text: 'welcome' }, frame([]), { ...frame({}), text: 'null' }).length, 2);
  });

  test('elapsedTime counts from connect(), timestamp from the epoch', (t: TestContext) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1000 });
    const events: SignalingEvent[] = [];
    const watch = watchSignaling((event) => void events.push(event));
    t.mock.timers.tick(250);
    watch(open);
    assert.deepEqual(events, [{ elapsedTime: 250, group: 'signaling', level: 'info', name: 'early', timestamp: 1250 }]);
  });
});
