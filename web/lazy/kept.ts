// Data tracks that are `kept`: what was sent while a link was away comes on the next one, each message once and in order, between Holdfast
// clients (docs/protocol.md 19.9). Both ends are here; loaded by whoever publishes such a track or is sent one.

import type { LocalDataMedia } from '../../js-glue/media.js';
import type { DataMessage, RemoteChannel } from '../../js-glue/remote-channel.js';
import type { DataTrackError } from '../local-tracks.js';

/** Names the stream, and the place in it of the first message of this channel. */
const protocol = /^holdfast-kept\/(\d{1,15})\/(\d{1,15})$/;

const keptLimit = 2 ** 23; // bytes for one participant, each message with its overhead
const overhead = 64;
const messageLimit = 2 ** 18; // bytes, what every browser takes
/** Of what the network has not taken yet, a channel's buffer holds no more. */
const bufferLimit = 2 ** 20; // bytes

/** Until it answers, a participant may be one that never will. */
const patience = 30_000; // ms
/** … and what it is sent has to wait for that. */
const briefly = 5_000; // ms
/** A receiver that has yet to load this code keeps twice as much. */
const unansweredLimit = 2 ** 19; // bytes

const answerPause = 100; // ms
const answerSize = 2 ** 15; // bytes

interface Message {
  readonly data: string | ArrayBuffer;
  readonly size: number;
}

/** A channel of a stream. */
interface Leg {
  readonly channel: RTCDataChannel;
  /** The message that it sends next. */
  next: number;
  /** Sent on it. */
  bytes: number;
  /** What was sent on another may come on it once more: only for those who answer. */
  repeats: boolean;
  /** Something is held back until its receiver answers. */
  waits: boolean;
}

let streams = 0;

