// What browser tests are written with.

import { after } from 'node:test';
import { type BrowserKind, type LaunchOptions, type TestBrowser, launch } from './browser.js';

export type { BrowserKind, TestBrowser } from './browser.js';
export { Caller } from './caller.js';
export type { Emitted, Payload, Sdk } from './caller.js';
export { assertConversation, assertData, assertMedia } from './conversation.js';
export { assertEvents } from './events.js';
export { FaultProxy } from './fault-proxy.js';
export { Namespace } from './namespace.js';
export { needs } from './requirements.js';
export { Site } from './site.js';
export * from './stories.js';

const running = new Map<BrowserKind, Promise<TestBrowser>>();

/** The file's one browser of a kind, started when it is first asked for and ended with the file. */
export function sharedBrowser(kind: BrowserKind): Promise<TestBrowser> {
  let browser = running.get(kind);
  if (browser === undefined) {
    browser = ownBrowser(kind);
    running.set(kind, browser);
  }
  return browser;
}

/** A browser for one test file that others do not see. */
export async function ownBrowser(kind: BrowserKind, options?: LaunchOptions): Promise<TestBrowser> {
  const browser = await launch(kind, options);
  after(() => browser.close());
  return browser;
}
