// Traces: what is kept, what an export leaves out, and that native core, wasm core and the recorded batches agree (docs/tracing.md).
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import createCore, { type CoreModule } from 'holdfast-core';

import type { Input, TraceHeader, TracedInput } from '../../js-glue/boundary.js';
import { Trace } from '../../js-glue/trace.js';
import { exportTrace } from '../../web/lazy/trace.js';
import { happenings, replay } from '../tools/replay.js';

declare const HOLDFAST_ROOT: string;

const kFolder = join(HOLDFAST_ROOT, 'tests/golden/traces');
/** Each with the events that it was recorded for. One that the core no longer gets to has to be recorded anew. */
const kGolden = {
  'call-chromium': ['roomConnected', 'localTrackPublished', 'roomReconnecting', 'roomReconnected', 'participantDisconnected'],
  'call-firefox': ['roomConnected', 'localTrackPublished', 'roomReconnecting', 'roomReconnected', 'participantDisconnected'],
  'failed-connect': ['connectFailed'],
  'link-restart': ['roomConnected', 'roomReconnecting', 'roomReconnected'],
};
const golden = (name: string): string => readFileSync(join(kFolder, `${name}.trace`), 'utf8');
const headerOf = (trace: string): TraceHeader => JSON.parse(trace.split('\n', 1)[0]!) as TraceHeader;
const linesOf = (trace: string): string[] => trace.trimEnd().split('\n').slice(1);

/** The wasm core, as it ships, with a seed of the test's. */
async function makeCore(seed: string): Promise<CoreModule> {
  const module = await WebAssembly.compile(readFileSync(join(HOLDFAST_ROOT, 'build/wasm/client.wasm')));
  const core = await createCore({ wasm: module, instantiate: (wasm, imports) => WebAssembly.instantiate(wasm, imports) });
  core.create(seed);
  return core;
}

/** What is exported of inputs that were recorded as they stand in `lines`. */
function exported(lines: (string | TracedInput)[], seed = '0123456789abcdef'): string {
  const trace = new Trace();
  for (const line of lines) {
    const { at, ...input } = typeof line === 'string' ? (JSON.parse(line) as TracedInput) : line;
    trace.record(at, JSON.stringify(input));
  }
  return exportTrace({ seed, trace }, '0');
}

/** One input, exported. */
const redacted = (input: Input): Record<string, unknown> =>
  JSON.parse(linesOf(exported([{ at: 1, ...input }]))[0]!) as Record<string, unknown>;

const redactedFrame = (frame: unknown): unknown =>
  JSON.parse(String(redacted({ kind: 'socketText', socket: 1, text: JSON.stringify(frame) }).text));

// ---- golden traces ----------------------------------------------------------------------------------------------------------------

describe('golden traces', () => {
  for (const [name, events] of Object.entries(kGolden)) {
    test(`${name}: native and wasm give the recorded batches, byte for byte`, async () => {
      const file = join(kFolder, `${name}.batches`);
      const { code, output, errors } = replay(golden(name), '--batches');
      assert.equal(code, 0, errors);
      if (process.env.UPDATE_GOLDEN) writeFileSync(file, output);
      assert.equal(output, readFileSync(file, 'utf8'), 'UPDATE_GOLDEN=1 records what is given now');

      const core = await makeCore(headerOf(golden(name)).seed);
      const batches = linesOf(golden(name)).map((line) => core.handle((JSON.parse(line) as TracedInput).at, line));
      assert.deepEqual(batches, output.trimEnd().split('\n'));

      const emitted = batches.flatMap((batch) => [...batch.matchAll(/"event":"(\w+)"/g)].map(([, event]) => event!));
      assert.deepEqual(
        events.filter((event) => !emitted.includes(event)),
        [],
      );
    });

    test(`${name}: the same call of other people has the same trace`, () => {
      const people = linesOf(golden(name)).map(personalize);
      const trace = exported(people, headerOf(golden(name)).seed);
      assert.deepEqual(linesOf(trace), linesOf(golden(name)));
      const original = [JSON.stringify(headerOf(golden(name))), ...people].join('\n');
      assert.deepEqual(happenings(trace), happenings(original));
    });
  }
});

