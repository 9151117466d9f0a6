// A promise whose work can be called off. Not a subclass of Promise, as in twilio-video.js; `await` works.

// As with any Promise, a handler may say what it takes the reason for.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Reason = any;

export class CancelablePromise<T> implements Promise<T> {
  readonly #promise: Promise<T>;
  readonly #cancel: () => void;

  /** @internal */
  constructor(promise: Promise<T>, cancel: () => void) {
    this.#promise = promise;
    this.#cancel = cancel;
  }

  get [Symbol.toStringTag](): string {
    return 'CancelablePromise';
  }

  /** Rejects with `Error('Canceled')`, unless it has settled. On a derived promise it cancels the first one. */
  cancel(): this {
    this.#cancel();
    return this;
  }

  then<R1 = T, R2 = never>(
    onfulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onrejected?: ((reason: Reason) => R2 | PromiseLike<R2>) | null,
  ): CancelablePromise<R1 | R2> {
    return new CancelablePromise(this.#promise.then(onfulfilled, onrejected), this.#cancel);
  }

  catch<R = never>(onrejected?: ((reason: Reason) => R | PromiseLike<R>) | null): CancelablePromise<T | R> {
    return this.then(null, onrejected);
  }

  finally(onfinally?: (() => void) | null): CancelablePromise<T> {
    return new CancelablePromise(this.#promise.finally(onfinally), this.#cancel);
  }
}
