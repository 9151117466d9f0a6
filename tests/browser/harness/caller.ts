// One participant as a test sees it: a page with one of the SDKs, and what can be done and measured there (page/call.js).

import assert from 'node:assert/strict';
import type { TestBrowser, TestPage } from './browser.js';
import type { Site } from './site.js';

/** Where to meet: a Site, here or in another process. */
export type Place = Pick<Site, 'origin' | 'token'> & { rooms: { url: string } };

export type Sdk = 'holdfast' | 'official';
export type Kind = 'audio' | 'video' | 'data' | 'kept' | 'tone';
export type Payload = { text: string } | { bytes: number[] };
/** [object, event, ...arguments]; see page/recorder.js for the objects' names. */
export type Emitted = string[];

export interface JoinOptions {
  identity: string;
  room: string;
  sdk?: Sdk;
  media?: Kind[];
  /** Default: the site's own. */
  wsServer?: string;
  /** More options for `connect`. */
  options?: object;
}

export interface RoomState {
  state: string;
  sid: string;
  participants: { identity: string; state: string; tracks: { name: string; enabled: boolean; subscribed: boolean }[] }[];
}

/** By '<identity>/<name of track>'. */
export type Inbound = Record<string, { frames: number; bytes: number }>;

/** What one sender has sent so far; `at`: by the page's clock, ms. */
export interface Outbound {
  kind: 'audio' | 'video';
  codec?: string;
  bytes: number;
  packets: number;
  /** Of the picture that was encoded last. */
  width?: number;
  /** Of its sender's first encoding, bit/s. */
  maxBitrate?: number;
  at: number;
}

// What a track may say at any time: the encoder finds its size, data is compared by its content, and the local tracks of a room have
// started before it. How many attempts it takes to come back is nobody's promise.
function isIncidental([object, event]: Emitted): boolean {
  if (event === 'reconnectProgress') return true;
  if (['dimensionsChanged', 'trackDimensionsChanged', 'message', 'trackMessage'].includes(event!)) return true;
  return /^local\b/.test(object!) && ['started', 'trackStarted'].includes(event!);
}

export class Caller {
  /** Those whose tabs are open. */
  static readonly open = new Set<Caller>();

  private constructor(
    readonly page: TestPage,
    readonly identity: string,
  ) {}

  /** Closes the tabs of all callers; part of the end of every test. */
  static async closeAll(): Promise<void> {
    await Promise.all([...Caller.open].map((caller) => caller.closeTab()));
  }

  /** Opens a page and joins. */
  static async join(browser: TestBrowser, site: Place, joining: JoinOptions): Promise<Caller> {
    const page = await browser.newPage();
    const caller = new Caller(page, joining.identity);
    Caller.open.add(caller);
    await page.goto(`${site.origin}/${joining.sdk ?? 'holdfast'}.html`);
    await caller.enter(site, joining);
    return caller;
  }

  /** Joins from the page as it has just been loaded. */
  async enter(site: Place, joining: JoinOptions): Promise<void> {
    const { identity, room, sdk = 'holdfast', media = ['audio', 'video', 'data'], wsServer = site.rooms.url, options = {} } = joining;
    await this.until('the SDK is loaded', () =>
      this.page.evaluate(() => (globalThis as unknown as CallPage).call?.sdk !== undefined, null),
    );
    // Holdfast then says the trace of a connect() that fails.
    const logging = sdk === 'holdfast' ? { logLevel: 'debug' } : {};
    await this.run('join', { token: site.token(identity), media, options: { name: room, wsServer, ...logging, ...options } });
  }

  /** As its user would, without leaving the room first. */
  async closeTab(): Promise<void> {
    Caller.open.delete(this);
    await this.page.closeTab();
  }

  state(): Promise<RoomState> {
    return this.run('state');
  }

  /** Of a Holdfast caller. */
  links(): Promise<{ state: string; relayed?: boolean; roundTripTime?: number }[]> {
    return this.run('links');
  }

  inbound(): Promise<Inbound> {
    return this.run('inbound');
  }

  measure(milliseconds: number): Promise<Inbound> {
    return this.run('measure', milliseconds);
  }

  outbound(): Promise<Outbound[]> {
    return this.run('outbound');
  }

  /** For each connection that is open; another after each negotiation. */
  descriptions(): Promise<string[]> {
    return this.run('descriptions');
  }

  setParameters(limits: object | null): Promise<void> {
    return this.run('setParameters', limits);
  }

  startWatching(track: string): Promise<void> {
    return this.run('startWatching', track);
  }

  /** ms */
  stopWatching(): Promise<number> {
    return this.run('stopWatching');
  }

  publish(kind: Kind, name: string): Promise<void> {
    return this.run('publish', kind, name);
  }

  unpublish(name: string): Promise<void> {
    return this.run('unpublish', name);
  }

  setEnabled(name: string, enabled: boolean): Promise<void> {
    return this.run('setEnabled', name, enabled);
  }

  leave(): Promise<void> {
    return this.run('leave');
  }

  /** Sends on the data track called data. */
  send(payload: Payload): Promise<void> {
    return this.run('send', payload);
  }

  /** Sends 0, 1, 2 … as text. */
  startCounting(name: string, milliseconds: number): Promise<void> {
    return this.run('startCounting', name, milliseconds);
  }

  /** How many were sent. */
  stopCounting(): Promise<number> {
    return this.run('stopCounting');
  }

