// A data channel that the other side opened. Messages may arrive before the app can know of it; they wait here.

export type DataMessage = string | ArrayBuffer;

/** Of what arrives before somebody listens, only so much is kept (each message counts for its size and a little more). */
const kEarlyLimit = 1024 * 1024;
const kMessageOverhead = 64;

export class RemoteChannel {
  #early: DataMessage[] = [];
  #earlySize = 0;
  #listener: ((message: DataMessage) => void) | undefined;

  constructor(
    /** For its options: ordered, maxPacketLifeTime, maxRetransmits. */
    readonly channel: RTCDataChannel,
  ) {
    channel.binaryType = 'arraybuffer';
    channel.addEventListener('message', ({ data }) => this.#receive(data as DataMessage));
  }

  /** Hands over what has arrived so far, then everything else as it comes. One listener. */
  listen(listener: (message: DataMessage) => void): void {
    this.#listener = listener;
    for (const message of this.#early.splice(0)) {
      listener(message);
    }
  }

  #receive(message: DataMessage): void {
    if (this.#listener) {
      this.#listener(message);
      return;
    }
    this.#earlySize += kMessageOverhead + (typeof message === 'string' ? message.length : message.byteLength);
    if (this.#earlySize <= kEarlyLimit) this.#early.push(message);
  }
}
