// holdfast/testing/server: a room server for the tests of an app, and tokens for it.

import { AccessToken, VideoGrant, createRoomServer, type Faults, type RoomServer, type RoomServerOptions } from './index.js';

export interface TestServer {
  /** For connect(): its `wsServer`. */
  readonly url: string;
  readonly port: number;
  /** What can be broken: docs/testing-your-app.md. */
  readonly faults: Faults;
  /** The server itself. */
  readonly rooms: RoomServer;
  /** `room`: the only one that the token is good for; `ttl`: seconds, default 4 hours. */
  makeToken(identity: string, options?: { room?: string; ttl?: number }): string;
  /** Ends every call. */
  stop(): Promise<void>;
}

const KEY = { accountSid: 'AC00000000000000000000000000000000', apiKey: 'SK00000000000000000000000000000000', apiSecret: 'for tests only' };

/** On any free port of this machine, and with a key of its own, unless `options` say otherwise. Never for production: its key is known. */
export async function startTestServer(options: Omit<RoomServerOptions, keyof typeof KEY | 'keys'> = {}): Promise<TestServer> {
  const rooms = await createRoomServer({ ...options, ...KEY });
  return {
    url: rooms.url,
    port: rooms.port,
    faults: rooms.faults,
    rooms,
    makeToken(identity, { room, ttl } = {}) {
      const token = new AccessToken(KEY.accountSid, KEY.apiKey, KEY.apiSecret, { identity, ...(ttl !== undefined && { ttl }) });
      token.addGrant(new VideoGrant({ ...(room !== undefined && { room }) }));
      return token.toJwt();
    },
    stop: () => rooms.close(),
  };
}
