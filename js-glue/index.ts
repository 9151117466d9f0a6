// What the package is built on. For each Room:
//
//   const media = new LocalMedia();                     // addTrack / addData, before the id is named in any input
//   const core = await loadCore();
//   const driver = new Driver(core, { media, peerOptions, onEmit, onLog, onFatal });
//   driver.dispatch({ kind: 'connect', … });            // inputs: boundary.ts; only commands come from the package
//
// onEmit gets every event of boundary.ts in order: change the model, then emit. On `trackSubscribed`, driver.remoteTrack(peer, mid) or
// driver.remoteChannel(peer, mediaId) gives the media. On `connectFailed` and `roomDisconnected`, and on onFatal, the Room is over:
// driver.close() (harmless after onFatal), media.close().

export type * from './boundary.js';
export { withDtx, type Codecs } from './codecs.js';
export { Driver, type DriverOptions, type SocketStep } from './driver.js';
export { loadCore, setWasm, type WasmSource } from './load.js';
export { LocalMedia, type Keeping } from './media.js';
export type { PeerStats } from './peer.js';
export type { PeerOptions } from './peers.js';
export { RemoteChannel, type DataMessage } from './remote-channel.js';
export { callGuarded, reportUncaught } from './report-error.js';
export { Sending, type BitrateLimits } from './sending.js';