/** Puts back in what redaction took out: a person for each alias, the rest of session descriptions, members that nobody reads. */
function personalize(line: string): string {
  const input = JSON.parse(line.replace(/\b[a-zA-Z]+~(\d+)/g, 'candidate:$1.Zoë@192.168.7.$1')) as TracedInput;
  if (input.kind === 'localDescriptionSet' && input.sdp) input.sdp = fullDescription(input.sdp);
  if (input.kind === 'socketText') {
    const frame = JSON.parse(input.text) as { body?: { zoe?: unknown; peer_connections?: { description?: { sdp?: string } }[] } };
    if (frame.body) frame.body.zoe = { phone: 5551234, tracks: ['Zoë'] };
    for (const { description } of frame.body?.peer_connections ?? []) {
      if (description?.sdp) description.sdp = fullDescription(description.sdp);
    }
    input.text = JSON.stringify(frame);
  }
  return JSON.stringify(input);
}

function fullDescription(essence: string): string {
  const media = essence
    .replace(/^m=\w+ (0 )?/gm, (line, rejected?: string) => `${line}${rejected ? '' : '54321 '}UDP/TLS/RTP/SAVPF 96`)
    .replace(/^a=msid:/gm, 'a=msid:stream-of-zoe ')
    .replace(/^a=mid:.*/gm, '$&\r\na=ice-pwd:hush\r\na=candidate:1 1 udp 1 192.168.7.7 9 typ host\r\na=ssrc:1 cname:zoe');
  return `v=0\r\no=zoe 1 2 IN IP4 192.168.7.7\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 AB:CD\r\n${media}\r\n`;
}

// ---- what an export leaves out ----------------------------------------------------------------------------------------------------

