// What browser tests are written with.

import { type TestContext, after, afterEach } from 'node:test';
import { type BrowserKind, type LaunchOptions, type TestBrowser, launch } from './browser.js';
import { Caller } from './caller.js';
import { saveReports } from './reports.js';

export type { BrowserKind, TestBrowser } from './browser.js';

export { Caller };
export type { Emitted, JoinOptions, Outbound, Payload, Sdk } from './caller.js';
export { assertConversation, assertData, assertMedia, assertPath } from './conversation.js';
export { Coturn } from './coturn.js';
export { assertEvents } from './events.js';
export { FaultProxy } from './fault-proxy.js';
export { Namespace } from './namespace.js';
export { needs } from './requirements.js';
export { ServerProcess } from './server-process.js';
export { Site } from './site.js';
export * from './stories.js';

const shared = new Map<BrowserKind, Promise<TestBrowser>>();
const started: Promise<TestBrowser>[] = [];

afterEach(async (test) => {
  await saveReports(test as TestContext, Caller.open);
  await Caller.closeAll();
});
after(async () => {
  for (const browser of await Promise.allSettled(started)) if (browser.status === 'fulfilled') await browser.value.close();
});

/** A browser that ends with the file. */
export function startBrowser(kind: BrowserKind, options?: LaunchOptions): Promise<TestBrowser> {
  const browser = launch(kind, options);
  started.push(browser);
  return browser;
}

/** The file's one browser of a kind, started when it is first asked for. */
export function sharedBrowser(kind: BrowserKind): Promise<TestBrowser> {
  const browser = shared.get(kind) ?? startBrowser(kind);
  shared.set(kind, browser);
  return browser;
}
