// The rows of the suite, and the few ways to say what must hold.

export type Package = 'official' | 'holdfast';

export interface Row {
  /** '<section of the checklist>/<what>' */
  id: string;
  says: string;
  /** What it gives, if anything, is a report: the packages' reports are compared with each other. */
  run(): unknown;
  /** Why twilio-video.js does not do it. */
  officialFails?: string;
  /** Why twilio-video.js does it in most runs only: where both ends are its own, the outcome does not count. */
  officialUnsteady?: string;
}

export interface Result {
  id: string;
  says: string;
  officialFails?: string;
  officialUnsteady?: string;
  /** What did not hold. */
  error?: string;
  traces?: string[];
  report?: Report;
  ms: number;
}

export type Report = Record<string, string>;

export const rows: Row[] = [];

/** A row whose outcome is not known beforehand: it must be the same in both packages, but for what differences.ts lists. */
export function compared(id: string, says: string, run: () => Promise<Report>): void {
  row(id, says, run);
}

export function row(id: string, says: string, run: () => unknown, options: Pick<Row, 'officialFails' | 'officialUnsteady'> = {}): void {
  if (rows.some((other) => other.id === id)) throw new Error(`two rows are called ${id}`);
  rows.push({ id, says, run, ...options });
}

/** As text, so that two values can be compared and told apart. */
export function show(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? JSON.stringify(value) : String(value);
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (Object.getPrototypeOf(value) !== Object.prototype) return `a ${value.constructor.name}`;
  return `{${Object.entries(value)
    .map(([key, member]) => `${key}: ${show(member)}`)
    .join(', ')}}`;
}

export function equal(actual: unknown, expected: unknown, what = 'value'): void {
  if (!Object.is(actual, expected) && (isObject(actual, expected) || show(actual) !== show(expected))) {
    throw new Error(`${what} is ${show(actual)}, not ${show(expected)}`);
  }
}

/** By their content. */
export function alike(actual: unknown, expected: unknown, what = 'value'): void {
  if (show(actual) !== show(expected)) throw new Error(`${what} is ${show(actual)}, not ${show(expected)}`);
}

export function ok(value: unknown, what: string): asserts value {
  if (!value) throw new Error(`not so: ${what}`);
}

const isObject = (...values: unknown[]) => values.some((value) => typeof value === 'object' && value !== null);

export interface ErrorLike {
  name: string;
  message: string;
  code?: number;
}

/** What a call throws; fails if it does not. */
export function thrown(run: () => unknown): ErrorLike {
  try {
    run();
  } catch (error) {
    return error as ErrorLike;
  }
  throw new Error('nothing was thrown');
}

/** What a promise rejects with; fails if it resolves. */
export async function rejection(promise: PromiseLike<unknown>): Promise<ErrorLike> {
  const settled = await Promise.resolve(promise).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in settled) return settled.error as ErrorLike;
  throw new Error(`it resolved: ${show(settled.value)}`);
}

/** `expected`: the name of the constructor, and what the message contains. */
export function isError(error: ErrorLike, name: string, message: string | RegExp = ''): void {
  equal((error as Error).constructor.name, name, `error "${error.message}": constructor`);
  const matches = typeof message === 'string' ? error.message.includes(message) : message.test(error.message);
  ok(matches, `the message "${error.message}" has ${String(message)}`);
}

export async function within<T>(milliseconds: number, what: string, promise: PromiseLike<T>): Promise<T> {
  let timer = 0;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${milliseconds} ms`)), milliseconds) as unknown as number;
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export async function until(what: string, condition: () => unknown, milliseconds = 12_000): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

interface Emitter {
  once(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** The arguments of the next event. */
export function next<T extends unknown[]>(emitter: Emitter, event: string): Promise<T> {
  return within(12_000, `event ${event}`, new Promise<T>((resolve) => emitter.once(event, (...args: unknown[]) => resolve(args as T))));
}

/** After everything that waits for a zero timeout. */
export function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(() => setTimeout(resolve)));
}
