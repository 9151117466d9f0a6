// What a browser does to tabs that nobody looks at: hidden and slowed down, blocked, frozen, put into the back-forward cache. Each test
// first proves that this is what happens. What was muted and switched off before stays so.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type BrowserKind,
  Caller,
  type Emitted,
  type JoinOptions,
  Site,
  type TestBrowser,
  needs,
  sharedBrowser,
  startBrowser,
} from './harness/index.js';

/** What the page itself notes, by timers that the browser may slow down. */
interface Noted {
  visibility: DocumentVisibilityState;
  /** The longest time between two ticks of a timer of 100 ms, ms, the one that is going on included. */
  longestTick: number;
  /** Events of the page's life, with `persisted` of those that have it. */
  life: string[];
}
type NotingPage = { noted: () => Noted };

/** The server's promise to the others is 3 s: whoever would have been missed has been by then. */
const NOTICED_MS = 4500;
const BACK_MS = 2000;

let site: Site;
before(async () => (site = await Site.start()));
after(() => site?.close());

for (const kind of ['chromium', 'firefox'] satisfies BrowserKind[]) {
  describe(`tabs in ${kind}`, needs('chromium', kind), () => {
    let tabs: Promise<TestBrowser> | undefined;
    const roomOf = (name: string): string => `tabs ${kind} ${name}`;

    /** In the tab that things happen to; from then on it takes notes. */
    async function joinInTab(joining: JoinOptions): Promise<Caller> {
      tabs ??= startBrowser(kind, { tabs: true });
      const caller = await Caller.join(await tabs, site, joining);
      await takeNotes(caller);
      return caller;
    }

    /** Alice in the tab, with a microphone and a camera switched off and another camera on, and bob, whom nothing happens to. */
    async function call(room: string): Promise<{ alice: Caller; bob: Caller }> {
      const alice = await joinInTab({ identity: 'alice', room, media: ['audio', 'video'] });
      const bob = await Caller.join(await sharedBrowser('chromium'), site, { identity: 'bob', room });
      await alice.publish('video', 'video on');
      await Promise.all([alice.untilSees('bob'), bob.untilSees('alice')]);
      await alice.setEnabled('audio', false);
      await alice.setEnabled('video', false);
      await bob.until('bob hears of it', () => isOffAsItWas(bob));
      return { alice, bob };
    }

    /** Media and signaling work both ways, and nobody has been told of any trouble; `alarms`: but these. */
    async function assertAllIsWell({ alice, bob }: { alice: Caller; bob: Caller }, alarms: Emitted[] = []): Promise<void> {
      await Promise.all([alice.untilDecodes('bob/video'), bob.untilDecodes('alice/video on')]);
      assert.ok(await isOffAsItWas(bob), JSON.stringify(await bob.state()));
      assert.deepEqual([...(await alarmsOf(alice)), ...(await alarmsOf(bob))], alarms);
      assert.deepEqual([(await alice.state()).state, (await bob.state()).state], ['connected', 'connected']);
    }

    // One call for all, as each step leaves it as it was. The most that browsers do to timers, once a minute, is what Chromium does to a hidden
    // tab without a peer connection; Firefox does not. Nor does Firefox freeze tabs.
    test(`hidden, blocked${kind === 'chromium' ? ', frozen' : ''}: no alarm at either end, and all goes on`, async () => {
      const lonely = kind === 'chromium' ? await joinInTab({ identity: 'lonely', room: roomOf('lonely'), media: [] }) : undefined;
      const both = await call(roomOf('call'));
      const { alice, bob } = both;

      const uncover = await alice.page.tab!.cover();
      await untilNoted(alice, 'hidden and slowed down', ({ visibility, longestTick }) => visibility === 'hidden' && longestTick >= 900);
      if (lonely) await untilNoted(lonely, 'without timers', ({ longestTick }) => longestTick >= 5000, 15_000);
      const seen = new Set<string>();
      const end = performance.now() + NOTICED_MS;
      await alice.until('as long as it takes to be missed', () => {
        seen.add(membersOf(roomOf('lonely')).join());
        return Promise.resolve(performance.now() > end);
      });
      if (lonely) {
        assert.ok((await noted(lonely)).longestTick >= 5000 + NOTICED_MS, 'no timer fired in that time either');
        assert.deepEqual([...seen], ['connected']);
        assert.deepEqual(await lonely.events(), []);
      }
      await assertAllIsWell(both);
      assert.equal((await noted(alice)).visibility, 'hidden');
      await uncover();
      await untilNoted(alice, 'visible', ({ visibility }) => visibility === 'visible');
      await assertAllIsWell(both);

      const block = (): void => {
        for (const end = performance.now() + 5000; performance.now() < end;);
      };
      await alice.page.evaluate(block, null);
      assert.ok((await noted(alice)).longestTick >= 5000);
      await assertAllIsWell(both);

      const resume = await alice.page.tab!.freeze?.();
      if (!resume) return;
      await bob.measure(NOTICED_MS);
      assert.deepEqual(await alarmsOf(bob), [], 'the browser answers for a frozen page');
      await resume();
      await untilNoted(alice, 'back from being frozen', ({ life }) => life.join() === 'freeze,resume');
      await alice.untilEvent('room', 'reconnected', BACK_MS);
      await assertAllIsWell(both, [
        ['room', 'reconnecting', 'error 53001'],
        ['room', 'reconnected'],
      ]);
    });

    // Chromium may keep a page whose connections are closed in `pagehide`, or may not: here nobody else is in the room, so there is none.
    const keepsNoPage = kind === 'firefox' && 'Firefox keeps no page that has had a socket open when it was left';

    test('back from the back-forward cache without `rejoin`: the Room is over', { skip: keepsNoPage }, async () => {
      const room = roomOf('cached');
      const alice = await joinInTab({ identity: 'alice', room, media: [] });
      const goBack = await alice.page.tab!.goAway(`${site.origin}/official.html`);
      assert.deepEqual(membersOf(room), [], 'it has left');
      await goBack();
      await assertKept(alice);
      assert.deepEqual(await alarmsOf(alice), [['room', 'disconnected', 'room', 'undefined']]);
      assert.equal((await alice.state()).state, 'disconnected');
    });

    test('back from the back-forward cache with `rejoin`: it joins again', { skip: keepsNoPage }, async () => {
      const room = roomOf('cached, rejoin');
      const alice = await joinInTab({ identity: 'alice', room, media: [], options: { rejoin: true } });
      const goBack = await alice.page.tab!.goAway(`${site.origin}/official.html`);
      assert.deepEqual(membersOf(room), [], 'it has left');
      await goBack();
      await assertKept(alice);
      await alice.untilEvent('room', 'reconnected', BACK_MS);
      assert.deepEqual(await alarmsOf(alice), [
        ['room', 'reconnecting', 'error 53001'],
        ['room', 'reconnected'],
      ]);
      assert.deepEqual(membersOf(room), ['connected']);
      await Caller.join(await sharedBrowser('chromium'), site, { identity: 'bob', room });
      await alice.untilSees('bob');
    });
  });
}

