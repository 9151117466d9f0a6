// The local media that one Room publishes, by signaled id, and where each piece is being sent at this moment.

import { reportUncaught } from './report-error.js';

export interface LocalTrackMedia {
  track: MediaStreamTrack;
  /** One for each peer connection that sends it. */
  readonly senders: Set<RTCRtpSender>;
}

export interface LocalDataMedia {
  readonly options: RTCDataChannelInit;
  /** One for each peer connection that has it; of a kept track one for each participant. */
  readonly channels: Set<RTCDataChannel>;
  readonly kept?: Keeping | undefined;
}

/** The code of data tracks that are kept (web/lazy/kept.ts). */
export interface Keeping {
  /** Makes the channel, and looks after `channels`. `who`: the SID of the participant at the other end, once it is known. */
  open(media: LocalDataMedia, connection: RTCPeerConnection, label: string, who: () => string | undefined): RTCDataChannel;
  forget(media: LocalDataMedia, participant: string): void;
}

export class LocalMedia {
  readonly #tracks = new Map<string, LocalTrackMedia>();
  readonly #data = new Map<string, LocalDataMedia>();
  /** It sends other media than before. */
  onReplaced: (sender: RTCRtpSender) => void = () => undefined;

  /** From now on the track belongs to this registry, which stops it when it is removed or replaced: hand in a clone. */
  addTrack(id: string, track: MediaStreamTrack): void {
    this.#tracks.set(id, { track, senders: new Set() });
  }

  addData(id: string, options: RTCDataChannelInit, kept?: Keeping): void {
    this.#data.set(id, { options, channels: new Set(), kept });
  }

  /** A participant is gone: nothing is kept for it any longer. */
  forget(participant: string): void {
    for (const media of this.#data.values()) media.kept?.forget(media, participant);
  }

  track(id: string): LocalTrackMedia | undefined {
    return this.#tracks.get(id);
  }

  dataTrack(id: string): LocalDataMedia | undefined {
    return this.#data.get(id);
  }

  /** All that send at this moment. */
  *senders(): Iterable<RTCRtpSender> {
    for (const { senders } of this.#tracks.values()) yield* senders;
  }

  /** Sends other media under the same id, without negotiation. */
  replaceTrack(id: string, track: MediaStreamTrack): void {
    const media = this.#tracks.get(id);
    if (!media) {
      track.stop();
      return;
    }
    for (const sender of media.senders) {
      sender
        .replaceTrack(track)
        .then(() => this.onReplaced(sender))
        .catch(reportUncaught);
    }
    media.track.stop();
    media.track = track;
  }

  /** To every channel that is open: nothing is queued for the others, and one that fails does not stop the rest. */
  send(id: string, data: string | Blob | ArrayBuffer | ArrayBufferView<ArrayBuffer>): void {
    for (const channel of this.#data.get(id)?.channels ?? []) {
      try {
        channel.send(data as ArrayBuffer);
      } catch {
        // Not open, or its buffer is full: a data track promises nothing to this receiver.
      }
    }
  }

  remove(id: string): void {
    this.#tracks.get(id)?.track.stop();
    this.#tracks.delete(id);
    this.#data.delete(id);
  }

  close(): void {
    for (const id of [...this.#tracks.keys(), ...this.#data.keys()]) {
      this.remove(id);
    }
  }
}
