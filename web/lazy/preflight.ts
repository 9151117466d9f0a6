// What a call would need, step by step: ICE servers from the room server, then synthetic media from one RTCPeerConnection of the page to
// another, over TURN, and what the browser measures of it.

import type { Driver, LocalMedia, loadCore } from '../../js-glue/index.js';
import type { PreflightOptions, PreflightTestReport, RTCIceCandidateStats, Stats, TimeMeasurement } from '../preflight.js';
import type { signalingUrl } from '../signaling-url.js';
import type { withLifetime } from '../token.js';
import type { createError } from '../twilio-error.js';

interface Parts {
  Driver: typeof Driver;
  LocalMedia: typeof LocalMedia;
  loadCore: typeof loadCore;
  createError: typeof createError;
  signalingUrl: typeof signalingUrl;
  withLifetime: typeof withLifetime;
  version: string;
}

type Cleanup = (() => void)[];

const kSampleMs = 1000;
const kStepMs = 10_000;

/** Fills in the report; rejects with what went wrong. Nothing of the test is left when it settles. */
export async function preflight(
  token: string,
  { duration = 10_000, wsServer }: PreflightOptions,
  report: PreflightTestReport,
  progress: (name: string) => void,
  stopping: AbortSignal,
  parts: Parts,
): Promise<void> {
  const cleanup: Cleanup = [];
  const timing = report.networkTiming;
  const step = async <T>(code: 53002 | 53405, run: () => T | Promise<T>): Promise<T> => {
    stopping.throwIfAborted();
    const limit = new AbortController();
    try {
      return await Promise.race([
        new Promise<never>((_, reject) => {
          const timer = setTimeout(() => reject(parts.createError({ code })), duration + kStepMs);
          limit.signal.addEventListener('abort', () => clearTimeout(timer));
          stopping.addEventListener('abort', () => reject(stopping.reason as Error), { signal: limit.signal });
        }),
        run(),
      ]);
    } finally {
      limit.abort();
    }
  };
  try {
    const tracks = await step(53405, () => [syntheticAudio(cleanup), syntheticVideo(cleanup)]);
    progress('mediaAcquired');

    begin(timing.connect);
    const iceServers = await step(53002, () => acquireIceServers(token, wsServer, cleanup, parts));
    end(timing.connect);
    progress('connected');

    const sender = new RTCPeerConnection({ iceServers, iceTransportPolicy: 'relay', bundlePolicy: 'max-bundle' });
    const receiver = new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle' });
    cleanup.push(() => [sender, receiver].forEach((connection) => connection.close()));
    begin(timing.media);
    const failed = (why: string) => parts.createError({ code: 53405 }, new Error(why));
    const received = await step(53405, () => connect(sender, receiver, tracks, timing, progress, failed));
    progress('mediaSubscribed');
    await step(53405, () => untilPlays(received, cleanup));
    end(timing.media);
    progress('mediaStarted');

    Object.assign(report, await step(53405, () => measure(sender, receiver, duration, stopping)));
  } finally {
    for (const clean of cleanup) clean();
  }
}

function begin(measurement: TimeMeasurement): void {
  measurement.start = Date.now();
}

function end(measurement: TimeMeasurement): void {
  measurement.end = Date.now();
  measurement.duration = measurement.end - measurement.start;
}

function syntheticAudio(cleanup: Cleanup): MediaStreamTrack {
  const context = new AudioContext();
  const oscillator = context.createOscillator();
  const destination = context.createMediaStreamDestination();
  oscillator.connect(destination);
  oscillator.start();
  cleanup.push(() => void context.close());
  return destination.stream.getTracks()[0]!;
}

/** Enough change in each frame to keep an encoder busy. */
function syntheticVideo(cleanup: Cleanup): MediaStreamTrack {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
  const context = canvas.getContext('2d')!;
  const random = (limit: number) => Math.floor(Math.random() * limit);
  const paint = () => {
    context.fillStyle = `rgb(${random(256)}, ${random(256)}, ${random(256)})`;
    context.fillRect(random(640), random(480), 50, 50);
  };
  paint();
  const timer = setInterval(paint, 33);
  const track = canvas.captureStream(30).getTracks()[0]!;
  cleanup.push(() => {
    clearInterval(timer);
    track.stop();
  });
  return track;
}

/**
 * As connect() does, by a core of its own, up to the moment at which it makes its first RTCPeerConnection: with these servers. It has not
 * asked to join then.
 */
