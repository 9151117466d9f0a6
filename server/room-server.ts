// Puts a room server on a port: HTTP and WebSocket on the outside, the machine's host (host.ts) on the inside.

import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { Server as TlsServer } from 'node:tls';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { RoomSnapshot } from '../js-glue/server-boundary.js';
import { createFaultListener } from './fault-endpoint.js';
import type { Faults } from './faults.js';
import { RoomHost, type VerifyToken } from './host.js';
import { answerNotFound, createRequestListener, pathOf } from './http.js';
import { type RoomServerOptions, resolveOptions } from './options.js';
import { type Admission, TokenVerifier, type Verdict, refusal } from './tokens.js';
import { makeTurnServer } from './turn.js';

const MAX_MESSAGE_BYTES = 1024 * 1024;
const ROOM_CONNECT_FAILED = 53104;

/** A running room server. */
export interface RoomServer {
  /** What clients take as `wsServer`. Throws until a given `server` listens. */
  readonly url: string;
  readonly port: number;
  /** The rooms as they are now; a snapshot. */
  readonly rooms: RoomSnapshot[];
  /** Ends a room for everyone in it (53118). False: there is no such room. */
  completeRoom(nameOrSid: string): boolean;
  /** Throws one participant out of a room. False: no such room or participant. */
  removeParticipant(nameOrSid: string, identityOrSid: string): boolean;
  /** Breaks things on purpose, for the tests of an app. */
  readonly faults: Faults;
  /** Closes every connection with 1012, which tells clients to come back, and then the port. */
  close(): Promise<void>;
}

/** Resolves when the port is open; rejects with a TypeError or RangeError for options that cannot work, or with the error of `listen`. */
export function createRoomServer(options: RoomServerOptions): Promise<RoomServer> {
  return startRoomServer(options, answerNotFound);
}

/** The same, with something to say to requests that are not the room server's. */
export async function startRoomServer(options: RoomServerOptions, otherwise: RequestListener): Promise<RoomServer> {
  const { accountSid, keys, config, turn, path, port, host } = resolveOptions(options);
  const verifier = new TokenVerifier(accountSid, keys);
  const verify = async ({ token, room, purpose }: VerifyToken): Promise<Admission> => {
    const now = Date.now() / 1000;
    const found = await verifier.verify(token, now);
    const verdict = found.errorCode !== 0 || purpose !== 'connect' ? found : await authorize(options, found, room);
    const mayRelay = turn !== undefined && verdict.errorCode === 0;
    return { ...verdict, iceServers: mayRelay ? [...config.iceServers, makeTurnServer(turn, verdict.identity, now)] : [] };
  };
  const rooms = await RoomHost.start(config, verify, options);

  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    autoPong: false, // lines do it, which faults may hold back
  });
  const leave = (session: string): void => void rooms.apply({ kind: 'beacon', session });
  const onUpgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    if (pathOf(request) === path) {
      rooms.faults.whenReachable(() => webSockets.handleUpgrade(request, stream, head, (webSocket) => rooms.accept(webSocket)));
    } else if (options.server === undefined) refuseUpgrade(stream);
  };

  const listener = (others: RequestListener, more: { health?: () => object } = {}): RequestListener => {
    const whenReachable = (proceed: () => void): void => rooms.faults.whenReachable(proceed);
    const own = createRequestListener({ path, leave, whenReachable, ...more }, others);
    return options.faultsOverHttp === true ? createFaultListener(`${path}/faults`, rooms.faults, own) : own;
  };
  const server = options.server ?? createServer(listener(otherwise, { health: () => healthOf(rooms) }));
  server.on('upgrade', onUpgrade);
  const detach = options.server === undefined ? () => closeServer(server) : takeRequests(server, listener);
  if (options.server === undefined) await listen(server, port, host);

  let closing: Promise<void> | undefined;
  return {
    get url() {
      return urlOf(server, options.host, path);
    },
    get port() {
      return addressOf(server).port;
    },
    get rooms() {
      return rooms.rooms;
    },
    faults: rooms.faults,
    completeRoom: (room) => rooms.apply({ kind: 'completeRoom', room }),
    removeParticipant: (room, participant) => rooms.apply({ kind: 'removeParticipant', room, participant, asLost: false }),
    close: () => (closing ??= close()),
  };

  async function close(): Promise<void> {
    server.off('upgrade', onUpgrade);
    await rooms.close();
    await detach();
  }
}

async function authorize({ authorize: ask, log }: RoomServerOptions, verdict: Verdict, room: string): Promise<Verdict> {
  if (ask === undefined) return verdict;
  try {
    if ((await ask(verdict.identity, room)) === true) return verdict;
  } catch (error) {
    log?.(`authorize threw: ${String(error)}`);
  }
  return refusal(ROOM_CONNECT_FAILED);
}

function healthOf(rooms: RoomHost): object {
  const all = rooms.rooms;
  return {
    status: 'ok',
    rooms: all.length,
    participants: all.reduce((sum, room) => sum + room.participants.length, 0),
    connections: rooms.socketCount,
  };
}

function refuseUpgrade(stream: Duplex): void {
  stream.on('error', () => {});
  stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
}

// Ours first, the server's own listeners for everything else. Returns what undoes it.
function takeRequests(server: Server, wrap: (others: RequestListener) => RequestListener): () => Promise<void> {
  const others = server.listeners('request') as RequestListener[];
  const listener = wrap((request, response) => others.forEach((other) => other.call(server, request, response)));
  server.removeAllListeners('request');
  server.on('request', listener);
  return () => {
    server.off('request', listener);
    others.forEach((other) => server.on('request', other));
    return Promise.resolve();
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Exclusively: the workers of a cluster would share the port, and each would have rooms of its own (docs/protocol.md 20.5).
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function urlOf(server: Server, host: string | undefined, path: string): string {
  const { address, port } = addressOf(server);
  const name = address === '::' || address === '0.0.0.0' ? 'localhost' : (host ?? address);
  return `${server instanceof TlsServer ? 'wss' : 'ws'}://${name.includes(':') ? `[${name}]` : name}:${port}${path}`;
}

function addressOf(server: Server): { address: string; port: number } {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The http server does not listen on a port (yet)');
  return address;
}
