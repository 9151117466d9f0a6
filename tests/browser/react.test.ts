// holdfast/react in real pages, with React 18 and 19 in StrictMode: who joins and leaves when, and what the hooks say.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { TestBrowser, TestPage } from './harness/browser.js';
import { type BrowserKind, Caller, Site, needs, sharedBrowser, startBrowser } from './harness/index.js';

declare const HOLDFAST_ROOT: string;

/** What the app has shown; see harness/react-app.js. */
interface Shown {
  connecting: boolean;
  name: string | null;
  error: number | string | null;
  state: string;
  trouble: number | null;
  attempt: number;
  isWaiting: boolean;
  others: string[];
  canPlay: boolean;
  speaker: string | null;
  lost: string[];
}
interface Props {
  token: string | null;
  name: string;
  wsServer?: string;
  options?: object;
}
interface App {
  version: string;
  shown: Shown[];
  effects(): number;
  captured(): string[];
  mount(props: Props): void;
  unmount(): void;
  retry(): void;
  unplug(): void;
}

let site: Site;
const comings: string[] = [];
before(async () => {
  await Promise.all([
    bundle('19', join(HOLDFAST_ROOT, 'node_modules')),
    bundle('18', join(HOLDFAST_ROOT, 'node_modules/react18/node_modules')),
  ]);
  site = await Site.start({
    onJoin: ({ identity, room }) => comings.push(`${identity} joined ${room}`),
    onLeave: ({ identity, room }) => comings.push(`${identity} left ${room}`),
  });
});
after(() => site.close());
beforeEach(() => void comings.splice(0));

function bundle(version: string, modules: string): Promise<unknown> {
  const dist = (name: string) => join(HOLDFAST_ROOT, 'dist', name);
  return build({
    entryPoints: [join(HOLDFAST_ROOT, 'tests/browser/harness/react-app.js')],
    outfile: join(HOLDFAST_ROOT, `tests/.out/browser/react${version}.js`),
    bundle: true,
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"development"' }, // StrictMode is without effect in production.
    alias: {
      'holdfast/react': dist('react.js'),
      holdfast: dist('index.js'),
      react: join(modules, 'react'),
      'react-dom': join(modules, 'react-dom'),
    },
    logLevel: 'warning',
  });
}

class ReactPage {
  private constructor(private readonly page: TestPage) {}

  static async open(kind: BrowserKind, version: string, browser?: TestBrowser): Promise<ReactPage> {
    const page = await (browser ?? (await sharedBrowser(kind))).newPage();
    await page.goto(`${site.origin}/react.html?${version}`);
    const loaded = await page.evaluate(
      (path) => import(path).then(() => (globalThis as unknown as { app: App }).app.version),
      `/react${version}.js`,
    );
    assert.equal(loaded.split('.', 1)[0], version);
    return new ReactPage(page);
  }

  mount(props: Props): Promise<void> {
    return this.page.evaluate((given) => (globalThis as unknown as { app: App }).app.mount(given), props);
  }

  do(what: 'unmount' | 'retry' | 'unplug'): Promise<void> {
    return this.page.evaluate((name) => (globalThis as unknown as { app: App }).app[name](), what);
  }

  effects(): Promise<number> {
    return this.page.evaluate(() => (globalThis as unknown as { app: App }).app.effects(), null);
  }

  click(): Promise<void> {
    return this.page.click!();
  }

  /** The state of each microphone track that was asked for. */
  captured(): Promise<string[]> {
    return this.page.evaluate(() => (globalThis as unknown as { app: App }).app.captured(), null);
  }

  shown(): Promise<Shown[]> {
    return this.page.evaluate(() => (globalThis as unknown as { app: App }).app.shown, null);
  }

  /** Waits until something like this has been shown after the first `from` things; gives how many there are up to it. */
  async untilShown(wanted: Partial<Shown>, from = 0): Promise<number> {
    const matches = (one: Shown) =>
      Object.entries(wanted).every(([key, value]) => JSON.stringify(one[key as keyof Shown]) === JSON.stringify(value));
    let shown: Shown[] = [];
    await until(
      async () => (shown = await this.shown()).slice(from).some(matches),
      () =>
        `never shown: ${JSON.stringify(wanted)}, but\n${shown.map((one) => JSON.stringify(one)).join('\n')}\n${this.page.errors.join('\n')}`,
    );
    return from + shown.slice(from).findIndex(matches) + 1;
  }

