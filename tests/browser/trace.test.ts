// The trace of a real call: it replays as the call was lived, and says nothing about those who lived it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { happenings } from '../tools/replay.js';
import { type BrowserKind, Caller, FaultProxy, Site, assertConversation, needs, sharedBrowser } from './harness/index.js';

let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());

/** What must not be found in a trace, of all that the core is told. */
const SECRET = [
  /zoe|secret room|microphone of/i, // identities and names
  /eyJ[\w-]+\.eyJ/, // tokens
  /candidate:\w|\b(127|10|172|192)(\.\d+){3}|\.local\b/, // addresses
  /fingerprint|ice-pwd|setup:/,
];

for (const kind of ['chromium', 'firefox'] satisfies BrowserKind[]) {
  test(`trace of a call in ${kind}: mute, reconnect, leave`, needs(kind), async (context) => {
    const proxy = await FaultProxy.start(site.rooms.url);
    context.after(() => proxy.close());
    const room = `secret room, ${kind}`;
    const zoe = await Caller.join(await sharedBrowser(kind), site, { identity: 'zoe@1', room, wsServer: proxy.url });
    const other = await Caller.join(await sharedBrowser(kind), site, { identity: 'zoe@2', room });
    await assertConversation(zoe, other);
    await zoe.publish('audio', 'microphone of zoe');
    await other.untilEvent('room', 'trackSubscribed');
    await zoe.setEnabled('video', false);
    await other.untilEvent('room', 'trackDisabled');
    proxy.closeWith(1012);
    await zoe.untilEvent('room', 'reconnected');
    await other.leave();
    await zoe.untilEvent('room', 'participantDisconnected');
    await zoe.leave();

    const trace = (await zoe.trace())!;
    const [header, ...inputs] = trace.trimEnd().split('\n');
    const told = await zoe.told();
    assert.equal(inputs.length, told.length);
    const original = inputs.map((input, index) => input.replace(/^(\{"at":\d+,).*/, (_all, time: string) => time + told[index]!.slice(1)));
    const whole = [header, ...original].join('\n');

    for (const pattern of SECRET) {
      assert.match(whole, pattern);
      assert.doesNotMatch(trace, pattern);
    }
    assert.deepEqual(happenings(trace), happenings(whole));
  });
}

test('trace of a connect() that fails: it is on the console', needs('chromium'), async () => {
  const wsServer = 'ws://127.0.0.1:1/signaling';
  const joining = Caller.join(await sharedBrowser('chromium'), site, { identity: 'zoe', room: 'none', wsServer });
  await assert.rejects(joining, /Signaling connection error/);
  const [zoe] = Caller.open;
  await zoe!.until('the trace is on the console', async () => (await zoe!.trace()) !== undefined);
  assert.ok(happenings((await zoe!.trace())!).some((line) => line.includes('connectFailed')));
});
