// Stand-ins for the core and for the browser, as far as the glue uses them.
import type { TestContext } from 'node:test';

import type { Batch, ClientCore, Effect, Emit, Input } from '../../js-glue/boundary.js';
import { Driver, type DriverOptions } from '../../js-glue/driver.js';
import { LocalMedia } from '../../js-glue/media.js';

/** Lets everything run that waits for a task or a microtask. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Replaces globals for the time of one test. */
export function stubGlobals(t: TestContext, globals: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(globals)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    t.after(() => {
      if (before) {
        Object.defineProperty(globalThis, name, before);
      } else {
        delete (globalThis as Record<string, unknown>)[name];
      }
    });
  }
}

// ---- the core ------------------------------------------------------------------------------------------------------------------

export class FakeCore implements ClientCore {
  readonly seed = '0123456789abcdef';
  readonly texts: string[] = [];
  readonly times: number[] = [];

  /** `answer` gives the effects of an input, or a whole batch, or throws as a trap does. */
  constructor(private readonly answer: (input: Input) => Effect[] | Batch = () => []) {}

  get inputs(): Input[] {
    return this.texts.map((text) => JSON.parse(text) as Input);
  }

  get kinds(): string[] {
    return this.inputs.map(({ kind }) => kind);
  }

  handle(now: number, text: string): string {
    this.times.push(now);
    this.texts.push(text);
    const answer = this.answer(JSON.parse(text) as Input);
    return JSON.stringify(Array.isArray(answer) ? { effects: answer } : answer);
  }
}

export function participantConnected(sid: string, when: Emit['when'] = 'now'): Emit {
  return { kind: 'emit', when, event: 'participantConnected', participant: { sid, identity: sid, state: 'connected', tracks: [] } };
}

/** What happens at a driver, in order, as short words: an event's SID, `log …`, `fatal …`. */
export function makeDriver(core: ClientCore, options: Partial<DriverOptions> = {}): { driver: Driver; seen: string[] } {
  const seen: string[] = [];
  const driver = new Driver(core, {
    media: new LocalMedia(),
    onKeepSession: (session) => void seen.push(`keep ${session}`),
    onTokenRequest: (op) => void seen.push(`token ${op}`),
    onEmit: (emit) => void seen.push(emit.event === 'participantConnected' ? emit.participant.sid : emit.event),
    onLog: (level, message) => void seen.push(`log ${level} ${message}`),
    onFatal: (error) => void seen.push(`fatal ${error.message}`),
    ...options,
  });
  return { driver, seen };
}

// ---- the clock -----------------------------------------------------------------------------------------------------------------

/** performance.now, setTimeout and clearTimeout, by hand. */
export class FakeClock {
  now = 1000.75;
  readonly timers = new Map<number, { at: number; callback: () => void }>();
  private count = 0;

  install(t: TestContext): this {
    t.mock.method(performance, 'now', () => this.now);
    stubGlobals(t, {
      setTimeout: (callback: () => void, delay: number) => {
        this.timers.set(++this.count, { at: this.now + delay, callback });
        return this.count;
      },
      clearTimeout: (timer: number) => this.timers.delete(timer),
    });
    return this;
  }

  /** Fires what is due, at the time it is due. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const due = [...this.timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) {
        break;
      }
      this.timers.delete(due[0]);
      this.now = Math.max(this.now, due[1].at);
      due[1].callback();
    }
    this.now = end;
  }
}

// ---- sockets -------------------------------------------------------------------------------------------------------------------

export class FakeWebSocket {
  static made: FakeWebSocket[] = [];

  static install(t: TestContext): typeof FakeWebSocket {
    FakeWebSocket.made = [];
    stubGlobals(t, { WebSocket: FakeWebSocket });
    return FakeWebSocket;
  }

  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly sent: string[] = [];
  closedWith: [code: number, reason: string] | undefined;

  constructor(readonly url: string) {
    if (url.startsWith('bad:')) {
      throw new DOMException(`The URL '${url}' is invalid.`, 'SyntaxError');
    }
    FakeWebSocket.made.push(this);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(code: number, reason: string): void {
    this.closedWith = [code, reason];
  }
}

// ---- media ---------------------------------------------------------------------------------------------------------------------

export class FakeTrack {
  readyState = 'live';

  constructor(
    readonly kind: 'audio' | 'video',
    readonly id: string = kind,
  ) {}

  stop(): void {
    this.readyState = 'ended';
  }

  getSettings(): MediaTrackSettings {
    return {};
  }

  static of(kind: 'audio' | 'video', id?: string): MediaStreamTrack {
    return new FakeTrack(kind, id) as unknown as MediaStreamTrack;
  }
}

export class FakeStream {}

export class FakeDataChannel extends EventTarget {
  binaryType = 'blob';
  closed = false;
  readonly sent: unknown[] = [];

  constructor(
    readonly label: string,
    readonly options?: RTCDataChannelInit,
  ) {
    super();
  }

  send(data: unknown): void {
    if (this.closed) {
      throw new DOMException('not open', 'InvalidStateError');
    }
    this.sent.push(data);
  }

  close(): void {
    this.closed = true;
  }

  receive(data: unknown): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }
}

export class FakeSender {
  streams: unknown[] = [];
  encodings = [{ active: true }];
  /** Whether its encodings were active, after each change. */
  readonly activity: boolean[][] = [];

  constructor(public track: FakeTrack | null) {}

  replaceTrack(track: FakeTrack | null): Promise<void> {
    this.track = track;
    return Promise.resolve();
  }

