// One page that drives one SDK, in a browser and a namespace of its own. All times are ms since the epoch: pages, processes and the
// runner share one machine and so one clock.

import type { BrowserKind } from '../browser/harness/browser.js';
import type { Emitted, Kind, RoomState, Sdk } from '../browser/harness/caller.js';
import { tokenFor } from '../browser/harness/site.js';
import { type ProcessInfo, Remote, descendants } from './processes.js';

export interface TimedEvent {
  at: number;
  event: Emitted;
}

export interface JoinRequest {
  identity: string;
  sdk: Sdk;
  /** `http://address:port` of the server, as seen from this seat. */
  origin: string;
  options: object;
}

const MEDIA: Kind[] = ['audio', 'video', 'data'];

export class Seat {
  private constructor(
    readonly kind: BrowserKind,
    private readonly remote: Remote,
    private readonly browserPid: number,
  ) {}

  static async launch(kind: BrowserKind, namespace: string, origin: string, temporary: string): Promise<Seat> {
    const remote = Remote.start(namespace, 'seat-process.js', temporary);
    try {
      return new Seat(kind, remote, await remote.ask<number>('launch', kind, origin));
    } catch (error) {
      await remote.kill();
      throw error;
    }
  }

  join({ identity, sdk, origin, options }: JoinRequest): Promise<void> {
    const wsServer = `${origin.replace('http', 'ws')}/signaling`;
    return this.remote.ask('join', origin, tokenFor(identity), { identity, sdk, room: 'faults', media: MEDIA, wsServer, options });
  }

  /** Everything that the other publishes is subscribed to, and flows. */
  untilSees(identity: string): Promise<void> {
    return this.remote.ask('untilSees', identity);
  }

  state(): Promise<RoomState> {
    return this.remote.ask('state');
  }

  /** Everything emitted since the room was joined. */
  timeline(): Promise<TimedEvent[]> {
    return this.remote.ask('timeline');
  }

  /** When frames of a track were shown. */
  frameTimes(track: string): Promise<number[]> {
    return this.remote.ask('frameTimes', track);
  }

  /** For the one who looks into a failure: what the page says, and what `npm run replay` reads. */
  async evidence(): Promise<{ report: string; trace: string | undefined }> {
    return { report: await this.remote.ask<string>('report'), trace: await this.remote.ask<string | undefined>('trace') };
  }

  closeTab(): Promise<void> {
    return this.remote.ask('closeTab');
  }

  /** Every process of the browser, its first one included. */
  async processes(): Promise<ProcessInfo[]> {
    return [{ pid: this.browserPid, args: '' }, ...(await descendants(this.browserPid))];
  }

  /** Those that run pages. */
  async renderers(): Promise<ProcessInfo[]> {
    const isRenderer = ({ args }: ProcessInfo): boolean => args.includes('--type=renderer') || /-contentproc .* tab$/.test(args);
    return (await descendants(this.browserPid)).filter(isRenderer);
  }

  kill(): Promise<void> {
    return this.remote.kill();
  }
}
