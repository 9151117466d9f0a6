// What the errors of web/errors.ts have in common, and how one is made from its code.

import type { CoreError } from '../js-glue/index.js';

export class TwilioError extends Error {
  /** 'TwilioError' for all of them, as in twilio-video.js. */
  declare readonly name: string;
  /** The number apps compare. */
  declare readonly code: number;
  declare readonly message: string;
  /** What was behind it, where that is known: the browser's, the server's or an internal error. */
  declare readonly cause?: unknown;

  constructor(code: number, message: string, cause?: unknown) {
    super(message);
    const { stack } = this;
    for (const [name, value] of Object.entries({ name: 'TwilioError', code, message, stack, ...(cause !== undefined && { cause }) })) {
      Object.defineProperty(this, name, { value, enumerable: true, configurable: true, writable: true });
    }
  }

  override toString(): string {
    return `${this.name} ${this.code}: ${this.message}`;
  }
}

/** One of the classes that stand for one code each. */
export interface TwilioErrorClass<Code extends number = number> {
  new (cause?: unknown): TwilioError & { readonly code: Code };
  readonly prototype: TwilioError & { readonly code: Code };
}

const classes = new Map<number, TwilioErrorClass>();

/** @internal */
export function coded<Code extends number>(code: Code, message: string): TwilioErrorClass<Code> {
  const Coded = class extends TwilioError {
    declare readonly code: Code;
    constructor(cause?: unknown) {
      super(code, message, cause);
    }
  };
  classes.set(code, Coded);
  return Coded;
}

/** @internal The error of a code. Texts of servers and browsers count only for codes that are not in the table; else they are the cause. */
export function createError({ code, message }: CoreError, cause?: unknown): TwilioError {
  const Coded = classes.get(code);
  if (!Coded) return new TwilioError(code, message || 'Unknown error', cause);
  const error = new Coded(cause);
  return message && message !== error.message && cause === undefined ? new Coded(new Error(message)) : error;
}
