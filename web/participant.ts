// What the own participant and the others have in common: who they are, what they publish, whether they are there.

import type { EventMap } from './events.js';
import type { NetworkQualityEvents, NetworkQualityLevel, NetworkQualityStats } from './network-quality.js';
import type { AnyLocalTrackPublication, AnyRemoteTrackPublication } from './publications.js';
import { PublicObject, show } from './public-object.js';
import type { Track, VideoTrack } from './types.js';

/** 'connecting' is only ever the state of the own participant, before connect() resolves. */
export type ParticipantState = 'connecting' | 'connected' | 'reconnecting' | 'disconnected';

type ParticipantEvents = NetworkQualityEvents & {
  disconnected: [participant: Participant];
  reconnecting: [participant: Participant];
  reconnected: [];
  trackStarted: [track: Track];
  trackDimensionsChanged: [track: VideoTrack];
};

export abstract class Participant<
  Publication extends AnyLocalTrackPublication | AnyRemoteTrackPublication = AnyLocalTrackPublication | AnyRemoteTrackPublication,
  Events extends EventMap = ParticipantEvents,
> extends PublicObject<Events> {
  declare readonly identity: string;
  /** With the option `networkQuality`, from some seconds after connect on; null without. */
  declare readonly networkQualityLevel: NetworkQualityLevel | null;
  /** Likewise, from verbosity 2 on; of the last two seconds. */
  declare readonly networkQualityStats: NetworkQualityStats | null;
  declare readonly sid: string;
  declare readonly state: ParticipantState;
  /** Publications by track SID; the same Map for the life of the participant, also below. */
  declare readonly tracks: Map<string, Publication>;
  declare readonly audioTracks: Map<string, Extract<Publication, { kind: 'audio' }>>;
  declare readonly videoTracks: Map<string, Extract<Publication, { kind: 'video' }>>;
  declare readonly dataTracks: Map<string, Extract<Publication, { kind: 'data' }>>;

  /** @internal */
  constructor(sid: string, identity: string, state: ParticipantState) {
    super();
    show<Participant>(this as Participant, {
      audioTracks: new Map(),
      dataTracks: new Map(),
      identity,
      networkQualityLevel: null,
      networkQualityStats: null,
      sid,
      state,
      tracks: new Map(),
      videoTracks: new Map(),
    });
  }

  /** @internal */
  _add(publication: Publication): void {
    this.tracks.set(publication.trackSid, publication);
    this.#mapOf(publication).set(publication.trackSid, publication);
  }

  /** @internal */
  _remove(publication: Publication): void {
    this.tracks.delete(publication.trackSid);
    this.#mapOf(publication).delete(publication.trackSid);
  }

  #mapOf({ kind }: Publication): Map<string, Publication> {
    return this[`${kind}Tracks`] as Map<string, Publication>;
  }
}

export declare namespace Participant {
  type Identity = string;
  type SID = string;
}
