// What rooms go through, one after the other, in rooms where both kinds of clients meet: each hears of the others what it would hear among
// its own kind. Steps and their names are those of docs/protocol.md 8 and 9.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type BrowserKind,
  Caller,
  type Emitted,
  FaultProxy,
  type Sdk,
  Site,
  type Story,
  assertConversation,
  assertEvents,
  assertMedia,
  enabled,
  found,
  joined,
  left,
  needs,
  otherLost,
  otherRecovered,
  published,
  recovered,
  sharedBrowser,
  story,
  together,
  unpublished,
} from '../browser/harness/index.js';

const PARTIES: Sdk[][] = [
  ['holdfast', 'official'],
  ['official', 'holdfast'],
  ['official', 'official', 'holdfast'],
  ['holdfast', 'holdfast', 'official'],
];
const NAMES = ['alice', 'bob', 'carol'];
const BRIEF_SESSION_TIMEOUT_S = 5;
/** The official client takes its time to see that its server is away, and to come back to it. */
const LONGEST_RETURN_MS = 30_000;

let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());

class Seat {
  readonly stories: Story[] = [];

  private constructor(
    readonly caller: Caller,
    readonly proxy: FaultProxy,
    readonly sdk: Sdk,
  ) {}

  static async take(kind: BrowserKind, at: Site, identity: string, room: string, sdk: Sdk): Promise<Seat> {
    const proxy = await FaultProxy.start(at.rooms.url);
    return new Seat(await Caller.join(await sharedBrowser(kind), at, { identity, room, sdk, wsServer: proxy.url }), proxy, sdk);
  }

  get identity(): string {
    return this.caller.identity;
  }

  tell(...stories: Story[]): void {
    this.stories.push(...stories);
  }

  /** Waits until it sees a track of another so, or not at all. */
  async untilTrack(identity: string, name: string, wanted: object | undefined): Promise<void> {
    await this.caller.until(`${identity}/${name} is ${JSON.stringify(wanted)}`, async () => {
      const participant = (await this.caller.state()).participants.find((other) => other.identity === identity);
      const track = participant?.tracks.find((one) => one.name === name);
      return wanted === undefined
        ? track === undefined
        : track !== undefined && Object.entries(wanted).every(([key, value]) => track[key as 'enabled'] === value);
    });
  }
}

class Party {
  readonly seats: Seat[] = [];
  private readonly proxies: FaultProxy[] = [];

  /** Traces 1 and 2: an empty room, then a link to each who is there. */
  async join(kind: BrowserKind, at: Site, sdks: Sdk[]): Promise<void> {
    const room = `${kind} ${sdks.join(' ')}`;
    for (const [index, sdk] of sdks.entries()) {
      const seat = await Seat.take(kind, at, NAMES[index]!, room, sdk);
      if (index === 0) assert.deepEqual((await seat.caller.state()).participants, []);
      seat.tell(together(...this.seats.map(({ identity }) => found(identity))));
      for (const other of this.seats) other.tell(joined(seat.identity));
      this.seats.push(seat);
      this.proxies.push(seat.proxy);
      await Promise.all(this.seats.map((one) => one.caller.untilSees(...this.others(one).map(({ identity }) => identity))));
    }
    await assertConversation(...this.callers);
  }

  get callers(): Caller[] {
    return this.seats.map(({ caller }) => caller);
  }

  get ends(): [Seat, Seat] {
    return [this.seats[0]!, this.seats.at(-1)!];
  }

  others(seat: Seat): Seat[] {
    return this.seats.filter((other) => other !== seat);
  }

  /** Trace 3: published later, muted, unmuted and taken back. */
  async publish(seat: Seat): Promise<void> {
    const { identity, caller } = seat;
    const others = this.others(seat);
    await caller.publish('video', 'video-2');
    await Promise.all(others.map((other) => other.caller.untilDecodes(`${identity}/video-2`)));
    for (const on of [false, true]) {
      await caller.setEnabled('video-2', on);
      await Promise.all(others.map((other) => other.untilTrack(identity, 'video-2', { enabled: on })));
    }
    await caller.unpublish('video-2');
    await Promise.all(others.map((other) => other.untilTrack(identity, 'video-2', undefined)));
    const heard = [
      published(identity, 'video-2'),
      enabled(identity, 'video-2', false),
      enabled(identity, 'video-2', true),
      unpublished(identity, 'video-2'),
    ];
    for (const other of others) other.tell(...heard);
  }