describe('redaction', () => {
  test('of commands, everything that people chose', () => {
    const track = { id: 'id of zoe', kind: 'audio', name: 'name of zoe', enabled: true, priority: 'low' } as const;
    const connect: Input = {
      kind: 'connect',
      url: 'wss://zoe.example/?token=1',
      token: 'token of zoe',
      roomName: 'room of zoe',
      tracks: [track],
      iceServersGiven: true,
      automaticSubscription: true,
      pageLifecycle: false,
      networkMonitor: true,
      userAgent: 'browser',
      sdkVersion: '1.2.3',
    };
    assert.deepEqual(redacted(connect), {
      at: 1,
      ...connect,
      url: 'url~0',
      token: 'token~1',
      roomName: 'roomName~2',
      tracks: [{ ...track, id: 'id~3', name: 'name~4' }],
    });
  });

  test('one text has one alias wherever it stands; nothing stays nothing', () => {
    const lines = linesOf(
      exported([
        { at: 1, kind: 'unpublish', id: 'a' },
        { at: 2, kind: 'dataChannelAdded', peer: 1, label: 'b' },
        { at: 3, kind: 'localDescriptionSet', peer: 1, op: 1, sdp: 'm=audio 9 x\na=msid:- b\na=msid:a', transceivers: [] },
        { at: 4, kind: 'socketClosed', socket: 1, code: 1006, reason: '' },
      ]),
    );
    assert.deepEqual(
      lines.map((line) => Object.values(JSON.parse(line) as object).slice(-2)),
      [
        ['unpublish', 'id~0'],
        [1, 'label~1'],
        ['m=audio \r\na=msid:label~1\r\na=msid:id~0', []],
        [1006, ''],
      ],
    );
  });

  test('the id of a track that goes by another one since a rejoin is still known by it', () => {
    const lines = linesOf(exported([1, 2, 3].map((at) => ({ at, kind: 'unpublish', id: ['a', 'a.1', 'b.1'][at - 1]! }))));
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { id: string }).id),
      ['id~0', 'id~0.1', 'id~2'],
    );
  });

  test('of a candidate its type stays, of a failure its name', () => {
    const candidate = 'candidate:1 1 udp 2 192.168.7.7 50000 typ relay raddr 10.0.0.1';
    assert.deepEqual(redacted({ kind: 'iceCandidateGathered', peer: 1, candidate: { candidate, sdpMid: '0' } }).candidate, {
      candidate: 'candidate~0 typ relay',
      sdpMid: '0',
    });
    const { name, message } = redacted({ kind: 'peerOperationFailed', peer: 1, op: 2, name: 'InvalidStateError', message: 'of zoe' });
    assert.deepEqual([name, message], ['InvalidStateError', 'message~0']);
  });

  test('of a session description the lines that the core reads', () => {
    const sdp = [
      ['v=0', 'o=zoe 1 2 IN IP4 192.168.7.7', 'a=sendonly', 'a=ice-ufrag:abcd'],
      ['m=audio 0 UDP/TLS/RTP/SAVPF 96', 'c=IN IP4 192.168.7.7', 'a=mid:0', 'a=ice-pwd:hush', 'a=bundle-only', 'a=inactive'],
      ['m=zoe 9 x', 'a=mid:1', 'a=candidate:1 1 udp 1 192.168.7.7 9 typ host', 'a=sendrecv of zoe', 'i=zoe'],
    ];
    assert.equal(
      redacted({ kind: 'localDescriptionSet', peer: 1, op: 1, sdp: `${sdp.flat().join('\r\n')}\r\n`, transceivers: [] }).sdp,
      ['a=sendonly', 'a=ice-ufrag:abcd', 'm=audio 0 ', 'a=mid:0', 'a=bundle-only', 'a=inactive', 'm=', 'a=mid:1'].join('\r\n'),
    );
  });

  test('of a frame the members that the core reads', () => {
    const link = { id: 'PA1.PA2.3', description: { type: 'offer', revision: 1, sdp: 'zoe', zoe: 1 } };
    assert.deepEqual(
      redactedFrame({
        type: 'msg',
        zoe: 'zoe',
        body: { type: 'zoe?', 5551234: 1, __proto__: 2, cookie: 3, peer_connections: [link, null] },
      }),
      {
        type: 'msg',
        body: {
          type: 'zoe?',
          cookie: 3,
          peer_connections: [{ id: 'PA1.PA2.3', description: { type: 'offer', revision: 1, sdp: '' } }, null],
        },
      },
    );
  });

  test('of lost media whose they are, as in the list of participants', () => {
    const body = { type: 'update', participants: [{ sid: 'PA1' }], holdfast: { v: 1, media_lost: ['PA1', 'PA2'] } };
    assert.deepEqual(redactedFrame({ type: 'msg', body }), { type: 'msg', body });
  });

  test('of wishes whose they are, and of which track', () => {
    const participants = [{ sid: 'PA1', holdfast: { v: 1 } }];
    const holdfast = { v: 1, wishes: [{ id: 'camera of zoe', participant: 'PA1', width: 320, height: 180 }] };
    const body = { type: 'update', participants, holdfast };
    const told = JSON.stringify({ type: 'msg', body }).replace('camera of zoe', 'id~0');
    assert.deepEqual(redactedFrame({ type: 'msg', body }), JSON.parse(told));
    const { track } = redacted({ kind: 'wishTrack', track: 'MT1', width: 0, height: 0 });
    assert.equal(track, 'MT1');
  });

  test('the golden frames of the server lose nothing that the core reads', () => {
    const folder = join(HOLDFAST_ROOT, 'tests/golden/messages');
    const members = (value: unknown): string[] =>
      value && typeof value === 'object'
        ? Object.entries(value).flatMap(([key, inner]) => [...(Array.isArray(value) ? [] : [key]), ...members(inner)])
        : [];
    const lost = new Set<string>();
    for (const name of readdirSync(folder).filter((name) => name.startsWith('server-'))) {
      const frame = JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown;
      const kept = new Set(members(redactedFrame(frame)));
      for (const key of members(frame)) if (!kept.has(key)) lost.add(key);
    }
    assert.deepEqual([...lost].sort(), ['version']);
  });

  test('what is no frame stays none', () => {
    for (const text of ['zoe', '{"type":"msg"', '"zoe', '{"zoe":zoe}', '\ufffd']) {
      const { text: instead } = redacted({ kind: 'socketText', socket: 1, text });
      assert.equal(instead, 'malformed~0');
    }
  });
});

// ---- what is kept ---------------------------------------------------------------------------------------------------------------------

