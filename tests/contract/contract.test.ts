// One suite against the public API of both packages: the official client shows that the suite asks for what it does, Holdfast that it does
// the same. Rows in which they differ on purpose say so themselves; what Holdfast does not do yet is in pending.ts.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type TestContext, after, before, test } from 'node:test';
import { type BrowserKind, Site, needs, sharedBrowser } from '../browser/harness/index.js';
import { AccessToken, VideoGrant } from '../../server/index.js';
import { KEY } from '../browser/harness/site.js';
import type { Package, Report, Result } from './page/check.js';
import type { Setting } from './page/lab.js';
import { type Difference, differences } from './differences.js';
import { pending } from './pending.js';

// Set by the bundler: the repository.
declare const HOLDFAST_ROOT: string;

const only = (process.env['HOLDFAST_CONTRACT_ROWS'] ?? '').split(',').filter(Boolean);
/** Enough to see in a second browser that nothing there depends on the first. */
const SMOKE = [
  '2/emitter',
  '2/properties',
  '4/',
  '5/disconnect',
  '5/reconnecting',
  '7/publish',
  '8/',
  '9/local',
  '9/remote-data',
  '9/started',
  '11/both',
];
/** Where the other participant matters. */
const MIXED = [
  '5/participant',
  '5/room-events',
  '8/',
  '9/remote',
  '10/remote',
  '10/publish',
  '21/p',
  '21/two',
  '21/q',
  '21/three',
  '21/r',
  '21/tr',
];
const COMPARED = ['21/arguments-functions', '21/arguments-local', '21/arguments-room', '21/transcript'];

let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());

interface Contract {
  contract?: { run(setting: Setting, only: string[]): Promise<Result[]> };
}

