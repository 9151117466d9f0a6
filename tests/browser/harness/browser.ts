// One face for both browsers: Chromium over CDP, Firefox over BiDi. Every page is visible, has fake devices and needs no permission.

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page as ChromiumPage } from 'playwright-core';
import puppeteer, { type Page } from 'puppeteer-core';
import { CHROMIUM, FIREFOX } from './requirements.js';

export type BrowserKind = 'chromium' | 'firefox';

export interface TestPage {
  readonly kind: BrowserKind;
  /** Uncaught errors of the page so far. */
  readonly errors: string[];
  /** The page's console so far, for the report of a failing test. */
  readonly console: string[];
  goto(url: string): Promise<void>;
  /** As its user would; nobody asks whether to leave. Resolves when the new page is loaded. */
  reload(): Promise<void>;
  /** Runs a function in the page; it sees its argument and the page, nothing else. */
  evaluate<Argument, Result>(run: (argument: Argument) => Result | Promise<Result>, argument: Argument): Promise<Result>;
  /** Closes the tab as its user would: `pagehide` fires, `beforeunload` does not. */
  closeTab(): Promise<void>;
  /** Tries to close it, and stays when the page asks (`beforeunload`). Resolves when the page has asked. */
  closeAndStay(): Promise<void>;
  /** A click beside everything; of a browser that was launched with `untouched`. */
  click?(): Promise<void>;
  /** Of a browser that was launched with `tabs`. */
  readonly tab?: TabControls;
}

/** What its user can do to a tab. The promise of each is fulfilled when it is done, and gives what undoes it. */
export interface TabControls {
  /** Puts another tab in front of it. */
  cover(): Promise<() => Promise<void>>;
  /** Goes to another page; undone by going back. */
  goAway(url: string): Promise<() => Promise<void>>;
  /** As a browser freezes a tab that nobody looks at. Chromium only. */
  freeze?(): Promise<() => Promise<void>>;
}

export interface TestBrowser {
  readonly kind: BrowserKind;
  /** Of the browser's first process. */
  readonly pid: number;
  newPage(): Promise<TestPage>;
  close(): Promise<void>;
}

export interface LaunchOptions {
  /** Runs the browser inside this network namespace. Chromium only. */
  namespace?: string;
  /** An http origin to be treated as a secure one. Firefox then gives devices to every origin. */
  trustedOrigin?: string;
  /**
   * Pages are tabs of one window, of which only the latest is visible; what browsers do to hidden tabs and to pages that were left is not
   * switched off, and the most that Chromium does to a hidden tab begins after 5 s instead of 5 min.
   */
  tabs?: boolean;
  /** As browsers are set at first, nothing sounds before the user has clicked, and `evaluate` does not count as that. Chromium only. */
  untouched?: boolean;
  /** A TURN server on loopback will do. Chromium takes it anyway. */
  turnOnLoopback?: boolean;
}

export function launch(kind: BrowserKind, options: LaunchOptions = {}): Promise<TestBrowser> {
  if (options.tabs) return launchTabs(kind);
  return kind === 'chromium' ? launchChromium(options) : launchFirefox(options);
}

// Of the fake cameras; browsers without a graphics card spend most of their time on frames.
const FRAMES_PER_SECOND = 15;

