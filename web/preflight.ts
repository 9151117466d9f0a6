// A test of the network ahead of a call, as the app sees it. The test itself is loaded when one is run (web/lazy/preflight.ts).

import { Driver, LocalMedia, loadCore } from '../js-glue/index.js';
import { EventEmitter } from './events.js';
import { loadPreflight } from './parts.js';
import { signalingUrl } from './signaling-url.js';
import { withLifetime } from './token.js';
import { createError } from './twilio-error.js';
import { version } from './version.js';

export interface PreflightOptions {
  /** How long to watch the media, ms. Default: 10000. No other step takes longer than 10 s more than this. */
  duration?: number;
  /** URL of the room server, as in connect(). */
  wsServer?: string;
  /** Accepted without effect, for apps written for twilio-video.js. */
  region?: string;
  /** Accepted without effect, for apps written for twilio-video.js. */
  environment?: string;
}

/** ms since the epoch; without an end it was not reached. */
export interface TimeMeasurement {
  start: number;
  end?: number;
  duration?: number;
}

export interface Stats {
  average: number;
  max: number;
  min: number;
}

/** What webrtc-stats calls them; absent where the browser does not tell. */
export interface RTCIceCandidateStats {
  transportId?: string;
  candidateType?: string;
  port?: number;
  address?: string;
  priority?: number;
  protocol?: string;
  url?: string;
  relayProtocol?: string;
}

export interface PreflightTestReport {
  testTiming: TimeMeasurement;
  networkTiming: Record<'connect' | 'dtls' | 'ice' | 'peerConnection' | 'media', TimeMeasurement>;
  /** jitter of audio in seconds, rtt in ms, packetLoss in percent. */
  stats: { jitter: Stats | null; rtt: Stats | null; packetLoss: Stats | null };
  iceCandidateStats: RTCIceCandidateStats[];
  selectedIceCandidatePairStats: { localCandidate: RTCIceCandidateStats; remoteCandidate: RTCIceCandidateStats } | null;
  /** duration: ms since the start of the test. */
  progressEvents: { duration: number; name: string }[];
  /** Of speech, estimated from the three of stats: 1 (bad) to 4.5. */
  mos: Stats | null;
}

export class PreflightTest extends EventEmitter<{
  /** mediaAcquired, connected, mediaSubscribed, mediaStarted; dtlsConnected, peerConnectionConnected and iceConnected in between. */
  progress: [step: string];
  completed: [report: PreflightTestReport];
  /**
   * Signaling and token errors as in connect(), 53002 or 53405 when a step of signaling or of media takes too long, Error 'stopped' after
   * stop(), an Error if the code of the test does not load. In the report stats are null then and candidates missing.
   */
  failed: [error: Error, report: PreflightTestReport];
}> {
  readonly #stopping = new AbortController();

  /** See `runPreflight()`. */
  constructor(token: never, options: never);
  /** @internal */
  constructor(token: string, options: PreflightOptions);
  constructor(token: string, options: PreflightOptions) {
    super();
    const start = Date.now();
    const report: PreflightTestReport = {
      testTiming: { start },
      networkTiming: { connect: { start }, dtls: { start }, ice: { start }, peerConnection: { start }, media: { start } },
      stats: { jitter: null, rtt: null, packetLoss: null },
      iceCandidateStats: [],
      selectedIceCandidatePairStats: null,
      progressEvents: [],
      mos: null,
    };
    const progress = (name: string) => {
      report.progressEvents.push({ duration: Date.now() - start, name });
      this.emit('progress', name);
    };
    const over = () => {
      const end = Date.now();
      report.testTiming = { start, end, duration: end - start };
    };
    const parts = { Driver, LocalMedia, loadCore, createError, signalingUrl, withLifetime, version };
    loadPreflight()
      .then(({ preflight }) => preflight(token, options, report, progress, this.#stopping.signal, parts))
      .finally(over)
      .then(
        () => this.emit('completed', report),
        (error) => this.emit('failed', error as Error, report),
      );
  }

  /** Ends the test: `failed` follows, unless it was over. */
  stop(): void {
    this.#stopping.abort(new Error('stopped'));
  }
}

/**
 * Tests what a call would need: the room server, TURN, and media over it, sent by this page to itself. Starts at once; events follow.
 * The room server must hand out a TURN server.
 */
export function runPreflight(token: string, options: PreflightOptions = {}): PreflightTest {
  return new PreflightTest(token, options);
}
