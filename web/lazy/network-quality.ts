// The option `networkQuality`: how good each participant's network is. What a link is worth follows from two looks at it alone
// (`look`, `judge`), what is told of that from the last few judgements (`settle`); docs/adr/0020.

import type { Driver, PeerStats } from '../../js-glue/index.js';
import type {
  NetworkQualityConfiguration,
  NetworkQualityLevel,
  NetworkQualityMediaStats,
  NetworkQualitySendOrRecvStats,
  NetworkQualityStats,
} from '../network-quality.js';
import type { LocalParticipant } from '../local-participant.js';
import type { RemoteParticipant } from '../remote-participant.js';
import type { Room } from '../room.js';

/** Between two looks, ms: 100 packets of audio. */
const period = 2000;
/** So many judgements below the level lower it: one is chance. */
const fallAfter = 2;
/** So many above it raise it: what has just been bad may be so again. */
const riseAfter = 5;

// Up to which value a level lasts: 5, 4, 3 and 2; beyond the last it is 1.
/** Fraction of packets. A sender raises its rate below 2 % and lowers it above 10 % (draft-ietf-rmcat-gcc-02, 6). */
const lossLimits = [0.02, 0.05, 0.1, 0.2];
/** ms. ITU-T G.114: 150 ms one way are hardly noticed, and 400 ms are the most that one can plan with. */
const roundTripLimits = [300, 500, 800, 1500];
/** ms. 30 ms are what RFC 3611's and vendors' guides for speech allow; buffers of players double from there. */
const jitterLimits = [30, 60, 120, 240];
/** How much less can be sent than is asked for: 1 is nothing of it. */
const shortageLimits = [0.2, 0.4, 0.6, 0.8];
/** bit for each pixel: what VP8 and H.264 need for a good picture of somebody who talks. */
const bitsPerPixel = 0.1;
/** Where the network could carry so much more than is sent, it is not what limits. */
const headroom = 1.5;
/** Of fewer packets no fraction is taken. */
const fewPackets = 20;

type Kind = 'audio' | 'video';

/** Counters of one kind of media at one moment; ms, bytes. */
interface Flow {
  sent: number;
  received: number;
  packetsReceived: number;
  packetsLost: number;
  /** By the other end. */
  fractionLost: number | null;
  remoteJitter: number | null;
  jitter: number | null;
  /** bit/s that the pictures would need; null: the network is not what limits, or nobody knows. */
  asked: number | null;
  /** Does the browser tell what limits? */
  isKnown: boolean;
}

export interface Look {
  /** ms */
  at: number;
  rtt: number | null;
  available: { send: number | null; recv: number | null };
  flows: Record<Kind, Flow>;
}

/** Of one link, as its own end sees it; null where there is nothing to judge. */
export interface Judgement {
  level: NetworkQualityLevel | null;
  media: Record<Kind, { send: NetworkQualitySendOrRecvStats | null; recv: NetworkQualitySendOrRecvStats | null }>;
}

type Entry = Readonly<Record<string, unknown>>;

export function look({ sent, received }: Pick<PeerStats, 'sent' | 'received'>): Look {
  const all = new Map<string, Entry>();
  for (const report of [...sent.values(), ...received.values()]) report.forEach((entry: Entry, id: string) => all.set(id, entry));
  const now: Look = { at: 0, rtt: null, available: { send: null, recv: null }, flows: { audio: noFlow(), video: noFlow() } };
  for (const [id, entry] of all) {
    const flow = now.flows[entry['kind'] as Kind] as Flow | undefined;
    if (flow) now.at = Math.max(now.at, number(entry, 'timestamp') ?? 0);
    switch (flow || entry['type'] === 'candidate-pair' ? entry['type'] : '') {
      case 'candidate-pair':
        if (!entry['selected'] && ![...all.values()].some(({ selectedCandidatePairId }) => selectedCandidatePairId === id)) break;
        now.rtt = number(entry, 'currentRoundTripTime', 1000) ?? now.rtt;
        now.available = { send: number(entry, 'availableOutgoingBitrate'), recv: number(entry, 'availableIncomingBitrate') };
        break;
      case 'outbound-rtp': {
        flow!.sent += number(entry, 'bytesSent') ?? 0;
        const { width, height, framesPerSecond } = all.get(entry['mediaSourceId'] as string) ?? {};
        flow!.isKnown ||= 'qualityLimitationReason' in entry;
        if (entry['qualityLimitationReason'] === 'bandwidth')
          flow!.asked = (flow!.asked ?? 0) + Number(width) * Number(height) * Number(framesPerSecond) * bitsPerPixel;
        break;
      }
      case 'remote-inbound-rtp':
        flow!.fractionLost = worse(flow!.fractionLost, number(entry, 'fractionLost'));
        flow!.remoteJitter = worse(flow!.remoteJitter, number(entry, 'jitter', 1000));
        now.rtt ??= number(entry, 'roundTripTime', 1000);
        break;
      case 'inbound-rtp':
        flow!.received += number(entry, 'bytesReceived') ?? 0;
        flow!.packetsReceived += number(entry, 'packetsReceived') ?? 0;
        flow!.packetsLost += number(entry, 'packetsLost') ?? 0;
        flow!.jitter = worse(flow!.jitter, number(entry, 'jitter', 1000));
    }
  }
  return now;
}

