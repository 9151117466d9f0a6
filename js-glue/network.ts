// What the browser tells about the network: hints, nothing more.

import type { Input } from './boundary.js';

type NetworkEvent = (Input & { kind: 'network' })['event'];

export function listenToNetwork(report: (input: Input) => void, signal: AbortSignal): void {
  const on = (target: Partial<EventTarget> | undefined, type: string, event: NetworkEvent) =>
    target?.addEventListener?.(type, () => report({ kind: 'network', event }), { signal });
  on(globalThis as Partial<EventTarget>, 'online', 'online');
  on(globalThis as Partial<EventTarget>, 'offline', 'offline');
  const { navigator } = globalThis as { navigator?: { connection?: EventTarget } };
  on(navigator?.connection, 'change', 'changed');
}
