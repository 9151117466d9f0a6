// The session of a Room from one page of a tab to the next. sessionStorage lives as long as the tab, and a duplicated tab gets a copy: so
// the session is there only between the pages, and whoever reads it takes it.

export function keepSession(name: unknown, session: string): void {
  try {
    sessionStorage.setItem(keyOf(name), session);
  } catch {
    // Storage is switched off or full: the next page joins as ever.
  }
}

export function takeKeptSession(name: unknown): string | undefined {
  try {
    const session = sessionStorage.getItem(keyOf(name));
    sessionStorage.removeItem(keyOf(name));
    return session ?? undefined;
  } catch {
    return undefined;
  }
}

function keyOf(name: unknown): string {
  return `holdfast ${String(name ?? '')}`;
}
