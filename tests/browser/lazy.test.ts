// A part of the package that cannot be loaded when it is needed: the app is told where it should have been, and the next try may succeed.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { runPreflight } from '../../web/exports.js';
import { needs, sharedBrowser } from './harness/index.js';

// Set by the bundler: the repository.
declare const HOLDFAST_ROOT: string;

const PAGES: Record<string, string> = {
  '/module.html': `<script type="module">import * as Holdfast from '/dist/index.js'; window.Holdfast = Holdfast;</script>`,
  '/script.html': `<script src="/dist/holdfast.min.js"></script>`,
};

/** The package; `isAway`: but not its parts. `asked`: how often for one of them. */
async function serve(t: TestContext): Promise<{ origin: string; isAway: boolean; asked: number }> {
  const types: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
  const server = createServer(({ url = '' }, response) => {
    const path = url.split('?', 1)[0]!;
    const page = PAGES[path];
    if (path.includes('/lazy/')) served.asked++;
    if (page) return void response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    const answer =
      path.startsWith('/dist/') && !(served.isAway && path.includes('/lazy/'))
        ? readFile(join(HOLDFAST_ROOT, path))
        : Promise.reject(new Error());
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
  const served = { origin: `http://127.0.0.1:${(server.address() as { port: number }).port}`, isAway: false, asked: 0 };
  return served;
}

interface LazyPage {
  Holdfast?: { runPreflight: typeof runPreflight };
}

for (const kind of ['chromium', 'firefox'] as const) {
  for (const name of ['module', 'script']) {
    test(`${kind}, ${name}: a part that is not there fails with its URL, every time, until it is`, needs(kind), async (t) => {
      const served = await serve(t as TestContext);
      const page = await (await sharedBrowser(kind)).newPage();
      // The page and its script are of two origins, for a script tag.
      const elsewhere = (await serve(t as TestContext)).origin;
      PAGES['/script.html'] = `<script src="${served.origin}/dist/holdfast.min.js"></script>`;
      await page.goto(`${name === 'script' ? elsewhere : served.origin}/${name}.html`);
      while (!(await page.evaluate(() => Boolean((globalThis as LazyPage).Holdfast), null)));
      const run = () =>
        page.evaluate(
          () =>
            new Promise<string>((resolve) => {
              const preflight = (globalThis as LazyPage).Holdfast!.runPreflight('token', { wsServer: 'ftp://nowhere/' });
              preflight.on('failed', ({ name: kindOfError, message }, { progressEvents }) =>
                resolve([kindOfError, message, ...progressEvents.map((event) => event.name)].join('; ')),
              );
            }),
          null,
        );
      assert.equal(served.asked, 0, 'nothing is loaded before it is used');
      served.isAway = true;
      for (const attempt of [1, 2, 3]) {
        const said = await run();
        assert.ok(said.startsWith('Error; ') && said.includes(`${served.origin}/dist/lazy/preflight.js`), `attempt ${attempt}: ${said}`);
      }
      served.isAway = false;
      assert.match(await run(), /^TypeError; wsServer .*; mediaAcquired$/);
      await page.closeTab();
    });
  }
}
