// The room server is killed and started again, with nothing stored: nobody is lost, whichever the client.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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

let site: Site;
let server: ServerProcess;
before(async () => {
  site = await Site.start();
  server = await ServerProcess.start();
});
after(async () => {
  await server.kill();
  await site.close();
});

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const join = async (identity: string, room: string, sdk: Sdk): Promise<Caller> =>
  Caller.join(await sharedBrowser('chromium'), site, { identity, room, sdk, wsServer: server.url });

// What the app hears of rooms, participants and tracks.
const told = (events: Emitted[]): string[] => events.filter(([object]) => object === 'room').map(([, event]) => event!);

for (const down of DOWN_MS) {
  test(
    `two Holdfast clients and an official one, the server away for ${down} ms: only they themselves reconnect`,
    needs('chromium'),
    async () => {
      const room = `restart-${down}`;
      const alice = await join('alice', room, 'holdfast');
      const bob = await join('bob', room, 'holdfast');
      const carol = await join('carol', room, 'official');
      const callers = [alice, bob, carol];
      await Promise.all([alice.untilSees('bob', 'carol'), bob.untilSees('alice', 'carol'), carol.untilSees('alice', 'bob')]);
      const sid = (await alice.state()).sid;
      const before = await Promise.all(callers.map(async (caller) => (await caller.events()).length));

      await server.kill();
      await pause(down);
      await server.startAgain();
      await Promise.all(callers.map((caller) => caller.untilEvent('room', 'reconnected', TIME_TO_RETURN_MS)));
      await assertMedia(alice, bob);
      await assertMedia(alice, carol);
      await assertMedia(bob, carol);

      for (const [index, caller] of callers.entries()) {
        const events = (await caller.events()).slice(before[index]);
        assert.deepEqual(
          told(events),
          ['reconnecting', 'reconnected'],
          `${caller.identity}: ${events.map((event) => event.join(' ')).join(', ')}`,
        );
        assert.equal((await caller.state()).sid, sid);
      }
      // Life goes on.
      await carol.publish('video', 'video-2');
      await Promise.all([alice.untilDecodes('carol/video-2'), bob.untilDecodes('carol/video-2')]);
    },
  );
}

test('an official client that is alone stays, and can be joined', needs('chromium'), async () => {
  const alice = await join('alice', 'restart-alone', 'official');
  await server.kill();
  await server.startAgain();
  await alice.untilEvent('room', 'reconnected', TIME_TO_RETURN_MS);
  // Without a connection that comes up it would time out by itself.
  await pause(BRIEF_ALONE_S * 1000 + ALONE_MS);
  assert.equal((await alice.state()).state, 'connected');
  await assertConversation(alice, await join('bob', 'restart-alone', 'holdfast'));
});
