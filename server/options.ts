// What a room server can be told, and the defaults. Anything that cannot work is refused here, before a port is opened.

import { hkdfSync } from 'node:crypto';
import type { Server } from 'node:http';
import type { IceServer } from '../js-glue/boundary.js';
import type { ServerConfig } from '../js-glue/server-boundary.js';
import type { TurnSettings } from './turn.js';

/** Who joined or left which room. */
export interface ParticipantInfo {
  identity: string;
  sid: string;
  /** The room's name. */
  room: string;
  roomSid: string;
}

export interface RoomServerOptions {
  /** Port to listen on; default: any free one. */
  port?: number;
  /** Address to listen on; default `127.0.0.1`, so that nothing outside reaches it. */
  host?: string;
  /** Use this http(s) server instead of an own one; it is neither started nor closed. All its other requests are left alone. */
  server?: Server;
  /** Path of the WebSocket; default `/signaling`. `<path>/leave` takes the last word of leaving pages. */
  path?: string;

  /** Tokens are accepted from this account … */
  accountSid: string;
  /** … if signed with this API key … */
  apiKey?: string;
  apiSecret?: string;
  /** … or with one of these: secrets by key SID. */
  keys?: Record<string, string>;
  /** What sessions and SIDs are derived from. Default: derived from `apiSecret`, or from the first of `keys`. */
  secret?: string;

  /** Seconds for which a participant without a connection is kept; default 30. */
  sessionTimeout?: number;
  /** Longest heartbeat interval granted to a client, ms; default 5000, at least 1000. */
  heartbeatInterval?: number;
  /** Per room; default 50. */
  maxParticipants?: number;
  /** Default 10000. */
  maxRooms?: number;
  /** Handed to every client. */
  iceServers?: { urls: string | string[]; username?: string; credential?: string }[];
  /** TURN servers that know `turnSecret` (coturn: `static-auth-secret`): every participant gets credentials of its own for them … */
  turnUrls?: string | string[];
  turnSecret?: string;
  /** … that are good for so many seconds; default 86400. */
  turnTtl?: number;
  /** What `localParticipant.signalingRegion` says; default `local`. */
  signalingRegion?: string;

  /**
   * Asked for each join with a good token; `room` is the name or SID asked for, empty for a new room without a name. Anything but `true`, and
   * an exception, refuses the join with 53104 (RoomConnectFailedError).
   */
  authorize?: (identity: string, room: string) => boolean | Promise<boolean>;
  onJoin?: (participant: ParticipantInfo) => void;
  /** `reason` is 0 if the participant left by itself, otherwise an error code: 53001 after silence, 53205, 53118 … */
  onLeave?: (participant: ParticipantInfo, reason: number) => void;
  /**
   * Takes the faults of `server.faults` also over HTTP, as `POST <path>/faults`, from anyone who can reach the port: for demos and tests
   * only, never in production. Default false.
   */
  faultsOverHttp?: boolean;
  /** One line for each thing worth knowing; default: none are written. Never contains a token. */
  log?: (message: string) => void;
}

export const DEFAULT_PATH = '/signaling';
const DEFAULT_HOST = '127.0.0.1';

export type MachineConfig = Omit<ServerConfig, 'wallClockAtStart'>;

/** The options with every default filled in. */
export interface Settings {
  port: number;
  host: string;
  path: string;
  accountSid: string;
  keys: Map<string, string>;
  config: MachineConfig;
  turn: TurnSettings | undefined;
}

/** Throws a TypeError or RangeError that names the option. */
export function resolveOptions(options: RoomServerOptions): Settings {
  const accountSid = text('accountSid', options.accountSid);
  const { path = DEFAULT_PATH } = options;
  if (!/^\/[^?#]*[^/?#]$/.test(path)) throw new TypeError(`path must start with a slash, and not end with one: ${path}`);
  if (options.server !== undefined && (options.port !== undefined || options.host !== undefined)) {
    throw new TypeError('port and host belong to an own server: leave them out when `server` is given');
  }
  const keys = readKeys(options);
  return {
    port: options.port ?? 0,
    host: options.host ?? DEFAULT_HOST,
    path,
    accountSid,
    keys,
    turn: readTurn(options),
    config: {
      secret: options.secret === undefined ? deriveSecret(options.apiSecret ?? [...keys.values()][0]!) : text('secret', options.secret),
      sessionTimeout: Math.round(numberFrom(0.001, 'sessionTimeout', options.sessionTimeout ?? 30) * 1000),
      heartbeatInterval: Math.round(numberFrom(1000, 'heartbeatInterval', options.heartbeatInterval ?? 5000)),
      maxParticipants: Math.round(numberFrom(1, 'maxParticipants', options.maxParticipants ?? 50)),
      maxRooms: Math.round(numberFrom(1, 'maxRooms', options.maxRooms ?? 10_000)),
      signalingRegion: text('signalingRegion', options.signalingRegion ?? 'local'),
      iceServers: (options.iceServers ?? []).map(normalizeIceServer),
    },
  };
}

function readKeys({ apiKey, apiSecret, keys = {} }: RoomServerOptions): Map<string, string> {
  if ((apiKey === undefined) !== (apiSecret === undefined)) throw new TypeError('apiKey and apiSecret belong together');
  const all = new Map(Object.entries(keys));
  if (apiKey !== undefined && apiSecret !== undefined) all.set(apiKey, apiSecret);
  if (all.size === 0) throw new TypeError('apiKey and apiSecret, or keys, are required: without a secret anyone could join');
  for (const [id, secret] of all) {
    text('the id of an API key', id);
    text(`the secret of ${id}`, secret);
  }
  return all;
}

function readTurn({ turnUrls, turnSecret, turnTtl = 86_400 }: RoomServerOptions): TurnSettings | undefined {
  if (turnUrls === undefined && turnSecret === undefined) return undefined;
  if (turnUrls === undefined || turnSecret === undefined) throw new TypeError('turnUrls and turnSecret belong together');
  const urls = [turnUrls].flat();
  for (const url of urls)
    if (!/^turns?:./.test(text('turnUrls', url))) throw new TypeError(`turnUrls must start with turn: or turns:: ${url}`);
  return { urls, secret: text('turnSecret', turnSecret), ttl: Math.round(numberFrom(1, 'turnTtl', turnTtl)) };
}

// Above this, what is meant is surely something else; it also fits into the machine's integers.
const LARGEST = 1_000_000;

function numberFrom(least: number, name: string, value: unknown): number {
  if (typeof value === 'number' && value >= least && value <= LARGEST) return value;
  throw new RangeError(`${name} must be a number from ${least} to ${LARGEST}`);
}

function text(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new TypeError(`${name} must be a text that is not empty`);
}

function normalizeIceServer({ urls, username, credential }: NonNullable<RoomServerOptions['iceServers']>[number]): IceServer {
  return {
    urls: (Array.isArray(urls) ? urls : [urls]).map((url) => text('urls of iceServers', url)),
    ...(username === undefined ? {} : { username: text('username of iceServers', username) }),
    ...(credential === undefined ? {} : { credential: text('credential of iceServers', credential) }),
  };
}

function deriveSecret(apiSecret: string): string {
  return Buffer.from(hkdfSync('sha256', apiSecret, '', 'holdfast room server', 32)).toString('hex');
}
