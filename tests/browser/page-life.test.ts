// What pages go through besides bad networks: a prompt that is cancelled, two tabs, components that mount twice, calls that are called off.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BrowserKind, Caller, type JoinOptions, Site, needs, sharedBrowser } from './harness/index.js';

interface CallPage {
  call: { sdk: { connect(token: string, options: object): Promise<{ disconnect(): void }> & { cancel(): void } }; room: unknown };
}

const ROOM = 'page-life';
let site: Site;
before(async () => (site = await Site.start({ sessionTimeout: 10 })));
after(() => site?.close());

for (const kind of ['chromium', 'firefox'] satisfies BrowserKind[]) {
  describe(`page life in ${kind}`, needs(kind), () => {
    const join = async (joining: JoinOptions): Promise<Caller> => Caller.join(await sharedBrowser(kind), site, joining);
    // Their tabs close before the next test begins: then nobody may be left.
    beforeEach(untilEmpty);

    test('a prompt before leaving that the user cancels: still in the room, and nobody has heard of it', async () => {
      const alice = await join({ identity: 'alice', room: ROOM });
      const bob = await join({ identity: 'bob', room: ROOM, media: [] });
      await bob.untilSees('alice');
      await alice.page.evaluate(() => addEventListener('beforeunload', (event) => event.preventDefault()), null);
      const heard = { alice: await alice.events(), bob: await bob.events() };
      await alice.page.closeAndStay();
      await sleep(3000); // more than the server waits for a page that has said that it goes
      await bob.untilDecodes('alice/video');
      assert.deepEqual({ alice: await alice.events(), bob: await bob.events() }, heard);
      assert.equal((await alice.state()).state, 'connected');
    });

    test('a second tab is told that the call is open in another, until that is closed', async () => {
      const joining = { identity: 'alice', room: ROOM, media: [], options: { tabLock: ROOM } };
      const first = await join(joining);
      await assert.rejects(join(joining), /"page-life" is already open in another tab/);
      assert.equal((await first.state()).state, 'connected');
      await first.closeTab();
      await join(joining);
    });

    test('a component that mounts, unmounts and mounts again has one Room, which stays', async () => {
      const bob = await join({ identity: 'bob', room: ROOM, media: [] });
      const alice = await join({ identity: 'observer', room: 'elsewhere', media: [] });
      const options = { name: ROOM, wsServer: site.rooms.url, tracks: [], tabLock: ROOM };
      await alice.page.evaluate(
        async ({ token, options }) => {
          const { call } = globalThis as unknown as CallPage;
          const mounted = call.sdk.connect(token, options);
          mounted.catch(() => {});
          mounted.cancel();
          call.room = await call.sdk.connect(token, options);
        },
        { token: site.token('alice'), options },
      );
      await bob.until('bob sees alice', async () => (await bob.state()).participants.length === 1);
      await sleep(1000);
      assert.equal((await alice.state()).state, 'connected');
      assert.deepEqual(
        (await bob.state()).participants.map(({ identity, state }) => [identity, state]),
        [['alice', 'connected']],
      );
    });

    test('connect() called off at any moment leaves nobody behind', async () => {
      const page = (await join({ identity: 'observer', room: 'elsewhere', media: [] })).page;
      const outcomes = await page.evaluate(
        async ({ token, options }) => {
          const { connect } = (globalThis as unknown as CallPage).call.sdk;
          const seen: string[] = [];
          for (let delay = 0; delay <= 300; delay += 15) {
            const joining = connect(token, { ...options, signal: AbortSignal.timeout(delay) });
            const outcome = joining.then(
              (room) => {
                room.disconnect();
                return 'joined';
              },
              (error: Error) => error.name,
            );
            seen.push(await outcome);
          }
          return seen;
        },
        { token: site.token('alice'), options: { name: ROOM, wsServer: site.rooms.url, audio: true, video: true } },
      );
      assert.deepEqual(
        outcomes.filter((outcome) => outcome !== 'joined' && outcome !== 'TimeoutError'),
        [],
      );
      assert.ok(outcomes.includes('TimeoutError'), outcomes.join());
    });
  });
}

async function untilEmpty(): Promise<void> {
  const deadline = performance.now() + 5000;
  while (site.rooms.rooms.length > 0) {
    assert.ok(performance.now() < deadline, `still there: ${JSON.stringify(site.rooms.rooms)}`);
    await sleep(50);
  }
}