  /** Its own ends of all connections are closed, and its SDK is not told. */
  breakConnections(): Promise<void> {
    return this.run('breakConnections');
  }

  /** Of all that its page has made, the closed ones too. */
  connectionStates(): Promise<string[]> {
    return this.run('connectionStates');
  }

  received(): Promise<({ from: string } & Payload)[]> {
    return this.page.evaluate(() => (globalThis as unknown as CallPage).call.received, null) as never;
  }

  /** Everything emitted since the room was joined, in order. */
  async events(): Promise<Emitted[]> {
    const events = await this.page.evaluate(() => (globalThis as unknown as CallPage).call.recorder.events, null);
    return events.filter((event) => !isIncidental(event));
  }

  /** The same, each with its time: ms since the epoch, by the page's clock. */
  async timeline(): Promise<{ at: number; event: Emitted }[]> {
    const { events, times } = await this.page.evaluate(() => {
      const { recorder } = (globalThis as unknown as CallPage).call;
      return { events: recorder.events, times: recorder.times };
    }, null);
    return events.map((event, index) => ({ at: times[index]!, event })).filter(({ event }) => !isIncidental(event));
  }

  /** When frames of a track that had come over the network were shown: ms since the epoch, by the page's clock. */
  frameTimes(track: string): Promise<number[]> {
    return this.page.evaluate((owner) => (globalThis as unknown as CallPage).call.frameTimes[owner] ?? [], track);
  }

  /** Waits for an event and returns how long it took, in ms. Events of the past count. */
  async untilEvent(object: string, event: string, timeout = 10_000): Promise<number> {
    const started = performance.now();
    await this.until(
      `${object} emits ${event}`,
      async () => (await this.events()).some((emitted) => emitted[0] === object && emitted[1] === event),
      timeout,
    );
    return performance.now() - started;
  }

  /** Waits until everything that `identities` publish is subscribed to, media flows, and data channels are open. */
  async untilSees(...identities: string[]): Promise<void> {
    await this.until(`${this.identity} sees ${identities.join(', ')}`, async () => {
      const { participants } = await this.state();
      const inbound = await this.inbound();
      return identities.every((identity) => {
        const participant = participants.find((other) => other.identity === identity);
        return (
          participant !== undefined &&
          participant.tracks.length > 0 &&
          participant.tracks.every(
            ({ name, subscribed }) => subscribed && (!name.startsWith('video') || (inbound[`${identity}/${name}`]?.frames ?? 0) > 0),
          )
        );
      });
    });
  }

  /** Waits for the next decoded frame of a track. */
  async untilDecodes(track: string): Promise<void> {
    const framesNow = async (): Promise<number> => (await this.inbound())[track]?.frames ?? 0;
    const before = await framesNow();
    await this.until(`frames of ${track} are decoded`, async () => (await framesNow()) > before);
  }

  /** Polls a condition; fails with the page's log when it does not come true. */
  async until(what: string, condition: () => Promise<boolean>, timeout = 10_000): Promise<void> {
    const deadline = performance.now() + timeout;
    while (!(await condition())) {
      if (performance.now() > deadline) assert.fail(`${this.identity}: ${what}: not within ${timeout} ms\n${await this.report()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** What Holdfast's core was told so far: the JSON of each input, as it was. */
  told(): Promise<string[]> {
    return this.page.evaluate(() => (globalThis as unknown as CallPage).call.told, null);
  }

  /** What the page has recorded for `npm run replay`; nothing if it is one of the official client. */
  async trace(): Promise<string | undefined> {
    const trace = await this.page.evaluate(
      async () => (await (globalThis as unknown as CallPage).call.room?.exportTrace?.()) ?? null,
      null,
    );
    return trace ?? this.page.console.map((line) => /^\{"holdfastTrace"[^]*/m.exec(line)?.[0]).find(Boolean);
  }

  async report(): Promise<string> {
    const room = await this.page.evaluate(
      () =>
        (globalThis as unknown as CallPage).call?.room &&
        JSON.stringify([(globalThis as unknown as CallPage).call.state(), (globalThis as unknown as CallPage).call.connectionStates()]),
      null,
    );
    const events = await this.page.evaluate(
      () => (globalThis as unknown as CallPage).call?.recorder.events.map((event) => event.join(' ')),
      null,
    );
    const said = this.page.console.filter((line) => !line.includes('{"holdfastTrace"')).slice(-20);
    const elements = await this.page.evaluate(() => JSON.stringify((globalThis as unknown as CallPage).call?.elements()), null);
    return [`room: ${String(room)}`, `elements: ${elements}`, ...(events ?? []), ...this.page.errors, ...said].join('\n  ');
  }

  private run<Result>(method: string, ...args: unknown[]): Promise<Result> {
    return this.page.evaluate(
      ([name, values]) => (globalThis as unknown as { call: Record<string, (...values: unknown[]) => Result> }).call[name]!(...values),
      [method, args] as [string, unknown[]],
    );
  }
}

interface CallPage {
  call: {
    sdk?: unknown;
    room?: { exportTrace?(): Promise<string> };
    recorder: { events: Emitted[]; times: number[] };
    frameTimes: Record<string, number[]>;
    received: unknown[];
    told: string[];
    state(): unknown;
    connectionStates(): string[];
    elements(): unknown;
  };
}