async function acquireIceServers(token: string, wsServer: string | undefined, cleanup: Cleanup, parts: Parts): Promise<RTCIceServer[]> {
  const { token: given, lifetime } = parts.withLifetime(token);
  const url = parts.signalingUrl(wsServer);
  const core = await parts.loadCore();
  let leave!: () => void;
  return new Promise<RTCIceServer[]>((resolve, reject) => {
    const Connection = function ({ iceServers = [] }: RTCConfiguration) {
      resolve(iceServers);
      throw new Error('a preflight test does not join');
    };
    const driver = new parts.Driver(core, {
      media: new parts.LocalMedia(),
      peerOptions: { RTCPeerConnection: Connection as unknown as typeof RTCPeerConnection },
      onTokenRequest: () => undefined,
      onKeepSession: () => undefined,
      onEmit: (event) => event.event === 'connectFailed' && reject(parts.createError(event.error)),
      onLog: () => undefined,
      onFatal: (cause) => reject(parts.createError({ code: 53000 }, cause)),
    });
    leave = () => {
      driver.dispatch({ kind: 'disconnect' });
      driver.close();
    };
    cleanup.push(leave);
    driver.dispatch({
      kind: 'connect',
      url,
      token: given,
      ...(lifetime !== undefined && { tokenLifetime: lifetime }),
      tracks: [],
      iceServersGiven: false,
      automaticSubscription: true,
      pageLifecycle: false,
      networkMonitor: false,
      userAgent: navigator.userAgent,
      sdkVersion: parts.version,
    });
  }).finally(() => leave());
}

/** Resolves with what arrives, once everything is connected. */
async function connect(
  sender: RTCPeerConnection,
  receiver: RTCPeerConnection,
  tracks: MediaStreamTrack[],
  timing: PreflightTestReport['networkTiming'],
  progress: (name: string) => void,
  failed: (why: string) => Error,
): Promise<MediaStreamTrack[]> {
  const received: MediaStreamTrack[] = [];
  let relays = 0;
  const connected = new Promise<void>((resolve, reject) => {
    // A candidate of a connection that is over is nobody's.
    sender.onicecandidate = ({ candidate }) => {
      if (candidate) {
        relays += candidate.candidate ? 1 : 0;
        receiver.addIceCandidate(candidate).catch(() => undefined);
      } else if (!relays) reject(failed('no TURN server gave an address'));
    };
    receiver.onicecandidate = ({ candidate }) => candidate && sender.addIceCandidate(candidate).catch(() => undefined);
    for (const track of tracks) sender.addTrack(track);
    let dtls: RTCDtlsTransport | null = null;
    const weigh = () => {
      const isReady =
        sender.connectionState === 'connected' && isConnected(sender.iceConnectionState) && (!dtls || dtls.state === 'connected');
      if (isReady && received.length === tracks.length) resolve();
    };
    sender.oniceconnectionstatechange = () => {
      if (sender.iceConnectionState === 'checking') begin(timing.ice);
      else if (isConnected(sender.iceConnectionState) && !timing.ice.end) {
        end(timing.ice);
        progress('iceConnected');
      }
      weigh();
    };
    sender.onconnectionstatechange = () => {
      if (sender.connectionState === 'connecting') begin(timing.peerConnection);
      else if (sender.connectionState === 'failed') reject(failed('the connection failed'));
      else if (sender.connectionState === 'connected') {
        end(timing.peerConnection);
        progress('peerConnectionConnected');
      }
      weigh();
    };
    receiver.ontrack = ({ track }) => {
      received.push(track);
      weigh();
    };
    const negotiate = async () => {
      await sender.setLocalDescription(await sender.createOffer());
      dtls = sender.getSenders()[0]?.transport ?? null;
      if (dtls)
        dtls.onstatechange = () => {
          if (dtls!.state === 'connecting') begin(timing.dtls);
          else if (dtls!.state === 'connected') {
            end(timing.dtls);
            progress('dtlsConnected');
          }
          weigh();
        };
      await receiver.setRemoteDescription(sender.localDescription!);
      await receiver.setLocalDescription(await receiver.createAnswer());
      await sender.setRemoteDescription(receiver.localDescription!);
    };
    negotiate().catch(reject);
  });
  await connected;
  return received;
}

function isConnected(state: RTCIceConnectionState): boolean {
  return state === 'connected' || state === 'completed';
}

function untilPlays(tracks: MediaStreamTrack[], cleanup: Cleanup): Promise<void> {
  const element = document.createElement('video');
  cleanup.push(() => (element.srcObject = null));
  return new Promise((resolve) => {
    element.oncanplay = () => resolve();
    Object.assign(element, { muted: true, autoplay: true, playsInline: true, srcObject: new MediaStream(tracks) });
  });
}