describe('recording', () => {
  const stats = (op: number): Input => ({ kind: 'peerStats', peer: 1, op, bytesReceived: op * 4711 });
  const heartbeat: Input = { kind: 'socketText', socket: 1, text: '{"type":"heartbeat"}' };

  test('inputs come out as they went in', () => {
    const inputs: TracedInput[] = [
      { at: 1, kind: 'tick' },
      { at: 22, ...stats(7) },
      { at: 22, ...stats(8) },
      { at: 4_000_000_000, ...heartbeat },
      { at: 4_000_000_001, kind: 'trackAdded', peer: 0, mid: '0', trackKind: 'audio' },
      { at: 4_000_000_002, kind: 'peerStats', peer: 1, op: 1, bytesReceived: 1e21 },
      { at: 4_000_000_003, kind: 'trackAdded', peer: 0, mid: '\0 1 \\u0000 2 \u2028', trackKind: 'audio' },
    ];
    assert.deepEqual(
      linesOf(exported(inputs)).map((line) => JSON.parse(line) as TracedInput),
      inputs,
    );
  });

  test('two hours of a call between two are kept whole', () => {
    const trace = new Trace();
    const record = (at: number, input: Input) => trace.record(at, JSON.stringify(input));
    for (let second = 0; second < 7200; second++) {
      for (let half = 0; half < 2; half++) {
        record(second * 1000 + half * 500, { kind: 'tick' });
        record(second * 1000 + half * 500 + 1, stats(2 * second + half));
      }
      record(second * 1000 + 800, { kind: 'tick' });
      record(second * 1000 + 820, heartbeat);
    }
    const text = exportTrace({ seed: '0', trace }, '0');
    assert.equal(headerOf(text).dropped, 0);
    assert.equal(linesOf(text).length, 43_200);
  });

  test('of too many or too long ones the oldest go, and are counted', () => {
    const many = exported(Array.from({ length: 50_003 }, (_, at) => ({ at, kind: 'tick' as const })));
    assert.equal(headerOf(many).dropped, 3);
    assert.equal((JSON.parse(linesOf(many)[0]!) as TracedInput).at, 3);

    const long = exported(Array.from({ length: 12 }, (_, at) => ({ at, kind: 'socketText', socket: 1, text: 'x'.repeat(100_000) })));
    assert.equal(headerOf(long).dropped, 3);
    assert.equal(headerOf(exported([{ at: 1, kind: 'socketText', socket: 1, text: 'x'.repeat(1_000_000) }])).dropped, 1);
  });

  test('short inputs that never come again cost no more than their length', () => {
    const inputs = Array.from({ length: 2000 }, (_, at): TracedInput => ({ at, kind: 'unpublish', id: String.fromCharCode(0x4e00 + at) }));
    assert.deepEqual(new Set(linesOf(exported(inputs)).map((line) => (JSON.parse(line) as { id: string }).id)).size, 2000);
  });
});

// ---- replay ---------------------------------------------------------------------------------------------------------------------------

describe('replay', () => {
  const [header, ...lines] = golden('failed-connect').trimEnd().split('\n');

  test('a line that is damaged is named, with exit code 2', () => {
    const damaged = (...lines: string[]) => replay([...lines, ''].join('\n'));
    assert.deepEqual(
      [damaged(''), damaged('{}')].map(({ code }) => code),
      [2, 2],
    );
    for (const wrong of ['{', '{"kind":"tick"}', '{"at":1,"kind":"tock"}', '{"at":1,"kind":"unpublish"}', '[]']) {
      const { code, errors } = damaged(header!, lines[0]!, wrong);
      assert.equal(code, 2, wrong);
      assert.match(errors, /it\.trace:3: not /);
    }
  });

  test('a trace whose beginning is lost says so', () => {
    const { code, errors } = replay([header!.replace('"dropped":0', '"dropped":12'), '{"at":1,"kind":"tick"}'].join('\n'));
    assert.equal(code, 0);
    assert.match(errors, /^12 inputs before the first one are lost/);
  });

  test('it tells times, transitions with their sentence, effects and events', () => {
    const { output } = replay(golden('failed-connect'));
    assert.match(output, /^ {4}0\.000 {2}connect /m);
    assert.match(output, /^ +connection: Closed --Dial--> Opening: open a WebSocket$/m);
    assert.match(output, /^ +> openSocket "socket":1/m);
    assert.match(output, /^ +\* connectFailed "error":\{"code":53000/m);
  });
});
