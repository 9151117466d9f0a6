// Records every event of every object of a call, whichever SDK emits it: [object, event, ...arguments], all as text.
// Objects are called room, local, <identity>, <identity>/<name of track> for a publication and <identity>/<name of track>/track.

class EventRecorder {
  constructor() {
    this.events = [];
    this.times = []; // of the same index; ms since the epoch
    this.names = new WeakMap();
  }

  /** Call as soon as the room is there: from then on nothing is missed, new objects are found where they first appear. */
  adoptRoom(room) {
    this.adopt(room, 'room');
    this.adoptParticipant(room.localParticipant, 'local');
    for (const participant of room.participants.values()) this.adoptParticipant(participant, participant.identity);
  }

  adoptParticipant(participant, name) {
    this.adopt(participant, name);
    for (const publication of participant.tracks.values()) this.adoptPublication(publication, name);
  }

  adoptPublication(publication, owner) {
    this.adopt(publication, `${owner}/${publication.trackName}`);
    if (publication.track) this.adopt(publication.track, `${owner}/${publication.trackName}/track`);
  }

  adopt(object, name) {
    if (this.names.has(object)) return;
    this.names.set(object, name);
    const emit = object.emit;
    const recorder = this;
    Object.defineProperty(object, 'emit', {
      configurable: true,
      writable: true,
      value: function (event, ...args) {
        recorder.adoptArguments(name, args);
        recorder.times.push(Date.now());
        recorder.events.push([name, event, ...args.map((arg) => recorder.describe(arg))]);
        return emit.call(this, event, ...args);
      },
    });
  }

  // What an event brings along is new to us at the earliest here, and nothing has been emitted on it yet.
  adoptArguments(emitter, args) {
    const participant = args.find((arg) => arg?.identity !== undefined && arg.tracks);
    const owner = participant ? (this.names.get(participant) ?? participant.identity) : emitter.split('/', 1)[0];
    if (participant) this.adoptParticipant(participant, owner);
    for (const arg of args) {
      if (arg?.trackSid !== undefined) this.adoptPublication(arg, owner);
      else if (arg?.kind && typeof arg.emit === 'function' && owner !== 'room') this.adopt(arg, `${owner}/${arg.name}/track`);
    }
  }

  describe(arg) {
    if (arg === null || typeof arg !== 'object') return String(arg);
    if (this.names.has(arg)) return this.names.get(arg);
    if (typeof arg.code === 'number') return `error ${arg.code}`;
    return arg.constructor?.name ?? 'object';
  }
}
