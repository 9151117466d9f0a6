// Another participant. It has no methods; the room keeps it up to date and emits its events.

import type { ParticipantModel, TrackModel } from '../js-glue/index.js';
import type { TwilioError } from './twilio-error.js';
import type { NetworkQualityEvents } from './network-quality.js';
import { Participant } from './participant.js';
import type { TrackPriority } from './priority.js';
import { RemoteTrackPublication, type AnyRemoteTrackPublication } from './publications.js';
import type { RemoteDataTrack, RemoteTrack, RemoteVideoTrack } from './remote-tracks.js';

/** What happens to a remote participant's tracks; the room emits each as well, with the participant as the last argument. */
export type RemoteTrackEvents = {
  trackPublished: [publication: RemoteTrackPublication];
  trackUnpublished: [publication: RemoteTrackPublication];
  trackSubscribed: [track: RemoteTrack, publication: RemoteTrackPublication];
  trackUnsubscribed: [track: RemoteTrack, publication: RemoteTrackPublication];
  trackSubscriptionFailed: [error: TwilioError, publication: RemoteTrackPublication];
  trackEnabled: [publication: RemoteTrackPublication];
  trackDisabled: [publication: RemoteTrackPublication];
  trackStarted: [track: RemoteTrack];
  trackDimensionsChanged: [track: RemoteVideoTrack];
  trackMessage: [data: string | ArrayBuffer, track: RemoteDataTrack];
  trackPublishPriorityChanged: [priority: TrackPriority, publication: RemoteTrackPublication];
  trackSwitchedOff: [track: RemoteTrack, publication: RemoteTrackPublication];
  trackSwitchedOn: [track: RemoteTrack, publication: RemoteTrackPublication];
};

type RemoteParticipantEvents = RemoteTrackEvents &
  NetworkQualityEvents & {
    disconnected: [participant: RemoteParticipant];
    /** The error tells whether its signaling (53001) or its media (53405) is away. */
    reconnecting: [participant: RemoteParticipant, error: TwilioError];
    reconnected: [];
  };

export class RemoteParticipant extends Participant<AnyRemoteTrackPublication, RemoteParticipantEvents> {
  constructor(model: never);
  /** @internal */
  constructor(model: ParticipantModel);
  constructor({ sid, identity, state, tracks }: ParticipantModel) {
    super(sid, identity, state);
    for (const track of tracks) this._publish(track);
  }

  /** @internal */
  _publish(track: TrackModel): AnyRemoteTrackPublication {
    const publication = new RemoteTrackPublication(track) as AnyRemoteTrackPublication;
    this._add(publication);
    return publication;
  }
}
