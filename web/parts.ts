// What is rarely used is loaded when it is used (docs/adr/0014): web/lazy/*.ts, each a file of its own in dist/lazy/. Bundlers look for
// these very expressions. A part imports nothing: what it needs of the rest is handed to it.

import { toError } from '../js-glue/report-error.js';

/** import() where bundlers do not look; scripts/build.mjs puts it in. */
declare const holdfastImport: (url: string) => Promise<unknown>;

export const loadBandwidthProfile = () => load(() => import('./lazy/bandwidth-profile.js'));
export const loadCodecs = () => load(() => import('./lazy/codecs.js'));
export const loadDevices = () => load(() => import('./lazy/devices.js'));
export const loadDraining = () => load(() => import('./lazy/draining.js'));
export const loadKept = () => load(() => import('./lazy/kept.js'));
export const loadNetworkQuality = () => load(() => import('./lazy/network-quality.js'));
export const loadPreflight = () => load(() => import('./lazy/preflight.js'));
export const loadProcessing = () => load(() => import('./lazy/processing.js'));
export const loadStats = () => load(() => import('./lazy/stats.js'));
export const loadTabLock = () => load(() => import('./lazy/tab-lock.js'));
export const loadTrace = () => load(() => import('./lazy/trace.js'));
export const loadViewing = () => load(() => import('./lazy/viewing.js'));

let failures = 0;

/** Rejects with an Error that names the URL, as the browser tells it; the next call tries again. */
async function load<Part>(part: () => Promise<Part>): Promise<Part> {
  try {
    return await part();
  } catch (error) {
    const { message } = toError(error);
    const [url] = /https?:[^\s?]+/.exec(message) ?? [];
    try {
      // Firefox never asks again for a module that failed once, but for one of another name.
      if (url && failures++) return (await holdfastImport(`${url}?${failures}`)) as Part;
    } catch {
      // Neither is there.
    }
    throw new Error(`Holdfast could not load a part of itself: ${message}`, { cause: error });
  }
}
