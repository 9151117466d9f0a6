// The option `tabLock` of connect(): one call of a name at a time in all tabs of a browser. A Web Lock, held for as long as the Room lives.

import type { Room } from '../room.js';
import type { TabLockedError } from '../tab-lock.js';

// By name: what this page has to wait for before it can know whether it is locked out.
const pending = new Map<string, Promise<unknown>>();

/**
 * Runs `join` under the lock, after earlier attempts of this page: one that was called off is no Room. Without Web Locks (only pages of
 * https: and localhost have them) nobody is locked out.
 */
export function joinLocked(name: string, join: () => Promise<Room>, Locked: typeof TabLockedError): Promise<Room> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (!locks) return join();
  const attempt = Promise.resolve(pending.get(name)).then(async () => {
    const giveBack = await take(locks, name);
    if (!giveBack) throw new Locked(name);
    const release = () => pending.set(name, giveBack());
    try {
      const room = await join();
      if (room.state === 'disconnected') release();
      else room.once('disconnected', release);
      return room;
    } catch (error) {
      await giveBack();
      throw error;
    }
  });
  pending.set(
    name,
    attempt.catch(() => {}),
  );
  return attempt;
}

// Resolves with the function that gives it back and tells when it is free; with nothing if somebody else has it.
function take(locks: LockManager, name: string): Promise<(() => Promise<unknown>) | undefined> {
  return new Promise((resolve, reject) => {
    const free: Promise<unknown> = locks.request(
      `holdfast ${name}`,
      { ifAvailable: true },
      (lock) =>
        lock &&
        new Promise<void>((release) =>
          resolve(() => {
            release();
            return free;
          }),
        ),
    );
    free.then(() => resolve(undefined), reject);
  });
}
