// A page that is reloaded with `keepSession`: the same participant comes back, with new tracks, and the others see no leave and no join.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type BrowserKind, Caller, type JoinOptions, Site, needs, sharedBrowser } from './harness/index.js';

interface CallPage {
  call: { room: { localParticipant: { sid: string } } };
}

let site: Site;
before(async () => (site = await Site.start()));
after(() => site?.close());

for (const kind of ['chromium', 'firefox'] satisfies BrowserKind[]) {
  const roomOf = (name: string): string => `kept ${kind} ${name}`;
  const join = async (joining: JoinOptions): Promise<Caller> => Caller.join(await sharedBrowser(kind), site, joining);

  test(`${kind}: reloaded, it is the same participant; nobody sees it leave or join`, needs(kind), async () => {
    const joining: JoinOptions = { identity: 'alice', room: roomOf('reload'), options: { keepSession: true } };
    const alice = await join(joining);
    const bob = await join({ identity: 'bob', room: joining.room });
    await Promise.all([alice.untilSees('bob'), bob.untilSees('alice')]);
    const sid = await sidOf(alice);
    assert.deepEqual(await kept(alice), {}, 'nothing is stored while the page is there');

    const heard = (await bob.events()).length;
    await alice.page.reload();
    const [word, ...more] = Object.values(await kept(alice));
    assert.match(word!, /^SE[\w-]+\.[\w-]+$/, 'the session, no token');
    assert.deepEqual(more, []);
    await alice.enter(site, joining);
    assert.equal(await sidOf(alice), sid);
    assert.deepEqual(await kept(alice), {}, 'used once');

    await Promise.all([alice.untilSees('bob'), bob.untilSees('alice')]);
    await Promise.all([alice.untilDecodes('bob/video'), bob.untilDecodes('alice/video')]);
    const news = (await bob.events()).slice(heard).filter(([object]) => object === 'room');
    const events = news.map(([, event]) => event);
    for (const unwanted of ['participantConnected', 'participantDisconnected', 'reconnecting', 'disconnected'])
      assert.ok(!events.includes(unwanted), `${unwanted} in ${events.join(', ')}`);
    for (const [event, times] of [
      ['trackUnpublished', 3],
      ['trackPublished', 3],
      ['trackSubscribed', 3],
    ] as const)
      assert.equal(events.filter((one) => one === event).length, times, events.join(', '));
    assert.deepEqual(
      (await bob.state()).participants.map(({ identity, state }) => [identity, state]),
      [['alice', 'connected']],
    );
  });

  test(`${kind}: a copy of a session that was used throws nobody out; one that is none joins as ever`, needs(kind), async () => {
    const joining: JoinOptions = { identity: 'alice', room: roomOf('copy'), media: [], options: { keepSession: true } };
    const alice = await join(joining);
    await alice.page.reload();
    const copy = await kept(alice);
    assert.equal(Object.keys(copy).length, 1);
    await alice.enter(site, joining);

    for (const [identity, stored] of [
      ['bob', copy],
      ['carol', { [Object.keys(copy)[0]!]: 'SEnone.of.ours' }],
    ] as const) {
      const other = await join({ identity, room: roomOf(`elsewhere of ${identity}`), media: [] });
      await other.leave();
      await other.page.evaluate((entries) => Object.entries(entries).forEach(([key, value]) => sessionStorage.setItem(key, value)), stored);
      await other.enter(site, { ...joining, identity });
      assert.notEqual(await sidOf(other), await sidOf(alice));
    }
    assert.equal((await alice.state()).state, 'connected');
    await alice.until('alice sees both', async () => (await alice.state()).participants.length === 2);
  });
}

function sidOf(caller: Caller): Promise<string> {
  return caller.page.evaluate(() => (globalThis as unknown as CallPage).call.room.localParticipant.sid, null);
}

function kept(caller: Caller): Promise<Record<string, string>> {
  return caller.page.evaluate(() => ({ ...sessionStorage }) as Record<string, string>, null);
}
