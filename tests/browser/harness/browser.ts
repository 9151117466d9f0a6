// One face for both browsers: Chromium over CDP, Firefox over BiDi. Every page is visible, has fake devices and needs no permission.

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { CHROMIUM, FIREFOX } from './requirements.js';

export type BrowserKind = 'chromium' | 'firefox';

export interface TestPage {
  readonly kind: BrowserKind;
  /** Uncaught errors of the page so far. */
  readonly errors: string[];
  /** The page's console so far, for the report of a failing test. */
  readonly console: string[];
  goto(url: string): Promise<void>;
  /** Runs a function in the page; it sees its argument and the page, nothing else. */
  evaluate<Argument, Result>(run: (argument: Argument) => Result | Promise<Result>, argument: Argument): Promise<Result>;
  /** Closes the tab as its user would: `pagehide` fires, `beforeunload` does not. */
  closeTab(): Promise<void>;
  /** Tries to close it, and stays when the page asks (`beforeunload`). Resolves when the page has asked. */
  closeAndStay(): Promise<void>;
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
  /** A TURN server on loopback will do. Chromium takes it anyway. */
  turnOnLoopback?: boolean;
}

export function launch(kind: BrowserKind, options: LaunchOptions = {}): Promise<TestBrowser> {
  return kind === 'chromium' ? launchChromium(options) : launchFirefox(options);
}

const CHROMIUM_FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
];

const FIREFOX_PREFERENCES = {
  'dom.disable_beforeunload': false,
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'media.gmp-manager.updateEnabled': false,
  'app.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
};

const DEVICES_FOR_EVERY_ORIGIN = { 'media.devices.insecure.enabled': true, 'media.getusermedia.insecure.enabled': true };

async function launchChromium({ namespace, trustedOrigin }: LaunchOptions): Promise<TestBrowser> {
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
    args: [...CHROMIUM_FLAGS, ...trusted],
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
        evaluate: (run, argument) => page.evaluate(run as never, argument as never),
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
      const { errors, console } = listen((onError, onLine) =>
        page.on('pageerror', onError).on('console', (message) => onLine(message.text())),
      );
      return {
        kind: 'firefox',
        errors,
        console,
        goto: async (url) => void (await page.goto(url)),
        evaluate: (run, argument) => page.evaluate(run as never, argument as never) as never,
        closeTab: () => page.close(),
        async closeAndStay() {
          await page.mouse.click(1, 1);
          const asked = new Promise<void>((resolve) => page.once('dialog', (dialog) => void dialog.dismiss().then(resolve)));
          await Promise.race([page.close({ runBeforeUnload: true }), asked]);
          await asked;
        },
      };
    },
    async close() {
      await browser.close();
      endProcess(pid);
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
