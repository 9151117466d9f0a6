// Drives one participant of a call from a test, through the public API that both SDKs share. The page sets `call.sdk`.

(() => {
  const connections = [];

  // Loaded before the SDK, so that every connection is known and can be measured. A proxy, as the official client looks at the native
  // prototype's own members.
  window.RTCPeerConnection = new Proxy(RTCPeerConnection, {
    construct(Native, args) {
      const connection = new Native(...args);
      connections.push(connection);
      return connection;
    },
  });

  // What Holdfast's core is told, word for word: the trace of a Room is compared with it.
  const told = [];
  const stringify = JSON.stringify;
  JSON.stringify = (value, ...rest) => {
    const text = stringify(value, ...rest);
    if (value?.kind && rest.length === 0) told.push(text);
    return text;
  };

  const VIDEO = { width: 320, height: 180, frameRate: 15 };

  // Timers of the page may be slowed down; those of a worker are not.
  function every(milliseconds, run) {
    const source = `setInterval(() => postMessage(0), ${milliseconds})`;
    const worker = new Worker(URL.createObjectURL(new Blob([source])));
    worker.onmessage = run;
    return () => worker.terminate();
  }

  function tone() {
    const context = new AudioContext();
    const oscillator = context.createOscillator();
    const { stream } = oscillator.connect(context.createMediaStreamDestination());
    oscillator.start();
    return stream.getAudioTracks()[0];
  }

  const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  window.call = {
    sdk: undefined,
    recorder: new EventRecorder(),
    room: undefined,
    localTracks: {},
    received: [],
    frameTimes: {}, // of every remote video track that was attached, by owner
    told,

    /** `media`: which of audio, video, data, kept and tone to publish; each track is named like its kind. */
    async join({ token, options, media }) {
      const tracks = await Promise.all(media.map((kind) => this.createTrack(kind, kind)));
      this.room = await this.sdk.connect(token, { ...options, tracks, insights: false });
      this.recorder.adoptRoom(this.room);
      this.room.on('trackSubscribed', (track, _publication, participant) => this.attach(track, participant));
      for (const participant of this.room.participants.values()) {
        for (const { track } of participant.tracks.values()) if (track) this.attach(track, participant);
      }
    },

    async createTrack(kind, name) {
      const { LocalAudioTrack, LocalDataTrack, createLocalAudioTrack, createLocalVideoTrack } = this.sdk;
      const create = {
        audio: () => createLocalAudioTrack({ name }),
        video: () => createLocalVideoTrack({ ...VIDEO, name }),
        data: () => new LocalDataTrack({ name }),
        kept: () => new LocalDataTrack({ name, kept: true }),
        tone: () => new LocalAudioTrack(tone(), { name }),
      };
      this.localTracks[name] = await create[kind]();
      return this.localTracks[name];
    },

    attach(track, participant) {
      if (track.kind !== 'data') {
        const element = track.attach();
        element.muted = true;
        document.body.append(element);
        if (track.kind === 'video') this.noteFrames(element, `${participant.identity}/${track.name}`);
        return;
      }
      track.on('message', (data) => {
        const { identity: from } = participant;
        this.received.push(typeof data === 'string' ? { from, text: data } : { from, bytes: [...new Uint8Array(data)] });
      });
    },

    noteFrames(element, owner) {
      const times = (this.frameTimes[owner] ??= []);
      let handle = 0;
      const note = (_now, { rtpTimestamp }) => {
        // A track that ends shows a black frame that nobody sent.
        if (rtpTimestamp !== undefined) times.push(Date.now());
        handle = element.requestVideoFrameCallback(note);
      };
      const start = () => {
        element.cancelVideoFrameCallback(handle);
        handle = element.requestVideoFrameCallback(note);
      };
      // Chromium forgets who waits for a frame when the element gets other media.
      element.addEventListener('loadedmetadata', start);
      start();
    },

    leave() {
      this.room.disconnect();
    },

    async publish(kind, name) {
      await this.room.localParticipant.publishTrack(await this.createTrack(kind, name));
    },

    unpublish(name) {
      this.room.localParticipant.unpublishTrack(this.localTracks[name]);
      this.localTracks[name].stop?.();
    },

    setEnabled(name, enabled) {
      this.localTracks[name][enabled ? 'enable' : 'disable']();
    },

    send({ text, bytes }) {
      this.localTracks.data.send(text ?? new Uint8Array(bytes).buffer);
    },

    /** 0, 1, 2 … as text on one data track; stopCounting() gives how many. */
    startCounting(name, milliseconds) {
      let count = 0;
      const stop = every(milliseconds, () => this.localTracks[name].send(String(count++)));
      this.stopCounting = () => {
        stop();
        return count;
      };
    },

    /** Breaks every connection that is open, without a word to the SDK of this page. */
    breakConnections() {
      for (const connection of connections) connection.close();
    },

    state() {
      const { room } = this;
      return {
        state: room.state,
        sid: room.sid,
        participants: [...room.participants.values()].map((participant) => ({
          identity: participant.identity,
          state: participant.state,
          tracks: [...participant.tracks.values()].map((publication) => ({
            name: publication.trackName,
            enabled: publication.isTrackEnabled,
            subscribed: publication.isSubscribed,
          })),
        })),
      };
    },

    /** Of the media connections; the SIDs are left out. */
    links() {
      return this.room.connectionInfo.links.map(({ participantSid, ...link }) => link);
    },

    /** Frames decoded and bytes received so far of every remote media track: {'<identity>/<name>': {…}}. */
    async inbound() {
      const owners = new Map();
      for (const participant of this.room.participants.values()) {
        for (const { track } of participant.tracks.values()) {
          if (track?.mediaStreamTrack) owners.set(track.mediaStreamTrack.id, `${participant.identity}/${track.name}`);
        }
      }
      const totals = {};
      for (const connection of connections) {
        if (connection.connectionState === 'closed') continue;
        for (const stats of (await connection.getStats()).values()) {
          const owner = stats.type === 'inbound-rtp' && owners.get(stats.trackIdentifier);
          if (owner) totals[owner] = { frames: stats.framesDecoded ?? 0, bytes: stats.bytesReceived };
        }
      }
      return totals;
    },

    /** What every sender of media has sent so far. */
    async outbound() {
      const senders = [];
      for (const connection of connections) {
        if (connection.connectionState === 'closed') continue;
        const report = await connection.getStats();
        for (const { type, kind, codecId, bytesSent: bytes, packetsSent: packets, frameWidth: width } of report.values()) {
          if (type !== 'outbound-rtp') continue;
          const sender = connection.getSenders().find(({ track }) => track?.kind === kind);
          const maxBitrate = sender?.getParameters().encodings[0]?.maxBitrate;
          senders.push({ kind, codec: report.get(codecId)?.mimeType, bytes, packets, width, maxBitrate, at: performance.now() });
        }
      }
      return senders;
    },

    /** What tells descriptions of one connection apart (`o=`), for each that is open. */
    descriptions() {
      const open = connections.filter(({ connectionState }) => connectionState !== 'closed');
      return open.map(({ currentLocalDescription }) => /^o=.*$/m.exec(currentLocalDescription?.sdp ?? '')?.[0] ?? '');
    },

    setParameters(limits) {
      this.room.localParticipant.setParameters(limits);
    },

    /** What came in during some time, in the shape of inbound(). */
    async measure(milliseconds) {
      const before = await this.inbound();
      await sleep(milliseconds);
      const after = await this.inbound();
      return Object.fromEntries(
        Object.entries(after).map(([owner, { frames, bytes }]) => [
          owner,
          { frames: frames - (before[owner]?.frames ?? 0), bytes: bytes - (before[owner]?.bytes ?? 0) },
        ]),
      );
    },

    /** From now until stopWatching(): the longest time, in ms, in which no new frame of a track was decoded. */
    startWatching(owner) {
      let frames = -1;
      let changedAt = performance.now();
      let longestGap = 0;
      let busy = false;
      const stop = every(50, async () => {
        if (busy) return;
        busy = true;
        const now = performance.now();
        const current = (await this.inbound())[owner]?.frames ?? frames;
        longestGap = Math.max(longestGap, now - changedAt);
        if (current !== frames) {
          frames = current;
          changedAt = now;
        }
        busy = false;
      });
      this.stopWatching = () => {
        stop();
        return longestGap;
      };
    },

    /** What is wrong with an element that shows nothing. */
    elements() {
      return [...document.querySelectorAll('audio, video')].map((element) => ({
        kind: element.localName,
        paused: element.paused,
        readyState: element.readyState,
        currentTime: element.currentTime,
        frames: element.getVideoPlaybackQuality?.().totalVideoFrames,
        tracks: element.srcObject?.getTracks().map(({ readyState, muted, enabled }) => ({ readyState, muted, enabled })),
      }));
    },

    connectionStates() {
      return connections.map((connection) => connection.connectionState);
    },
  };
})();
