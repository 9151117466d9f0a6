// How `sendAsync()` waits until the buffers of data channels are low again. Loaded when one is not.

import type { DataTrackError } from '../local-tracks.js';

const limit = 30_000; // ms
/** A channel whose connection is closed says nothing; so does one that the room has given up. */
const look = 250; // ms

/** `open`: the channels that can send at this moment. `isFull`: nothing was sent, as too much is waiting. */
export async function drained(isFull: boolean, threshold: number, open: () => RTCDataChannel[]): Promise<void> {
  if (isFull) throw failure('full');
  const end = performance.now() + limit;
  for (;;) {
    const channels = open();
    if (!channels.length) throw failure('closed');
    const full = channels.find(({ bufferedAmount }) => bufferedAmount > threshold);
    if (!full) return;
    if (performance.now() >= end) throw failure('timeout');
    await changed(full, threshold);
  }
}

function failure(reason: DataTrackError['reason']): DataTrackError {
  return Object.assign(new Error(`Data is not on its way: ${reason}`), { name: 'DataTrackError', reason } as const);
}

function changed(channel: RTCDataChannel, threshold: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      for (const event of events) channel.removeEventListener(event, done);
      resolve();
    };
    const events = ['bufferedamountlow', 'close'];
    const timer = setTimeout(done, look);
    channel.bufferedAmountLowThreshold = threshold;
    for (const event of events) channel.addEventListener(event, done);
  });
}