export function judge(before: Look, now: Look): Judgement {
  const seconds = (now.at - before.at) / 1000;
  const levels: (number | null)[] = [];
  const one = (
    bytes: number,
    available: number | null,
    asked: number | null,
    isKnown: boolean,
    jitter: number | null,
    lost: number | null,
  ) => {
    if (!(seconds > 0) || bytes <= 0) return null;
    const actual = Math.round((bytes * 8) / seconds);
    const isShort = asked !== null && available !== null && available < headroom * actual;
    const stats: NetworkQualitySendOrRecvStats = {
      bandwidth: { actual, available, level: isShort ? grade(1 - available / asked, shortageLimits) : isKnown ? 5 : null },
      latency: { jitter, rtt: now.rtt, level: least(grade(jitter, jitterLimits), grade(now.rtt, roundTripLimits)) },
      fractionLost: { fractionLost: lost, level: grade(lost, lossLimits) },
    };
    levels.push(levelOf(stats));
    return stats;
  };
  const of = (kind: Kind) => {
    const [was, is] = [before.flows[kind], now.flows[kind]];
    const lost = Math.max(0, is.packetsLost - was.packetsLost);
    const expected = lost + is.packetsReceived - was.packetsReceived;
    return {
      send: one(is.sent - was.sent, now.available.send, is.asked, is.isKnown, is.remoteJitter, is.fractionLost),
      recv: one(is.received - was.received, now.available.recv, null, false, is.jitter, expected < fewPackets ? null : lost / expected),
    };
  };
  const media = { audio: of('audio'), video: of('video') };
  return { media, level: least(...levels) };
}

/** The level to tell, after these judgements. */
export function settle(level: NetworkQualityLevel | null, judgements: readonly NetworkQualityLevel[]): NetworkQualityLevel | null {
  const lately = judgements.slice(-fallAfter);
  const best = Math.max(...lately);
  if (lately.length < fallAfter) return level;
  if (!level || best < level) return best;
  const longer = judgements.slice(-riseAfter);
  return longer.length < riseAfter ? level : Math.max(level, Math.min(...longer));
}

/** Of one participant. */
class Course {
  readonly #judgements: NetworkQualityLevel[] = [];
  #level: NetworkQualityLevel | null = null;

