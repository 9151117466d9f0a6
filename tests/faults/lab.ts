// One row's world: three namespaces, a server process, perhaps a TURN server, and a browser at either end with a call between them. What
// a row can do to it is here; nothing of it is left after close(), however the row ended.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserKind } from '../browser/harness/browser.js';
import type { Sdk } from '../browser/harness/caller.js';
import { Network, PORT } from './network.js';
import { Remote, signal } from './processes.js';
import { Seat } from './seat.js';

export interface LabOptions {
  kind: BrowserKind;
  sdk: Sdk;
  /** Seconds. */
  sessionTimeout: number;
  /** The call goes over a TURN server only. */
  relay?: boolean;
  /** More options for the faulted seat's `connect`. */
  options?: object;
  /** … and for both. */
  optionsOfBoth?: object;
}

const TURN = { port: 3478, username: 'user', credential: 'password' };
const TURN_STARTS_MS = 300;
const SETTLE_MS = 3000;

export class Lab {
  private static readonly open = new Set<Lab>();
  readonly seats: { alice: Seat; bob: Seat } = {} as never;
  private server: Remote | undefined;
  private turn: ChildProcess | undefined;

  private constructor(
    readonly network: Network,
    private readonly temporary: string,
    private readonly options: LabOptions,
  ) {}

  /** Opens everything and waits until the call has settled. Alice, whose network it is, joins first. */
  static async start(options: LabOptions): Promise<Lab> {
    const temporary = await mkdtemp(join(tmpdir(), 'holdfast-faults-'));
    const lab = new Lab(await Network.create(), temporary, options);
    Lab.open.add(lab);
    try {
      await lab.startCall();
    } catch (error) {
      await lab.close();
      throw error;
    }
    return lab;
  }

  /** Whoever is interrupted leaves nothing behind. */
  static closeOnSignals(): void {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => void Lab.closeAll().finally(() => process.exit(130)));
  }

  static async closeAll(): Promise<void> {
    await Promise.all([...Lab.open].map((lab) => lab.close()));
  }

  /** Resolves with the time at which the port is open. */
  async startServer(): Promise<number> {
    const { sessionTimeout, relay } = this.options;
    const { port, username, credential } = TURN;
    const iceServers = relay ? [{ urls: `turn:${this.network.relayAddress}:${port}?transport=udp`, username, credential }] : [];
    this.server = Remote.start(this.network.hub, 'server-process.js', this.temporary);
    return this.server.ask<number>('listen', { sessionTimeout, iceServers }, PORT);
  }

  async killServer(): Promise<void> {
    await this.server!.kill();
  }

  signalServer(name: 'SIGSTOP' | 'SIGCONT'): void {
    signal(this.server!.pid, name);
  }

  async signalBrowser(name: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    for (const { pid } of await this.seats.alice.processes()) signal(pid, name);
  }

  async killRenderers(): Promise<void> {
    const renderers = await this.seats.alice.renderers();
    if (renderers.length === 0) throw new Error('the browser has no process that runs pages');
    for (const { pid } of renderers) signal(pid, 'SIGKILL');
  }

  async startTurn(): Promise<void> {
    const { hub, relayAddress } = this.network;
    const { port, username, credential } = TURN;
    const options = [
      ['-n', '--lt-cred-mech', '--no-tls', '--no-dtls', '--no-cli', '--log-file=stdout', '--simple-log'],
      [
        `--listening-ip=${relayAddress}`,
        `--relay-ip=${relayAddress}`,
        '-p',
        String(port),
        '-u',
        `${username}:${credential}`,
        '-r',
        'faults',
      ],
      ['--min-port=50000', '--max-port=50999', `--pidfile=${this.temporary}/turn.pid`, `--userdb=${this.temporary}/turn.db`],
    ].flat();
    this.turn = spawn('ip', ['netns', 'exec', hub, 'turnserver', ...options], { stdio: 'ignore' });
    await sleep(TURN_STARTS_MS);
  }

  killTurn(): void {
    this.turn?.kill('SIGKILL');
  }

  async close(): Promise<void> {
    Lab.open.delete(this);
    this.killTurn();
    await Promise.allSettled([this.seats.alice?.kill(), this.seats.bob?.kill(), this.server?.kill()]);
    await this.network.delete();
    await rm(this.temporary, { recursive: true, force: true });
  }

  private async startCall(): Promise<void> {
    const { network, temporary, options } = this;
    if (options.relay) await this.startTurn();
    const launching = {
      alice: Seat.launch(options.kind, network.alice, network.originForAlice, temporary).then((seat) => (this.seats.alice = seat)),
      bob: Seat.launch(options.kind, network.bob, network.originForBob, temporary).then((seat) => (this.seats.bob = seat)),
    };
    const launched = await Promise.allSettled([this.startServer(), launching.alice, launching.bob]);
    for (const outcome of launched) if (outcome.status === 'rejected') throw outcome.reason;
    const { alice, bob } = this.seats;
    const common = { ...(options.relay && { iceTransportPolicy: 'relay' }), ...options.optionsOfBoth };
    await alice.join({ identity: 'alice', sdk: options.sdk, origin: network.originForAlice, options: { ...common, ...options.options } });
    await bob.join({ identity: 'bob', sdk: options.sdk, origin: network.originForBob, options: common });
    await Promise.all([alice.untilSees('bob'), bob.untilSees('alice')]);
    await sleep(SETTLE_MS);
  }
}
