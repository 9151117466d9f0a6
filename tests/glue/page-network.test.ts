import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import type { Input } from '../../js-glue/boundary.js';
import { listenToNetwork } from '../../js-glue/network.js';
import { listenToPage } from '../../js-glue/page.js';
import { FakeCore, makeDriver, stubGlobals } from './fakes.js';

/** Counts its listeners. */
class Target extends EventTarget {
  private readonly signals: AbortSignal[] = [];

  get listeners(): number {
    return this.signals.filter(({ aborted }) => !aborted).length;
  }

  override addEventListener(type: string, listener: EventListener, options: { signal: AbortSignal }): void {
    super.addEventListener(type, listener, options);
    this.signals.push(options.signal);
  }
}

class Page extends Target {
  visibilityState = 'visible';
}

function stubPage(t: TestContext): { window: Target; document: Page } {
  const globals = { window: new Target(), document: new Page() };
  stubGlobals(t, globals);
  return globals;
}

function stubNetwork(t: TestContext): { global: Target; connection: Target } {
  const [global, connection] = [new Target(), new Target()];
  stubGlobals(t, { addEventListener: global.addEventListener.bind(global), navigator: { connection } });
  return { global, connection };
}

test('page: its life is reported in the words of the boundary', (t) => {
  const { window, document } = stubPage(t);
  const reported: Input[] = [];

  listenToPage((input) => reported.push(input), new AbortController().signal);
  window.dispatchEvent(new Event('beforeunload'));
  window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: true }));
  document.visibilityState = 'hidden';
  document.dispatchEvent(new Event('visibilitychange'));
  document.dispatchEvent(new Event('freeze'));
  document.dispatchEvent(new Event('resume'));
  document.visibilityState = 'visible';
  document.dispatchEvent(new Event('visibilitychange'));
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));

  assert.deepEqual(
    reported.map((input) => input.kind === 'page' && [input.event, input.persisted]),
    [
      ['beforeUnload', false],
      ['pageHide', true],
      ['hidden', false],
      ['freeze', false],
      ['resume', false],
      ['visible', false],
      ['pageShow', false],
    ],
  );
});

test('network: its hints are reported', (t) => {
  const { global, connection } = stubNetwork(t);
  const reported: Input[] = [];

  listenToNetwork((input) => reported.push(input), new AbortController().signal);
  global.dispatchEvent(new Event('offline'));
  global.dispatchEvent(new Event('online'));
  connection.dispatchEvent(new Event('change'));

  assert.deepEqual(reported, [
    { kind: 'network', event: 'offline' },
    { kind: 'network', event: 'online' },
    { kind: 'network', event: 'changed' },
  ]);
});

test('page, network: there are listeners while a Room lives, none before and none after', (t) => {
  const targets = Object.values({ ...stubPage(t), ...stubNetwork(t) });
  const count = () => targets.map(({ listeners }) => listeners);
  const core = new FakeCore();

  assert.deepEqual(count(), [0, 0, 0, 0]);
  const { driver } = makeDriver(core);
  assert.deepEqual(count(), [3, 3, 2, 1]);
  targets[0]!.dispatchEvent(new Event('pagehide'));
  driver.close();
  assert.deepEqual(count(), [0, 0, 0, 0]);
  targets[0]!.dispatchEvent(new Event('pagehide'));

  assert.deepEqual(core.inputs, [{ kind: 'page', event: 'pageHide', persisted: false }]);
});

test('page, network: where there is no page, as here in Node, there is nothing to listen to', () => {
  const { signal } = new AbortController();

  listenToPage(() => assert.fail(), signal);
  listenToNetwork(() => assert.fail(), signal);
});