  /** Trace 4, the connection is reset: connected, reconnecting and connected again, as the others see it. */
  async loseSignaling(seat: Seat): Promise<void> {
    seat.proxy.reset();
    await seat.caller.untilEvent('room', 'reconnected', LONGEST_RETURN_MS);
    seat.tell(recovered());
    for (const other of this.others(seat)) {
      await other.caller.untilEvent(seat.identity, 'reconnected');
      other.tell(otherRecovered(seat.identity));
    }
  }

  /** Trace 4, with a track that is published while the server is away. */
  async publishWhileAway(seat: Seat): Promise<void> {
    const { caller, identity, proxy } = seat;
    proxy.blackHole();
    await caller.untilEvent('room', 'reconnecting', LONGEST_RETURN_MS);
    const publishing = caller.publish('data', 'data-2');
    proxy.heal();
    await Promise.all([publishing, caller.untilEvent('room', 'reconnected', LONGEST_RETURN_MS)]);
    seat.tell(recovered());
    for (const other of this.others(seat)) {
      await other.untilTrack(identity, 'data-2', { subscribed: true });
      other.tell(together(otherRecovered(identity), published(identity, 'data-2')));
    }
  }

  /** Trace 6: everything of one who leaves goes with it. */
  async leave(seat: Seat): Promise<void> {
    await seat.caller.leave();
    this.seats.splice(this.seats.indexOf(seat), 1);
    for (const other of this.seats) {
      await other.caller.untilEvent(seat.identity, 'disconnected');
      other.tell(left(seat.identity));
      assert.equal((await other.caller.state()).state, 'connected');
    }
  }

  /** By those of ours; what each does itself with its tracks is not what this is about. */
  async assertHeard(): Promise<void> {
    const isOwn = ([object, event]: Emitted): boolean => object!.startsWith('local/') || (object === 'local' && event!.startsWith('track'));
    for (const { caller, stories } of this.seats.filter(({ sdk }) => sdk === 'holdfast'))
      assertEvents(
        (await caller.events()).filter((emitted) => !isOwn(emitted)),
        story(...stories),
      );
  }

  async close(): Promise<void> {
    await Caller.closeAll();
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
  }
}

for (const kind of ['chromium', 'firefox'] satisfies BrowserKind[]) {
  for (const sdks of kind === 'chromium' ? PARTIES : PARTIES.slice(0, 2)) {
    test(`${kind}, ${sdks.join(', ')}: joining, tracks that come and go, lost signaling, leaving`, needs(kind), async (context) => {
      const party = new Party();
      context.after(() => party.close());
      await party.join(kind, site, sdks);
      const [first, last] = party.ends;
      await party.publish(first);
      await party.publish(last);
      await party.loseSignaling(last);
      await party.publishWhileAway(first);
      await assertMedia(...party.callers);
      await party.leave(last);
      await party.assertHeard();
    });
  }
}

for (const sdks of PARTIES) {
  test(`${sdks.join(', ')}: one whose session ends is gone for the others, who stay`, needs('chromium'), async (context) => {
    const brief = await Site.start({ sessionTimeout: BRIEF_SESSION_TIMEOUT_S });
    const party = new Party();
    context.after(() => brief.close());
    context.after(() => party.close());
    await party.join('chromium', brief, sdks);
    const [, last] = party.ends;
    last.proxy.blackHole();
    for (const other of party.others(last)) {
      await other.caller.untilEvent(last.identity, 'disconnected', LONGEST_RETURN_MS);
      other.tell(otherLost(last.identity), left(last.identity));
    }
    party.seats.splice(party.seats.indexOf(last), 1);
    if (party.seats.length > 1) await assertMedia(...party.callers);
    await party.assertHeard();
  });
}