type Measured = Pick<PreflightTestReport, 'stats' | 'mos' | 'iceCandidateStats' | 'selectedIceCandidatePairStats'>;
type Entry = Record<string, unknown>;

/** A sample each second. */
async function measure(sender: RTCPeerConnection, receiver: RTCPeerConnection, duration: number, stopping: AbortSignal): Promise<Measured> {
  const samples = { jitter: [] as number[], rtt: [] as number[], packetLoss: [] as number[], mos: [] as number[] };
  let lostBefore = 0;
  let receivedBefore = 0;
  const until = Date.now() + duration;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(kSampleMs, until - Date.now()))));
    stopping.throwIfAborted();
    const [sent, inbound] = (await Promise.all([sender.getStats(), receiver.getStats()])).map(entriesOf) as [Entry[], Entry[]];
    const jitter = Math.max(0, ...numbers(inbound, 'inbound-rtp', 'jitter', 'audio'));
    const trips = [...numbers(inbound, 'candidate-pair', 'currentRoundTripTime'), ...numbers(sent, 'remote-inbound-rtp', 'roundTripTime')];
    const rtt = Math.max(0, ...trips) * 1000;
    const lost = sum(numbers(inbound, 'inbound-rtp', 'packetsLost'));
    const received = sum(numbers(inbound, 'inbound-rtp', 'packetsReceived'));
    const news = lost - lostBefore + received - receivedBefore;
    const packetLoss = news > 0 ? Math.min(100, (Math.max(0, lost - lostBefore) * 100) / news) : 0;
    [lostBefore, receivedBefore] = [lost, received];
    samples.jitter.push(jitter);
    samples.rtt.push(rtt);
    samples.packetLoss.push(packetLoss);
    samples.mos.push(meanOpinion(rtt, jitter * 1000, packetLoss));
    if (Date.now() < until) continue;

    const candidates = inbound.filter(({ type }) => type === 'local-candidate' || type === 'remote-candidate');
    const { mos, ...stats } = samples;
    return {
      stats: { jitter: summary(stats.jitter), rtt: summary(stats.rtt), packetLoss: summary(stats.packetLoss) },
      mos: summary(mos),
      iceCandidateStats: candidates.map(candidateStats),
      selectedIceCandidatePairStats: selectedPair(inbound),
    };
  }
}

function entriesOf(report: RTCStatsReport): Entry[] {
  const entries: Entry[] = [];
  report.forEach((entry: Entry) => entries.push(entry));
  return entries;
}

function numbers(entries: Entry[], type: string, name: string, kind?: string): number[] {
  return entries
    .filter((entry) => entry['type'] === type && (!kind || entry['kind'] === kind))
    .map((entry) => entry[name])
    .filter((value) => typeof value === 'number');
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

function summary(values: number[]): Stats {
  return { average: sum(values) / values.length, max: Math.max(...values), min: Math.min(...values) };
}

/** ITU-T G.107, in the short form that is usual for VoIP: delay and jitter in ms, loss in percent. */
function meanOpinion(rtt: number, jitter: number, loss: number): number {
  const latency = rtt + jitter * 2 + 10;
  const r = Math.max(0, 94.768 - (latency < 160 ? latency / 40 : (latency - 120) / 10) - loss * 2.5);
  return 1 + 0.035 * r + 0.000007 * r * (r - 60) * (100 - r);
}

function selectedPair(entries: Entry[]): PreflightTestReport['selectedIceCandidatePairStats'] {
  const byId = (id: unknown) => entries.find((entry) => entry['id'] === id);
  const selected = entries.find(({ type }) => type === 'transport')?.['selectedCandidatePairId'];
  const pairs = entries.filter(({ type }) => type === 'candidate-pair');
  const pair = pairs.find(({ id }) => id === selected) ?? pairs.find((each) => each['selected'] ?? each['nominated']);
  const local = byId(pair?.['localCandidateId']);
  const remote = byId(pair?.['remoteCandidateId']);
  return local && remote ? { localCandidate: candidateStats(local), remoteCandidate: candidateStats(remote) } : null;
}

function candidateStats(entry: Entry): RTCIceCandidateStats {
  const names = ['transportId', 'candidateType', 'port', 'address', 'priority', 'protocol', 'url', 'relayProtocol'];
  return Object.fromEntries(names.filter((name) => entry[name] != null).map((name) => [name, entry[name]]));
}
