/** Does this browser have what Holdfast needs? Tells by features, not by names. */
export const isSupported: boolean =
  typeof RTCPeerConnection === 'function' &&
  typeof MediaStream === 'function' &&
  typeof WebSocket === 'function' &&
  typeof WebAssembly === 'object';