/** The states of those in a room, as the server sees them. */
function membersOf(room: string): string[] {
  return (site.rooms.rooms.find(({ name }) => name === room)?.participants ?? []).map(({ state }) => state);
}

/** The page that was gone back to is the one that was left. */
async function assertKept(caller: Caller): Promise<void> {
  const { life, reasons } = await caller.page.evaluate(() => {
    const [navigation] = performance.getEntriesByType('navigation') as (PerformanceEntry & { notRestoredReasons?: unknown })[];
    const { noted } = globalThis as unknown as Partial<NotingPage>;
    return { life: noted?.().life ?? [], reasons: JSON.stringify(navigation?.notRestoredReasons) };
  }, null);
  assert.ok(life.includes('pageshow persisted'), `the browser did not keep the page: ${reasons}`);
}

/** What tells the app of trouble. */
async function alarmsOf(caller: Caller): Promise<Emitted[]> {
  const isAlarm = ([object, event]: Emitted): boolean => object === 'room' && /reconnect|disconnected/i.test(event!);
  return (await caller.events()).filter(isAlarm);
}

async function isOffAsItWas(bob: Caller): Promise<boolean> {
  const tracks = (await bob.state()).participants.find(({ identity }) => identity === 'alice')?.tracks ?? [];
  const enabled = Object.fromEntries(tracks.map((track) => [track.name, track.enabled]));
  return enabled['audio'] === false && enabled['video'] === false && enabled['video on'] === true;
}

function takeNotes(caller: Caller): Promise<void> {
  return caller.page.evaluate(() => {
    const life: string[] = [];
    for (const [target, type] of [
      [window, 'pageshow'],
      [document, 'freeze'],
      [document, 'resume'],
    ] as const) {
      target.addEventListener(type, (event) => life.push((event as PageTransitionEvent).persisted ? `${type} persisted` : type));
    }
    let last = performance.now();
    let longest = 0;
    const note = (): void => void (longest = Math.max(longest, performance.now() - last));
    setInterval(() => {
      note();
      last = performance.now();
    }, 100);
    (globalThis as unknown as NotingPage).noted = () => {
      note();
      return { visibility: document.visibilityState, longestTick: longest, life };
    };
  }, null);
}

function noted(caller: Caller): Promise<Noted> {
  return caller.page.evaluate(() => (globalThis as unknown as NotingPage).noted(), null);
}

async function untilNoted(caller: Caller, what: string, is: (noted: Noted) => boolean, timeout?: number): Promise<void> {
  await caller.until(`${caller.identity} is ${what}`, async () => is(await noted(caller)), timeout);
}
