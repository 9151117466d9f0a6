// The access token as an app gives it: a string, or a function that makes one whenever it is needed. What to do when is the core's decision.

import type { Input } from '../js-glue/index.js';

/** Gives an access token, now or later. Whatever it throws or rejects with becomes the cause of 20104. */
export type TokenFunction = () => string | Promise<string>;

type GivenToken = Pick<Extract<Input, { kind: 'tokenGiven' }>, 'token' | 'lifetime'>;

/** @internal The token with the time until it ends, ms, if it says so. It is read, not verified: that is the server's part. */
export function withLifetime(token: unknown): GivenToken {
  if (typeof token !== 'string') throw new TypeError('token must be a string');
  try {
    const { exp } = JSON.parse(atob(token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/'))) as { exp: number };
    const lifetime = Math.round(exp * 1000 - Date.now());
    if (Number.isSafeInteger(lifetime)) return { token, lifetime };
  } catch {
    // Not of this form; nor need it be.
  }
  return { token };
}

/** @internal The app's function, asked once: what there is to tell the core. */
export async function askForToken(make: TokenFunction, op: number): Promise<Input> {
  try {
    return { kind: 'tokenGiven', op, ...withLifetime(await make()) };
  } catch (error) {
    return { kind: 'tokenFailed', op, message: String(error) };
  }
}
