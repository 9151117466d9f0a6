// A network that loses packets or is narrow: whose it is shows at both ends as a bad network, not as a lost one, and as a good one again
// when it is healed.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserKind } from '../browser/harness/browser.js';
import { needs } from '../browser/harness/requirements.js';
import { Lab } from './lab.js';
import type { Network } from './network.js';
import type { Seat } from './seat.js';

const BAD = [
  { what: 'loses packets', inject: (network: Network) => network.lose('udp', 25), heal: (network: Network) => network.pass() },
  { what: 'is narrow', inject: (network: Network) => network.narrow(80), heal: (network: Network) => network.widen() },
];
const PATIENCE_MS = 60_000; // a level rises after 10 s of peace, and a machine with other work to do has some jitter
const POLL_MS = 200;

Lab.closeOnSignals();
after(() => Lab.closeAll());

/** Every level that this end was told of `whose` network. */
async function levels(seat: Seat, whose: string): Promise<number[]> {
  const told = (await seat.timeline()).map(({ event }) => event);
  return told.filter(([object, event]) => object === whose && event === 'networkQualityLevelChanged').map(([, , level]) => Number(level));
}

async function untilCalled(what: string, alice: Seat, bob: Seat, isSo: (level: number) => boolean): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(POLL_MS)) {
    const told = await Promise.all([levels(alice, 'local'), levels(bob, 'alice')]);
    if (told.every((all) => isSo(all.at(-1) ?? -1))) return;
    if (Date.now() > deadline) assert.fail(`not ${what}: Alice was told ${told[0].join(', ')}, Bob ${told[1].join(', ')}`);
  }
}

describe('network quality', { concurrency: 2 }, () => {
  for (const kind of ['chromium', 'firefox'] satisfies BrowserKind[])
    for (const { what, inject, heal } of BAD)
      test(`${kind}: Alice's network ${what}`, needs(kind, 'netns'), async () => {
        const optionsOfBoth = { networkQuality: { local: 1, remote: 1 } };
        const lab = await Lab.start({ kind, sdk: 'holdfast', sessionTimeout: 60, optionsOfBoth });
        const { alice, bob } = lab.seats;
        await untilCalled('good', alice, bob, (level) => level >= 4);
        await inject(lab.network);
        await untilCalled('bad', alice, bob, (level) => level >= 1 && level <= 2);
        await heal(lab.network);
        await untilCalled('good again', alice, bob, (level) => level >= 4);
        assert.deepEqual((await levels(alice, 'local')).at(-1), (await levels(bob, 'alice')).at(-1), 'both ends say the same');
        await lab.close();
      });
});
