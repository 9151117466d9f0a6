// Builds dist/ from web/, js-glue/, server/, demo/ and the wasm modules of scripts/build-wasm. Does nothing if nothing changed.
//
//   dist/index.js            ES module, no bare imports; finds holdfast.wasm beside itself
//   dist/index.cjs           the same for require()
//   dist/holdfast.min.js     the same for a script tag: global Holdfast
//   dist/lazy/*.js           parts that these load when they are used (docs/adr/0014), ES modules
//   dist/holdfast.wasm       the core
//   dist/react.js, .cjs      the hooks; React and the client beside them are imported
//   dist/testing.js, .cjs    fake tracks for the tests of apps
//   dist/types[-cjs]/        declarations, as seen by import and by require()
//   dist/server/             the room server for Node, its command, and its wasm
//   dist/demo/               the demo page
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { build } from 'esbuild';
import { minify } from 'terser';

const root = resolve(import.meta.dirname, '..');
const at = (path) => join(root, path);
const { version } = JSON.parse(await readFile(at('package.json'), 'utf8'));

const wasm = ['client', 'server'].flatMap((name) => [`build/wasm/${name}.mjs`, `build/wasm/${name}.wasm`]);
const missing = wasm.filter((path) => !existsSync(at(path)));
if (missing.length > 0) {
  console.error(`${missing.join(', ')} missing: run scripts/build-wasm first`);
  process.exit(1);
}

const stampFile = at('build/package.stamp');
const stamp = await stampOf(
  ['web', 'js-glue', 'server', 'demo'],
  [...wasm, 'package.json', 'package-lock.json', 'scripts/build.mjs', 'tsconfig.json', 'tsconfig.server.json'],
);
if (existsSync(at('dist/demo/index.html')) && existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === stamp) {
  console.log('dist/ is up to date');
  process.exit(0);
}

await rm(at('dist'), { recursive: true, force: true });
await mkdir(at('dist/server'), { recursive: true });
await copyFile(at('build/wasm/client.wasm'), at('dist/holdfast.wasm'));
await copyFile(at('build/wasm/server.wasm'), at('dist/server/room-server.wasm'));
await Promise.all([buildClient(), buildServer(), buildTypes()]);
await buildDemo();
await writeFile(stampFile, stamp);
console.log('dist/ built');

async function buildClient() {
  const common = {
    entryPoints: [at('web/index.ts')],
    bundle: true,
    external: ['./lazy/*'],
    minify: true,
    sourcemap: true,
    target: 'es2022',
    logLevel: 'warning',
    alias: { 'holdfast-core': at('build/wasm/client.mjs') },
    // loglevel asks for `define`; with it, a script tag beside RequireJS would define a nameless module.
    define: { __HOLDFAST_VERSION__: JSON.stringify(version), define: 'undefined' },
    // Here since minifying drops the comments.
    banner: { js: 'var holdfastImport=(url)=>import(/*webpackIgnore:true*//*@vite-ignore*/url);' },
  };
  // Where these scripts are, which import.meta tells an ES module. The script tag is only known while it runs, so this does too.
  const beside = (elsewhere) =>
    `var holdfastUrl=typeof document<"u"?document.currentScript&&document.currentScript.src||document.baseURI:${elsewhere};`;
  const urlOf = (elsewhere) => ({
    define: { ...common.define, 'import.meta.url': 'holdfastUrl' },
    banner: { js: beside(elsewhere) + common.banner.js },
  });
  const ofThisFile = '"file://"+(__filename[0]==="/"?"":"/")+__filename.replace(/[%#?]/g,encodeURIComponent)';
  const hooks = { ...common, entryPoints: [at('web/react.ts')], external: ['react'], banner: {} };
  const testing = { ...common, entryPoints: [at('web/testing.ts')], banner: {} };
  // A script tag may name another origin, and then import() does not know where its script is from.
  const besideScript = {
    name: 'beside the script',
    setup: ({ onLoad }) =>
      onLoad({ filter: /\bweb\/parts\.ts$/ }, async ({ path }) => ({
        contents: (await readFile(path, 'utf8')).replace(/import\(('.*?')\)/g, 'import(new URL($1, import.meta.url).href)'),
        loader: 'ts',
      })),
  };
  const lazy = (await readdir(at('web/lazy'))).map((name) => at(`web/lazy/${name}`));
  await Promise.all([
    build({ ...common, format: 'esm', outfile: at('dist/index.js') }),
    build({ ...common, entryPoints: lazy, banner: {}, format: 'esm', outdir: at('dist/lazy') }),
    build({ ...common, ...urlOf(`typeof location<"u"?location.href:${ofThisFile}`), format: 'cjs', outfile: at('dist/index.cjs') }),
    build({
      ...common,
      ...urlOf('location.href'),
      format: 'iife',
      globalName: 'Holdfast',
      plugins: [besideScript],
      outfile: at('dist/holdfast.min.js'),
    }),
    build({ ...hooks, format: 'esm', outfile: at('dist/react.js'), plugins: [indexAt('./index.js')] }),
    build({ ...hooks, format: 'cjs', outfile: at('dist/react.cjs'), plugins: [indexAt('./index.cjs')] }),
    build({ ...testing, format: 'esm', outfile: at('dist/testing.js') }),
    build({ ...testing, format: 'cjs', outfile: at('dist/testing.cjs') }),
  ]);
  await Promise.all([
    shorten('dist/index.js', { module: true }),
    shorten('dist/index.cjs', { toplevel: true }),
    shorten('dist/holdfast.min.js'),
  ]);
}

