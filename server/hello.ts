// Who a client says it is before its token has been checked: enough to aim a fault at.

import { decodeJwt } from 'jose';

export interface Caller {
  identity: string;
  /** Name or SID; empty: it does not say. */
  room: string;
}

/** Undefined if the text is not a hello with a token. */
export function readHello(text: string): Caller | undefined {
  if (!text.includes('"hello"')) return undefined;
  try {
    const { type, body } = JSON.parse(text) as { type: unknown; body: { token: string; name?: unknown } };
    const { grants } = decodeJwt<{ grants: { identity: unknown } }>(body.token);
    if (type !== 'hello' || typeof grants.identity !== 'string') return undefined;
    return { identity: grants.identity, room: typeof body.name === 'string' ? body.name : '' };
  } catch {
    return undefined;
  }
}
