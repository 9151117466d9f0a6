import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';

import { loadCore, setWasm } from '../../js-glue/load.js';
import { made } from './fake-core-module.js';

// (module): a valid one, with nothing in it. The other wants an import that nobody gives.
const kEmptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const kImportingModule = Uint8Array.of(...kEmptyModule, 1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, 0x61, 1, 0x62, 0, 0);

type Answer = { status?: number; type?: string; body: string | Uint8Array };

/** A server whose answers are given one by one; the last one stays. */
async function serve(t: TestContext, ...answers: Answer[]): Promise<{ url: string; requests(): number }> {
  let requests = 0;
  const server = createServer((_request, response) => {
    const { status = 200, type = 'application/wasm', body } = answers[Math.min(requests++, answers.length - 1)]!;
    response.writeHead(status, { 'content-type': type, connection: 'close' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/holdfast.wasm`, requests: () => requests };
}

async function load(): Promise<(typeof made)[number]> {
  const { seed } = await loadCore();
  return made.find(({ seedHex }) => seedHex === seed)!;
}

test('load: the wasm is looked for beside the script', async (t) => {
  const beside = new URL('./holdfast.wasm', import.meta.url);

  await assert.rejects(load(), ({ message }: Error) => message.includes(beside.href) && message.includes('ENOENT'));
  await writeFile(beside, kEmptyModule);
  t.after(() => rm(beside));

  assert.ok((await load()).instance instanceof WebAssembly.Instance);
});

test('load: it is fetched and compiled once, and every core has an instance and a seed of its own', async (t) => {
  const { url, requests } = await serve(t, { body: kEmptyModule });

  setWasm(url);
  const cores = [...(await Promise.all([load(), load()])), await load()];

  assert.equal(requests(), 1);
  assert.equal(new Set(cores.map(({ instance }) => instance)).size, 3);
  assert.equal(new Set(cores.map(({ seedHex }) => seedHex)).size, 3);
  for (const { seedHex } of cores) {
    assert.match(seedHex, /^[0-9a-f]{16}$/);
  }
});

test('load: a server that knows no MIME type for it does no harm', async (t) => {
  const { url } = await serve(t, { type: 'application/octet-stream', body: kEmptyModule });

  setWasm(new URL(url));

  await load();
});

test('load: bytes, a view, a compiled module and a file URL will do', async (t) => {
  const file = pathToFileURL(`${import.meta.filename}.wasm`);
  await writeFile(file, kEmptyModule);
  t.after(() => rm(file));

  for (const from of [kEmptyModule, kEmptyModule.buffer, await WebAssembly.compile(kEmptyModule), file, file.href]) {
    setWasm(from);
    assert.ok((await load()).instance instanceof WebAssembly.Instance);
  }
});

test('load: an answer that is HTML rejects with the URL and the beginning of what came', async (t) => {
  const { url } = await serve(t, { type: 'text/html', body: '<!doctype html><title>My app</title>' });

  setWasm(url);

  await assert.rejects(load(), {
    message: `Holdfast could not load its WebAssembly from ${url}: the answer is not WebAssembly but text/html, beginning with "<!doctype html><title>My app</title>". See setWasm().`,
  });
});

test('load: an empty answer rejects too', async (t) => {
  const { url } = await serve(t, { body: '' });

  setWasm(url);

  await assert.rejects(load(), /is not WebAssembly but application\/wasm, beginning with ""/);
});

test('load: an HTTP error rejects with its status', async (t) => {
  const { url } = await serve(t, { status: 404, type: 'text/plain', body: 'no' });

  setWasm(url);

  await assert.rejects(load(), {
    message: `Holdfast could not load its WebAssembly from ${url}: the server answered 404 Not Found. See setWasm().`,
  });
});

test('load: a host that cannot be reached rejects with the URL', async () => {
  setWasm('http://127.0.0.1:1/holdfast.wasm');

  await assert.rejects(load(), /from http:\/\/127\.0\.0\.1:1\/holdfast\.wasm: fetch failed/);
});

test('load: WebAssembly that is cut off rejects with the URL', async (t) => {
  const { url } = await serve(t, { body: kImportingModule.subarray(0, 20) });

  setWasm(url);

  await assert.rejects(load(), ({ message, cause }: Error) => message.includes(url) && cause instanceof WebAssembly.CompileError);
});

test('load: bytes that are no WebAssembly reject', async () => {
  setWasm(Uint8Array.of(1, 2, 3));

  await assert.rejects(load(), /from the bytes given: /);
});

test('load: WebAssembly that does not fit this version rejects rather than hang', async () => {
  setWasm(kImportingModule);

  await assert.rejects(load(), (error) => error instanceof WebAssembly.LinkError || error instanceof TypeError);
});

test('load: after a failure the next call tries again', async (t) => {
  const { url, requests } = await serve(t, { status: 503, body: '' }, { body: kEmptyModule });

  setWasm(url);
  await assert.rejects(load());
  await load();

  assert.equal(requests(), 2);
});
