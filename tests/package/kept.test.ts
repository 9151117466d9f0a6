// Data tracks that are kept: both ends against each other, over channels that are cut at any moment.
import assert from 'node:assert/strict';
import { mock, test, type TestContext } from 'node:test';

import { RemoteChannel, type DataMessage, type Keeping } from '../../js-glue/index.js';
import { forget, open, receive, send } from '../../web/lazy/kept.js';
import { LocalDataTrack, type DataTrackError } from '../../web/local-tracks.js';
import { RemoteDataTrack } from '../../web/remote-tracks.js';
import { makeRoom, participant } from './fakes.js';

const SEEDS = 300;
const STEPS = 500;
const LIMIT = 2 ** 23;
const LARGE = 2 ** 18;

const sizeOf = (data: DataMessage) => (typeof data === 'string' ? data.length : data.byteLength);

/** One end of a data channel. What it sends is under way until it is delivered. */
class End extends EventTarget {
  binaryType = 'blob';
  readyState = 'connecting';
  bufferedAmountLowThreshold = 0;
  readonly underWay: DataMessage[] = [];
  other!: End;

  constructor(readonly protocol: string) {
    super();
  }

  get bufferedAmount(): number {
    return this.underWay.reduce((sum, data) => sum + sizeOf(data), 0);
  }

  send(data: DataMessage): void {
    if (this.readyState !== 'open') throw new DOMException('not open', 'InvalidStateError');
    if (this.bufferedAmount + sizeOf(data) > 2 * LIMIT) throw new DOMException('full', 'OperationError');
    this.underWay.push(data);
  }

  deliver(): boolean {
    const wasHigh = this.bufferedAmount > this.bufferedAmountLowThreshold;
    const data = this.underWay.shift();
    if (data === undefined) return false;
    if (wasHigh && this.bufferedAmount <= this.bufferedAmountLowThreshold) this.dispatchEvent(new Event('bufferedamountlow'));
    this.other.dispatchEvent(Object.assign(new Event('message'), { data }));
    return true;
  }

  open(): void {
    this.readyState = 'open';
    this.dispatchEvent(new Event('open'));
  }

  close(): void {
    this.readyState = this.other.readyState = 'closed';
    this.underWay.length = this.other.underWay.length = 0;
  }
}

/** A publisher, and what it has for each connection. */
class Publisher {
  readonly media = { channels: new Set<RTCDataChannel>() };
  /** The receiving end. */
  last!: End;

  /** The channel of another link, still closed. */
  link(participant: string, label = 'track', who = () => participant as string | undefined): End {
    const connection = {
      createDataChannel: (_: string, { protocol, ordered }: RTCDataChannelInit) => {
        assert.equal(ordered, true);
        const [near, far] = [new End(protocol!), new End(protocol!)];
        [near.other, far.other] = [far, near];
        this.last = far;
        return near;
      },
    } as unknown as RTCPeerConnection;
    return open(this.media, connection, label, who) as unknown as End;
  }

  get open(): RTCDataChannel[] {
    return [...this.media.channels].filter(({ readyState }) => readyState === 'open');
  }

  send(data: unknown): void {
    send(data, this.open);
  }

  get waiting(): number {
    return Math.max(0, ...this.open.map(({ bufferedAmount }) => bufferedAmount));
  }
}

/** A track as Holdfast's receivers have it. */
class Receiver {
  readonly got: DataMessage[] = [];

  take(end: End): void {
    receive(this, new RemoteChannel(end as unknown as RTCDataChannel), (data) => this.got.push(data));
  }
}

/** Both ends open, received by a Holdfast client. */
function joined(publisher: Publisher, receiver: Receiver, participant = 'PA'): End {
  const near = publisher.link(participant);
  near.open();
  near.other.open();
  receiver.take(near.other);
  return near;
}

function settle(...ends: End[]): void {
  for (let again = true; again;) {
    again = ends.some((end) => [end.deliver(), end.other.deliver()].includes(true));
    if (!again && ends.some(({ readyState }) => readyState === 'open')) {
      mock.timers.tick(100); // for the answer
      again = ends.some((end) => end.other.underWay.length > 0);
    }
  }
}

function withTimers(context: TestContext): void {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
}