  setStreams(...streams: unknown[]): void {
    this.streams = streams;
  }

  getParameters(): { encodings: { active: boolean }[]; codecs: [] } {
    return { encodings: this.encodings.map((encoding) => ({ ...encoding })), codecs: [] };
  }

  setParameters({ encodings }: { encodings: { active: boolean }[] }): Promise<void> {
    this.encodings = encodings;
    this.activity.push(encodings.map(({ active }) => active));
    return Promise.resolve();
  }

  getStats(): Promise<string> {
    return this.track?.readyState === 'ended' ? Promise.reject(new Error('over')) : Promise.resolve(`of ${this.track?.id ?? 'nothing'}`);
  }
}

export class FakeTransceiver {
  mid: string | null = null;
  readonly receiver: {
    track: FakeTrack;
    levels: number[];
    getSynchronizationSources(): { audioLevel: number }[];
    getStats(): Promise<string>;
  };

  constructor(
    readonly sender: FakeSender,
    kind: 'audio' | 'video',
    public direction: RTCRtpTransceiverDirection,
  ) {
    this.receiver = {
      track: new FakeTrack(kind, `remote ${kind}`),
      levels: [],
      getSynchronizationSources: () => this.receiver.levels.map((audioLevel) => ({ audioLevel })),
      getStats: () => Promise.resolve(`of remote ${kind}`),
    };
  }
}

/** Records its calls; each answer waits for `answer()` unless `automatic`. A local description gives every transceiver its mid. */
export class FakePeerConnection extends EventTarget {
  static made: FakePeerConnection[] = [];
  static automatic = true;
  static failing: Record<string, Error> = {};

  static install(t: TestContext): typeof FakePeerConnection {
    FakePeerConnection.made = [];
    FakePeerConnection.automatic = true;
    FakePeerConnection.failing = {};
    stubGlobals(t, { RTCPeerConnection: FakePeerConnection, MediaStream: FakeStream });
    return FakePeerConnection;
  }

  connectionState = 'new';
  signalingState = 'stable';
  iceConnectionState = 'new';
  localDescription: { type: string; sdp: string } | null = null;
  readonly calls: string[] = [];
  readonly transceivers: FakeTransceiver[] = [];
  readonly channels: FakeDataChannel[] = [];
  stats: object[] = [];
  closed = false;
  private readonly pending: (() => void)[] = [];

  constructor(public configuration: RTCConfiguration) {
    super();
    if (FakePeerConnection.failing.new) {
      throw FakePeerConnection.failing.new;
    }
    FakePeerConnection.made.push(this);
  }

  /** Lets the oldest call that waits come back. */
  async answer(): Promise<void> {
    this.pending.shift()?.();
    await settle();
  }

  fire(type: string, members: object = {}): void {
    this.dispatchEvent(Object.assign(new Event(type), members));
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.configuration = configuration;
  }

  getReceivers(): FakeTransceiver['receiver'][] {
    return this.transceivers.map(({ receiver }) => receiver);
  }

  getTransceivers(): FakeTransceiver[] {
    return this.transceivers;
  }

  addTrack(track: FakeTrack, stream: FakeStream): FakeSender {
    this.calls.push(`addTrack ${track.id}`);
    const sender = new FakeSender(track);
    sender.setStreams(stream);
    this.transceivers.push(new FakeTransceiver(sender, track.kind, 'sendrecv'));
    return sender;
  }

  addTransceiver(kind: 'audio' | 'video', { direction }: { direction: RTCRtpTransceiverDirection }): void {
    this.calls.push(`addTransceiver ${kind} ${direction}`);
    this.transceivers.push(new FakeTransceiver(new FakeSender(null), kind, direction));
  }

  createDataChannel(label: string, options: RTCDataChannelInit): FakeDataChannel {
    const channel = new FakeDataChannel(label, options);
    this.channels.push(channel);
    return channel;
  }

  async createOffer({ iceRestart }: RTCOfferOptions): Promise<{ type: string; sdp: string }> {
    await this.call(`createOffer${iceRestart ? ' iceRestart' : ''}`);
    return { type: 'offer', sdp: 'the offer' };
  }

  async createAnswer(): Promise<{ type: string; sdp: string }> {
    await this.call('createAnswer');
    return { type: 'answer', sdp: 'the answer' };
  }

  async setLocalDescription(description: { type: string; sdp?: string }): Promise<void> {
    await this.call(`setLocalDescription ${description.type}`);
    this.localDescription = description.type === 'rollback' ? null : { type: description.type, sdp: `${description.sdp}, as set` };
    this.transceivers.forEach((transceiver, index) => (transceiver.mid = String(index)));
  }

  setRemoteDescription({ type, sdp }: { type: string; sdp?: string }): Promise<void> {
    return this.call(['setRemoteDescription', type, sdp].join(' ').trimEnd());
  }

  addIceCandidate({ candidate }: RTCIceCandidateInit): Promise<void> {
    return this.call(`addIceCandidate ${candidate}`);
  }

  async getStats(): Promise<Map<string, object>> {
    await this.call('getStats');
    return new Map(this.stats.map((stats, index) => [String((stats as { id?: string }).id ?? index), stats]));
  }

  close(): void {
    this.closed = true;
    this.calls.push('close');
  }

  private async call(name: string): Promise<void> {
    this.calls.push(name);
    if (!FakePeerConnection.automatic) {
      await new Promise<void>((resolve) => this.pending.push(resolve));
    }
    const failure = FakePeerConnection.failing[name.split(' ')[0]!];
    if (failure) {
      throw failure;
    }
  }
}
