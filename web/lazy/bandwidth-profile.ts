// The option `bandwidthProfile` of connect(): what is wrong with it.

import type { BandwidthProfileOptions } from '../bandwidth-profile.js';

interface Rules {
  [name: string]: Rule;
}
type Rule = 'number' | string[] | Rules;

const priorities = ['low', 'standard', 'high'];
const sizes: Rules = Object.fromEntries(priorities.map((priority) => [priority, { width: 'number', height: 'number' }]));
const rules: Rules = {
  video: {
    mode: ['grid', 'collaboration', 'presentation'],
    trackSwitchOffMode: ['detected', 'predicted', 'disabled'],
    clientTrackSwitchOffControl: ['auto', 'manual'],
    contentPreferencesMode: ['auto', 'manual'],
    dominantSpeakerPriority: priorities,
    maxSubscriptionBitrate: 'number',
    maxTracks: 'number',
    renderDimensions: sizes,
  },
};

const replaced = [
  ['maxTracks', 'clientTrackSwitchOffControl'],
  ['renderDimensions', 'contentPreferencesMode'],
] as const;

/** Throws TypeError or RangeError. */
export function checkBandwidthProfile(profile: BandwidthProfileOptions): void {
  const name = 'options.bandwidthProfile';
  check(profile, name, rules);
  for (const [old, better] of replaced) {
    const video = profile.video ?? {};
    if (old in video && better in video) throw new TypeError(`${name}.video.${better} replaces ${old}`);
  }
}

function check(value: unknown, name: string, rule: Rule): void {
  if (value === undefined) return;
  if (Array.isArray(rule)) {
    if (!rule.includes(value as string)) throw new RangeError(`${name} must be one of ${rule.join(', ')}`);
  } else if (rule === 'number') {
    if (typeof value !== 'number' || isNaN(value)) throw new TypeError(`${name} must be a number`);
  } else {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError(`${name} must be an object`);
    for (const [key, inner] of Object.entries(rule)) check((value as Record<string, unknown>)[key], `${name}.${key}`, inner);
  }
}