/** mulberry32 */
function randomOf(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function play(seed: number): void {
  const random = randomOf(seed);
  const below = (count: number) => Math.floor(random() * count);
  const [publisher, receiver] = [new Publisher(), new Receiver()];
  const isLarge = below(6) === 0;
  let isAnswered = false; // Until then less is kept.
  const sent: string[] = [];
  /** Of each link: what happens to it next. The code of the receiving half may come later than the first messages. */
  let links: { near: End; steps: (() => void)[] }[] = [];
  let first = true; // It is there before it is known to whom.

  const dial = () => {
    const near = publisher.link('PA', 'track', () => (first ? undefined : 'PA'));
    const far = near.other;
    let remote: RemoteChannel;
    const opens = [
      () => near.open(),
      () => {
        far.open();
        remote = new RemoteChannel(far as unknown as RTCDataChannel);
      },
    ];
    if (!first && below(2)) opens.reverse();
    links.push({ near, steps: [...opens, () => receive(receiver, remote, (data) => receiver.got.push(data))] });
    first = false;
  };
  const say = (): void => {
    if (!publisher.open.length) return; // Nobody has come yet.
    const text = `${sent.length} ${'x'.repeat(below(isLarge && isAnswered ? LARGE - 20 : 200))}`;
    try {
      publisher.send(below(2) ? text : new TextEncoder().encode(text));
      sent.push(text);
    } catch (error) {
      assert.equal((error as DataTrackError).reason, 'full');
    }
  };
  const cut = (): void => {
    const [link] = links.splice(below(links.length), 1);
    link?.near.close();
  };
  dial();
  links[0]!.steps.shift()!();
  for (let step = 0; step < STEPS; step++) {
    const chance = below(100);
    if (chance < 30) say();
    else if (chance < 34 && links.length < 3) dial();
    else if (chance < 38) cut();
    else if (chance < 50) mock.timers.tick(below(20));
    else if (chance < 62) links[below(links.length)]?.steps.shift()?.();
    else {
      const near = links[below(links.length)]?.near;
      if (near?.readyState !== 'open' || near.other.readyState !== 'open') continue;
      if (below(2)) near.deliver();
      else if (near.other.deliver()) isAnswered = true;
    }
    assert.ok(publisher.waiting <= LIMIT, `seed ${seed}: ${publisher.waiting} bytes are kept`);
  }
  for (const { near } of links) near.close();
  links = [];
  dial();
  for (const step of links[0]!.steps) step();
  settle(links[0]!.near);
  const got = receiver.got.map((data) => (typeof data === 'string' ? data : new TextDecoder().decode(data)));
  assert.deepEqual(
    got.map((text) => text.split(' ')[0]),
    sent.map((text) => text.split(' ')[0]),
    `seed ${seed}`,
  );
  assert.deepEqual(got, sent, `seed ${seed}`);
  assert.equal(publisher.waiting, 0, `seed ${seed}: what has arrived is forgotten`);
}

test(`${SEEDS} streams whose links are cut at random: every message once, in order; the queue bounded, and empty at the end`, (context) => {
  withTimers(context);
  for (let seed = 1; seed <= SEEDS; seed++) play(seed);
});

/** What is sent on a link and shown to whoever never answers. */
function shown(end: End): string[] {
  return end.underWay.map((data) => (typeof data === 'string' ? data : new TextDecoder().decode(data)));
}

test('a receiver that never answers gets plain messages, none twice, and nothing is kept for it', (context) => {
  withTimers(context);
  const publisher = new Publisher();
  const first = publisher.link('PA');
  publisher.send('too early');
  first.open();
  publisher.send('one');
  assert.deepEqual(shown(first), ['one']);
  first.close();
  publisher.send('while it is away');

  const second = publisher.link('PA');
  second.open();
  publisher.send('two');
  assert.deepEqual(shown(second), [], 'it may be one that answers');
  mock.timers.tick(5000);
  assert.deepEqual(shown(second), ['while it is away', 'two']);
  publisher.send('three');
  assert.deepEqual(shown(second).slice(2), ['three']);
  second.close();
  publisher.send('lost');
  assert.equal(publisher.waiting, 0);

  const third = publisher.link('PA');
  third.open();
  publisher.send('four');
  assert.deepEqual(shown(third), ['four']);
  assert.equal(publisher.media.channels.size, 1, 'what went before is forgotten');
  mock.timers.tick(30_000);
  third.dispatchEvent(Object.assign(new Event('message'), { data: '1' }));
  third.close();
  assert.equal(publisher.open.length, 0);
  publisher.send('lost');
  const fourth = publisher.link('PA');
  fourth.open();
  assert.deepEqual(shown(fourth), []);
});

test('much at once: who has not answered yet is not sent more than it can hold; one that never will gets it later', (context) => {
  withTimers(context);
  const publisher = new Publisher();
  const near = publisher.link('PA');
  near.open();
  const piece = 'x'.repeat(100_000);
  for (let count = 0; count < 20; count++) publisher.send(piece);
  assert.equal(near.underWay.length, 5);
  assert.ok(publisher.waiting >= 2_000_000);
  mock.timers.tick(5000);
  assert.equal(near.underWay.length, 20);
  for (let count = 0; count < 200; count++) publisher.send(piece);
  near.underWay.length = 0;

  const [quick, receiver] = [new Publisher(), new Receiver()];
  const far = joined(quick, receiver);
  for (let count = 0; count < 50; count++) quick.send(piece);
  settle(far);
  assert.equal(receiver.got.length, 50);
  assert.equal(quick.waiting, 0);
});

test('8 MiB for one that is away: DataTrackError full, for all; when it is back everything comes', (context) => {
  withTimers(context);
  const [publisher, away, there] = [new Publisher(), new Receiver(), new Receiver()];
  const near = joined(publisher, away, 'PA');
  const other = joined(publisher, there, 'PB');
  settle(near, other);
  near.close();
  const piece = new Uint8Array(LARGE);
  let sent = 0;
  const fill = () => {
    for (;;) {
      piece[0] = sent;
      publisher.send(piece.subarray(0));
      sent++;
      settle(other);
    }
  };
  assert.throws(fill, { name: 'DataTrackError', reason: 'full' });
  assert.equal(sent, Math.floor(LIMIT / (LARGE + 64)));
  assert.equal(there.got.length, sent);
  const again = joined(publisher, away, 'PA');
  settle(again, other);
  assert.deepEqual(
    away.got.map((data) => new Uint8Array(data as ArrayBuffer)[0]),
    Array.from({ length: sent }, (_, index) => index),
    'copies, not what became of them',
  );
  publisher.send('goes on');
  settle(again, other);
  assert.equal(away.got.at(-1), 'goes on');

  // Whoever has left is waited for no longer.
  again.close();
  assert.throws(() => {
    for (;;) publisher.send(piece);
  });
  forget(publisher.media, 'PA');
  publisher.send('again');
  settle(other);
  assert.equal(there.got.at(-1), 'again');
  assert.equal(publisher.media.channels.size, 1);
});

test('what can be sent: strings, buffers and views of them; nothing over 256 KiB', (context) => {
  withTimers(context);
  const [publisher, receiver] = [new Publisher(), new Receiver()];
  const near = joined(publisher, receiver);
  const bytes = new Uint8Array([9, 1, 2, 3, 9]);
  for (const data of ['', 'ü', bytes.buffer, bytes.subarray(1, 4), new DataView(bytes.buffer, 1, 2)]) publisher.send(data);
  bytes.fill(0);
  settle(near);
  const got = receiver.got.map((data) => (typeof data === 'string' ? data : [...new Uint8Array(data)]));
  assert.deepEqual(got, ['', 'ü', [9, 1, 2, 3, 9], [1, 2, 3], [1, 2]]);
  for (const data of [new Blob(['x']), 7, null, undefined, {}]) assert.throws(() => publisher.send(data), TypeError);
  publisher.send('x'.repeat(LARGE));
  assert.throws(() => publisher.send('x'.repeat(LARGE + 1)), RangeError);
  assert.throws(() => publisher.send('ü'.repeat(LARGE / 2 + 1)), RangeError);
});

test('nonsense from the other end changes nothing', (context) => {
  withTimers(context);
  const [publisher, receiver] = [new Publisher(), new Receiver()];
  const near = publisher.link('PA');
  near.open();
  publisher.send('one');
  const say = (data: unknown) => near.dispatchEvent(Object.assign(new Event('message'), { data }));
  for (const data of ['', '-1', '1.0', '1e0', '2', '99999999999999999999', ' 1', new ArrayBuffer(1), new Blob(), null]) say(data);
  near.close();
  const second = publisher.link('PA');
  second.open();
  assert.deepEqual(shown(second), [], 'nobody has answered');
  second.other.open();
  receiver.take(second.other);
  publisher.send('two');
  settle(second);
  for (const data of ['0', '7', 'x']) say(data);
  assert.deepEqual(receiver.got, ['one', 'two']);
  assert.equal(publisher.waiting, 0);

  for (const protocol of [
    'holdfast-kept',
    'holdfast-kept/',
    'holdfast-kept/1',
    'holdfast-kept/1/',
    'holdfast-kept/-1/0',
    'holdfast-kept/1/0/2',
    `holdfast-kept/${'9'.repeat(16)}/0`,
  ]) {
    const [plain, end] = [new Receiver(), new End(protocol)];
    end.open();
    plain.take(end);
    end.dispatchEvent(Object.assign(new Event('message'), { data: 'plain' }));
    assert.deepEqual([plain.got, end.underWay], [['plain'], []], protocol);
  }
});

test('a stream that begins anew: after a rejoin of either end, and for one who comes late', (context) => {
  withTimers(context);
  const [publisher, receiver] = [new Publisher(), new Receiver()];
  const near = joined(publisher, receiver);
  for (const text of ['one', 'two']) publisher.send(text);
  settle(near);

  const late = new Receiver();
  const other = joined(publisher, late, 'PB');
  publisher.send('three');
  settle(near, other);
  assert.deepEqual(late.got, ['three']);

  // The receiver is another participant now; its track is the same.
  near.close();
  forget(publisher.media, 'PA');
  const again = joined(publisher, receiver, 'PC');
  publisher.send('four');
  settle(again, other);
  assert.deepEqual(receiver.got, ['one', 'two', 'three', 'four']);

  // The publisher is another participant: the label is another, and the track at the receivers.
  for (const end of [again, other]) end.close();
  const anew = new Receiver();
  const third = publisher.link('PC', 'track.1');
  third.open();
  third.other.open();
  anew.take(third.other);
  publisher.send('five');
  settle(third);
  assert.deepEqual(anew.got, ['five']);
  assert.equal(publisher.media.channels.size, 2, 'of PC and, until it is heard of or gone, PB');

  // A channel that was replaced, and opens late.
  const stale = new End('holdfast-kept/1/0');
  stale.other = stale;
  stale.open();
  receiver.take(stale);
  assert.equal(stale.readyState, 'closed');
});

test('LocalDataTrack: kept only if ordered and reliable; its code is there when it is published', async () => {
  for (const options of [{ ordered: false }, { maxRetransmits: 0 }, { maxPacketLifeTime: 10 }])
    assert.throws(() => new LocalDataTrack({ kept: true, ...options }), TypeError);
  const track = new LocalDataTrack({ kept: true, name: 'notes' });
  assert.deepEqual(Object.keys(track), Object.keys(new LocalDataTrack()));
  track.send('to nobody');

  const { media, localParticipant, inputs } = makeRoom();
  void localParticipant.publishTrack(track);
  void localParticipant.publishTrack(track);
  while (!inputs.length) await new Promise(setImmediate);
  const [{ track: published }] = inputs as unknown as [{ track: { id: string } }];
  assert.equal(inputs.length, 1);
  const data = media.dataTrack(published.id)!;
  const publisher = Object.assign(new Publisher(), { media: data });
  const receiver = new Receiver();
  const near = joined(publisher, receiver);
  near.other.deliver();
  track.send('one');
  near.close();
  await track.sendAsync('two');
  assert.equal(track.bufferedAmount, 2 * 64 + 6);
  const again = joined(publisher, receiver);
  while (again.deliver() || again.other.deliver());
  assert.deepEqual(receiver.got, ['one', 'two']);
  await assert.rejects(track.sendAsync(new Blob(['three'])), TypeError);
  again.close();
  media.forget('PA');
  assert.equal(data.channels.size, 0);
  track.send('to nobody');
});

test('Room: nothing is kept for a participant that is gone', () => {
  const { media, apply } = makeRoom(participant('ada'));
  const gone: string[] = [];
  const keeping: Keeping = { open: () => assert.fail(), forget: ({ options }, sid) => gone.push(`${String(options.ordered)} ${sid}`) };
  media.addData('D', { ordered: true }, keeping);
  media.addData('E', { ordered: false });
  apply({ event: 'participantDisconnected', participant: 'PA ada' });
  assert.deepEqual(gone, ['true PA ada']);
});

test('RemoteDataTrack: messages that come before the code is there, each once on whichever channel, are told', async () => {
  const publisher = new Publisher();
  const info = { sid: 'MT', name: 'notes', enabled: true };
  const near = publisher.link('PA');
  for (const end of [near, near.other]) end.open();
  publisher.send('one');
  const remote = (end: End) => new RemoteChannel(end as unknown as RTCDataChannel);
  const first = remote(near.other);
  near.deliver();
  const track = new RemoteDataTrack(info, first);
  const got: unknown[] = [];
  track.on('message', (data) => got.push(data));
  track._listen(first);
  while (!near.other.underWay.length) await new Promise(setImmediate);
  near.other.deliver();
  publisher.send('two');
  near.deliver();
  near.close();
  publisher.send('three');

  const again = publisher.link('PA');
  for (const end of [again, again.other]) end.open();
  const second = remote(again.other);
  track._listen(second);
  while (again.deliver());
  while (got.length < 3) await new Promise(setImmediate);
  assert.deepEqual(got, ['one', 'two', 'three']);
});
