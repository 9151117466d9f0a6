// From a token to a Room: checks the options, acquires tracks, loads the core, and hands over to it.

import { Driver, LocalMedia, loadCore, Sending } from '../js-glue/index.js';
import { CancelablePromise } from './cancelable-promise.js';
import { codecsOf } from './codec-options.js';
import { warnOfOutdated, type ConnectOptions } from './connect-options.js';
import { createLocalTracks, type CreateLocalTracksOptions } from './create-local-tracks.js';
import { createError } from './twilio-error.js';
import { LocalParticipant, type EncodingParameters } from './local-participant.js';
import { asLocalTrack, checkTrack, type LocalTrack } from './local-tracks.js';
import { createLog } from './logger.js';
import { overridesOf, pick, type MediaOverrides } from './overrides.js';
import { loadBandwidthProfile, loadNetworkQuality, loadTabLock, loadTrace, loadViewing } from './parts.js';
import { kEndless, Room } from './room.js';
import { keepSession as keepForNextPage, takeKeptSession } from './kept-session.js';
import { watchSignaling } from './signaling-events.js';
import { TabLockedError } from './tab-lock.js';
import { signalingUrl } from './signaling-url.js';
import { askForToken, withLifetime, type TokenFunction } from './token.js';
import { version } from './version.js';

let calls = 0;

/**
 * Joins a room. With a function for a token, it is asked for one at first, when a reconnect finds that the token ends within 60 s, and when
 * the server calls it expired; the Room ends with 20104 only if the function then fails: it throws, rejects, gives no string, takes longer
 * than 10 s, or gives one that the server calls expired again. A string is good until it ends (Room `tokenWillExpire`, `updateToken()`).
 *
 * Never throws: TypeError and RangeError for wrong arguments, getUserMedia's errors, an Error if the WebAssembly or what an option needs
 * does not load, and TwilioErrors of the server are rejections. With `logLevel: 'debug'` the trace of a failed attempt is on the console
 * (Room.exportTrace() has that of a Room).
 */