const CHROMIUM_FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--use-fake-device-for-media-stream=fps=${FRAMES_PER_SECOND}`,
  '--use-fake-ui-for-media-stream',
];
const AUTOPLAY = '--autoplay-policy=no-user-gesture-required';

const FIREFOX_PREFERENCES = {
  'dom.disable_beforeunload': false,
  'media.navigator.streams.fake': true,
  'media.navigator.video.default_fps': FRAMES_PER_SECOND,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'media.gmp-manager.updateEnabled': false,
  'app.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
};

const DEVICES_FOR_EVERY_ORIGIN = { 'media.devices.insecure.enabled': true, 'media.getusermedia.insecure.enabled': true };

async function launchChromium({ namespace, trustedOrigin, untouched }: LaunchOptions): Promise<TestBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-chromium-'));
  let executablePath = CHROMIUM;
  if (namespace !== undefined) {
    executablePath = join(folder, 'chromium-in-namespace');
    await writeFile(executablePath, `#!/bin/sh\nexec ip netns exec ${namespace} ${CHROMIUM} "$@"\n`, { mode: 0o755 });
  }
  const profile = join(folder, 'profile');
  const trusted = trustedOrigin === undefined ? [] : [`--unsafely-treat-insecure-origin-as-secure=${trustedOrigin}`];
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    chromiumSandbox: false,
    args: [...CHROMIUM_FLAGS, ...trusted, ...(untouched ? [] : [AUTOPLAY])],
  });
  const pid = findProcess((line) => line.includes(`--user-data-dir=${profile}`) && !line.includes('--type=') && !line.includes('/bin/sh'));

  return {
    kind: 'chromium',
    pid,
    async newPage() {
      const page = await context.newPage();
      const { errors, console } = listen((onError, onLine) =>
        page.on('pageerror', onError).on('console', (message) => onLine(message.text())),
      );
      return {
        kind: 'chromium',
        errors,
        console,
        goto: async (url) => void (await page.goto(url)),
        reload: async () => void (await page.reload()),
        evaluate: untouched ? await evaluateUnnoticed(page) : (run, argument) => page.evaluate(run as never, argument as never),
        ...(untouched && { click: () => page.mouse.click(1, 1) }),
        closeTab: () => page.close(),
        async closeAndStay() {
          await page.mouse.click(1, 1); // Pages that nobody has touched may not ask.
          const asked = new Promise<void>((resolve) => page.once('dialog', (dialog) => void dialog.dismiss().then(resolve)));
          await page.close({ runBeforeUnload: true });
          await asked;
        },
      };
    },
    async close() {
      await context.close();
      endProcess(pid);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What Playwright evaluates counts as done by the user. */
async function evaluateUnnoticed(page: ChromiumPage): Promise<TestPage['evaluate']> {
  const devtools = await page.context().newCDPSession(page);
  return async (run, argument) => {
    const expression = `(${String(run)})(${JSON.stringify(argument)})`;
    const { result, exceptionDetails } = await devtools.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as never;
  };
}

async function launchTabs(kind: BrowserKind): Promise<TestBrowser> {
  const browser = await puppeteer.launch(
    kind === 'firefox'
      ? { browser: 'firefox', executablePath: FIREFOX, headless: true, extraPrefsFirefox: FIREFOX_PREFERENCES }
      : {
          executablePath: CHROMIUM,
          headless: true,
          args: ['--no-sandbox', ...CHROMIUM_FLAGS, AUTOPLAY, '--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/5'],
          ignoreDefaultArgs: [
            '--disable-background-timer-throttling',
            '--disable-backgrounding-occluded-windows',
            '--disable-renderer-backgrounding',
          ],
        },
  );
  const pid = browser.process()!.pid!;
  return {
    kind,
    pid,
    async newPage() {
      const page = await browser.newPage();
      return {
        ...puppeteerPage(kind, page),
        tab: {
          async cover() {
            const other = await browser.newPage();
            await other.bringToFront();
            return async () => {
              await page.bringToFront();
              await other.close();
            };
          },
          async goAway(url) {
            await page.goto(url);
            return async () => void (await page.goBack());
          },
          ...(kind === 'chromium' && {
            async freeze() {
              const devtools = await page.createCDPSession();
              const set = (state: 'frozen' | 'active') => devtools.send('Page.setWebLifecycleState', { state });
              await set('frozen');
              return () => set('active');
            },
          }),
        },
      };
    },
    async close() {
      await browser.close();
      endProcess(pid);
    },
  };
}

async function launchFirefox({ trustedOrigin, turnOnLoopback }: LaunchOptions): Promise<TestBrowser> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: FIREFOX,
    headless: true,
    extraPrefsFirefox: {
      ...FIREFOX_PREFERENCES,
      ...(trustedOrigin === undefined ? {} : DEVICES_FOR_EVERY_ORIGIN),
      ...(turnOnLoopback && { 'media.peerconnection.ice.loopback': true }),
    },
  });
  const pid = browser.process()!.pid!;

  return {
    kind: 'firefox',
    pid,
    async newPage() {
      // A window of its own: only one tab of a window is visible, and hidden pages are slowed down.
      const page = await browser.newPage({ type: 'window' });
      return puppeteerPage('firefox', page);
    },
    async close() {
      await browser.close();
      endProcess(pid);
    },
  };
}

function puppeteerPage(kind: BrowserKind, page: Page): TestPage {
  const { errors, console } = listen((onError, onLine) => page.on('pageerror', onError).on('console', (message) => onLine(message.text())));
  return {
    kind,
    errors,
    console,
    goto: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    evaluate: (run, argument) => page.evaluate(run as never, argument as never) as never,
    closeTab: () => page.close(),
    async closeAndStay() {
      await page.mouse.click(1, 1);
      const asked = new Promise<void>((resolve) => page.once('dialog', (dialog) => void dialog.dismiss().then(resolve)));
      await Promise.race([page.close({ runBeforeUnload: true }), asked]);
      await asked;
    },
  };
}

function listen(subscribe: (onError: (error: unknown) => void, onLine: (line: string) => void) => void): {
  errors: string[];
  console: string[];
} {
  const errors: string[] = [];
  const console: string[] = [];
  subscribe(
    (error) => errors.push(String(error)),
    (line) => console.push(line),
  );
  return { errors, console };
}

function findProcess(matches: (commandLine: string) => boolean): number {
  const lines = execFileSync('ps', ['-eo', 'pid=,args=', '-ww'], { encoding: 'utf8' }).split('\n');
  const line = lines.find(matches);
  if (line === undefined) throw new Error('the browser has no process');
  return Number(line.trim().split(' ', 1)[0]);
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended, as it should.
  }
}
