// Writes down what every object of a Room emits, and with what: '<object> <event> <arguments>'. New objects are found where they first appear.

import type { Room } from './lab.js';

interface Emitter {
  emit(event: string, ...args: unknown[]): boolean;
}

interface Anything extends Emitter {
  identity?: string;
  tracks?: Map<string, Anything>;
  trackSid?: string;
  trackName?: string;
  track?: Anything | null;
  kind?: string;
  name?: string;
  code?: number;
}

export class Recorder {
  readonly lines: string[] = [];
  private readonly names = new Map<object, string>();

  constructor(room: Room) {
    this.adopt(room as never, 'room');
    this.adoptParticipant(room.localParticipant as never, 'local');
    for (const participant of room.participants.values()) this.adoptParticipant(participant as never, participant.identity);
  }

  private adoptParticipant(participant: Anything, name: string): void {
    this.adopt(participant, name);
    for (const publication of participant.tracks!.values()) this.adoptPublication(publication, name);
  }

  private adoptPublication(publication: Anything, owner: string): void {
    this.adopt(publication, `${owner}/${publication.trackName!}`);
    if (publication.track) this.adopt(publication.track, `${owner}/${publication.trackName!}/track`);
  }

  private adopt(object: Anything, name: string): void {
    if (this.names.has(object)) return;
    this.names.set(object, name);
    const emit = object.emit.bind(object);
    const value = (event: string, ...args: Anything[]): boolean => {
      this.meet(name, args);
      this.lines.push([name, event, ...args.map((argument) => this.nameOf(argument))].join(' '));
      return emit(event, ...args);
    };
    Object.defineProperty(object, 'emit', { configurable: true, writable: true, value });
  }

  // What comes with an event is new to us at the earliest here, and nothing has been emitted on it yet.
  private meet(emitter: string, args: (Anything | null | undefined)[]): void {
    const participant = args.find((argument) => argument?.identity !== undefined && argument.tracks);
    const owner = participant ? (this.names.get(participant) ?? participant.identity!) : emitter.split('/', 1)[0]!;
    if (participant) this.adoptParticipant(participant, owner);
    for (const argument of args) {
      if (argument?.trackSid !== undefined) this.adoptPublication(argument, owner);
      else if (argument?.kind && typeof argument.emit === 'function') this.adopt(argument, `${owner}/${argument.name!}/track`);
    }
  }

  private nameOf(argument: Anything | null | undefined): string {
    if (argument === null || typeof argument !== 'object') return String(argument);
    return this.names.get(argument) ?? (typeof argument.code === 'number' ? `error ${argument.code}` : 'object');
  }
}
