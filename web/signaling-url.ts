// Where the room server is.

/** @internal Throws TypeError where there is none. http: and https: do as well as ws: and wss:. */
export function signalingUrl(wsServer: unknown = '/signaling'): string {
  const base = typeof location === 'undefined' ? undefined : location.href;
  let url: URL | undefined;
  try {
    url = new URL(String(wsServer), base);
    url.protocol = url.protocol.replace('http', 'ws');
  } catch {
    // Said below.
  }
  if (typeof wsServer !== 'string' || !url || !/^wss?:$/.test(url.protocol)) {
    throw new TypeError(`wsServer must be the ws: or wss: URL of the room server; it is ${String(wsServer)}`);
  }
  return url.href;
}
