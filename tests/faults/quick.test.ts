// The quick rows of the matrix in both browsers: everyone hears what was promised, nothing else, and the call is whole again. How long it
// takes is the business of npm run faults.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { BrowserKind } from '../browser/harness/browser.js';
import { needs } from '../browser/harness/requirements.js';
import { saveEvidence } from './evidence.js';
import { Lab } from './lab.js';
import { run } from './measure.js';
import { ROWS } from './rows.js';

// Set by the bundler: the repository.
declare const HOLDFAST_ROOT: string;

// Most of the time is spent waiting.
const SIDE_BY_SIDE = 3;

Lab.closeOnSignals();
after(() => Lab.closeAll());

describe('faults', { concurrency: SIDE_BY_SIDE }, () => {
  for (const browser of ['chromium', 'firefox'] satisfies BrowserKind[]) {
    for (const row of ROWS.filter(({ quick, unplayable }) => quick && unplayable?.[browser] === undefined)) {
      test(`${browser}: ${row.title}`, needs(browser, 'netns'), async () => {
        const { differs, rested, evidence } = await run({ row, browser, sdk: 'holdfast' });
        if (evidence) await saveEvidence(join(HOLDFAST_ROOT, 'build/reports'), `faults-${row.name}-${browser}`, evidence);
        for (const [end, difference] of Object.entries(differs)) assert.fail(`${end}: ${difference}`);
        assert.ok(rested, 'the call did not come to rest');
      });
    }
  }
});
