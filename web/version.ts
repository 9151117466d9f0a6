declare const __HOLDFAST_VERSION__: string; // Put in by scripts/build.mjs.

/** Of this package. */
export const version: string = __HOLDFAST_VERSION__;
