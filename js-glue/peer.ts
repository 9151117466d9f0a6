// One RTCPeerConnection: performs the core's effects on it strictly in order, reports what comes of them and what it tells by itself.
// It never negotiates on its own; when to offer, restart or close is the core's decision.

import type { IceCandidateInit, Input, LogEffect, Path, PeerEffect, Transceiver } from './boundary.js';
import type { LocalMedia } from './media.js';
import type { PeerOptions } from './peers.js';
import { RemoteChannel } from './remote-channel.js';
import { toError } from './report-error.js';

export type PeerOperation = Exclude<PeerEffect, { kind: 'createPeer' | 'setIceServers' | 'closePeer' }>;

/** What the browser measures, track by track. */
export interface PeerStats {
  peer: number;
  /** By signaled id. */
  sent: Map<string, RTCStatsReport>;
  /** By mid. */
  received: Map<string, RTCStatsReport>;
}

export interface PeerContext {
  /** Everything this peer sends is one stream, so that the receiver keeps sound and picture in step. */
  stream: MediaStream;
  media: LocalMedia;
  options: Pick<PeerOptions, 'codecs' | 'sending'>;
  report(input: Input): void;
  /** SID of the participant at the other end of a peer, if it is known. */
  who(peer: number): string | undefined;
  log(level: LogEffect['level'], message: string): void;
}

export class Peer {
  #chain: Promise<void> = Promise.resolve();
  #closed = false;
  readonly #transceivers = new Map<string, RTCRtpTransceiver>();
  readonly #channels = new Map<string, RTCDataChannel>();
  readonly #remoteChannels = new Map<string, RemoteChannel>();
  readonly #peer: number;
  readonly #connection: RTCPeerConnection;
  readonly #context: PeerContext;

  constructor(peer: number, connection: RTCPeerConnection, context: PeerContext) {
    this.#peer = peer;
    this.#connection = connection;
    this.#context = context;
    this.#listen();
  }

