// One call of a name at a time in all tabs of a browser: a Web Lock, held for as long as the Room lives.

/** `connect()` with `tabLock`, while another tab of this browser (or this one) is in a call under that name, or about to be. */
export class TabLockedError extends Error {
  override readonly name = 'TabLockedError';

  /** @internal */
  constructor(readonly tabLock: string) {
    super(`"${tabLock}" is already open in another tab`);
  }
}

/**
 * Resolves with the function that gives it back, which the end of the page does, too. Rejects with TabLockedError if it is taken.
 * Without Web Locks (only pages of https: and localhost have them) nobody is locked out.
 */
export function takeTabLock(name: string): Promise<() => void> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (!locks) return Promise.resolve(() => {});
  return new Promise((resolve, reject) => {
    const held = (lock: Lock | null) =>
      lock ? new Promise<void>((release) => resolve(release)) : Promise.reject(new TabLockedError(name));
    locks.request(`holdfast ${name}`, { ifAvailable: true }, held).catch(reject);
  });
}
