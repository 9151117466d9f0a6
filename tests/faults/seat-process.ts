// One browser with one page, inside the namespace it is meant to be in: both drivers talk to their browser over what stays whole when
// the namespace's network does not (a pipe, the loopback device).

import { type BrowserKind, type TestBrowser, launch } from '../browser/harness/browser.js';
import { Caller, type JoinOptions } from '../browser/harness/caller.js';
import { answer } from './processes.js';

let browser: TestBrowser;
let caller: Caller;

answer({
  /** Resolves with the id of the browser's first process. */
  async launch(kind: BrowserKind, origin: string): Promise<number> {
    browser = await launch(kind, { trustedOrigin: origin });
    return browser.pid;
  },

  async join(origin: string, token: string, joining: JoinOptions): Promise<void> {
    caller = await Caller.join(browser, { origin, token: () => token, rooms: { url: joining.wsServer! } }, joining);
  },

  untilSees: (identity: string) => caller.untilSees(identity),
  state: () => caller.state(),
  timeline: () => caller.timeline(),
  frameTimes: (track: string) => caller.frameTimes(track),
  report: async () => `${await caller.report()}\n\nin one second: ${JSON.stringify(await caller.measure(1000))}`,
  trace: () => caller.trace(),
  closeTab: () => caller.closeTab(),
});
