// From a token to a Room: checks the options, acquires tracks, loads the core, and hands over to it.

import { Driver, LocalMedia, loadCore } from '../js-glue/index.js';
import { CancelablePromise } from './cancelable-promise.js';
import { createLocalTracks, type CreateLocalTrackOptions, type CreateLocalTracksOptions } from './create-local-tracks.js';
import { createError } from './twilio-error.js';
import { LocalParticipant } from './local-participant.js';
import { asLocalTrack, checkTrack, type LocalTrack } from './local-tracks.js';
import { createLogger, type LogLevel } from './logger.js';
import { kEndless, Room } from './room.js';
import { joinLocked } from './tab-lock.js';
import { signalingUrl } from './signaling-url.js';
import { askForToken, withLifetime, type TokenFunction } from './token.js';
import { version } from './version.js';

export interface ConnectOptions {
  /** Name or SID of the room. Absent or null: a new room, named by its SID. */
  name?: string | null;
  /** URL of the room server, ws: or wss:. Default: `/signaling` on the page's origin. */
  wsServer?: string;
  /** What to publish; it stays the app's: Holdfast never stops it. Without it, Holdfast acquires `audio` and `video` and stops them too. */
  tracks?: (LocalTrack | MediaStreamTrack)[];
  /** Both are true if neither is given, else the missing one is false. Without effect if `tracks` is given. */
  audio?: boolean | CreateLocalTrackOptions;
  video?: boolean | CreateLocalTrackOptions;
  /** Without effect in peer-to-peer rooms, which subscribe to everything. */
  automaticSubscription?: boolean;
  /** Instead of those of the server. */
  iceServers?: RTCIceServer[];
  iceTransportPolicy?: RTCIceTransportPolicy;
  /** For every RTCPeerConnection; comes before `iceServers` and `iceTransportPolicy`. */
  rtcConfiguration?: RTCConfiguration;
  /**
   * How long the Room goes on reconnecting before it is `disconnected`, ms. No shorter than the server's session timeout, which is the default;
   * Infinity: until you say stop. After the session timeout the server has dropped the participant, so a longer limit is for servers that
   * were away themselves, and for `rejoin`.
   */
  reconnectLimit?: number;
  /**
   * When the server has dropped the participant (53204), join again with the same identity and publish the same tracks: the Room is
   * `reconnecting`, then `reconnected`, the objects stay the same (their SIDs do not), and what is different in the room is emitted. The others see
   * the participant leave and join. Never after 53205, 53118, a removal or `disconnect()`. With it `reconnectLimit` is Infinity unless given.
   * Default: false.
   */
  rejoin?: boolean;
  /** Leave the room when the page goes away. Default: true. */
  pageLifecycle?: boolean;
  /** Reconnect at once when the browser reports another network. Default: true. */
  networkMonitor?: boolean;
  /** Aborting it before `connect()` has settled calls it off: it rejects with the signal's reason. Afterwards it has no effect. */
  signal?: AbortSignal;
  /**
   * A name that only one tab of this browser can be in a call under, for apps that would otherwise throw their own user out with 53205. While
   * another has it `connect()` rejects with TabLockedError; it is free again when the Room is disconnected or its page is gone.
   */
  tabLock?: string;
  /** What is said on the console. Default: 'warn'. */
  logLevel?: LogLevel | { default?: LogLevel };
  /** Accepted without effect, for apps written for twilio-video.js. */
  region?: string;
  /** Accepted without effect, for apps written for twilio-video.js. */
  environment?: string;
}

/**
 * Joins a room. With a function for a token, it is asked for one at first, when a reconnect finds that the token ends within 60 s, and when
 * the server calls it expired; the Room ends with 20104 only if the function then fails: it throws, rejects, gives no string, takes longer
 * than 10 s, or gives one that the server calls expired again. A string is good until it ends (Room `tokenWillExpire`, `updateToken()`).
 *
 * Never throws: TypeError and RangeError for wrong arguments, getUserMedia's errors, an Error if the WebAssembly does not
 * load, and TwilioErrors of the server are rejections. With `logLevel: 'debug'` the trace of a failed attempt is on the console
 * (Room.exportTrace() has that of a Room).
 */