  perform(operation: PeerOperation): void {
    this.#chain = this.#chain.then(async () => {
      if (this.#closed) return;
      try {
        this.#report(await this.#run(operation));
      } catch (error) {
        this.#fail(operation, toError(error));
      }
    });
  }

  /** For what is gathered from now on. */
  configure(configuration: RTCConfiguration): void {
    try {
      this.#connection.setConfiguration(configuration);
    } catch (error) {
      this.#context.log('warn', `peer ${this.#peer}: ${toError(error).message}`);
    }
  }

  remoteTrack(mid: string): MediaStreamTrack | undefined {
    return this.#byMid(mid)?.receiver.track;
  }

  remoteChannel(label: string): RemoteChannel | undefined {
    return this.#remoteChannels.get(label);
  }

  async getStats(): Promise<PeerStats> {
    const transceivers = this.#connection.getTransceivers();
    const [sent, received] = await Promise.all([
      collect([...this.#transceivers].map(([id, { sender }]) => [id, sender])),
      collect(transceivers.flatMap(({ mid, receiver }) => (mid === null ? [] : [[mid, receiver]]))),
    ]);
    return { peer: this.#peer, sent, received };
  }

  close(): void {
    this.#closed = true;
    for (const [id, { sender }] of this.#transceivers) {
      this.#context.media.track(id)?.senders.delete(sender);
    }
    for (const [id, channel] of this.#channels) {
      this.#context.media.dataTrack(id)?.channels.delete(channel);
    }
    this.#connection.close();
  }

  #listen(): void {
    const connection = this.#connection;
    const peer = this.#peer;
    connection.addEventListener('connectionstatechange', () =>
      this.#report({ kind: 'connectionStateChanged', peer, state: connection.connectionState }),
    );
    connection.addEventListener('iceconnectionstatechange', () =>
      this.#report({ kind: 'iceConnectionStateChanged', peer, state: connection.iceConnectionState }),
    );
    connection.addEventListener('icecandidate', ({ candidate }) =>
      this.#report(
        candidate ? { kind: 'iceCandidateGathered', peer, candidate: candidateInit(candidate) } : { kind: 'iceGatheringComplete', peer },
      ),
    );
    connection.addEventListener('track', ({ track, transceiver: { mid } }) => {
      if (mid !== null) this.#report({ kind: 'trackAdded', peer, mid, trackKind: kindOf(track) });
    });
    connection.addEventListener('datachannel', ({ channel }) => {
      const { label } = channel;
      const remote = new RemoteChannel(channel);
      this.#remoteChannels.set(label, remote);
      channel.addEventListener('close', () => {
        if (this.#remoteChannels.get(label) === remote) this.#remoteChannels.delete(label);
      });
      this.#report({ kind: 'dataChannelAdded', peer, label });
    });
  }

  /** Gives the outcome to report, if the core waits for one. */
  async #run(operation: PeerOperation): Promise<Input | undefined> {
    const connection = this.#connection;
    const peer = this.#peer;
    const { codecs, sending } = this.#context.options;
    switch (operation.kind) {
      case 'addTrack':
        return void (await this.#addTrack(operation.id, operation.mid));
      case 'removeTrack':
        return void (await this.#removeTrack(operation.id));
      case 'fitTrack': {
        const { id, width, height, maxBitrate } = operation;
        const transceiver = this.#transceivers.get(id);
        return void (transceiver && sending?.fit(transceiver.sender, width, height, maxBitrate));
      }
      case 'addDataChannel':
        return this.#addDataChannel(operation.id, operation.label);
      case 'removeDataChannel':
        return this.#removeDataChannel(operation.id);
      case 'addIceCandidate':
        return void (await connection.addIceCandidate(operation.candidate));
      case 'setLocalDescription':
        await this.#setLocalDescription(operation);
        this.#settle();
        return {
          kind: 'localDescriptionSet',
          peer,
          op: operation.op,
          sdp: operation.type === 'rollback' ? '' : (connection.localDescription?.sdp ?? ''),
          transceivers: this.#describeTransceivers(),
        };
      case 'setRemoteDescription':
        await connection.setRemoteDescription({
          type: operation.type,
          sdp: codecs ? codecs.rewrite(operation.sdp) : operation.sdp,
        });
        this.#settle();
        return { kind: 'remoteDescriptionSet', peer, op: operation.op };
      case 'getStats':
        return {
          kind: 'peerStats',
          peer,
          op: operation.op,
          ...factsOf(await connection.getStats()),
          audioLevel: audioLevel(connection),
        };
      case 'refreshVideo':
        for (const { sender } of this.#transceivers.values()) sending?.refresh(sender);
        return;
    }
  }

  #fail(operation: PeerOperation, { name, message }: Error): void {
    if ('op' in operation) {
      this.#report({ kind: 'peerOperationFailed', peer: this.#peer, op: operation.op, name, message });
    } else if (!this.#closed) {
      this.#context.log('warn', `peer ${this.#peer}: ${operation.kind} failed: ${name}: ${message}`);
    }
  }

  #report(input: Input | undefined): void {
    if (input && !this.#closed) this.#context.report(input);
  }

  async #setLocalDescription(operation: PeerOperation & { kind: 'setLocalDescription' }): Promise<void> {
    const connection = this.#connection;
    switch (operation.type) {
      case 'offer':
        if (operation.receiveMedia) this.#ensureReceivers();
        this.#preferCodecs();
        return connection.setLocalDescription(await connection.createOffer({ iceRestart: operation.iceRestart }));
      case 'answer':
        this.#preferCodecs();
        return connection.setLocalDescription(await connection.createAnswer());
      case 'rollback': // An offer is taken back on the side that it came from.
        return connection.signalingState === 'have-remote-offer'
          ? connection.setRemoteDescription({ type: 'rollback' })
          : connection.setLocalDescription({ type: 'rollback' });
    }
  }

  /** Without it the call takes place all the same. */
  #preferCodecs(): void {
    try {
      this.#context.options.codecs?.prefer?.(this.#connection);
    } catch (error) {
      this.#context.log('warn', `peer ${this.#peer}: ${toError(error).message}`);
    }
  }

  /** The codecs are known whenever a negotiation has ended. */
  #settle(): void {
    if (this.#connection.signalingState !== 'stable') return;
    for (const { sender } of this.#transceivers.values()) this.#context.options.sending?.apply(sender);
  }

  #ensureReceivers(): void {
    for (const kind of ['audio', 'video'] as const) {
      const found = this.#connection
        .getTransceivers()
        .some((transceiver) => kindOf(transceiver.receiver.track) === kind && receives(transceiver.direction));
      if (!found) this.#connection.addTransceiver(kind, { direction: 'recvonly' });
    }
  }

  async #addTrack(id: string, mid: string | undefined): Promise<void> {
    const media = this.#context.media.track(id);
    if (!media) return; // Unpublished meanwhile; the core's removal is on its way.
    const { track } = media;
    const idle = mid === undefined ? undefined : this.#byMid(mid);
    const sender = idle?.sender ?? this.#connection.addTrack(track, this.#context.stream);
    const transceiver = idle ?? this.#connection.getTransceivers().find((candidate) => candidate.sender === sender);
    if (transceiver) this.#transceivers.set(id, transceiver);
    media.senders.add(sender);
    if (idle) {
      idle.direction = receives(idle.direction) ? 'sendrecv' : 'sendonly';
      idle.sender.setStreams?.(this.#context.stream);
      await idle.sender.replaceTrack(track);
    }
  }

  async #removeTrack(id: string): Promise<void> {
    const transceiver = this.#transceivers.get(id);
    if (!transceiver) return;
    this.#transceivers.delete(id);
    this.#context.media.track(id)?.senders.delete(transceiver.sender);
    this.#context.options.sending?.fit(transceiver.sender, -1, -1); // For whatever takes its place.
    transceiver.direction = receives(transceiver.direction) ? 'recvonly' : 'inactive';
    await transceiver.sender.replaceTrack(null);
  }

  #addDataChannel(id: string, label: string): undefined {
    const media = this.#context.media.dataTrack(id);
    if (!media) return;
    const { kept, options, channels } = media;
    const channel =
      kept?.open(media, this.#connection, label, () => this.#context.who(this.#peer)) ?? this.#connection.createDataChannel(label, options);
    this.#channels.set(id, channel);
    if (!kept) channels.add(channel);
  }

  #removeDataChannel(id: string): undefined {
    const channel = this.#channels.get(id);
    if (!channel) return;
    this.#channels.delete(id);
    this.#context.media.dataTrack(id)?.channels.delete(channel);
    channel.close();
  }

  #byMid(mid: string): RTCRtpTransceiver | undefined {
    return this.#connection.getTransceivers().find((transceiver) => transceiver.mid === mid);
  }

  #describeTransceivers(): Transceiver[] {
    const described: Transceiver[] = [];
    for (const transceiver of this.#connection.getTransceivers()) {
      if (transceiver.mid !== null) {
        const id = [...this.#transceivers].find(([, candidate]) => candidate === transceiver)?.[0];
        described.push({ mid: transceiver.mid, kind: kindOf(transceiver.receiver.track), ...(id !== undefined && { id }) });
      }
    }
    return described;
  }
}