/** What one participant is sent. Stands among the track's channels in place of those it sends on. */
class Stream extends EventTarget {
  bufferedAmountLowThreshold = 0; // Whoever waits is woken whenever something has arrived.
  readonly label: string;
  #participant: string | undefined;
  readonly #number = ++streams;
  /** Nobody has answered yet; somebody has; nobody will. */
  #state: 'new' | 'answered' | 'plain' = 'new';
  #messages: Message[] = [];
  #size = 0;
  /** Place of the first message that is kept. */
  #first = 0;
  /** The receiver has all before it. */
  #arrived = 0;
  /** Nothing from here on was ever sent. */
  #sent = 0;
  readonly #legs = new Set<Leg>();
  #leg: Leg | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(label: string, participant: string | undefined) {
    super();
    this.label = label;
    this.#participant = participant;
  }

  get participant(): string | undefined {
    return this.#participant;
  }

  get readyState(): RTCDataChannelState {
    if (this.#isOver) return 'closed';
    if (!this.#leg) return 'connecting';
    return this.#state === 'plain' || !this.#participant ? this.#leg.channel.readyState : 'open';
  }

  /** What has not arrived; of a receiver that does not tell, what has not gone out. */
  get bufferedAmount(): number {
    if (this.#state === 'answered') return this.#size;
    return this.#leg ? this.#leg.channel.bufferedAmount + Math.max(0, this.#size - this.#leg.bytes) : 0;
  }

  /** Another channel may go on where this one's ended. */
  get canGoOn(): boolean {
    return !this.#isOver && this.#state !== 'plain';
  }

  /** Nothing can come of it any more. */
  get isLost(): boolean {
    const isClosed = [...this.#legs].every(({ channel }) => channel.readyState === 'closed');
    return this.#isOver || (isClosed && (this.#state === 'plain' || !this.#participant));
  }

  /** `who`: the participant, once it is known. `arrives`: it is known now. */
  open(connection: RTCPeerConnection, who: () => string | undefined, arrives: () => void): RTCDataChannel {
    const next = this.#arrived;
    const channel = connection.createDataChannel(this.label, { ordered: true, protocol: `holdfast-kept/${this.#number}/${next}` });
    const leg: Leg = { channel, next, bytes: 0, repeats: false, waits: false };
    this.#legs.add(leg);
    channel.bufferedAmountLowThreshold = bufferLimit / 4;
    channel.addEventListener('open', () => {
      if (this.#isOver) return;
      this.#participant ||= who();
      arrives();
      this.#begin(leg);
    });
    channel.addEventListener('message', ({ data }) => this.#answered(String(data)));
    channel.addEventListener('bufferedamountlow', () => this.#go());
    return channel;
  }

  isFull(size: number): boolean {
    return this.#state === 'answered' && this.#size + size > keptLimit;
  }

  push(message: Message): void {
    if (!this.#leg) return;
    this.#messages.push(message);
    this.#size += message.size;
    if (this.#state === 'new' && this.#size > keptLimit) this.#giveUp();
    else this.#go();
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#messages = [];
  }

  get #end(): number {
    return this.#first + this.#messages.length;
  }

  #begin(leg: Leg): void {
    for (const { channel } of this.#legs) if (channel !== leg.channel && channel.readyState === 'open') channel.close();
    leg.repeats = Boolean(this.#leg);
    this.#leg = leg;
    if (this.#state === 'plain') leg.next = this.#end;
    else if (this.#state === 'new') this.#wait(patience);
    this.#go();
  }

  #wait(time: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#giveUp(), time);
  }

  /** It is sent the rest as any other is, and nothing twice. */
  #giveUp(): void {
    clearTimeout(this.#timer);
    this.#state = 'plain';
    if (this.#leg?.repeats) this.#leg.next = Math.max(this.#leg.next, this.#sent);
    this.#go();
  }

  #go(): void {
    const leg = this.#leg;
    if (!leg || this.#isOver) return;
    const { channel } = leg;
    while (leg.next < this.#end && (this.#state === 'plain' || channel.readyState === 'open')) {
      const { data, size } = this.#messages[leg.next - this.#first]!;
      if (this.#state === 'new' && (leg.repeats || leg.bytes + size > unansweredLimit)) {
        if (!leg.waits) this.#wait(briefly);
        leg.waits = true;
        break;
      }
      if (this.#state !== 'plain' && channel.bufferedAmount > bufferLimit) break;
      try {
        channel.send(data as ArrayBuffer);
      } catch {
        if (this.#state !== 'plain') break; // Later, or on the next channel.
      }
      leg.next++;
      leg.bytes += size;
    }
    this.#sent = Math.max(this.#sent, leg.next);
    this.#forget();
    this.dispatchEvent(new Event('bufferedamountlow'));
  }

  /** A channel that has fallen behind still needs what it sends next. */
  #forget(): void {
    let first = this.#state === 'plain' ? this.#end : this.#arrived;
    for (const leg of this.#legs) {
      if (/^clos/.test(leg.channel.readyState)) this.#legs.delete(leg);
      else if (this.#state !== 'plain') first = Math.min(first, leg.next);
    }
    for (const { size } of this.#messages.splice(0, first - this.#first)) this.#size -= size;
    this.#first = first;
  }

  #answered(text: string): void {
    const count = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (this.#isOver || this.#state === 'plain' || !(count <= this.#sent)) return;
    clearTimeout(this.#timer);
    this.#state = 'answered';
    this.#arrived = Math.max(this.#arrived, count);
    this.#go();
  }
}

/**
 * A channel for the track to this connection. `who`: the SID of the participant at its other end, if it is known by now. It goes on with
 * what that participant has not got.
 */
export function open(
  { channels }: Pick<LocalDataMedia, 'channels'>,
  connection: RTCPeerConnection,
  label: string,
  who: () => string | undefined,
): RTCDataChannel {
  const all = channels as Set<unknown> as Set<Stream>;
  for (const stream of all) if (stream.isLost) all.delete(stream);
  const participant = who();
  const known = [...all].find((stream) => participant && stream.participant === participant && stream.label === label && stream.canGoOn);
  const stream = known ?? new Stream(label, participant);
  all.add(stream);
  // With another label it is of a time before this participant joined once more.
  return stream.open(connection, who, () => forget({ channels }, stream.participant, stream));
}

/** The participant is gone, or has another stream. */
export function forget({ channels }: Pick<LocalDataMedia, 'channels'>, participant: string | undefined, but?: unknown): void {
  const all = channels as Set<unknown> as Set<Stream>;
  for (const stream of all) {
    if (stream === but || !participant || stream.participant !== participant) continue;
    stream.end();
    all.delete(stream);
  }
}

/** To all that are open, or to none. Throws TypeError for what is no message or a Blob, RangeError if it is too long, DataTrackError. */
export function send(given: unknown, channels: RTCDataChannel[]): void {
  const open = channels as unknown[] as Stream[];
  const { data, bytes } = copy(given);
  if (bytes > messageLimit) throw new RangeError(`a message of a kept track must have no more than ${messageLimit} bytes`);
  const message = { data, size: bytes + overhead };
  if (open.some((stream) => stream.isFull(message.size))) throw full();
  for (const stream of open) stream.push(message);
}

function copy(data: unknown): { data: string | ArrayBuffer; bytes: number } {
  if (typeof data === 'string') return { data, bytes: new TextEncoder().encode(data).length };
  const view = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : data instanceof ArrayBuffer && new Uint8Array(data);
  if (!view) throw new TypeError('a message of a kept track must be a string, an ArrayBuffer or a view of one');
  return { data: new Uint8Array(view).buffer, bytes: view.length };
}

function full(): DataTrackError {
  const reason = 'full';
  return Object.assign(new Error(`Data is not on its way: ${reason}`), { name: 'DataTrackError', reason } as const);
}

interface Received {
  stream: number;
  count: number;
}

// By track, which lives on when its channel is replaced.
const received = new WeakMap<object, Received>();

/** Hands over what the track has not had yet, and tells the sender how much that was. */
export function receive(track: object, remote: RemoteChannel, deliver: (data: DataMessage) => void): void {
  const { channel } = remote;
  const [, stream, first] = (protocol.exec(channel.protocol) ?? []).map(Number);
  if (stream === undefined) return remote.listen(deliver);
  let place = first!;
  let state = received.get(track);
  if (!state || state.stream < stream) received.set(track, (state = { stream, count: place }));
  const { stream: current } = state;
  if (current > stream) return channel.close(); // It was replaced before it opened.
  const had = state;
  let size = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    clearTimeout(timer);
    timer = undefined;
    size = 0;
    if (channel.readyState === 'open') channel.send(String(had.count));
  };
  remote.listen((data) => {
    const isNews = place++ >= had.count && received.get(track) === had;
    if (isNews) {
      had.count = place;
      deliver(data);
    }
    size += typeof data === 'string' ? data.length : data.byteLength;
    if (size >= answerSize) tell();
    else timer ??= setTimeout(tell, answerPause);
  });
  channel.addEventListener('open', tell, { once: true });
  tell();
}
