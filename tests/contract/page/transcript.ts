// Section 21: what a participant hears of one scripted call. The transcript is the same in both packages.

import { compared, next, soon, until, type Report } from './check.js';
import { capture, join, localAudio, localVideo, peer, peerTracks, sdk, type LocalTrack, type RemoteParticipant, type Room } from './lab.js';
import { Recorder } from './recorder.js';
import { cutNetwork, healNetwork } from './sockets.js';

type Media = Extract<LocalTrack, { enable(): unknown }>;
type Data = Extract<LocalTrack, { send(data: string): void }>;

compared('21/transcript', 'the events of a call: every object, every argument, their order', async () => {
  const report: Report = {};
  const mine = { audio: await localAudio('mic'), data: new sdk.LocalDataTrack({ name: 'chat' }), video: await localVideo('cam') };
  const alice = await join('alice', { tracks: [mine.audio, mine.data] });
  const recorder = new Recorder(alice);
  const { lines } = recorder;
  const has = (line: string) => until(line, () => lines.includes(line));

  /** `act` gives what to wait for. */
  const step = async (name: string, act: () => unknown): Promise<void> => {
    await act();
    await soon();
    report[name] = settled(lines.splice(0)).join('\n');
  };

  const tracks = await peerTracks();
  const [audio, video, data] = tracks as [Media, Media, Data];
  let bob!: Room;
  const remote = () => [...alice.participants.values()].find(({ identity }) => identity === 'bob') as RemoteParticipant;
  const sees = () =>
    until('everything is subscribed to and has started', () => {
      const publications = remote() ? [...remote().tracks.values()] : [];
      return publications.length === 3 && publications.every(({ track }) => track && (track.kind === 'data' || track.isStarted));
    });

  await step('joined', () => until('own tracks', () => alice.localParticipant.tracks.size === 2 && mine.audio.isStarted));
  await step('another joins', async () => {
    bob = await join('bob', { tracks }, peer);
    await sees();
  });
  await step('publish', async () => {
    await alice.localParticipant.publishTrack(mine.video);
    await until('it has started', () => mine.video.isStarted);
  });
  await step('mute', () => mine.audio.disable());
  await step('unmute', () => mine.audio.enable());
  await step('another mutes', () => (audio.disable(), has('room trackDisabled bob/audio bob')));
  await step('another unmutes', () => (audio.enable(), has('room trackEnabled bob/audio bob')));
  await step('a message', async () => {
    // Nothing is queued: the first ones may be too early.
    await until('it arrives', () => {
      if (lines.length === 0) data.send('hello');
      return lines.length > 0;
    });
    lines.splice(3);
  });
  await step('another publishes', async () => {
    await bob.localParticipant.publishTrack(await capture('audio'), { name: 'second' });
    await has('room trackStarted bob/second/track bob');
  });
  await step('another changes a priority', async () => {
    [...bob.localParticipant.audioTracks.values()].find(({ trackName }) => trackName === 'second')!.setPriority('low');
    await has('room trackPublishPriorityChanged low bob/second bob');
  });
  await step('another unpublishes', async () => {
    [...bob.localParticipant.audioTracks.values()].find(({ trackName }) => trackName === 'second')!.unpublish();
    await has('room trackUnpublished bob/second bob');
  });
  await step('unpublish', () => alice.localParticipant.unpublishTrack(mine.video));
  await step('signaling is lost', async () => {
    cutNetwork('?alice');
    await next(alice, 'reconnecting');
  });
  await step('signaling is back', async () => {
    healNetwork();
    await next(alice, 'reconnected');
  });
  await step('another loses signaling', async () => {
    cutNetwork('?bob');
    await next(alice, 'participantReconnecting');
  });
  await step('another has it back', async () => {
    healNetwork();
    await next(alice, 'participantReconnected');
  });
  await step('another stops a track', async () => {
    video.stop();
    bob.localParticipant.unpublishTrack(video);
    await has('room trackUnpublished bob/video bob');
  });
  await step('another leaves', async () => {
    bob.disconnect();
    await has('room participantDisconnected bob');
  });
  await step('stop', () => mine.audio.stop());
  await step('another joins again', async () => {
    const come = next(alice, 'trackSubscribed');
    await join('carol', { tracks: [new peer.LocalDataTrack({ name: 'data' })] }, peer);
    await come;
  });
  await step('leave', () => alice.disconnect());
  return report;
});

// Tracks start and find their size when they do; tracks of one message are subscribed to in any order; how many attempts it takes to come back
// is nobody's promise.
function settled(lines: string[]): string[] {
  const floats = (line: string) => /^\S+ (started|trackStarted|dimensionsChanged|trackDimensionsChanged) /.test(line);
  const fixed = lines.filter((line) => !floats(line) && !line.startsWith('room reconnectProgress'));
  const groups: Record<string, string[]> = {};
  for (const line of fixed) (groups[/(\S+\/\S+?)(\/track)?( |$)/.exec(line)?.[1] ?? ''] ??= []).push(line);
  const names = Object.keys(groups).sort();
  const ordered = names.length > 2 ? names.flatMap((name) => groups[name]!) : fixed;
  return [...ordered, ...new Set(lines.filter(floats).sort())];
}
