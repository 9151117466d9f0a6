// Section 1: what the package offers.

import { alike, equal, ok, row, thrown, until } from './check.js';
import { differs, localAudio, meet, peerTracks, sdk } from './lab.js';

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

row(
  '1/instanceof',
  'what a Room hands out is an instance of the classes that the typings name',
  async () => {
    const { alice, remoteBob } = await meet(await peerTracks());
    await until('all is subscribed to', () => [...remoteBob.tracks.values()].filter(({ track }) => track).length === 3);
    const [audio, video, data] = (['audioTracks', 'videoTracks', 'dataTracks'] as const).map((map) => [...remoteBob[map].values()][0]!);
    const own = await localAudio();
    const published = await alice.localParticipant.publishTrack(own);
    const expected: [object, (keyof typeof sdk)[]][] = [
      [alice, ['Room']],
      [alice.localParticipant, ['LocalParticipant', 'Participant']],
      [remoteBob, ['RemoteParticipant', 'Participant']],
      [own, ['LocalAudioTrack', 'AudioTrack', 'Track']],
      [published, ['LocalAudioTrackPublication', 'LocalTrackPublication', 'TrackPublication']],
      [audio!, ['RemoteAudioTrackPublication', 'RemoteTrackPublication', 'TrackPublication']],
      [video!, ['RemoteVideoTrackPublication', 'RemoteTrackPublication', 'TrackPublication']],
      [data!, ['RemoteDataTrackPublication', 'RemoteTrackPublication', 'TrackPublication']],
      [audio!.track!, ['RemoteAudioTrack', 'AudioTrack', 'Track']],
      [video!.track!, ['RemoteVideoTrack', 'VideoTrack', 'Track']],
      [data!.track!, ['RemoteDataTrack', 'Track']],
    ];
    const classes = [...new Set(expected.flatMap(([, names]) => names))];
    for (const [object, names] of expected) {
      const found = classes.filter((name) => object instanceof (sdk[name] as abstract new () => unknown));
      alike(found.sort(), [...names].sort(), `what ${names[0]} is an instance of`);
    }
  },
  { officialFails: 'its typings have them, its package does not export them' },
);

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
