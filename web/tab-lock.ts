/** `connect()` with `tabLock`, while a Room under that name lives in another tab of this browser, or in this one. */
export class TabLockedError extends Error {
  override readonly name = 'TabLockedError';

  /** @internal */
  constructor(readonly tabLock: string) {
    super(`"${tabLock}" is already open in another tab`);
  }
}