function receives(direction: RTCRtpTransceiverDirection): boolean {
  return direction === 'sendrecv' || direction === 'recvonly';
}

function kindOf(track: MediaStreamTrack): 'audio' | 'video' {
  return track.kind as 'audio' | 'video';
}

/** Browsers write null where the boundary leaves out. */
function candidateInit({ candidate, sdpMid, sdpMLineIndex, usernameFragment }: RTCIceCandidate): IceCandidateInit {
  return {
    candidate,
    ...(sdpMid !== null && { sdpMid }),
    ...(sdpMLineIndex !== null && { sdpMLineIndex }),
    ...(usernameFragment && { usernameFragment }),
  };
}

async function collect(measurable: [string, RTCRtpSender | RTCRtpReceiver][]): Promise<Map<string, RTCStatsReport>> {
  return new Map(await Promise.all(measurable.map(async ([key, it]) => [key, await it.getStats()] as const)));
}

interface Stats extends RTCStats {
  bytesReceived?: number;
  selectedCandidatePairId?: string;
  selected?: boolean;
  localCandidateId?: string;
  remoteCandidateId?: string;
  candidateType?: string;
  currentRoundTripTime?: number;
  roundTripTime?: number;
}

/** The bytes of all inbound media, and the path they take: Firefox marks its candidate pair, Chromium names it with the transport. */
function factsOf(report: RTCStatsReport): { bytesReceived: number } & Path {
  let bytesReceived = 0;
  let pair: Stats | undefined;
  let seconds: number | undefined;
  report.forEach((stats: Stats) => {
    if (stats.type === 'inbound-rtp') bytesReceived += stats.bytesReceived ?? 0;
    seconds = stats.roundTripTime ?? seconds;
    if (stats.selected) pair = stats;
    else if (stats.selectedCandidatePairId) pair = report.get(stats.selectedCandidatePairId) as Stats | undefined;
  });
  if (!pair) return { bytesReceived };
  const relayed = [pair.localCandidateId, pair.remoteCandidateId].some(
    (id) => (report.get(id!) as Stats | undefined)?.candidateType === 'relay',
  );
  seconds = pair.currentRoundTripTime ?? seconds;
  return { bytesReceived, relayed, ...(seconds !== undefined && { roundTripTime: Math.round(seconds * 1000) }) };
}

/** As the senders measured it (RFC 6464): those of stats are of what is played, which an app may have muted. */
function audioLevel(connection: RTCPeerConnection): number {
  const sources = connection.getReceivers().flatMap((receiver) => receiver.getSynchronizationSources());
  return Math.round(32767 * Math.max(0, ...sources.map((source) => source.audioLevel ?? 0)));
}