export function connect(token: string | TokenFunction, options?: ConnectOptions): CancelablePromise<Room> {
  let callOff!: (reason: unknown) => void;
  const canceled = new Promise<never>((_, reject) => (callOff = reject));
  canceled.catch(ignore);
  const { signal, ...rest } = { ...options };
  const abort = () => callOff(signal!.reason);
  const start = () => join(token, rest, canceled);
  const joining = async () => {
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    try {
      return await (rest.tabLock === undefined ? start() : joinLocked(String(rest.tabLock), start));
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  };
  return new CancelablePromise(joining(), () => callOff(new Error('Canceled')));
}

async function join(token: string | TokenFunction, options: ConnectOptions, canceled: Promise<never>): Promise<Room> {
  const log = createLogger(options.logLevel);
  const first = typeof token === 'function' ? undefined : withLifetime(token);
  if (!(Number(options.reconnectLimit ?? 0) >= 0)) throw new RangeError('reconnectLimit must be >= 0');
  const given = 'tracks' in options ? checkTracks(options.tracks) : undefined;
  const url = signalingUrl(options.wsServer);

  const acquiring = given ? Promise.resolve(given) : createLocalTracks(options as CreateLocalTracksOptions);
  const loading = loadCore();
  const media = new LocalMedia();
  const stopOwnTracks = () => {
    if (!given) acquiring.then((tracks) => tracks.forEach((track) => track.kind !== 'data' && track.stop()), ignore);
  };
  let driver: Driver | undefined;
  try {
    const [tracks, core] = await Promise.race([Promise.all([acquiring, loading]), canceled]);
    const room = new Promise<Room>((resolve, reject) => {
      let joined: Room | undefined;
      const roomDriver = (driver = new Driver(core, {
        media,
        peerOptions: { configuration: configurationOf(options) },
        onTokenRequest(op) {
          void askForToken(token as TokenFunction, op).then((answer) => roomDriver.dispatch(answer));
        },
        onEmit(event) {
          if (event.event === 'roomConnected') {
            const { participantSid, identity, signalingRegion, publications } = event;
            joined = new Room(event, { driver: roomDriver, media, localParticipant, stopOwnTracks });
            localParticipant._connected(participantSid, identity, signalingRegion, publications);
            resolve(joined);
          } else if (event.event === 'connectFailed') reject(createError(event.error));
          else joined?._apply(event);
        },
        onLog: log,
        onFatal(cause) {
          if (joined) joined._fail(cause);
          else reject(createError({ code: 53000 }, cause));
        },
      }));
      const localParticipant = new LocalParticipant(media, (input) => roomDriver.dispatch(input));
      const { name, iceServers, automaticSubscription = true, pageLifecycle = true, networkMonitor = true, rejoin = false } = options;
      const { reconnectLimit = rejoin ? Infinity : 0 } = options;
      roomDriver.dispatch({
        kind: 'connect',
        url,
        token: first?.token ?? '',
        ...(first?.lifetime !== undefined && { tokenLifetime: first.lifetime }),
        renewsToken: !first,
        reconnectLimit: Math.min(Math.round(reconnectLimit), kEndless),
        rejoins: rejoin,
        ...(name != null && { roomName: String(name) }),
        tracks: tracks.map((track) => localParticipant._connecting(track)),
        iceServersGiven: Array.isArray(iceServers),
        automaticSubscription,
        pageLifecycle,
        networkMonitor,
        userAgent: globalThis.navigator?.userAgent ?? '',
        sdkVersion: version,
      });
    });
    return await Promise.race([room, canceled]);
  } catch (error) {
    stopOwnTracks();
    if (driver) {
      driver.dispatch({ kind: 'disconnect' }); // If the server has heard of us, it hears that we are gone.
      driver.close();
      log('debug', `trace of the failed connect():\n${driver.exportTrace(version)}`);
    } else loading.catch(ignore);
    media.close();
    throw error;
  }
}

function checkTracks(tracks: unknown): LocalTrack[] {
  if (!Array.isArray(tracks)) {
    throw new TypeError('tracks must be an Array of LocalAudioTrack, LocalVideoTrack, LocalDataTrack, or MediaStreamTrack');
  }
  const byId = new Map<string, LocalTrack>();
  for (const track of tracks as unknown[]) {
    checkTrack(track);
    if (!byId.has(track.id)) byId.set(track.id, asLocalTrack(track));
  }
  return [...byId.values()];
}

function configurationOf({ iceServers, iceTransportPolicy, rtcConfiguration }: ConnectOptions): RTCConfiguration {
  return { ...(iceServers && { iceServers }), ...(iceTransportPolicy && { iceTransportPolicy }), ...rtcConfiguration };
}

function ignore(): void {
  // A failure that somebody else has been told about.
}
