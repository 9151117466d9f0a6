// The banner of docs/reconnection.md, as it stands there, on a real Room: what a screen reader is given to say.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type BrowserKind, Caller, Site, needs, sharedBrowser } from './harness/index.js';

// Set by the bundler: the repository.
declare const HOLDFAST_ROOT: string;

interface BannerPage {
  call: { room: unknown };
  said: string[];
  joinedAnew: number;
}

let site: Site;
before(async () => (site = await Site.start()));
after(() => site?.close());

for (const kind of ['chromium', 'firefox'] satisfies BrowserKind[]) {
  test(`${kind}: the banner of docs/reconnection.md says what is going on`, needs(kind), async () => {
    const room = `banner ${kind}`;
    const alice = await Caller.join(await sharedBrowser(kind), site, { identity: 'alice', room, media: [] });
    const bob = await Caller.join(await sharedBrowser(kind), site, { identity: 'bob', room, media: [] });
    await Promise.all([showBanner(alice, 'bob'), showBanner(bob, 'alice')]);
    assert.deepEqual(await bannerOf(alice), { live: 'polite', hidden: false, text: '', button: '' });

    // Nobody can connect for a second: Alice's first attempt, which comes at once, fails.
    site.rooms.faults.busy({ participant: 'alice' }, { retryAfter: 1500 });
    site.rooms.faults.closeSocket({ participant: 'alice' }, { code: 1006 });
    await alice.until('the banner shows', async () => (await bannerOf(alice)).text !== '');
    assert.deepEqual(await bannerOf(alice), {
      live: 'polite',
      hidden: false,
      text: 'Connection lost. Reconnecting…',
      button: 'Try now',
    });
    assert.equal(await tileOf(bob, 'alice'), 'alice, reconnecting');
    await alice.untilEvent('room', 'reconnected');
    await bob.until('the tile is as it was', async () => (await tileOf(bob, 'alice')) === 'alice');
    await alice.until('the banner is empty again', async () => (await bannerOf(alice)).text === '');
    assert.deepEqual(await saidBy(alice), ['Connection lost. Reconnecting…', 'Connected again.', '']);
    assert.deepEqual(await saidBy(bob), [], 'the other one has a tile for it');

    site.rooms.faults.dropSession({ participant: 'alice' });
    await alice.until('the end is told', async () => (await bannerOf(alice)).button === 'Join again');
    assert.equal((await bannerOf(alice)).text, 'You were away for too long.');
    await alice.page.evaluate(() => document.getElementById('call-banner-button')!.click(), null);
    assert.equal(await alice.page.evaluate(() => (globalThis as unknown as BannerPage).joinedAnew, null), 1);
    site.rooms.faults.completeRoom({ participant: 'bob' });
    await bob.until('the end is told', async () => (await bannerOf(bob)).text === 'The call has ended.');
    assert.equal((await bannerOf(bob)).button, '');
  });
}

async function showBanner(caller: Caller, other: string): Promise<void> {
  const text = await readFile(join(HOLDFAST_ROOT, 'docs/reconnection.md'), 'utf8');
  const [, html, script] = /\n## A banner to copy\n.*?```html\n(.*?)```.*?```js\n(.*?)```/s.exec(text)!;
  await caller.page.evaluate(
    async ({ html, script, other }) => {
      const page = globalThis as unknown as BannerPage;
      document.body.insertAdjacentHTML('beforeend', `${html}<div data-participant="${other}" aria-label="${other}"></div>`);
      page.said = [];
      page.joinedAnew = 0;
      const live = document.querySelector('[role=status]')!;
      new MutationObserver(() => {
        const said = live.textContent;
        if (said !== (page.said.at(-1) ?? '')) page.said.push(said);
      }).observe(live, { childList: true, characterData: true, subtree: true });
      const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
      const { showConnection } = (await import(url)) as { showConnection(room: unknown, join: () => void): void };
      showConnection(page.call.room, () => void page.joinedAnew++);
    },
    { html: html!, script: script!, other },
  );
}

/** The live region as assistive technology has it, and the button beside it: '' if there is none. */
function bannerOf(caller: Caller): Promise<{ live: string; hidden: boolean; text: string; button: string }> {
  return caller.page.evaluate(() => {
    const live = document.querySelector<HTMLElement>('#call-banner [role=status]')!;
    const button = document.querySelector<HTMLElement>('#call-banner button')!;
    const isShown = (element: HTMLElement): boolean => !element.closest('[hidden]');
    // A status is a polite live region unless it says otherwise.
    return {
      live: live.getAttribute('aria-live') ?? 'polite',
      hidden: !isShown(live),
      text: live.textContent,
      button: isShown(button) ? button.textContent : '',
    };
  }, null);
}

function saidBy(caller: Caller): Promise<string[]> {
  return caller.page.evaluate(() => (globalThis as unknown as BannerPage).said, null);
}

function tileOf(caller: Caller, participant: string): Promise<string | null> {
  return caller.page.evaluate((name) => document.querySelector(`[data-participant="${name}"]`)!.getAttribute('aria-label'), participant);
}
