// holdfast/server: the room server for Node, and the tokens it takes.

export { AccessToken, VideoGrant } from './access-token.js';
export type { AccessTokenOptions, Grant, TokenAlgorithm, VideoGrantOptions } from './access-token.js';
export type { BusyOptions, CloseOptions, DelayOptions, ExpireOptions, Faults, FaultTarget, Lasting } from './faults.js';
export type { ParticipantInfo, RoomServerOptions } from './options.js';
export { createRoomServer } from './room-server.js';
export type { RoomServer } from './room-server.js';
