// runPreflight() in real browsers: over a TURN server it completes, and without one, without a server or without a token it says why not.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PreflightTest, PreflightTestReport } from '../../web/exports.js';
import { Coturn, Site, type TestBrowser, needs, sharedBrowser, startBrowser } from './harness/index.js';

const SECRET = 'shared by both servers';
const needed = needs('coturn');

let coturn: Coturn;
let site: Site;
let withoutTurn: Site;
before(async () => {
  if (needed.skip !== undefined) return;
  coturn = await Coturn.start(SECRET);
  site = await Site.start({ turnUrls: coturn.url, turnSecret: SECRET });
  withoutTurn = await Site.start();
});
after(async () => {
  await site?.close();
  await withoutTurn?.close();
  await coturn?.close();
});

interface Outcome {
  steps: string[];
  error?: { name: string; message: string; code?: number };
  report: PreflightTestReport;
}
interface PreflightPage {
  call: { sdk?: { runPreflight(token: string, options: object): PreflightTest } };
}

/** `stopAt`: the step at which the app has had enough. */
async function run(
  browser: TestBrowser,
  at: Site,
  { token = at.token('tester'), wsServer = at.rooms.url, stopAt = '' } = {},
): Promise<Outcome> {
  const page = await browser.newPage();
  await page.goto(`${site.origin}/holdfast.html`);
  while (!(await page.evaluate(() => Boolean((globalThis as unknown as PreflightPage).call?.sdk), null)));
  const outcome = await page.evaluate(
    ([given, server, last]) =>
      new Promise<string>((resolve) => {
        const steps: string[] = [];
        const preflight = (globalThis as unknown as PreflightPage).call.sdk!.runPreflight(given!, { duration: 2500, wsServer: server });
        preflight.on('progress', (step) => {
          steps.push(step);
          if (step === last) preflight.stop();
        });
        preflight.on('completed', (report) => resolve(JSON.stringify({ steps, report })));
        preflight.on('failed', (error, report) => {
          const { name, message, code } = error as Error & { code?: number };
          resolve(JSON.stringify({ steps, report, error: { name, message, code } }));
        });
      }),
    [token, wsServer, stopAt],
  );
  await page.closeTab();
  return JSON.parse(outcome) as Outcome;
}

function assertFailed({ report }: Outcome, ...steps: string[]): void {
  assert.deepEqual(
    report.progressEvents.map(({ name }) => name),
    steps,
  );
  assert.deepEqual(report.stats, { jitter: null, rtt: null, packetLoss: null });
  assert.deepEqual([report.iceCandidateStats, report.selectedIceCandidatePairStats], [[], null]);
  assert.equal(report.testTiming.end! - report.testTiming.start, report.testTiming.duration);
}

for (const kind of ['chromium', 'firefox'] as const) {
  test(`${kind}: completes over TURN`, needs(kind, 'coturn'), async () => {
    const { steps, report, error } = await run(await startBrowser(kind, { turnOnLoopback: true }), site);
    assert.equal(error, undefined, JSON.stringify({ error, steps }));
    const between = ['dtlsConnected', 'iceConnected', 'peerConnectionConnected'];
    assert.deepEqual(steps.slice(2, 5).sort(), between);
    assert.deepEqual(
      steps.filter((step) => !between.includes(step)),
      ['mediaAcquired', 'connected', 'mediaSubscribed', 'mediaStarted'],
    );
    assert.deepEqual(
      report.progressEvents.map(({ name }) => name),
      steps,
    );
    for (const { start, end, duration } of [report.testTiming, ...Object.values(report.networkTiming)])
      assert.equal(end! - start, duration);
    assert.ok(report.testTiming.duration! >= 2500);
    for (const stat of [report.stats.jitter!, report.stats.rtt!, report.stats.packetLoss!, report.mos!]) {
      assert.ok(
        stat.min >= 0 && stat.min <= stat.max && stat.average - stat.max < 1e-9 && stat.min - stat.average < 1e-9,
        JSON.stringify(report),
      );
    }
    assert.ok(report.stats.rtt!.max > 0 && report.stats.packetLoss!.max <= 100 && report.mos!.max <= 4.5, JSON.stringify(report));
    assert.equal(report.selectedIceCandidatePairStats!.remoteCandidate.candidateType, 'relay', JSON.stringify(report));
    assert.ok(report.iceCandidateStats.length >= 2);
    assert.deepEqual(site.rooms.rooms, [], 'it has joined nothing');
  });

  test(`${kind}: without a TURN server it fails with 53405`, needs(kind, 'coturn'), async () => {
    const outcome = await run(await sharedBrowser(kind), withoutTurn);
    assert.equal(outcome.error?.code, 53405, JSON.stringify(outcome));
    assertFailed(outcome, 'mediaAcquired', 'connected');
  });
}

test('a bad token, no room server, and stop()', needs('chromium', 'coturn'), async () => {
  const browser = await sharedBrowser('chromium');
  const refused = await run(browser, site, { token: 'none' });
  assert.equal(refused.error?.code, 20101, JSON.stringify(refused));
  assertFailed(refused, 'mediaAcquired');

  const nobody = await Site.start();
  const wsServer = nobody.rooms.url;
  await nobody.close();
  const unreached = await run(browser, site, { wsServer });
  assert.equal(unreached.error?.code, 53000, JSON.stringify(unreached));
  assertFailed(unreached, 'mediaAcquired');

  const elsewhere = await run(browser, site, { wsServer: 'ftp://host/' });
  assert.equal(elsewhere.error?.name, 'TypeError', JSON.stringify(elsewhere));

  const stopped = await run(browser, site, { stopAt: 'connected' });
  assert.deepEqual([stopped.error?.name, stopped.error?.message], ['Error', 'stopped']);
  assertFailed(stopped, 'mediaAcquired', 'connected');
});
