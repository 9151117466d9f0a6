// Finds and compiles the core's WebAssembly, once for the page, and makes an instance of it for each Room: what breaks in one Room
// breaks in no other. Nothing happens before the first loadCore().

import createCore, { type CoreModule } from 'holdfast-core';

import type { ClientCore } from './boundary.js';
import { toError } from './report-error.js';

export type WasmSource = string | URL | BufferSource | WebAssembly.Module;

let source: WasmSource | undefined;
let compiling: Promise<WebAssembly.Module> | undefined;

/** Where holdfast.wasm comes from, if not from beside this script: its URL, its bytes, or the compiled module. Call it before connect(). */
export function setWasm(from: WasmSource): void {
  source = from;
  compiling = undefined;
}

/** A fresh core. Rejects with an Error that names the URL tried and what came from there; the next call tries again. */
export async function loadCore(): Promise<ClientCore> {
  const { create, handle } = await instantiate(await compileOnce());
  const seed = randomSeed();
  create(seed);
  return { seed, handle };
}

function compileOnce(): Promise<WebAssembly.Module> {
  if (!compiling) {
    const attempt = compile(source ?? urlBesideScript());
    compiling = attempt;
    attempt.catch(() => {
      if (compiling === attempt) compiling = undefined;
    });
  }
  return compiling;
}

/**
 * Bundlers look for this very expression. The dev server of Vite before 8 moves scripts of packages to a cache, and nothing of what lies
 * beside them; from there the way back is known.
 */
function urlBesideScript(): string {
  return new URL('./holdfast.wasm', import.meta.url).href.replace(/\/\.vite[^/]*\/deps[^/]*\//, '/holdfast/dist/');
}

async function compile(from: WasmSource): Promise<WebAssembly.Module> {
  if (from instanceof WebAssembly.Module) return from;
  const url = typeof from === 'string' || from instanceof URL ? String(from) : undefined;
  try {
    return await WebAssembly.compile(url === undefined ? (from as BufferSource) : await bytesOf(url));
  } catch (error) {
    const { message } = toError(error);
    throw new Error(`Holdfast could not load its WebAssembly from ${url ?? 'the bytes given'}: ${message}. See setWasm().`, {
      cause: error,
    });
  }
}

/** In Node fetch() reads no files. The module is asked for by name, since bundlers would stop at an import of it. */
async function bytesOf(url: string): Promise<BufferSource> {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const fs = url.startsWith('file:') ? process?.getBuiltinModule?.('node:fs') : undefined;
  return fs ? (fs as { promises: { readFile(path: URL): Promise<BufferSource> } }).promises.readFile(new URL(url)) : download(url);
}

async function download(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status} ${response.statusText}`);
  const bytes = await response.arrayBuffer();
  const start = String.fromCharCode(...new Uint8Array(bytes, 0, Math.min(bytes.byteLength, 40)));
  if (!start.startsWith('\0asm')) {
    const type = response.headers.get('content-type') ?? 'of unknown type';
    throw new Error(`the answer is not WebAssembly but ${type}, beginning with ${JSON.stringify(start)}`);
  }
  return bytes;
}

function instantiate(module: WebAssembly.Module): Promise<CoreModule> {
  return new Promise((resolve, reject) => {
    createCore({
      wasm: module,
      instantiate: (wasm, imports) => new Promise((done) => WebAssembly.instantiate(wasm, imports).then(done, reject)),
    }).then(resolve, reject);
  });
}

/** 64 bits as 16 hex digits. */
function randomSeed(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (word) => word.toString(16).padStart(8, '0')).join('');
}