async function runSuite(run: Run): Promise<Result[]> {
  const { browser, subject, peer, wanted } = run;
  const page = await (await sharedBrowser(browser)).newPage();
  await page.goto(`${site.origin}/contract/${subject}-${peer}.html`);
  const deadline = performance.now() + 10_000;
  while (!(await page.evaluate(() => (globalThis as Contract).contract !== undefined, null))) {
    if (performance.now() > deadline) assert.fail(`the suite does not load\n${page.errors.join('\n')}\n${page.console.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const setting = { wsServer: site.rooms.url, rooms: nameOf(run), tokens: tokens() };
  const results = await page.evaluate(([given, ids]) => (globalThis as Contract).contract!.run(given, ids), [
    setting,
    only.length > 0 ? only : wanted,
  ] as [Setting, string[]]);
  await page.closeTab();
  return results;
}

function verdict({ subject, peer }: Run, { id, error, officialFails, officialUnsteady }: Result, context: TestContext): void {
  if (subject === 'official' && peer === 'official' && officialUnsteady !== undefined && error !== undefined) {
    context.skip(officialUnsteady);
  } else if (subject === 'official' && officialFails !== undefined) {
    assert.ok(error, `the official client does it after all: ${officialFails}`);
  } else if (subject === 'holdfast' && pending.has(id)) {
    assert.ok(error, 'it passes: remove it from pending.ts');
  } else if (error !== undefined) assert.fail(error);
}

test('in Node both load without a throw, and say that they are not supported', () => {
  const require = createRequire(join(HOLDFAST_ROOT, 'package.json'));
  for (const name of ['twilio-video', './dist/index.cjs'])
    assert.equal((require(name) as { isSupported: boolean }).isSupported, false, name);
});

const scripts = [
  { name: 'twilio-video.js', path: '/twilio-video.js', sets: 'Twilio.Video', defines: true },
  { name: 'Holdfast', path: '/dist/holdfast.min.js', sets: 'Holdfast', defines: false },
];
for (const { name, path, sets, defines } of scripts) {
  test(
    `${name} by script tag: ${sets}, which leaves what is there; an AMD loader ${defines ? 'gets a nameless module' : 'is left alone'}`,
    needs('chromium'),
    async () => {
      const load = async (src: string, before: string): Promise<Record<string, unknown>> => {
        const page = await (await sharedBrowser('chromium')).newPage();
        await page.goto(`${site.origin}/react.html`);
        const found = await page.evaluate(loadScript, { src, before });
        await page.closeTab();
        return found;
      };
      const alone = await load(path, '');
      const beside = await load(path, 'Twilio = { Chat: 1 }');
      assert.deepEqual([alone[sets], beside[sets], beside['Twilio.Chat']], ['object', 'object', 'number']);
      if (name === 'Holdfast') assert.equal(beside['Twilio.Video'], 'undefined');
      else assert.equal((await load(path, 'Twilio = { Video: 1 }'))['Twilio.Video'], 'number');
      const amd = await load(path, 'defined = []; define = (...args) => defined.push(args); define.amd = {}');
      assert.deepEqual(amd['defined'], defines ? ['object function'] : []);
      assert.equal(amd[sets], defines ? 'undefined' : 'object');
    },
  );
}

/** In a page: what there is by which name once the script is loaded, and what it has defined. */
async function loadScript({ src, before }: { src: string; before: string }): Promise<Record<string, unknown>> {
  const run = (code: string) => document.head.append(Object.assign(document.createElement('script'), { text: code }));
  run(before);
  await new Promise((resolve, reject) =>
    document.head.append(Object.assign(document.createElement('script'), { src, onload: resolve, onerror: reject })),
  );
  const {
    Twilio,
    Holdfast,
    defined = [],
  } = globalThis as unknown as {
    Twilio?: Record<string, unknown>;
    Holdfast?: unknown;
    defined?: unknown[][];
  };
  return {
    Holdfast: typeof Holdfast,
    'Twilio.Video': typeof Twilio?.['Video'],
    'Twilio.Chat': typeof Twilio?.['Chat'],
    defined: defined.map((args) => args.map((arg) => typeof arg).join(' ')),
  };
}

interface Run {
  browser: BrowserKind;
  subject: Package;
  /** What the other participants of its rooms run. */
  peer: Package;
  wanted: string[];
}

// Much of a row is waiting, so two pages run side by side.
const SIDE_BY_SIDE: Run[][] = [
  [
    { browser: 'chromium', subject: 'official', peer: 'official', wanted: [] },
    { browser: 'chromium', subject: 'holdfast', peer: 'holdfast', wanted: [] },
  ],
  [
    { browser: 'chromium', subject: 'official', peer: 'holdfast', wanted: MIXED },
    { browser: 'chromium', subject: 'holdfast', peer: 'official', wanted: MIXED },
  ],
  [
    { browser: 'firefox', subject: 'official', peer: 'official', wanted: SMOKE },
    { browser: 'firefox', subject: 'holdfast', peer: 'holdfast', wanted: SMOKE },
  ],
];

const nameOf = ({ browser, subject, peer }: Run) => `${subject} with ${peer} in ${browser}`;
const reports: Record<string, Map<string, Report>> = {};

for (const runs of SIDE_BY_SIDE) {
  test(runs.map(nameOf).join(', '), needs(runs[0]!.browser), async (context) => {
    const outcomes = await Promise.all(runs.map(async (run) => ({ run, results: await runSuite(run) })));
    for (const { run, results } of outcomes) {
      if (run.browser === 'chromium') reports[nameOf(run)] = new Map(results.flatMap(({ id, report }) => (report ? [[id, report]] : [])));
      for (const result of results) {
        const name = `${nameOf(run)}: ${result.id}`;
        await saveTraces(name, result.traces);
        await context.test(`${name}: ${result.says} (${result.ms} ms)`, (row) => verdict(run, result, row));
      }
    }
    if (runs[0]!.wanted.length === 0 && only.length === 0) {
      const unknown = [...pending.keys()].filter((id) => !outcomes[0]!.results.some((result) => result.id === id));
      assert.deepEqual(unknown, [], 'pending.ts names rows that are not there');
    }
  });
}

for (const id of COMPARED) {
  test(`the packages do the same: ${id}`, needs('chromium'), async (context) => {
    const official = reports['official with official in chromium']?.get(id);
    if (!official) return context.skip('not run');
    for (const [name, others] of Object.entries(reports)) {
      const report = others.get(id);
      if (report) await context.test(name, () => sameReports(id, official, report, name.startsWith('holdfast')));
    }
  });
}

async function saveTraces(name: string, traces: string[] = []): Promise<void> {
  const folder = join(HOLDFAST_ROOT, 'build/reports', name.replace(/[^a-z0-9]+/gi, '-'));
  if (traces.length > 0) await mkdir(folder, { recursive: true });
  for (const [index, trace] of traces.entries()) await writeFile(join(folder, `${index}.trace`), trace);
}

const show = (text: string | undefined) => (text === undefined ? 'nothing' : text.replaceAll('\n', ' | '));

function sameReports(id: string, official: Report, other: Report, mayDiffer: boolean): void {
  const rules = mayDiffer ? differences.filter((difference) => difference.id === id) : [];
  const used = new Set<Difference>();
  const wrong: string[] = [];
  for (const key of new Set([...Object.keys(official), ...Object.keys(other)])) {
    if (official[key] === other[key]) continue;
    const rule = rules.find((difference) => difference.key.test(key) && difference.holdfast === other[key]);
    if (rule) used.add(rule);
    else wrong.push(`${key}: ${show(official[key])}, here ${show(other[key])}`);
  }
  for (const rule of rules) if (!used.has(rule)) wrong.push(`no longer different: ${rule.key}`);
  if (wrong.length > 0) assert.fail(wrong.join('\n'));
}

function tokens(): Record<string, string> {
  const make = ({ accountSid, apiKey, apiSecret } = KEY, identity = 'alice', ttl = 3600, grant = true) => {
    const token = new AccessToken(accountSid, apiKey, apiSecret, { identity, ttl });
    if (grant) token.addGrant(new VideoGrant());
    return token.toJwt();
  };
  return {
    alice: make(),
    bob: make(KEY, 'bob'),
    carol: make(KEY, 'carol'),
    expired: make(KEY, 'alice', -10),
    'of an unknown key': make({ ...KEY, apiKey: 'SK00000000000000000000000000000009' }),
    'wrongly signed': make({ ...KEY, apiSecret: 'another' }),
    'without a grant': make(KEY, 'alice', 3600, false),
  };
}
