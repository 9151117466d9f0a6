// A part of the package that cannot be loaded when it is needed: the app is told where it should have been, and the next try may succeed.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { type TestContext, after, before, test } from 'node:test';
import type * as Package from '../../web/exports.js';
import { Site, needs, sharedBrowser } from './harness/index.js';

// Set by the bundler: the repository.
declare const HOLDFAST_ROOT: string;

const PAGES: Record<string, string> = {
  '/module.html': `<script type="module">import * as Holdfast from '/dist/index.js'; window.Holdfast = Holdfast;</script>`,
  '/script.html': `<script src="/dist/holdfast.min.js"></script>`,
};

let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());

/** The package; `isAway`: but not its parts. `asked`: for which of them. */
async function serve(t: TestContext): Promise<{ origin: string; isAway: boolean; asked: Set<string> }> {
  const types: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
  const server = createServer(({ url = '' }, response) => {
    const path = url.split('?', 1)[0]!;
    const page = PAGES[path];
    const [, part] = /\/lazy\/(.*)\.js$/.exec(path) ?? [];
    if (part) served.asked.add(part);
    if (page) return void response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    const answer =
      path.startsWith('/dist/') && !(served.isAway && part) ? readFile(join(HOLDFAST_ROOT, path)) : Promise.reject(new Error());
    // Any origin may use it, as from a CDN.
    const headers = { 'content-type': types[extname(path)] ?? 'text/plain', 'access-control-allow-origin': '*' };
    answer.then(
      (content) => response.writeHead(200, headers).end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const served = { origin: `http://127.0.0.1:${(server.address() as { port: number }).port}`, isAway: false, asked: new Set<string>() };
  return served;
}

interface LazyPage {
  Holdfast?: typeof Package;
  room: Package.Room;
}

/** In the page: what came of it, in one line. */
const uses = {
  preflight: () =>
    new Promise<string>((resolve) => {
      const preflight = (globalThis as unknown as LazyPage).Holdfast!.runPreflight('token', { wsServer: 'ftp://nowhere/' });
      preflight.on('failed', ({ name, message }, { progressEvents }) =>
        resolve([name, message, ...progressEvents.map((event) => event.name)].join('; ')),
      );
    }),
  trace: () =>
    (globalThis as unknown as LazyPage).room.exportTrace().then(
      (trace) => trace.split('\n', 1)[0]!,
      ({ name, message }: Error) => `${name}; ${message}`,
    ),
};
const done = { preflight: /^TypeError; wsServer .*; mediaAcquired$/, trace: /^\{"holdfastTrace":1,/ };

for (const kind of ['chromium', 'firefox'] as const) {
  for (const name of ['module', 'script']) {
    test(`${kind}, ${name}: a part that is not there fails with its URL, every time, until it is`, needs(kind), async (t) => {
      const served = await serve(t as TestContext);
      const page = await (await sharedBrowser(kind)).newPage();
      // The page and its script are of two origins, for a script tag.
      const elsewhere = (await serve(t as TestContext)).origin;
      PAGES['/script.html'] = `<script src="${served.origin}/dist/holdfast.min.js"></script>`;
      await page.goto(`${name === 'script' ? elsewhere : served.origin}/${name}.html`);
      while (!(await page.evaluate(() => Boolean((globalThis as unknown as LazyPage).Holdfast), null)));
      const join = (options: Package.ConnectOptions) =>
        page.evaluate(
          async ([token, given]) => {
            const app = globalThis as unknown as LazyPage;
            app.room = await app.Holdfast!.connect(token, given);
          },
          [site.token('alice'), { wsServer: site.rooms.url, name: 'lazy', tracks: [], ...options }] as [string, Package.ConnectOptions],
        );
      await join({});
      assert.deepEqual([...served.asked], [], 'nothing is loaded before it is used');
      for (const part of ['preflight', 'trace'] as const) {
        served.isAway = true;
        for (const attempt of [1, 2, 3]) {
          const said = await page.evaluate(uses[part], null);
          assert.ok(said.startsWith('Error; ') && said.includes(`${served.origin}/dist/lazy/${part}.js`), `attempt ${attempt}: ${said}`);
        }
        served.isAway = false;
        assert.match(await page.evaluate(uses[part], null), done[part]);
      }
      assert.deepEqual([...served.asked], ['preflight', 'trace']);
      await join({ networkQuality: true, preferredVideoCodecs: 'auto', tabLock: 'lazy' });
      assert.deepEqual([...served.asked].slice(2).sort(), ['codecs', 'network-quality', 'tab-lock']);
      await page.closeTab();
    });
  }
}
