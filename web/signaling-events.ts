// What becomes of the signaling connection, in the words of twilio-video.js: for logs and `eventListener`, nothing depends on it. Watches
// what the core asks of sockets and hears from them.

import type { SocketStep } from '../js-glue/index.js';

/** One step of the signaling connection: the argument of 'event' on `eventListener`. */
export interface SignalingEvent {
  /** ms since connect() was called. */
  elapsedTime: number;
  group: 'signaling';
  level: 'info' | 'warning' | 'error';
  /** `early`: a socket is being opened; `connecting`: the server is greeted; `waiting`: it is busy. */
  name: 'early' | 'connecting' | 'open' | 'waiting' | 'closed';
  /** ms since the epoch. */
  timestamp: number;
  /** Of `closed`: 'local' is the own disconnect. */
  payload?: { reason: 'busy' | 'failed' | 'local' | 'remote' | 'timeout' };
}

type Reason = NonNullable<SignalingEvent['payload']>['reason'];

// Of the codes that the own side closes with (docs/protocol.md 2.4); the others are time limits.
const reasons: Record<number, Reason> = { 1000: 'local', 3002: 'failed', 3006: 'busy' };
const kBusyWait = 3005;

/** @internal */
export function watchSignaling(say: (event: SignalingEvent) => void): (step: SocketStep) => void {
  const started = Date.now();
  let state: SignalingEvent['name'] = 'closed';
  const enter = (name: SignalingEvent['name'], level: SignalingEvent['level'] = 'info', reason?: Reason) => {
    state = name;
    const timestamp = Date.now();
    say({ elapsedTime: timestamp - started, group: 'signaling', level, name, timestamp, ...(reason && { payload: { reason } }) });
  };
  const close = (reason: Reason) => state !== 'closed' && enter('closed', reason === 'local' ? 'info' : 'error', reason);
  return (step) => {
    switch (step.kind) {
      case 'openSocket':
        enter('early');
        break;
      case 'sendText':
        if (state === 'early' || state === 'waiting') enter('connecting');
        break;
      case 'socketText': {
        if (state !== 'connecting') break;
        const { type, retryAfter } = parse(step.text);
        if (type === 'welcome') enter('open');
        else if (type === 'busy' && !(Number(retryAfter) < 0)) enter('waiting', 'warning');
        break;
      }
      case 'socketClosed':
        close('remote');
        break;
      case 'closeSocket':
        if (step.code !== kBusyWait) close(reasons[step.code] ?? 'timeout');
    }
  };
}

function parse(text: string): { type?: unknown; retryAfter?: unknown } {
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    return {};
  }
}
