// holdfast/react where there is no browser, as a server that renders pages meets it: with React 18 and 19, by import and by require().
import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { root, runNode, unpackInto } from './packed.mjs';

// From `arm` on every effect is an error. React has some of its own: when it is imported, and it reads the clock when it renders.
const render = `
  const { createElement } = React;
  performance.now = now;
  function Call({ token }) {
    const { room, error, connecting } = hooks.useRoom(token, { name: 'daily' });
    const { state, attempt, nextAttemptAt } = hooks.useConnectionState(room);
    const { canPlay } = hooks.useAudioPlayback(room);
    const others = [hooks.useParticipants(room), hooks.useDominantSpeaker(room), hooks.useLostDevices(room)];
    return createElement('p', null, JSON.stringify([room, error, connecting, state, attempt, nextAttemptAt, canPlay, ...others]));
  }
  const html = [null, 'token', () => 'token'].map((token) => renderToString(createElement(Call, { token })));
  process.stdout.write(html.join(' ').replaceAll('&quot;', '"'));
`;
const arm = JSON.stringify(new URL('no-effects.mjs', import.meta.url).href);
const scripts = {
  import: `
    import * as React from 'react';
    import { renderToString } from 'react-dom/server';
    const { now } = performance;
    await import(${arm});
    const holdfast = await import('holdfast');
    const hooks = await import('holdfast/react');
    ${render}`,
  'require()': `
    const React = require('react');
    const { renderToString } = require('react-dom/server');
    const { now } = performance;
    import(${arm}).then(() => {
      const holdfast = require('holdfast');
      const hooks = require('holdfast/react');
      ${render}
    });`,
};

for (const [version, modules] of [
  ['18', 'node_modules/react18/node_modules'],
  ['19', 'node_modules'],
]) {
  describe(`React ${version} on a server`, () => {
    let app;
    before(async () => {
      ({ app } = await unpackInto(`react${version}`));
      for (const name of ['react', 'react-dom']) await symlink(join(root, modules, name), join(app, 'node_modules', name));
    });

    test('it is that version', async () => {
      assert.match(await runNode(app, {}, '-p', `require('react').version`), new RegExp(`^${version}\\.`));
    });

    for (const [kind, script] of Object.entries(scripts)) {
      for (const [place, env] of [
        ['plain Node', {}],
        ['something like a browser', { HOLDFAST_BROWSER: '1' }],
      ]) {
        test(`${kind} and renderToString() in ${place}: no effect, and what is shown before there is a Room`, async () => {
          const file = kind === 'import' ? 'render.mjs' : 'render.cjs';
          await writeFile(join(app, file), script);
          const shown = (connecting) => `<p>[null,null,${connecting},"disconnected",0,null,true,[],null,[]]</p>`;
          assert.equal(await runNode(app, env, file), [shown(false), shown(true), shown(true)].join(' '));
        });
      }
    }
  });
}
