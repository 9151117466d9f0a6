// The packed package in a real page, however it gets there: each page calls connect() on a port where nobody listens. That it fails
// with 53000 is the core's verdict, so the wasm was found, compiled under the Content-Security-Policy, and runs. So is that of a preflight
// test, whose own code was found and loaded before.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { chromium } from 'playwright-core';
import * as vite from 'vite';
import * as vite6 from 'vite6';
import webpack from 'webpack';

import { unpackInto } from './packed.mjs';

const executablePath = '/usr/bin/chromium';
const policy = "script-src 'self' 'wasm-unsafe-eval'";
const required = (process.env.HOLDFAST_REQUIRE ?? '').split(',').includes('chromium');
const skip = !existsSync(executablePath) && !required && `there is no ${executablePath}`;

const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm', '.css': 'text/css' };

if (skip) test('in Chromium', { skip });
describe('in Chromium', { skip }, () => {
  let app;
  let folder;
  let context;
  let profile;
  let nobody;
  const closers = [];

  before(async () => {
    ({ app, folder } = await unpackInto('browser'));
    profile = await mkdtemp(join(tmpdir(), 'holdfast-'));
    context = await chromium.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      chromiumSandbox: false,
      args: [
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    nobody = await portOfNobody();
  });

  after(async () => {
    await context?.close();
    for (const close of closers) await close();
    if (profile) await rm(profile, { recursive: true, force: true });
  });

  /** What connect() came to in the page at this address. */
  async function outcomeAt(origin) {
    const page = await context.newPage();
    const said = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    try {
      await page.goto(`${origin}/?wsServer=ws://127.0.0.1:${nobody}/signaling`);
      for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
        // A dev server may reload the page while it learns what the app imports.
        const outcome = await page.evaluate(() => window.outcome).catch(() => undefined);
        if (outcome) return { ...outcome, violations: said.filter((text) => text.includes('Content Security Policy')) };
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return assert.fail(`no outcome; the page said: ${said.join('\n')}`);
    } finally {
      await page.close();
    }
  }

  /** `entry`: the app's script; the one with the hooks runs no preflight test. */
  async function reachesTheCore(origin, entry = 'main.js') {
    const { code, message, preflight, violations } = await outcomeAt(origin);
    assert.equal(code, 53000, message);
    assert.deepEqual(preflight, entry === 'react.js' ? undefined : ['Signaling connection error', 'mediaAcquired']);
    assert.deepEqual(violations, []);
  }

  /** A bundler has left what is rarely used in files of their own. */
  async function isSplit(folderOfScripts) {
    const scripts = (await readdir(folderOfScripts)).filter((name) => name.endsWith('.js'));
    const parts = (await readdir(join(folder, 'dist/lazy'))).filter((name) => name.endsWith('.js'));
    assert.equal(scripts.length, 1 + parts.length, scripts.join());
  }

  /** Serves files by `find(path)`, which gives a file name or the text of a page. */
  async function serve(find) {
    const server = createServer(async ({ url }, response) => {
      const found = find(new URL(url, 'http://host').pathname);
      const isPage = found?.startsWith('<');
      const type = isPage ? 'text/html' : (types[extname(found ?? '')] ?? 'text/plain');
      const headers = { 'content-type': type, 'content-security-policy': policy };
      try {
        const content = isPage ? found : await readFile(found);
        response.writeHead(200, headers).end(content);
      } catch {
        response.writeHead(404, headers).end('not here');
      }
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${server.address().port}`;
  }

  const page = (...scripts) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>app</title>${scripts.join('')}`;
  const inDist = (path) => join(folder, 'dist', path.slice('/holdfast/'.length));
  const isInDist = (path) => path.startsWith('/holdfast/');

  // Import maps would need an inline script; a page without a bundler imports by path.
  const plainPage = page('<script type="module" src="/main.js"></script>');
  async function plainMain() {
    const file = join(app, 'plain.js');
    await writeFile(file, (await readFile(join(app, 'src/main.js'), 'utf8')).replace("'holdfast'", "'/holdfast/index.js'"));
    return file;
  }

  test('a plain page of ES modules', async () => {
    const main = await plainMain();
    await reachesTheCore(await serve((path) => (path === '/' ? plainPage : isInDist(path) ? inDist(path) : main)));
  });

  test('a script tag', async () => {
    const html = page('<script src="/holdfast/holdfast.min.js"></script>', '<script src="/main.js"></script>');
    await reachesTheCore(await serve((path) => (path === '/' ? html : isInDist(path) ? inDist(path) : join(app, 'src/script-tag.js'))));
  });

  test('a wasm URL that answers HTML: the rejection names it', async () => {
    const main = await plainMain();
    const origin = await serve((path) => (path === '/' || path.endsWith('.wasm') ? plainPage : isInDist(path) ? inDist(path) : main));
    const { name, message } = await outcomeAt(origin);
    assert.equal(name, 'Error');
    assert(message.includes(`${origin}/holdfast/holdfast.wasm`), message);
    assert(message.includes('text/html'), message);
  });

  test('tracks and elements', async () => {
    const main = await plainMain();
    const origin = await serve((path) => (path === '/' ? plainPage : isInDist(path) ? inDist(path) : main));
    const tab = await context.newPage();
    await tab.goto(origin);
    const seen = await tab.evaluate(async () => {
      const { createLocalTracks, LocalVideoTrack } = await import('/holdfast/index.js');
      const [audio, video] = await createLocalTracks({ audio: true, video: { width: 320, height: 180, name: 'camera' } });
      const events = [];
      for (const track of [audio, video])
        for (const event of ['started', 'stopped', 'enabled', 'disabled', 'dimensionsChanged'])
          track.on(event, (argument) => events.push(`${track.kind} ${event} ${argument === track}`));
      await Promise.all([audio, video].map((track) => new Promise((resolve) => track.once('started', resolve))));
      const started = [...events].sort();
      events.length = 0;

      const element = video.attach();
      const same = audio.attach(element);
      const both = element.srcObject
        .getTracks()
        .map(({ kind }) => kind)
        .sort();
      element.id = 'tile';
      document.body.append(element);
      const wrong = await Promise.resolve()
        .then(() => video.attach('#nowhere'))
        .catch(String);
      const detached = video.detach('#tile') === element && video.detach().length === 0;
      const left = element.srcObject.getTracks().map(({ kind }) => kind);
      video.attach('#tile');

      const before = video.mediaStreamTrack;
      video.disable();
      await video.restart({ width: 640, height: 360 });
      const shown = element.srcObject.getVideoTracks()[0] === video.mediaStreamTrack;
      video.enable();
      await new Promise((resolve) => video.once('started', resolve));
      audio.stop().stop();
      return {
        started,
        events,
        element: [element.tagName, element.muted, element.autoplay, element.playsInline, same === element, both, detached, left, wrong],
        restarted: [before.readyState, video.mediaStreamTrack !== before, video.id === before.id, shown, video.name, video.dimensions],
        app: await new LocalVideoTrack(before.clone()).restart().catch(({ name }) => name),
        stopped: [audio.isStopped, audio.isStarted],
      };
    });
    await tab.close();
    assert.deepEqual(seen, {
      started: ['audio started true', 'video dimensionsChanged true', 'video started true'],
      events: [
        'video disabled true',
        'video stopped true',
        'video enabled true',
        'video dimensionsChanged true',
        'video started true',
        'audio stopped true',
      ],
      element: ['VIDEO', true, true, true, true, ['audio', 'video'], true, ['audio'], 'Error: Selector matched no element: #nowhere'],
      restarted: ['ended', true, true, true, 'camera', { width: 640, height: 360 }],
      app: 'TypeError',
      stopped: [true, true],
    });
  });

  for (const [name, { build, createServer: createDevServer, version }] of [
    ['Vite', vite],
    ['Vite 6', vite6],
  ]) {
    const config = (outDir) => ({
      root: join(app, 'src'),
      configFile: false,
      logLevel: 'error',
      cacheDir: join(app, `node_modules/.vite-${version}`),
      build: { outDir, emptyOutDir: true, modulePreload: false },
    });

    for (const entry of ['main.js', 'react.js'])
      test(`a build of ${name} (${version}): ${entry}`, async () => {
        await writeFile(join(app, 'src/index.html'), page(`<script type="module" src="/${entry}"></script>`));
        const outDir = join(app, `built-${version}`);
        await build(config(outDir));
        await isSplit(join(outDir, 'assets'));
        await reachesTheCore(await serve((path) => join(outDir, path === '/' ? 'index.html' : path)), entry);
      });

    test(`the dev server of ${name} (${version})`, async () => {
      await writeFile(join(app, 'src/index.html'), page('<script type="module" src="/main.js"></script>'));
      const server = await createDevServer({
        ...config(join(app, 'unused')),
        server: { host: '127.0.0.1', port: 0, headers: { 'content-security-policy': policy } },
      });
      closers.push(() => server.close());
      await server.listen();
      await reachesTheCore(`http://127.0.0.1:${server.httpServer.address().port}`);
    });
  }

  for (const [kind, entry] of [
    ['import', 'main.js'],
    ['import of the hooks', 'react.js'],
    ['require()', 'required.js'],
  ]) {
    test(`a build of webpack (${webpack.version}), by ${kind}`, async () => {
      const path = join(app, `webpack-${entry}`);
      const isCommonJs = entry === 'required.js';
      await new Promise((resolve, reject) =>
        webpack(
          {
            mode: 'production',
            context: app,
            entry: join(app, 'src', entry),
            output: { path, filename: 'main.js' },
            performance: { hints: false }, // React is most of what webpack finds large
            ...(isCommonJs && { module: { rules: [{ test: /required\.js$/, type: 'javascript/dynamic' }] } }),
          },
          (error, stats) => (error || stats.hasErrors() || stats.hasWarnings() ? reject(error ?? new Error(stats.toString())) : resolve()),
        ),
      );
      await isSplit(path);
      // What require() loads cannot tell webpack of the wasm: the app puts it beside its script.
      if (isCommonJs) await copyFile(join(folder, 'dist/holdfast.wasm'), join(path, 'holdfast.wasm'));
      const html = page('<script src="/main.js"></script>');
      await reachesTheCore(await serve((url) => (url === '/' ? html : join(path, url))), entry);
    });
  }
});

async function portOfNobody() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
