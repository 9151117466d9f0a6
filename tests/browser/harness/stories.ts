// What a Holdfast participant must hear of things that happen to others, and of its own trouble: every event of every object.
// A test tells what happened by putting stories one after the other.

import type { Kind } from './caller.js';
import { type Expected, isFloating } from './events.js';

export type Story = Record<string, Expected>;

const ALL: Kind[] = ['audio', 'video', 'data'];

/** Puts stories one after the other. */
export function story(...parts: Story[]): Story {
  const whole: Story = {};
  for (const part of parts) for (const [object, lines] of Object.entries(part)) (whole[object] ??= []).push(...lines);
  return whole;
}

/** Stories that happen side by side: the lines of one object may come in any order. */
export function together(...parts: Story[]): Story {
  const whole: Story = {};
  for (const [object, lines] of Object.entries(story(...parts))) {
    const flat = lines.flat();
    whole[object] = [flat.filter((line) => !isFloating(line)), ...flat.filter(isFloating)];
  }
  return whole;
}

/** `identity` was there before us. */
export function found(identity: string, names: string[] = ALL): Story {
  const media = names.filter((name) => !name.startsWith('data'));
  return story(
    {
      room: [names.map((name) => `trackSubscribed ${identity}/${name}/track ${identity}/${name} ${identity}`)],
      [identity]: [names.map((name) => `trackSubscribed ${identity}/${name}/track ${identity}/${name}`)],
    },
    ...names.map((name) => ({ [`${identity}/${name}`]: [`subscribed ${identity}/${name}/track`] })),
    ...media.map((name) => started(identity, name)),
  );
}

/** `identity` joined after us. */
export function joined(identity: string, names?: string[]): Story {
  return story({ room: [`participantConnected ${identity}`] }, found(identity, names));
}

export function published(identity: string, name: string): Story {
  const event = `trackPublished ${identity}/${name}`;
  return story({ room: [`${event} ${identity}`], [identity]: [event] }, found(identity, [name]));
}

export function unpublished(identity: string, name: string): Story {
  const event = `trackUnpublished ${identity}/${name}`;
  return story(unsubscribed(identity, [name]), { room: [`${event} ${identity}`], [identity]: [event] });
}

export function enabled(identity: string, name: string, enabled: boolean): Story {
  const event = enabled ? 'trackEnabled' : 'trackDisabled';
  return {
    room: [`${event} ${identity}/${name} ${identity}`],
    [identity]: [`${event} ${identity}/${name}`],
    [`${identity}/${name}`]: [event],
    [`${identity}/${name}/track`]: [`${enabled ? 'enabled' : 'disabled'} ${identity}/${name}/track`],
  };
}

export function left(identity: string, names: string[] = ALL): Story {
  return story(unsubscribed(identity, names), { room: [`participantDisconnected ${identity}`], [identity]: [`disconnected ${identity}`] });
}

/** We left, or were thrown out with `code`: tracks are taken from us, the others stay listed as they were. */
export function ended(others: string[], code?: number): Story {
  return story(...others.map((identity) => unsubscribed(identity, ALL)), {
    local: ['disconnected local'],
    room: [`disconnected room ${code === undefined ? 'undefined' : `error ${code}`}`],
  });
}

/** Our connection to the server was lost and came back. */
export function recovered(): Story {
  return { room: ['reconnecting error 53001', 'reconnected'], local: ['reconnecting local', 'reconnected'] };
}

/** Another's connection to the server was lost … */
export function otherLost(identity: string): Story {
  return { room: [`participantReconnecting ${identity} error 53001`], [identity]: [`reconnecting ${identity} error 53001`] };
}

/** … and came back. */
export function otherRecovered(identity: string): Story {
  return story(otherLost(identity), { room: [`participantReconnected ${identity}`], [identity]: ['reconnected'] });
}

/** Media between us and `identity`, the only other, was lost. It does not concern the local participant. */
export function mediaLost(identity: string): Story {
  return {
    room: [['reconnecting error 53405', `participantReconnecting ${identity} error 53405`]],
    [identity]: [`reconnecting ${identity} error 53405`],
  };
}

/** … and came back. */
export function mediaRecovered(identity: string): Story {
  return story(mediaLost(identity), { room: [['reconnected', `participantReconnected ${identity}`]], [identity]: ['reconnected'] });
}

function started(identity: string, name: string): Story {
  const track = `${identity}/${name}/track`;
  return { room: [`trackStarted ${track} ${identity}`], [identity]: [`trackStarted ${track}`], [track]: [`started ${track}`] };
}

function unsubscribed(identity: string, names: string[]): Story {
  return story(
    {
      room: [names.map((name) => `trackUnsubscribed ${identity}/${name}/track ${identity}/${name} ${identity}`)],
      [identity]: [names.map((name) => `trackUnsubscribed ${identity}/${name}/track ${identity}/${name}`)],
    },
    ...names.map((name) => ({ [`${identity}/${name}`]: [`unsubscribed ${identity}/${name}/track`] })),
  );
}
