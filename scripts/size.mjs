// npm run size: what a page loads to reach connect(), beside the official client measured the same way, and what it loads only when it is
// used. Fails above the budget.
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const budget = 72_000;
const root = resolve(import.meta.dirname, '..');

async function measure(paths) {
  const sizes = { raw: 0, gzip: 0, brotli: 0 };
  for (const path of paths) {
    const bytes = await readFile(join(root, path));
    sizes.raw += bytes.length;
    sizes.gzip += gzipSync(bytes, { level: 9 }).length;
    sizes.brotli += brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
  }
  return sizes;
}

const script = await measure(['dist/index.js']);
const wasm = await measure(['dist/holdfast.wasm']);
const sum = Object.fromEntries(Object.keys(script).map((key) => [key, script[key] + wasm[key]]));
const rows = {
  'dist/index.js': script,
  'dist/holdfast.wasm': wasm,
  'holdfast, all that a page loads': sum,
  'twilio-video.min.js': await measure(['node_modules/twilio-video/dist/twilio-video.min.js']),
};

for (const name of (await readdir(join(root, 'dist/lazy'))).filter((file) => file.endsWith('.js')))
  rows[`when used: dist/lazy/${name}`] = await measure([`dist/lazy/${name}`]);

const columns = ['raw', 'gzip', 'brotli'];
console.log(''.padEnd(34) + columns.map((column) => column.padStart(9)).join(''));
for (const [name, sizes] of Object.entries(rows))
  console.log(name.padEnd(34) + columns.map((column) => String(sizes[column]).padStart(9)).join(''));

const good = sum.brotli <= budget;
console.log(`${good ? 'ok' : 'FAILED'} size: ${sum.brotli} bytes brotli of ${budget}`);
if (!good) process.exitCode = 1;