export function connect(token: string | TokenFunction, options?: ConnectOptions): CancelablePromise<Room> {
  let callOff!: (reason: unknown) => void;
  const canceled = new Promise<never>((_, reject) => (callOff = reject));
  canceled.catch(ignore);
  const { signal, ...rest } = Object.fromEntries(
    Object.entries({ ...options }).filter(([, value]) => value !== undefined),
  ) as ConnectOptions;
  const abort = () => callOff(signal!.reason);
  const start = () => join(token, rest, canceled);
  const joining = async () => {
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    try {
      return await (rest.tabLock === undefined ? start() : (await loadTabLock()).joinLocked(String(rest.tabLock), start, TabLockedError));
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  };
  return new CancelablePromise(joining(), () => callOff(new Error('Canceled')));
}

async function join(token: string | TokenFunction, options: ConnectOptions, canceled: Promise<never>): Promise<Room> {
  const logOf = createLog(options, `[connect #${++calls}]`);
  const log = logOf('default');
  warnOfOutdated(options, log);
  const first = typeof token === 'function' ? undefined : withLifetime(token);
  if (typeof (options.keepSession ?? false) !== 'boolean') throw new TypeError('keepSession must be a boolean');
  if (!(Number(options.reconnectLimit ?? 0) >= 0)) throw new RangeError('reconnectLimit must be >= 0');
  const overrides = overridesOf(options);
  const given = 'tracks' in options ? checkTracks(options.tracks, overrides) : undefined;
  const url = signalingUrl(options.wsServer);
  const { bandwidthProfile } = options;
  if (bandwidthProfile !== undefined) (await loadBandwidthProfile()).checkBandwidthProfile(bandwidthProfile);
  checkLimits('connect', options, options);
  let driver: Driver | undefined;
  const viewing =
    bandwidthProfile &&
    (await loadViewing()).viewing(bandwidthProfile.video, (track, width, height) =>
      driver!.dispatch({ kind: 'wishTrack', track, width, height }),
    );

  const acquiring = given ? loaded(given) : createLocalTracks(options as CreateLocalTracksOptions);
  const loading = Promise.all([loadCore(), codecsOf(options, log), options.networkQuality && loadNetworkQuality()]);
  // Now, since the network may be what fails it.
  const tracing = log('debug', 'Connecting to a Room') ? loadTrace() : undefined;
  tracing?.catch((error) => log('debug', String(error)));
  const media = new LocalMedia();
  const { maxAudioBitrate, maxVideoBitrate, dscpTagging = options.enableDscp } = options;
  const sending = new Sending(media, { maxAudioBitrate, maxVideoBitrate }, Boolean(dscpTagging), (error) =>
    logOf('webrtc')('warn', 'setParameters:', error),
  );
  const stopOwn = (tracks: LocalTrack[]) => {
    if (!given) tracks.forEach((track) => track.kind !== 'data' && track.stop());
  };
  try {
    const [tracks, [core, codecs, quality]] = await Promise.race([Promise.all([acquiring, loading]), canceled]);
    const room = new Promise<Room>((resolve, reject) => {
      let joined: Room | undefined;
      const roomDriver = (driver = new Driver(core, {
        media,
        peerOptions: {
          configuration: configurationOf(options),
          RTCPeerConnection: options.RTCPeerConnection,
          MediaStream: overrides.MediaStream,
          codecs,
          sending,
        },
        onTokenRequest(op) {
          void askForToken(token as TokenFunction, op).then((answer) => roomDriver.dispatch(answer));
        },
        onKeepSession: (session) => keepForNextPage(options.name, session),
        onEmit(event) {
          if (event.event === 'roomConnected') {
            const { participantSid, identity, signalingRegion, publications } = event;
            joined = new Room(event, {
              driver: roomDriver,
              media,
              localParticipant,
              stopOwnTracks: () => stopOwn(tracks),
              overrides,
              viewing,
            });
            localParticipant._connected(participantSid, identity, signalingRegion, publications);
            if (quality) quality.watchNetworkQuality(joined, roomDriver, options.networkQuality!);
            resolve(joined);
          } else if (event.event === 'connectFailed') reject(createError(event.error));
          else joined?._apply(event);
        },
        onLog(level, message) {
          logOf(message.startsWith('signaling') ? 'signaling' : message.startsWith('peer') ? 'webrtc' : 'default')(level, message);
        },
        onSocketStep: watchSignaling((event) => {
          log(event.level === 'warning' ? 'warn' : event.level, 'event', event);
          options.eventListener?.emit('event', event);
        }),
        onFatal(cause) {
          if (joined) joined._fail(cause);
          else reject(createError({ code: 53000 }, cause));
        },
      }));
      const localParticipant = new LocalParticipant(
        media,
        (input) => roomDriver.dispatch(input),
        (limits) => {
          checkLimits('setParameters', limits, options);
          sending.limit(limits);
        },
      );
      const {
        name,
        iceServers,
        automaticSubscription = true,
        pageLifecycle = true,
        networkMonitor = true,
        rejoin = false,
        dominantSpeaker,
      } = options;
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
        ...(options.keepSession && pageLifecycle && { keepsSession: true, session: takeKeptSession(name) }),
        networkMonitor,
        dominantSpeaker: !!dominantSpeaker,
        userAgent: globalThis.navigator?.userAgent ?? '',
        sdkVersion: version,
      });
    });
    const joined = await Promise.race([room, canceled]);
    log('info', 'Room name:', joined.name);
    return joined;
  } catch (error) {
    log('info', 'Error while connecting:', error);
    acquiring.then(stopOwn, ignore);
    if (driver) {
      driver.dispatch({ kind: 'disconnect' }); // If the server has heard of us, it hears that we are gone.
      driver.close();
      const failed = driver;
      tracing?.then(({ exportTrace }) => log('debug', `trace of the failed connect():\n${exportTrace(failed, version)}`), ignore);
    } else loading.catch(ignore);
    media.close();
    throw error;
  }
}

function checkTracks(tracks: unknown, overrides: MediaOverrides): LocalTrack[] {
  if (!Array.isArray(tracks)) {
    throw new TypeError('tracks must be an Array of LocalAudioTrack, LocalVideoTrack, LocalDataTrack, or MediaStreamTrack');
  }
  const byId = new Map<string, LocalTrack>();
  for (const track of tracks as unknown[]) {
    checkTrack(track);
    if (!byId.has(track.id)) byId.set(track.id, asLocalTrack(track, overrides));
  }
  return [...byId.values()];
}

async function loaded(tracks: LocalTrack[]): Promise<LocalTrack[]> {
  await Promise.all(tracks.map((track) => track.kind === 'data' && track._load()));
  return tracks;
}

/** 'auto' leaves the bitrate of video to Holdfast. */
function checkLimits(call: string, { maxVideoBitrate }: EncodingParameters, { preferredVideoCodecs }: ConnectOptions): void {
  if (maxVideoBitrate && preferredVideoCodecs === 'auto')
    throw new TypeError(`Illegal call to ${call}: maxVideoBitrate is not compatible with preferredVideoCodecs 'auto'`);
}

const configurationKeys = ['bundlePolicy', 'certificates', 'iceCandidatePoolSize', 'iceTransportPolicy', 'rtcpMuxPolicy'];

/** As in twilio-video.js, what RTCConfiguration knows may also stand among the options themselves. */
function configurationOf({ iceServers, rtcConfiguration, ...options }: ConnectOptions): RTCConfiguration {
  return {
    ...pick<RTCConfiguration>(options, configurationKeys),
    ...(Array.isArray(iceServers) && { iceServers }),
    ...rtcConfiguration,
  };
}

function ignore(): void {
  // A failure that somebody else has been told about.
}
