import { writeFile } from 'node:fs/promises';
import { test, before, after } from 'node:test';
import { Site, sharedBrowser } from '../browser/harness/index.js';
let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());
test('probe', { timeout: 280000 }, async () => {
  const which = process.env['PROBE'] ?? 'holdfast-holdfast';
  const browser = (process.env['PROBE_BROWSER'] ?? 'chromium') as 'chromium';
  const rows = (process.env['PROBE_ROWS'] ?? '21/publish-audio').split(',');
  for (let i = 0; i < Number(process.env['PROBE_N'] ?? 8); ++i) {
    const page = await (await sharedBrowser(browser)).newPage();
    await page.goto(`${site.origin}/contract/${which}.html`);
    while (!(await page.evaluate(() => (globalThis as any).contract !== undefined, null))) await new Promise((r) => setTimeout(r, 20));
    const setting = { wsServer: site.rooms.url, rooms: 'p' + i, tokens: { alice: site.token('alice'), bob: site.token('bob'), carol: site.token('carol') } };
    const results = (await page.evaluate(([g, ids]: any) => (globalThis as any).contract.run(g, ids), [setting, rows] as any)) as any[];
    for (const r of results) {
      console.log(i, r.id, r.ms, r.error ? r.error.split('\n')[0] : 'ok');
      for (const [at, t] of (r.traces ?? []).entries()) await writeFile(`/tmp/hf/traces/${r.id.replaceAll('/', '-')}-${i}-${at}.trace`, t);
    }
    await page.closeTab();
  }
});
