// Whatever the package hands out is an instance of the class that its declarations name, of those above it, and of no other.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { oneOfEach } from './one-of-each.mjs';
import { root } from './packed.mjs';

/** Beside each object's own. */
const above = {
  Participant: ['LocalParticipant', 'RemoteParticipant'],
  Track: ['LocalAudioTrack', 'LocalVideoTrack', 'LocalDataTrack', 'RemoteAudioTrack', 'RemoteVideoTrack', 'RemoteDataTrack'],
  AudioTrack: ['LocalAudioTrack', 'RemoteAudioTrack'],
  VideoTrack: ['LocalVideoTrack', 'RemoteVideoTrack'],
  LocalTrackPublication: ['LocalAudioTrackPublication', 'LocalVideoTrackPublication', 'LocalDataTrackPublication'],
  RemoteTrackPublication: ['RemoteAudioTrackPublication', 'RemoteVideoTrackPublication', 'RemoteDataTrackPublication'],
};
above.TrackPublication = [...above.LocalTrackPublication, ...above.RemoteTrackPublication];

const load = {
  import: () => import(join(root, 'dist/index.js')),
  'require()': () => createRequire(import.meta.url)(join(root, 'dist/index.cjs')),
};

for (const [kind, loaded] of Object.entries(load)) {
  describe(kind, () => {
    let sdk;
    let objects;
    before(async () => {
      sdk = await loaded();
      objects = await oneOfEach(sdk);
    });

    test('each object is an instance of its class and of those above', () => {
      const names = [...Object.keys(objects), ...Object.keys(above)];
      assert.equal(names.length, 22);
      for (const name of names) {
        const instances = Object.keys(objects).filter((object) => objects[object] instanceof sdk[name]);
        assert.deepEqual(instances.sort(), [name, ...(above[name] ?? [])].filter((one) => one in objects).sort(), name);
        for (const other of [null, undefined, 'text', {}, { kind: 'audio' }]) assert(!(other instanceof sdk[name]), name);
      }
    });

    test('what ends a Room is an instance of the class of its code', async () => {
      const { Room: room } = await oneOfEach(sdk);
      const ended = once(room, 'disconnected');
      room._apply({ event: 'roomDisconnected', error: { code: 53118 } });
      const [, error] = await ended;
      for (const one of [sdk.RoomCompletedError, sdk.TwilioError, Error]) assert(error instanceof one, one.name);
      assert(!(error instanceof sdk.RoomNotFoundError));
      assert.equal(error.code, 53118);
    });
  });
}
