// The room server is killed and started again, with nothing stored: nobody is lost, whichever the client.

import assert from 'node:assert/strict';
import { type TestContext, after, before, test } from 'node:test';
import {
  Caller,
  type Emitted,
  type Sdk,
  ServerProcess,
  Site,
  assertConversation,
  assertMedia,
  needs,
  sharedBrowser,
} from '../browser/harness/index.js';

const DOWN_MS = [300, 3000];
const TIME_TO_RETURN_MS = 25_000;
const ALONE_MS = 8000;
const BRIEF_ALONE_S = 30;

const needed = needs('chromium');

let site: Site;
before(async () => (site = await Site.start()));
after(() => site.close());

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const join = async (server: ServerProcess, identity: string, room: string, sdk: Sdk): Promise<Caller> =>
  Caller.join(await sharedBrowser('chromium'), site, { identity, room, sdk, wsServer: server.url });

// What the app hears of rooms, participants and tracks.
const told = (events: Emitted[]): string[] => events.filter(([object]) => object === 'room').map(([, event]) => event!);

async function startServer(context: TestContext): Promise<ServerProcess> {
  const server = await ServerProcess.start();
  context.after(() => server.kill());
  return server;
}

// Side by side, each with a server of its own: the second is a wait.
test(
  'two Holdfast clients and an official one reconnect by themselves; an official client that is alone stays',
  needed,
  async (context) => {
    await Promise.all([threeReconnect(await startServer(context as TestContext)), aloneStays(await startServer(context as TestContext))]);
  },
);

async function threeReconnect(server: ServerProcess): Promise<void> {
  for (const down of DOWN_MS) {
    const room = `restart-${down}`;
    const alice = await join(server, 'alice', room, 'holdfast');
    const bob = await join(server, 'bob', room, 'holdfast');
    const carol = await join(server, 'carol', room, 'official');
    const callers = [alice, bob, carol];
    await Promise.all([alice.untilSees('bob', 'carol'), bob.untilSees('alice', 'carol'), carol.untilSees('alice', 'bob')]);
    const sid = (await alice.state()).sid;
    const before = await Promise.all(callers.map(async (caller) => (await caller.events()).length));

    await server.kill();
    await pause(down);
    await server.startAgain();
    await Promise.all(callers.map((caller) => caller.untilEvent('room', 'reconnected', TIME_TO_RETURN_MS)));
    await assertMedia(alice, bob, carol);

    for (const [index, caller] of callers.entries()) {
      const events = (await caller.events()).slice(before[index]);
      assert.deepEqual(
        told(events),
        ['reconnecting', 'reconnected'],
        `away for ${down} ms, ${caller.identity}: ${events.map((event) => event.join(' ')).join(', ')}`,
      );
      assert.equal((await caller.state()).sid, sid);
    }
    // Life goes on.
    await carol.publish('video', 'video-2');
    await Promise.all([alice.untilDecodes('carol/video-2'), bob.untilDecodes('carol/video-2')]);
    await Promise.all(callers.map((caller) => caller.closeTab()));
  }
}

async function aloneStays(server: ServerProcess): Promise<void> {
  const alone = await join(server, 'alone', 'restart-alone', 'official');
  await server.kill();
  await server.startAgain();
  await alone.untilEvent('room', 'reconnected', TIME_TO_RETURN_MS);
  // Without a connection that comes up it would time out by itself.
  await pause(BRIEF_ALONE_S * 1000 + ALONE_MS);
  assert.equal((await alone.state()).state, 'connected');
  await assertConversation(alone, await join(server, 'guest', 'restart-alone', 'holdfast'));
}
