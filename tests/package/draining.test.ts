// How much a data track has waiting, and when sendAsync() is through.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { drained } from '../../web/lazy/draining.js';
import { LocalDataTrack, type DataTrackError } from '../../web/local-tracks.js';
import { makeRoom } from './fakes.js';

class Channel extends EventTarget {
  readyState = 'open';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  readonly sent: string[] = [];

  send(data: string): void {
    if (this.readyState !== 'open') throw new DOMException('not open', 'InvalidStateError');
    this.sent.push(data);
    this.bufferedAmount += data.length;
  }

  drain(to = 0): void {
    const wasHigh = this.bufferedAmount > this.bufferedAmountLowThreshold;
    this.bufferedAmount = to;
    if (wasHigh && to <= this.bufferedAmountLowThreshold) this.dispatchEvent(new Event('bufferedamountlow'));
  }

  close(): void {
    this.readyState = 'closed';
    this.dispatchEvent(new Event('close'));
  }
}

/** A track that is published over these channels. */
function publish(...channels: Channel[]) {
  const { media, localParticipant, inputs } = makeRoom();
  const track = new LocalDataTrack();
  void localParticipant.publishTrack(track);
  const [published] = inputs as { track: { id: string } }[];
  for (const channel of channels) media.dataTrack(published!.track.id)!.channels.add(channel as unknown as RTCDataChannel);
  return track;
}

/** What has become of it so far. */
function watch(promise: Promise<void>): { state: string } {
  const watched = { state: 'waiting' };
  promise.then(
    () => (watched.state = 'sent'),
    (error: DataTrackError) => (watched.state = error.name === 'DataTrackError' ? error.reason : String(error)),
  );
  return watched;
}
const turns = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test('bufferedAmount: of the fullest channel that is open', () => {
  const [low, high, gone] = [new Channel(), new Channel(), new Channel()];
  const track = publish(low, high, gone);
  assert.equal(track.bufferedAmount, 0);
  [low.bufferedAmount, high.bufferedAmount, gone.bufferedAmount] = [3, 5, 9];
  gone.readyState = 'closed';
  assert.equal(track.bufferedAmount, 5);
  assert.equal(new LocalDataTrack().bufferedAmount, 0);
  assert.throws(() => (track.bufferedAmountLowThreshold = -1), RangeError);
  assert.throws(() => (track.bufferedAmountLowThreshold = NaN), RangeError);
});

test('sendAsync: sends at once, and waits for every channel to be low', async () => {
  const [one, two, connecting] = [new Channel(), new Channel(), new Channel()];
  connecting.readyState = 'connecting';
  const track = publish(one, two, connecting);
  track.bufferedAmountLowThreshold = 4;
  await track.sendAsync('abc');
  const waiting = watch(track.sendAsync('def'));
  assert.deepEqual(
    [one.sent, two.sent],
    [
      ['abc', 'def'],
      ['abc', 'def'],
    ],
  );
  await turns();
  one.drain(4);
  await turns();
  assert.equal(waiting.state, 'waiting');
  two.drain(4);
  await turns();
  assert.equal(waiting.state, 'sent');
});

test('sendAsync: nobody is there, so there is nothing to wait for', () => publish().sendAsync('x'.repeat(100_000)));

test('sendAsync: who leaves is waited for no longer; when all have left it is closed', async () => {
  const [one, two] = [new Channel(), new Channel()];
  const track = publish(one, two);
  track.bufferedAmountLowThreshold = 0;
  const first = watch(track.sendAsync('abc'));
  await turns();
  two.drain();
  one.close();
  await turns();
  assert.equal(first.state, 'sent');
  const second = watch(track.sendAsync('def'));
  await turns();
  two.close();
  await turns();
  assert.equal(second.state, 'closed');
});

test('sendAsync: over 8 MiB are refused unsent; send() is not', async () => {
  const channel = new Channel();
  const track = publish(channel);
  channel.bufferedAmount = 2 ** 23 + 1;
  await assert.rejects(track.sendAsync('no'), { name: 'DataTrackError', reason: 'full' });
  track.bufferedAmountLowThreshold = Infinity;
  await assert.rejects(track.sendAsync('no'), { reason: 'full' });
  assert.deepEqual(channel.sent, []);
  track.send('yes');
  assert.deepEqual(channel.sent, ['yes']);
});

test('a channel that stays full is a timeout; one that falls silent is looked at again', async () => {
  const channel = new Channel();
  channel.bufferedAmount = 1;
  const open = () => (channel.readyState === 'open' ? [channel as unknown as RTCDataChannel] : []);
  mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  const clock = mock.method(performance, 'now', () => now);
  try {
    const ends: string[] = [];
    const wait = () => void drained(false, 0, open).catch(({ reason }: DataTrackError) => ends.push(reason));
    const pass = async (ms: number) => {
      now += ms;
      mock.timers.tick(ms);
      await turns();
    };
    wait();
    await turns();
    await pass(29_999);
    assert.deepEqual(ends, []);
    await pass(250);
    assert.deepEqual(ends, ['timeout']);
    wait();
    channel.readyState = 'closed';
    await pass(250);
    assert.deepEqual(ends, ['timeout', 'closed']);
  } finally {
    clock.mock.restore();
    mock.timers.reset();
  }
});
