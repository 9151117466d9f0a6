// Where errors go that nobody can be handed: those of the app's listeners, and failures that end nothing.

/** Like the platform's own reportError(), which not every runtime has: the error shows up as an uncaught one; nothing is interrupted. */
export function reportUncaught(error: unknown): void {
  const { reportError } = globalThis as { reportError?: (error: unknown) => void };
  if (reportError) {
    reportError(error);
  } else {
    setTimeout(() => {
      throw error;
    });
  }
}

/** Runs a callback of somebody else: what it throws is reported and stops nobody. */
export function callGuarded(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    reportUncaught(error);
  }
}

export function toError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
