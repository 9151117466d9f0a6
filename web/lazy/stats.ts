// From what browsers measure (W3C webrtc-stats) to what Room.getStats() tells.

import type { PeerStats } from '../../js-glue/index.js';
import type * as Classes from '../stats.js';

/** A track as the app knows it. */
export interface TrackIds {
  kind: 'audio' | 'video';
  trackId: string;
  trackSid: string;
}

/** Any entry of an RTCStatsReport: which members it has depends on its type, and on the browser. */
type Entry = Readonly<Record<string, unknown>> | undefined;

export interface ReceivedTrack extends TrackIds {
  peer: number;
  mid: string;
}

/** `sent`: the published tracks by signaled id. */
export function statsReports(
  peers: PeerStats[],
  sent: ReadonlyMap<string, TrackIds>,
  received: ReceivedTrack[],
  classes: typeof Classes,
): Classes.StatsReport[] {
  return peers.map(({ peer, ...reports }) => {
    const local = (wanted: string) =>
      [...sent].flatMap(([id, track]) => (track.kind === wanted ? localStats(track, reports.sent.get(id)) : []));
    const remote = (wanted: string) =>
      received.flatMap((track) =>
        track.peer === peer && track.kind === wanted ? remoteStats(track, reports.received.get(track.mid)) : [],
      );
    return new classes.StatsReport({
      peerConnectionId: String(peer),
      localAudioTrackStats: local('audio').map((values) => new classes.LocalAudioTrackStats(values)),
      localVideoTrackStats: local('video').map((values) => new classes.LocalVideoTrackStats(values)),
      remoteAudioTrackStats: remote('audio').map((values) => new classes.RemoteAudioTrackStats(values)),
      remoteVideoTrackStats: remote('video').map((values) => new classes.RemoteVideoTrackStats(values)),
    });
  });
}

/** One for each stream of the track: with simulcast there are several. */
function localStats(track: TrackIds, report: RTCStatsReport | undefined): object[] {
  const all = entriesOf(report);
  return ofType(all, 'outbound-rtp').map((stream) => {
    const source = all.get(stream['mediaSourceId']) ?? ofType(all, 'media-source')[0];
    // What the other side reports of it.
    const reported = ofType(all, 'remote-inbound-rtp').find(({ ssrc }) => ssrc === stream['ssrc']);
    return {
      ...common(track, stream, all, reported),
      bytesSent: number(stream, 'bytesSent'),
      packetsSent: number(stream, 'packetsSent'),
      roundTripTime: milliseconds(reported, 'roundTripTime'),
      jitter: milliseconds(reported, 'jitter'),
      ...(track.kind === 'audio'
        ? { audioLevel: audioLevel(source) }
        : {
            captureDimensions: dimensions(source, 'width', 'height'),
            dimensions: dimensions(stream, 'frameWidth', 'frameHeight'),
            captureFrameRate: number(source, 'framesPerSecond'),
            frameRate: number(stream, 'framesPerSecond'),
            qualityLimitationReason: stream['qualityLimitationReason'] ?? null,
          }),
    };
  });
}

function remoteStats(track: TrackIds, report: RTCStatsReport | undefined): object[] {
  const all = entriesOf(report);
  return ofType(all, 'inbound-rtp').map((stream) => ({
    ...common(track, stream, all, stream),
    bytesReceived: number(stream, 'bytesReceived'),
    packetsReceived: number(stream, 'packetsReceived'),
    jitter: milliseconds(stream, 'jitter'),
    ...(track.kind === 'audio'
      ? { audioLevel: audioLevel(stream) }
      : {
          dimensions: dimensions(stream, 'frameWidth', 'frameHeight'),
          frameRate: number(stream, 'framesPerSecond'),
          freezeCount: number(stream, 'freezeCount'),
        }),
  }));
}

function common({ trackId, trackSid }: TrackIds, stream: NonNullable<Entry>, all: Map<unknown, Entry>, losses: Entry): object {
  const mimeType = all.get(stream['codecId'])?.['mimeType'];
  return {
    trackId,
    trackSid,
    timestamp: Math.round(stream['timestamp'] as number),
    ssrc: String(stream['ssrc']),
    packetsLost: number(losses, 'packetsLost'),
    codec: typeof mimeType === 'string' ? mimeType.replace(/.*\//, '') : null,
  };
}

function entriesOf(report: RTCStatsReport | undefined): Map<unknown, Entry> {
  const all = new Map<unknown, Entry>();
  report?.forEach((entry: Entry, id: string) => all.set(id, entry));
  return all;
}

function ofType(all: Map<unknown, Entry>, type: string): NonNullable<Entry>[] {
  return [...all.values()].filter((entry): entry is NonNullable<Entry> => entry?.['type'] === type);
}

function number(entry: Entry, name: string): number | null {
  const value = entry?.[name];
  return typeof value === 'number' ? value : null;
}

/** Browsers measure seconds. */
function milliseconds(entry: Entry, name: string): number | null {
  return scaled(number(entry, name), 1000);
}

/** Browsers measure 0 to 1. */
function audioLevel(entry: Entry): number | null {
  return scaled(number(entry, 'audioLevel'), 32767);
}

function scaled(value: number | null, factor: number): number | null {
  return value === null ? null : Math.round(value * factor);
}

function dimensions(entry: Entry, w: string, h: string): { width: number; height: number } | null {
  const width = number(entry, w);
  const height = number(entry, h);
  return width === null || height === null ? null : { width, height };
}