/** What a page loads at once is made shorter than esbuild can: by 0.7 kB of what is transferred. */
async function shorten(path, options) {
  const [script, content] = await Promise.all([at(path), at(`${path}.map`)].map((file) => readFile(file, 'utf8')));
  const { code, map } = await minify(script, {
    ...options,
    ecma: 2022,
    format: { comments: /^!|webpackIgnore|@vite-ignore/ },
    sourceMap: { content, url: `${basename(path)}.map` },
  });
  await Promise.all([writeFile(at(path), code), writeFile(at(`${path}.map`), map)]);
}

// What stands beside the index imports it: there is one of each.
function indexAt(path) {
  return {
    name: 'index',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\.\/index\.js$/ }, ({ kind }) => (kind === 'entry-point' ? null : { path, external: true })),
  };
}

async function buildServer() {
  const common = {
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
    alias: { 'holdfast-server-core': at('build/wasm/server.mjs') },
  };
  const command = at('dist/server/holdfast-server.js');
  await Promise.all([
    build({ ...common, entryPoints: [at('server/index.ts')], outfile: at('dist/server/index.js') }),
    build({
      ...common,
      entryPoints: [at('server/testing.ts')],
      outfile: at('dist/server/testing.js'),
      plugins: [indexAt('./index.js')],
    }),
    build({ ...common, entryPoints: [at('server/bin.ts')], outfile: command, banner: { js: '#!/usr/bin/env node' } }),
  ]);
  await chmod(command, 0o755);
}

async function buildTypes() {
  const tsc = (project) =>
    promisify(execFile)(
      process.execPath,
      [
        at('node_modules/typescript/bin/tsc'),
        '-p',
        at(project),
        '--noEmit',
        'false',
        '--declaration',
        '--emitDeclarationOnly',
        '--outDir',
        at('dist/types'),
      ],
      { cwd: root },
    ).catch(({ stdout, stderr }) => {
      console.error(stdout || stderr);
      process.exit(1);
    });
  await Promise.all([tsc('tsconfig.json'), tsc('tsconfig.server.json')]);
  // Of the glue, apps see how the wasm is found, and the server's options name what it is made of. Of the parts they see nothing.
  const seen = ['load.d.ts', 'boundary.d.ts', 'server-boundary.d.ts'];
  for (const name of await readdir(at('dist/types/js-glue'))) if (!seen.includes(name)) await rm(at(`dist/types/js-glue/${name}`));
  await rm(at('dist/types/web/lazy'), { recursive: true });
  // require() gives the same, so it has the same declarations; only what kind of module they describe differs.
  await cp(at('dist/types/web'), at('dist/types-cjs/web'), { recursive: true });
  await cp(at('dist/types/js-glue'), at('dist/types-cjs/js-glue'), { recursive: true });
  await writeFile(at('dist/types-cjs/package.json'), '{ "type": "commonjs" }\n');
}

async function buildDemo() {
  await build({
    entryPoints: [at('demo/demo.ts')],
    outdir: at('dist/demo'),
    bundle: true,
    splitting: true,
    minify: true,
    sourcemap: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
    alias: { holdfast: at('dist/index.js') },
  });
  for (const name of ['index.html', 'demo.css']) await copyFile(at(`demo/${name}`), at(`dist/demo/${name}`));
  await copyFile(at('dist/holdfast.wasm'), at('dist/demo/holdfast.wasm'));
}

/** A hash over everything that goes in. */
async function stampOf(folders, files) {
  const hash = createHash('sha256');
  const found = (await Promise.all(folders.map((folder) => readdir(at(folder), { recursive: true, withFileTypes: true }))))
    .flat()
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const path of [...found, ...files.map(at)]) hash.update(path).update(await readFile(path));
  return hash.digest('hex');
}