  take(level: NetworkQualityLevel | null): NetworkQualityLevel | null {
    if (level !== null) this.#judgements.push(level);
    this.#judgements.splice(0, this.#judgements.length - riseAfter);
    return (this.#level = settle(this.#level, this.#judgements));
  }
}

export function watchNetworkQuality(room: Room, driver: Driver, wanted: boolean | NetworkQualityConfiguration): void {
  const { localParticipant, participants } = room;
  let configuration: NetworkQualityConfiguration = wanted === true ? {} : (wanted as NetworkQualityConfiguration);
  let looks = new Map<number, Look>();
  let own = new Course();
  let courses = new Map<string, Course>();
  const verbosity = (whose: 'local' | 'remote', least: number) => {
    const given = configuration[whose];
    return given !== undefined && given >= least && given <= 3 ? given : least;
  };

  const weigh = async () => {
    const peers = await driver.getStats().catch(() => []); // a look that failed is none
    if (room.state === 'disconnected') return;
    const before = looks;
    looks = new Map(peers.map((peer) => [peer.peer, look(peer)]));
    const judgements = new Map<number, Judgement>();
    for (const [peer, now] of looks) {
      const was = before.get(peer);
      if (was) judgements.set(peer, judge(was, now));
    }
    // What is bad on all links is one's own; what is bad on some belongs to those at their other ends.
    const best = [...judgements.values()].reduce<Judgement | undefined>((a, b) => ((b.level ?? 0) > (a?.level ?? 0) ? b : a), undefined);
    const isAway = room.state === 'reconnecting';
    if (isAway) own = new Course();
    const level = isAway ? 0 : own.take(best?.level ?? null);
    tell(localParticipant, level, best, verbosity('local', 1));
    const { links = [] } = driver.describe(level ?? undefined) ?? {};
    const detail = verbosity('remote', 0);
    const known = courses;
    courses = new Map();
    for (const { participantSid, peer, quality } of links) {
      const participant = participants.get(participantSid);
      const judgement = judgements.get(peer);
      if (!participant || !detail) continue;
      if (participant.state === 'reconnecting') {
        tell(participant, 0, undefined, detail);
        continue;
      }
      const course = known.get(participantSid) ?? new Course();
      courses.set(participantSid, course);
      const seen = course.take(judgement?.level ?? null);
      tell(participant, quality ?? seen, judgement && mirrored(judgement), detail);
    }
  };

  const timer = setInterval(() => void weigh(), period);
  const forget = localParticipant._observe((event, change) => {
    if (event === '_networkQuality') configuration = change as NetworkQualityConfiguration;
  });
  const stop = room._observe((event, participant) => {
    if (event === 'reconnecting') {
      tell(localParticipant, 0, undefined, 0);
      driver.describe(0);
    } else if (event === 'participantReconnecting' && verbosity('remote', 0)) tell(participant as RemoteParticipant, 0, undefined, 0);
    else if (event === 'disconnected') {
      clearInterval(timer);
      forget();
      stop();
    }
  });
}

function tell(
  participant: LocalParticipant | RemoteParticipant,
  level: NetworkQualityLevel | null,
  judgement: Judgement | undefined,
  verbosity: number,
): void {
  if (level === null) return;
  const isNews = level !== participant.networkQualityLevel;
  const stats: NetworkQualityStats | null =
    judgement && verbosity > 1
      ? { level, audio: mediaStats(judgement.media.audio, verbosity), video: mediaStats(judgement.media.video, verbosity) }
      : null;
  Object.defineProperties(participant, { networkQualityLevel: { value: level }, networkQualityStats: { value: stats } });
  if (isNews) (participant as LocalParticipant).emit('networkQualityLevelChanged', level, stats);
}

function mediaStats({ send, recv }: Judgement['media'][Kind], verbosity: number): NetworkQualityMediaStats | null {
  if (!send && !recv) return null;
  const [sendStats, recvStats] = verbosity > 2 ? [send, recv] : [null, null];
  return { send: send && levelOf(send), recv: recv && levelOf(recv), sendStats, recvStats };
}

/** As the other end sees it. */
function mirrored({ level, media: { audio, video } }: Judgement): Judgement {
  const turned = ({ send, recv }: Judgement['media'][Kind]) => ({ send: recv, recv: send });
  return { level, media: { audio: turned(audio), video: turned(video) } };
}

function levelOf({ bandwidth, latency, fractionLost }: NetworkQualitySendOrRecvStats): number | null {
  return least(bandwidth?.level ?? null, latency?.level ?? null, fractionLost?.level ?? null);
}

function grade(value: number | null, limits: number[]): number | null {
  return value === null ? null : 5 - limits.filter((limit) => value > limit).length;
}

function least(...levels: (number | null)[]): number | null {
  const known = levels.filter((level) => level !== null);
  return known.length ? Math.min(...known) : null;
}

function worse(a: number | null, b: number | null): number | null {
  return a === null ? b : Math.max(a, b ?? 0);
}

function number(entry: Entry, name: string, factor = 1): number | null {
  const value = entry[name];
  return typeof value === 'number' ? value * factor : null;
}

function noFlow(): Flow {
  return {
    sent: 0,
    received: 0,
    packetsReceived: 0,
    packetsLost: 0,
    fractionLost: null,
    remoteJitter: null,
    jitter: null,
    asked: null,
    isKnown: false,
  };
}
