// The packed package in Node, without a browser.
import assert from 'node:assert/strict';
import { access, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

import { build } from 'esbuild';
import { publint } from 'publint';

import { root, runNode, unpackInto } from './packed.mjs';

let app;
let folder;
let files;
before(async () => ({ app, folder, files } = await unpackInto('node')));

describe('importing', () => {
  for (const [kind, file, load] of [
    ['import', 'effects.mjs', `import * as holdfast from 'holdfast'; import 'holdfast/testing';`],
    ['require()', 'effects.cjs', `const holdfast = require('holdfast'); require('holdfast/testing');`],
  ]) {
    for (const [place, env, supported] of [
      ['plain Node', {}, 'false'],
      ['something like a browser', { HOLDFAST_BROWSER: '1' }, 'true'],
    ]) {
      test(`${kind} in ${place}: nothing is created, written, listened to, fetched, scheduled or stored`, async () => {
        await writeFile(join(app, file), `${load} process.stdout.write(String(holdfast.isSupported));`);
        assert.equal(await runNode(app, env, '--import', join(import.meta.dirname, 'no-effects.mjs'), file), supported);
      });
    }
  }

  test('named exports and the members of the default export are the same, for import and for require()', async () => {
    const list = `const names = (object) => Object.keys(object).filter((name) => name !== 'default' && name !== '__esModule').sort();
      process.stdout.write(JSON.stringify([names(holdfast), names(holdfast.default), Object.values(holdfast).every((value) => value !== undefined)]));`;
    const imported = JSON.parse(await runNode(app, {}, '--input-type=module', '-e', `import * as holdfast from 'holdfast'; ${list}`));
    const required = JSON.parse(await runNode(app, {}, '--input-type=commonjs', '-e', `const holdfast = require('holdfast'); ${list}`));
    assert.deepEqual(imported[0], imported[1]);
    assert.deepEqual(required, imported);
    assert.equal(imported[0].filter((name) => name.endsWith('Error')).length, 57, 'TwilioError, the 55 of the table, and TabLockedError');
    for (const name of [
      'connect',
      'createLocalTracks',
      'createLocalAudioTrack',
      'createLocalVideoTrack',
      'LocalAudioTrack',
      'LocalVideoTrack',
      'Logger',
    ])
      assert(imported[0].includes(name), name);
  });

  test('the script tag defines no module where there is a loader for them, and its Logger works', async () => {
    const define = Object.assign(() => assert.fail('define() was called'), { amd: {} });
    const page = createContext({ define, console, URL, location: { href: 'https://app.example/' } });
    runInContext(await readFile(join(root, 'dist/holdfast.min.js'), 'utf8'), page);
    assert.equal(runInContext('Holdfast.Logger.getLevel()', page), 3);
  });

  test('the version is that of package.json', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    assert.equal(
      await runNode(app, {}, '--input-type=module', '-e', `import { version } from 'holdfast'; process.stdout.write(version)`),
      version,
    );
  });

  test('the wasm is found beside the script, also by require()', async () => {
    // It compiles, and then there is no browser: the failure is not that of the wasm.
    const attempt = `connect('token', { wsServer: 'ws://127.0.0.1:9/', tracks: [] }).catch((error) => process.stdout.write(error.message))`;
    for (const [flag, load] of [
      ['--input-type=module', `import { connect } from 'holdfast';`],
      ['--input-type=commonjs', `const { connect } = require('holdfast');`],
    ]) {
      const said = await runNode(app, {}, flag, '-e', `${load} ${attempt}`);
      assert.doesNotMatch(said, /WebAssembly/, said);
    }
  });
});

