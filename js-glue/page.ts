// What the browser tells about the life of the page. Where there is no document (a worker, Node) there is nothing to tell.

import type { Input } from './boundary.js';

type PageEvent = (Input & { kind: 'page' })['event'];

export function listenToPage(report: (input: Input) => void, signal: AbortSignal): void {
  if (typeof document === 'undefined') return;
  const on = (target: EventTarget, type: string, toEvent: () => PageEvent) =>
    target.addEventListener(
      type,
      (event) => report({ kind: 'page', event: toEvent(), persisted: (event as PageTransitionEvent).persisted === true }),
      { signal },
    );
  on(window, 'beforeunload', () => 'beforeUnload');
  on(window, 'pagehide', () => 'pageHide');
  on(window, 'pageshow', () => 'pageShow');
  on(document, 'visibilitychange', () => document.visibilityState);
  on(document, 'freeze', () => 'freeze');
  on(document, 'resume', () => 'resume');
}
