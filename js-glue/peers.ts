// All peer connections of one Room: makes them, finds them, forgets them. Peers do not wait for one another.

import type { IceServer, PeerEffect } from './boundary.js';
import type { Codecs } from './codecs.js';
import { Peer, type PeerContext, type PeerStats } from './peer.js';
import type { RemoteChannel } from './remote-channel.js';
import { toError } from './report-error.js';
import type { Sending } from './sending.js';

export interface PeerOptions {
  /** Instead of the platform's. */
  RTCPeerConnection?: typeof RTCPeerConnection | undefined;
  /** Instead of the platform's. */
  MediaStream?: typeof MediaStream | undefined;
  /** Laid over what Holdfast asks for; `iceServers` here replace those of the server. */
  configuration?: RTCConfiguration | undefined;
  codecs?: Codecs | undefined;
  sending?: Sending | undefined;
}

export class Peers {
  readonly #peers = new Map<number, Peer>();
  readonly #options: PeerOptions;
  readonly #context: Omit<PeerContext, 'stream' | 'options'>;

  constructor(options: PeerOptions, context: Omit<PeerContext, 'stream' | 'options'>) {
    this.#options = options;
    this.#context = context;
  }

  perform(effect: PeerEffect): void {
    switch (effect.kind) {
      case 'createPeer':
        return this.#create(effect.peer, effect.iceServers);
      case 'setIceServers':
        return this.#peers.get(effect.peer)?.configure(this.#configurationWith(effect.iceServers));
      case 'closePeer':
        this.#peers.get(effect.peer)?.close();
        return void this.#peers.delete(effect.peer);
      default:
        return this.#peers.get(effect.peer)?.perform(effect);
    }
  }

  remoteTrack(peer: number, mid: string): MediaStreamTrack | undefined {
    return this.#peers.get(peer)?.remoteTrack(mid);
  }

  remoteChannel(peer: number, label: string): RemoteChannel | undefined {
    return this.#peers.get(peer)?.remoteChannel(label);
  }

  /** Of those that are there now; one that closes meanwhile is left out. */
  async getStats(): Promise<PeerStats[]> {
    const asked = [...this.#peers.values()].map((peer) => peer.getStats().catch(() => undefined));
    return (await Promise.all(asked)).filter((stats) => stats !== undefined);
  }

  close(): void {
    for (const peer of this.#peers.values()) {
      peer.close();
    }
    this.#peers.clear();
  }

  #create(peer: number, iceServers: IceServer[]): void {
    try {
      const Connection = this.#options.RTCPeerConnection ?? RTCPeerConnection;
      const Stream = this.#options.MediaStream ?? MediaStream;
      const connection = new Connection(this.#configurationWith(iceServers));
      this.#peers.set(peer, new Peer(peer, connection, { ...this.#context, options: this.#options, stream: new Stream() }));
    } catch (error) {
      const { name, message } = toError(error);
      this.#context.report({ kind: 'peerOperationFailed', peer, op: 0, name, message });
    }
  }

  #configurationWith(iceServers: IceServer[]): RTCConfiguration {
    return { bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require', iceServers, ...this.#options.configuration };
  }
}