describe('connect in Node', () => {
  const rejection = async (args) =>
    JSON.parse(
      await runNode(
        app,
        {},
        '--input-type=module',
        '-e',
        `import { connect } from 'holdfast';
         connect(${args}).catch((error) => process.stdout.write(JSON.stringify([error.constructor.name, error.message])))`,
      ),
    );

  test('wrong arguments are rejections, never thrown', async () => {
    assert.deepEqual(await rejection(`42, { wsServer: 'ws://host/' }`), ['TypeError', 'token must be a string']);
    assert.equal((await rejection(`'token', { wsServer: 'ws://host/', tracks: null }`))[0], 'TypeError');
    assert.equal((await rejection(`'token', { wsServer: 'ws://host/', tracks: [{}] }`))[0], 'TypeError');
    const [name, message] = await rejection(`'token', { wsServer: 'ws://host/', logLevel: 'loud' }`);
    assert.equal(name, 'RangeError');
    assert.match(message, /level must be one of/);
  });

  test('without a page there is no default for wsServer', async () => {
    const [name, message] = await rejection(`'token', { tracks: [] }`);
    assert.equal(name, 'TypeError');
    assert.match(message, /wsServer/);
  });

  test('a wsServer that is no WebSocket URL is named', async () => {
    const [name, message] = await rejection(`'token', { wsServer: 'ftp://host/', tracks: [] }`);
    assert.equal(name, 'TypeError');
    assert.match(message, /ftp:\/\/host\//);
  });
});

describe('without the parts that are loaded when they are used', () => {
  before(() => rename(join(folder, 'dist/lazy'), join(folder, 'away')));
  after(() => rename(join(folder, 'away'), join(folder, 'dist/lazy')));

  /** What connect() fails with, by the core's verdict or before, and what it says. */
  const attempt = (options) =>
    runNode(
      app,
      {},
      '--input-type=module',
      '-e',
      `import { connect } from 'holdfast';
       const { code, message } = await connect('token', { wsServer: 'ws://127.0.0.1:9/', tracks: [], ...${options} }).catch((error) => error);
       console.log(code ?? message);`,
    );

  test('connect() reaches the core', async () => assert.equal(await attempt('{}'), '53000\n'));

  for (const [name, options] of [
    ['bandwidth-profile', '{ bandwidthProfile: {} }'],
    ['codecs', `{ preferredVideoCodecs: 'auto' }`],
    ['codecs', '{ preferredAudioCodecs: [] }'],
    ['network-quality', '{ networkQuality: true }'],
    ['tab-lock', `{ tabLock: 'one' }`],
  ])
    test(`${options}: rejects and names the part`, async () => {
      const said = await attempt(options);
      assert(said.startsWith('Holdfast could not load a part of itself: ') && said.includes(`dist/lazy/${name}.js`), said);
    });

  test('a connect() that fails says to those who debug that there is no trace', async () => {
    const said = await attempt(`{ logLevel: 'debug' }`);
    assert.match(said, /could not load a part of itself: .*dist\/lazy\/trace\.js/);
    assert.match(said, /^53000$/m);
  });
});

describe('the package', () => {
  test('publint finds nothing', async () => {
    const { messages } = await publint({ pkgDir: folder, strict: true });
    assert.deepEqual(messages, []);
  });

  test('it holds what apps need and nothing else', () => {
    const tops = new Set(files.map((path) => path.replace(/^dist\/((?:types-cjs|types|server|demo|lazy)\/).*/, 'dist/$1')));
    assert.deepEqual([...tops].sort(), [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist/demo/',
      'dist/holdfast.min.js',
      'dist/holdfast.min.js.map',
      'dist/holdfast.wasm',
      'dist/index.cjs',
      'dist/index.cjs.map',
      'dist/index.js',
      'dist/index.js.map',
      'dist/lazy/',
      'dist/react.cjs',
      'dist/react.cjs.map',
      'dist/react.js',
      'dist/react.js.map',
      'dist/server/',
      'dist/testing.cjs',
      'dist/testing.cjs.map',
      'dist/testing.js',
      'dist/testing.js.map',
      'dist/types-cjs/',
      'dist/types/',
      'package.json',
    ]);
  });

  test('the ES module imports nothing until a part is used, which imports nothing; it names the wasm the way bundlers look for it', async () => {
    const { metafile } = await build({
      entryPoints: [join(folder, 'dist/index.js')],
      bundle: true,
      format: 'esm',
      metafile: true,
      write: false,
    });
    const own = Object.values(metafile.inputs).map(({ imports }) => imports.filter(({ external }) => !external));
    const lazy = (await readdir(join(folder, 'dist/lazy'))).filter((name) => name.endsWith('.js'));
    assert.deepEqual(
      own
        .flat()
        .map(({ kind, original }) => [kind, original])
        .sort(),
      lazy.map((name) => ['dynamic-import', `./lazy/${name}`]),
    );
    assert.equal(own.filter((imports) => imports.length > 0).length, 1);
    const code = await readFile(join(folder, 'dist/index.js'), 'utf8');
    assert(code.includes('new URL("./holdfast.wasm",import.meta.url)'));
    assert(!/\beval\(|new Function\(/.test(code), 'no code from text');
  });

  test('source maps carry their sources', async () => {
    const { sources, sourcesContent } = JSON.parse(await readFile(join(folder, 'dist/index.js.map'), 'utf8'));
    assert(sources.some((path) => path.endsWith('web/room.ts')));
    assert.equal(sourcesContent.length, sources.length);
  });

  test('the room server and its command come along', async () => {
    const names = await runNode(
      app,
      {},
      '--input-type=module',
      '-e',
      `process.stdout.write(Object.keys(await import('holdfast/server')).sort().join())`,
    );
    assert.equal(names, 'AccessToken,VideoGrant,createRoomServer');
    await access(join(folder, 'dist/server/testing.js'));
    const { bin } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    assert.match(await runNode(app, {}, join(folder, bin['holdfast-server']), '--help'), /holdfast-server --dev/);
    await access(join(folder, 'dist/server/room-server.wasm'));
  });
});

describe('types', () => {
  const compile = async (sources, files, options) => {
    for (const [index, name] of sources.entries())
      await writeFile(join(app, files[index]), await readFile(join(import.meta.dirname, 'fixtures/types', name), 'utf8'));
    const project = join(app, `${files[0]}.json`);
    const compilerOptions = {
      target: 'es2018',
      lib: ['es2018', 'dom'],
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      types: [],
      ...options,
    };
    await writeFile(project, JSON.stringify({ compilerOptions, files }));
    await runNode(app, {}, join(root, 'node_modules/typescript/bin/tsc'), '-p', project).catch(({ stdout }) => assert.fail(stdout));
  };
  const client = ['app.ts', 'react.ts', 'testing.ts'];

  test('for bundlers, without Node types', () =>
    compile(client, ['bundled.ts', 'bundled-react.ts', 'bundled-testing.ts'], { module: 'esnext', moduleResolution: 'bundler' }));
  test('for import in Node', () =>
    compile(client, ['imported.mts', 'imported-react.mts', 'imported-testing.mts'], { module: 'node16', moduleResolution: 'node16' }));
  test('for require() in Node', () =>
    compile(client, ['required.cts', 'required-react.cts', 'required-testing.cts'], { module: 'node16', moduleResolution: 'node16' }));
  test('for the server', () =>
    compile(['server.ts', 'testing-server.ts'], ['server.mts', 'testing-server.mts'], {
      module: 'node16',
      moduleResolution: 'node16',
      lib: ['es2023', 'dom'],
      types: ['node'],
      skipLibCheck: true,
    }));
});