  async close(): Promise<void> {
    // Firefox counts a connection that is cut among the errors of the page.
    assert.deepEqual(
      this.page.errors.filter(
        (error) => !/^Error: (The connection to|Firefox can.t establish a connection to the server at) ws:/.test(error),
      ),
      [],
    );
    await this.page.closeTab();
  }
}

async function until(condition: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  for (const deadline = performance.now() + 20_000; !(await condition());) {
    if (performance.now() > deadline) assert.fail(what());
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
const untilCome = (...wanted: string[]) =>
  until(
    () => wanted.every((one) => comings.includes(one)),
    () => `${comings.join(', ')}; wanted: ${wanted.join(', ')}`,
  );

for (const [kind, version] of [
  ['chromium', '18'],
  ['chromium', '19'],
  ['firefox', '19'],
] satisfies [BrowserKind, string][]) {
  const title = `React ${version} in ${kind}`;
  const room = title;

  test(`${title}: StrictMode mounts twice and joins once; unmounted it has left`, needs(kind), async () => {
    const other = await Caller.join(await sharedBrowser(kind), site, { identity: 'other', room, media: [] });
    const app = await ReactPage.open(kind, version);
    await app.mount({ token: site.token('react'), name: room });
    const joined = await app.untilShown({ connecting: false, state: 'connected', name: room, others: ['other connected 0'] });
    assert.equal(await app.effects(), 2, 'StrictMode is on');
    assert.deepEqual(await app.captured(), ['live']);
    const [first] = await app.shown();
    assert.deepEqual(
      [first!.connecting, first!.error, first!.state, first!.others, first!.trouble, first!.attempt],
      [true, null, 'disconnected', [], null, 0],
    );
    await other.untilEvent('room', 'participantConnected');

    await other.publish('audio', 'microphone');
    await app.untilShown({ others: ['other connected 1'] }, joined);
    await app.do('unmount');
    await other.untilEvent('room', 'participantDisconnected');
    const heard = (await other.events())
      .filter(([object, event]) => object === 'room' && event!.startsWith('participant'))
      .map(([, event]) => event);
    assert.deepEqual(heard, ['participantConnected', 'participantDisconnected']);
    assert.deepEqual(await app.captured(), ['ended']);
    await untilCome(`react left ${room}`);
    assert.deepEqual(comings, [`other joined ${room}`, `react joined ${room}`, `react left ${room}`]);
    await app.close();
  });

  test(`${title}: what a cut looks like`, needs(kind), async () => {
    const { faults } = site.rooms;
    const other = await Caller.join(await sharedBrowser(kind), site, { identity: 'other', room, media: [] });
    const app = await ReactPage.open(kind, version);
    await app.mount({ token: site.token('react'), name: room });
    let at = await app.untilShown({ state: 'connected', others: ['other connected 0'] });

    faults.closeSocket({ participant: 'react' }, { code: 1006 });
    at = await app.untilShown({ state: 'reconnecting', trouble: 53001 }, at);
    at = await app.untilShown({ state: 'connected', trouble: null, attempt: 0, isWaiting: false }, at);

    faults.closeSocket({ participant: 'other' }, { code: 1006 });
    at = await app.untilShown({ others: ['other reconnecting 0'] }, at);
    at = await app.untilShown({ others: ['other connected 0'] }, at);
    await other.leave();
    at = await app.untilShown({ state: 'connected', others: [] }, at);

    faults.completeRoom({ room });
    at = await app.untilShown({ connecting: false, state: 'disconnected', error: 53118, trouble: 53118 }, at);
    await app.do('retry');
    at = await app.untilShown({ connecting: true, error: null, trouble: null }, at);
    await app.untilShown({ state: 'connected', error: null }, at);
    await app.close();
  });
}

test('while the server is away, the attempts are told', needs('chromium'), async () => {
  const app = await ReactPage.open('chromium', '19');
  const away = await Site.start();
  const { host, port } = away;
  await app.mount({ token: away.token('react'), name: 'A', wsServer: away.rooms.url });
  let at = await app.untilShown({ state: 'connected' });
  await away.close();
  at = await app.untilShown({ state: 'reconnecting', trouble: 53001, attempt: 2, isWaiting: true }, at);
  const back = await Site.start({}, host, port);
  await app.untilShown({ state: 'connected', trouble: null, attempt: 0, isWaiting: false }, at);
  await app.close();
  await back.close();
});

test('another room: it goes there; another token: it stays; no token: it leaves; a token again: it joins', needs('chromium'), async () => {
  const app = await ReactPage.open('chromium', '19');
  await app.mount({ token: null, name: 'A' });
  await app.untilShown({ connecting: false, state: 'disconnected', name: null });
  await app.mount({ token: site.token('react'), name: 'A' });
  let at = await app.untilShown({ state: 'connected', name: 'A' });
  await app.mount({ token: site.token('react', 1234), name: 'A' });
  await app.mount({ token: site.token('react', 1234), name: 'B' });
  at = await app.untilShown({ state: 'connected', name: 'B' }, at);
  await app.mount({ token: null, name: 'B' });
  at = await app.untilShown({ state: 'disconnected', name: null, connecting: false }, at);
  await app.mount({ token: site.token('react'), name: 'B' });
  await app.untilShown({ state: 'connected', name: 'B' }, at);
  await untilCome('react left B');
  assert.deepEqual(
    comings.filter((coming) => coming.startsWith('react')),
    ['react joined A', 'react left A', 'react joined B', 'react left B', 'react joined B'],
  );
  await app.close();
});

test('a join that fails says why, and retry() tries again', needs('chromium'), async () => {
  const app = await ReactPage.open('chromium', '19');
  await app.mount({ token: 'no token', name: 'C' });
  const at = await app.untilShown({ connecting: false, error: 20101, state: 'disconnected' });
  await app.mount({ token: site.token('react'), name: 'C' });
  await app.do('retry');
  await app.untilShown({ state: 'connected', error: null, name: 'C' }, at);
  await app.do('retry');
  await app.do('unmount');
  await untilCome('react left C');
  assert.deepEqual(comings, ['react joined C', 'react left C']);
  await app.close();
});

test('unmounted while it connects: nobody stays behind', needs('chromium'), async () => {
  const app = await ReactPage.open('chromium', '19');
  site.rooms.faults.delay('all', { ms: 200 });
  await app.mount({ token: site.token('react'), name: 'D' });
  await app.untilShown({ connecting: true });
  await app.do('unmount');
  site.rooms.faults.clear();
  await app.mount({ token: site.token('react'), name: 'E' });
  await untilCome('react joined E');
  await app.do('unmount');
  await untilCome('react left E');
  const inD = comings.filter((coming) => coming.endsWith('D'));
  assert.ok(inD.length === 0 || inD.join() === 'react joined D,react left D', inD.join());
  await app.close();
});

test('who speaks is told, until it leaves', needs('chromium'), async () => {
  const app = await ReactPage.open('chromium', '19');
  await app.mount({ token: site.token('react'), name: 'F', options: { audio: false, dominantSpeaker: true } });
  let at = await app.untilShown({ state: 'connected', speaker: null });
  const other = await Caller.join(await sharedBrowser('chromium'), site, { identity: 'other', room: 'F', media: ['tone'] });
  at = await app.untilShown({ speaker: 'other' }, at);
  await other.leave();
  await app.untilShown({ speaker: null, others: [] }, at);
  await app.close();
});

test('what autoplay rules forbid is told, and start() in a click plays it', needs('chromium'), async () => {
  const untouched = await startBrowser('chromium', { untouched: true });
  const app = await ReactPage.open('chromium', '19', untouched);
  await app.mount({ token: site.token('react'), name: 'G', options: { audio: false } });
  let at = await app.untilShown({ state: 'connected', canPlay: true });
  await Caller.join(await sharedBrowser('chromium'), site, { identity: 'other', room: 'G', media: ['audio'] });
  at = await app.untilShown({ canPlay: false }, at);
  await app.click();
  await app.untilShown({ canPlay: true }, at);
  await app.close();
});

test('a microphone that is lost is told, until there is another', needs('chromium'), async () => {
  const app = await ReactPage.open('chromium', '19');
  await app.mount({ token: site.token('react'), name: 'H' });
  let at = await app.untilShown({ state: 'connected', lost: [] });
  await app.do('unplug');
  at = await app.untilShown({ lost: ['audio ended'] }, at);
  await app.untilShown({ lost: [] }, at);
  assert.deepEqual(await app.captured(), ['ended', 'live']);
  await app.do('unmount');
  await app.close();
});
