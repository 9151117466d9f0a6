// Section 21: publishing in every way there is, and calls of more than two.

import { alike, next, ok, row, until } from './check.js';
import { capture, join, meet, peer, sdk, stopLater, type LocalTrack, type RemoteParticipant, type Room } from './lab.js';

type Media = Extract<LocalTrack, { disable(): unknown }>;

const named = (participant: RemoteParticipant, name: string) =>
  [...participant.tracks.values()].find(({ trackName }) => trackName === name);
const seenBy = (room: Room, identity: string) => [...room.participants.values()].find((participant) => participant.identity === identity)!;
const subscribed = (participant: () => RemoteParticipant | undefined, count: number) =>
  until(`${count} tracks are subscribed to`, () => {
    const publications = [...(participant()?.tracks.values() ?? [])];
    return publications.length === count && publications.every(({ track }) => track);
  });

for (const kind of ['audio', 'video'] as const) {
  row(
    `21/publish-${kind}`,
    `${kind} as a LocalTrack and as media, muted or not, for the first time and again: others see it as it is`,
    async () => {
      const { alice, bob } = await meet();
      const { localParticipant } = alice;
      const remote = seenBy(bob, 'alice');
      let number = 0;
      for (const wrapped of [true, false]) {
        for (const enabled of [true, false]) {
          const media = await capture(kind);
          media.enabled = enabled;
          const name = `${kind} ${++number}`;
          const track = wrapped ? new (kind === 'audio' ? sdk.LocalAudioTrack : sdk.LocalVideoTrack)(media, { name }) : media;
          const sids: string[] = [];
          for (const _time of ['first', 'again']) {
            const publication = await localParticipant.publishTrack(track as MediaStreamTrack, { name });
            sids.push(publication.trackSid);
            alike([publication.kind, publication.trackName, publication.isTrackEnabled], [kind, name, enabled]);
            await until('the other subscribes to it', () => named(remote, name)?.track);
            const { trackSid, isTrackEnabled, track: theirs } = named(remote, name)!;
            alike([trackSid, isTrackEnabled, (theirs as unknown as Media).isEnabled], [publication.trackSid, enabled, enabled]);
            ok(localParticipant.unpublishTrack(track) === publication, 'unpublishTrack() gives the publication');
            await until('it is gone', () => !named(remote, name));
          }
          ok(sids[0] !== sids[1], 'the second time has a SID of its own');
        }
      }
    },
    { officialUnsteady: 'what is published while the removal of a track is negotiated is sometimes never subscribed to' },
  );
}

row('21/two-at-once', 'two participants publish at the same time: each sees the other’s', async () => {
  const { alice, bob, remoteBob } = await meet();
  await Promise.all([
    alice.localParticipant.publishTrack(await capture('video')),
    bob.localParticipant.publishTrack(await capture('video')),
  ]);
  await subscribed(() => remoteBob, 1);
  await subscribed(() => seenBy(bob, 'alice'), 1);
});

row('21/quick-republish', 'unpublished and published again in one task: others end with one track, of the new SID', async () => {
  const { alice, bob } = await meet();
  const track = new sdk.LocalAudioTrack(await capture('audio'));
  await alice.localParticipant.publishTrack(track);
  const remote = seenBy(bob, 'alice');
  await subscribed(() => remote, 1);
  alice.localParticipant.unpublishTrack(track);
  const { trackSid } = await alice.localParticipant.publishTrack(track);
  await until('the new one is subscribed to', () => remote.tracks.size === 1 && remote.tracks.get(trackSid)?.track);
});

row('21/three', 'three participants: whoever comes later sees all tracks of all, and is seen', async () => {
  const tracks = async (by: typeof sdk) => [new by.LocalAudioTrack(await capture('audio')), new by.LocalDataTrack()];
  const alice = await join('alice', { tracks: await tracks(sdk) });
  const bob = await join('bob', { tracks: await tracks(peer) }, peer);
  const carol = await join('carol', { tracks: await tracks(sdk) });
  for (const [room, others] of [
    [alice, ['bob', 'carol']],
    [bob, ['alice', 'carol']],
    [carol, ['alice', 'bob']],
  ] as const) {
    for (const other of others) await subscribed(() => seenBy(room, other), 2);
  }
  const gone = Promise.all([
    next<[RemoteParticipant]>(alice, 'participantDisconnected'),
    next<[RemoteParticipant]>(carol, 'participantDisconnected'),
  ]);
  bob.disconnect();
  alike(
    (await gone).map(([participant]) => participant.identity),
    ['bob', 'bob'],
  );
  alike([alice.participants.size, carol.participants.size], [1, 1]);
});

row('21/restart', 'a published track that is restarted: others go on with the same track object', async () => {
  const { alice, bob } = await meet();
  const track = stopLater(await sdk.createLocalVideoTrack({ width: 160, height: 120 }));
  const publication = await alice.localParticipant.publishTrack(track);
  const remote = seenBy(bob, 'alice');
  await subscribed(() => remote, 1);
  const theirs = remote.tracks.get(publication.trackSid)!.track as unknown as Media & { dimensions: { width: number } };
  await until('it has started', () => theirs.isStarted);
  const gone: unknown[] = [];
  bob.on('trackUnsubscribed', (track) => gone.push(track));
  const larger = next(bob, 'trackDimensionsChanged');
  await track.restart({ width: 320, height: 240 });
  stopLater(track);
  await larger;
  alike(gone, [], 'what was unsubscribed meanwhile');
  ok(remote.tracks.get(publication.trackSid)!.track === (theirs as unknown), 'the track object is the same');
  ok(publication.track === track, 'so it is here');
});
