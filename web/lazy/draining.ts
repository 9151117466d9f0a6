// How `sendAsync()` waits until the buffers of data channels are low again. Loaded when one is not.

const limit = 30_000; // ms
/** A channel whose connection is closed says nothing; so does one that the room has given up. */
const look = 250; // ms

/** Gives why not, if they will not be. `open`: the channels that can send at this moment. */
export async function drained(open: () => RTCDataChannel[], threshold: number): Promise<'closed' | 'timeout' | undefined> {
  const end = performance.now() + limit;
  for (;;) {
    const channels = open();
    if (!channels.length) return 'closed';
    const full = channels.find(({ bufferedAmount }) => bufferedAmount > threshold);
    if (!full) return undefined;
    if (performance.now() >= end) return 'timeout';
    await changed(full, threshold);
  }
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
