// Section 1: what the package offers.

import { alike, equal, ok, row, thrown } from './check.js';
import { differs, sdk } from './lab.js';

const NAMES = ['connect', 'createLocalAudioTrack', 'createLocalTracks', 'createLocalVideoTrack'] as const;

row('1/functions', 'connect and createLocal… are functions', () => {
  for (const name of NAMES) equal(typeof sdk[name], 'function', name);
});

row('1/classes', 'the local track classes are constructors and usable with instanceof', () => {
  for (const name of ['LocalAudioTrack', 'LocalVideoTrack', 'LocalDataTrack'] as const) equal(typeof sdk[name], 'function', name);
  ok(new sdk.LocalDataTrack() instanceof sdk.LocalDataTrack, 'a LocalDataTrack is an instance of its class');
});

row('1/subclasses', 'the local track classes can be extended', () => {
  class Named extends sdk.LocalDataTrack {
    readonly mine = true;
  }
  const track = new Named({ name: 'x' });
  ok(track instanceof sdk.LocalDataTrack && track.mine, 'it is both');
  equal(track.name, 'x');
});

row('1/subclasses-es5', 'they can be extended by functions, as code from before classes does', () => {
  const Parent = sdk.LocalDataTrack as unknown as (this: unknown) => void;
  function Named(this: unknown) {
    Parent.call(this);
  }
  Named.prototype = Object.create(Parent.prototype as object);
  const construct = () => Reflect.construct(Named, []) as unknown;
  const works = differs('docs/compatibility.md, Exports: native classes are not callable', { official: true, holdfast: false });
  if (works) ok(construct() instanceof sdk.LocalDataTrack, 'it is a LocalDataTrack');
  else equal(thrown(construct).name, 'TypeError');
});

row('1/constants', 'isSupported is true here, version is a version', () => {
  equal(sdk.isSupported, true);
  ok(/^\d+\.\d+\.\d+/.test(sdk.version), `${sdk.version} is a version`);
});

row('1/default', 'the default export, as bundlers make it, has the same members', () => {
  const { default: whole } = sdk as unknown as { default: Record<string, unknown> };
  alike(
    NAMES.map((name) => whole[name] === sdk[name]),
    NAMES.map(() => true),
  );
});

row('1/logger', 'Logger is loglevel’s root', () => {
  equal(typeof (sdk as unknown as { Logger: { getLogger: unknown } }).Logger.getLogger, 'function');
});

row('1/preflight', 'runPreflight is a function', () => {
  equal(typeof (sdk as unknown as { runPreflight: unknown }).runPreflight, 'function');
});
