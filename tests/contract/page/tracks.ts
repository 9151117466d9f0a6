// Sections 9.1 to 9.3 and the local part of 10: tracks of one's own, in a room and without one.

import { alike, equal, isError, next, ok, rejection, row, soon, thrown, until } from './check.js';
import { capture, join, localAudio, localVideo, sdk, stopLater } from './lab.js';
import { noteEvents } from './room.js';

row('9/local-properties', 'what a new local track says of itself', async () => {
  const media = await capture('video');
  const track = new sdk.LocalVideoTrack(media);
  const { kind, name, id, isEnabled, isMuted, isStopped, processedTrack, mediaStreamTrack } = track;
  alike([kind, name, id, isEnabled, isMuted, isStopped, processedTrack], ['video', media.id, media.id, true, false, false, null]);
  ok(mediaStreamTrack === media, 'its media is what it was made from');
});

row('9/local-name', 'a name is always a string', async () => {
  equal((await localAudio('mine')).name, 'mine');
  equal(new sdk.LocalAudioTrack(await capture('audio'), { name: 7 as never }).name, '7');
  equal(new sdk.LocalDataTrack({ name: 7 as never }).name, '7');
});

row('9/data-properties', 'what a LocalDataTrack says of itself', () => {
  const track = new sdk.LocalDataTrack();
  const { kind, maxPacketLifeTime, maxRetransmits, ordered, reliable } = track;
  alike([kind, maxPacketLifeTime, maxRetransmits, ordered, reliable], ['data', null, null, true, true]);
  ok(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(track.id), `${track.id} is a UUID`);
  equal(track.name, track.id);
  const limited = new sdk.LocalDataTrack({ maxRetransmits: 1, ordered: false, name: 'x' });
  alike([limited.maxRetransmits, limited.ordered, limited.reliable, limited.name], [1, false, false, 'x']);
});

row('9/data-members', 'a LocalDataTrack has neither stop() nor enable()', () => {
  const track = new sdk.LocalDataTrack() as unknown as Record<string, unknown>;
  alike([track['stop'], track['enable'], track['disable'], track['isEnabled']], [undefined, undefined, undefined, undefined]);
});

row('9/enable', 'enable() and disable() return the track and say a change, once', async () => {
  const track = await localAudio();
  const noted = noteEvents({ track });
  ok(track.disable() === track && track.disable() === track, 'disable() returns the track');
  alike([track.isEnabled, track.mediaStreamTrack.enabled], [false, false]);
  ok(track.enable() === track && track.enable(true) === track, 'enable() returns the track');
  ok(track.enable(false).isEnabled === false, 'enable(false) disables');
  alike(noted, ['track disabled 1', 'track enabled 1', 'track disabled 1']);
});

row('9/enable-argument', 'an argument of enable() that is no boolean counts as true', async () => {
  const track = await localAudio();
  for (const argument of [undefined, null, 0, '', {}]) {
    track.disable();
    equal(track.enable(argument as never).isEnabled, true);
  }
});

row('9/event-argument', 'the argument of every track event is the track', async () => {
  const track = await localVideo();
  const heard: unknown[] = [];
  for (const event of ['started', 'disabled', 'enabled', 'stopped', 'dimensionsChanged']) {
    track.on(event, (...args: unknown[]) => heard.push([event, args.length, args[0] === track]));
  }
  await until('it has started', () => track.isStarted);
  track.disable().enable().stop();
  await soon();
  for (const event of ['started', 'disabled', 'enabled', 'stopped', 'dimensionsChanged']) {
    ok(
      heard.some((line) => JSON.stringify(line) === JSON.stringify([event, 1, true])),
      event,
    );
  }
});

row('9/started', 'isStarted is false, then true for good; started says it', async () => {
  const track = await localAudio();
  equal(track.isStarted, false, 'at first');
  await next(track, 'started');
  equal(track.isStarted, true, 'then');
  track.stop();
  equal(track.isStarted, true, 'after stop()');
});

row('9/dimensions', 'one object tells the size: nulls at first', async () => {
  const track = await localVideo();
  const { dimensions } = track;
  alike({ ...dimensions, sorted: 0 }, { ...{ width: null, height: null }, sorted: 0 });
  await next(track, 'started');
  ok(track.dimensions === dimensions && dimensions.width! > 0, 'the same object has it');
});

row('9/stop', 'stop() returns the track and says it, once', async () => {
  const track = await localAudio();
  const noted = noteEvents({ track });
  ok(track.stop() === track && track.stop() === track, 'it returns the track');
  equal(track.isStopped, true);
  equal(track.mediaStreamTrack.readyState, 'ended');
  alike(noted, ['track stopped 1']);
});

row('9/ended', 'media that ends by itself is said as stopped', async () => {
  const track = await localAudio();
  const said = next<[unknown]>(track, 'stopped');
  track.mediaStreamTrack.stop();
  track.mediaStreamTrack.dispatchEvent(new Event('ended'));
  ok((await said)[0] === track, 'the argument is the track');
});

row('9/muted', 'muted and unmuted come from the media', async () => {
  const track = await localAudio();
  const noted = noteEvents({ track });
  track.mediaStreamTrack.dispatchEvent(new Event('mute'));
  track.mediaStreamTrack.dispatchEvent(new Event('unmute'));
  alike(
    noted.filter((line) => line.includes('mute')),
    ['track muted 1', 'track unmuted 1'],
  );
});

row('9/attach', 'attach() makes an element of its kind, outside of the document, that plays', async () => {
  for (const track of [await localAudio(), await localVideo()]) {
    const element = track.attach();
    equal(element.localName, track.kind);
    equal(element.isConnected, false, 'in the document');
    equal(element.autoplay, true, 'autoplay');
    equal((element as HTMLVideoElement).playsInline, true, 'playsInline');
    alike(
      (element.srcObject as MediaStream).getTracks().map(({ id }) => id),
      [track.mediaStreamTrack.id],
    );
    ok(track.attach() !== element, 'each call makes another');
    track.detach();
  }
});

row('9/attach-muted', 'the element of a local audio track is muted', async () => {
  const audio = await localAudio();
  equal(audio.attach().muted, true);
  const element = document.createElement('audio');
  equal(audio.attach(element).muted, true);
});

row('9/attach-element', 'attach(element) and attach(selector) return that element; no match is an Error', async () => {
  const track = await localVideo();
  const element = document.createElement('video');
  element.id = 'here';
  document.body.append(element);
  ok(track.attach(element) === element, 'element');
  ok(track.attach('#here') === element, 'selector');
  isError(
    thrown(() => track.attach('#nowhere')),
    'Error',
    'Selector matched no element: #nowhere',
  );
  isError(
    thrown(() => track.detach('#nowhere')),
    'Error',
    'Selector matched no element: #nowhere',
  );
  ok(track.detach('#here') === element, 'detach by selector');
  equal(element.isConnected, true, 'it stays in the document');
});

row('9/attach-both', 'one element can carry an audio and a video track; only the same kind is replaced', async () => {
  const [audio, video, other] = [await localAudio(), await localVideo(), await localVideo()];
  const element = document.createElement('video');
  audio.attach(element);
  video.attach(element);
  const { srcObject } = element;
  const carried = () =>
    (element.srcObject as MediaStream)
      .getTracks()
      .map(({ id }) => id)
      .sort();
  alike(carried(), [audio.mediaStreamTrack.id, video.mediaStreamTrack.id].sort());
  other.attach(element);
  alike(carried(), [audio.mediaStreamTrack.id, other.mediaStreamTrack.id].sort());
  ok(element.srcObject === srcObject, 'the MediaStream is the same');
});

row('9/detach', 'detach() gives all elements, detach(element) that one; a strange one is left alone', async () => {
  const track = await localVideo();
  const [first, second] = [track.attach(), track.attach()];
  const strange = document.createElement('video');
  ok(track.detach(strange) === strange, 'a strange one is returned');
  ok(track.detach(first) === first, 'the element is returned');
  equal((first.srcObject as MediaStream).getTracks().length, 0, 'tracks in it');
  const rest = track.detach();
  ok(Array.isArray(rest) && rest.length === 1 && rest[0] === second, 'the rest');
  alike(track.detach(), [], 'when nothing is attached');
});

row('9/restart', 'restart() stops the old media, keeps id, enabled and elements, and says stopped and started', async () => {
  const track = stopLater(await sdk.createLocalVideoTrack({ width: 160, height: 120 }));
  await until('it has started', () => track.isStarted);
  const [media, { id }, element] = [track.mediaStreamTrack, track, track.attach()];
  track.disable();
  const noted = noteEvents({ track });
  const again = next(track, 'started');
  equal(await track.restart(), undefined, 'what it resolves with');
  stopLater(track);
  equal(media.readyState, 'ended', 'the old media');
  ok(track.mediaStreamTrack !== media, 'the media is new');
  alike([track.id, track.isEnabled, track.isStopped], [id, false, false]);
  ok((element.srcObject as MediaStream).getTracks()[0] === track.mediaStreamTrack, 'the element plays the new media');
  track.enable();
  await again;
  alike(
    noted.filter((line) => /stopped|started/.test(line)),
    ['track stopped 1', 'track started 1'],
  );
});

row('9/restart-constraints', 'restart() with constraints uses these, without the last ones', async () => {
  const track = stopLater(await sdk.createLocalVideoTrack({ width: 160, height: 120 }));
  const width = () => stopLater(track).mediaStreamTrack.getSettings().width;
  await track.restart({ width: 320, height: 240 });
  equal(width(), 320, 'given');
  await track.restart();
  equal(width(), 320, 'the last ones');
});

row('9/restart-illegal', 'restart() of a track that the app has made is a TypeError', async () => {
  const track = await localAudio();
  isError(await rejection(track.restart()), 'TypeError', 'Illegal call to restart');
  equal(track.isStopped, false, 'it goes on');
});

row('9/restart-fails', 'restart() rejects with the error of getUserMedia', async () => {
  const track = stopLater(await sdk.createLocalVideoTrack());
  equal((await rejection(track.restart({ deviceId: { exact: 'none' } }))).name, 'OverconstrainedError');
});

row('9/bad-media-stream', 'a MediaStream override that is no function throws', async () => {
  const media = await capture('audio');
  isError(
    thrown(() => new sdk.LocalAudioTrack(media, { MediaStream: {} } as never)),
    'Error',
    'invalid MediaStream constructor',
  );
});

row('9/processor', 'addProcessor() wants a processor', async () => {
  const track = (await localVideo()) as unknown as { addProcessor(processor: unknown): void };
  isError(
    thrown(() => track.addProcessor({})),
    'Error',
    'invalid VideoProcessor',
  );
});

row('10/local', 'what a local publication says of its track', async () => {
  const { localParticipant } = await join();
  const track = await localAudio('mine');
  const publication = await localParticipant.publishTrack(track, { priority: 'low' });
  alike([publication.kind, publication.trackName, publication.priority, publication.isTrackEnabled], ['audio', 'mine', 'low', true]);
  track.disable();
  equal(publication.isTrackEnabled, false, 'isTrackEnabled');
  const data = await localParticipant.publishTrack(new sdk.LocalDataTrack());
  equal(data.isTrackEnabled, true, 'isTrackEnabled of data');
});

row('10/local-events', 'a local publication says trackDisabled and trackEnabled, without an argument', async () => {
  const { localParticipant } = await join();
  const track = await localAudio();
  const publication = await localParticipant.publishTrack(track);
  const noted = noteEvents({ publication });
  track.disable().disable().enable();
  alike(noted, ['publication trackDisabled 0', 'publication trackEnabled 0']);
});

row('10/set-priority', 'setPriority() returns the publication and is seen at once; RangeError for another', async () => {
  const { localParticipant } = await join();
  const publication = await localParticipant.publishTrack(await localAudio());
  const noted = noteEvents({ publication, local: localParticipant });
  ok(publication.setPriority('high') === publication, 'it returns the publication');
  equal(publication.priority, 'high');
  isError(
    thrown(() => publication.setPriority('x' as never)),
    'RangeError',
    'priority must be one of low, standard, high'.slice(0, 23),
  );
  alike(
    noted.filter((line) => line.includes('riority')),
    [],
    'events',
  );
});

row('10/unpublish', 'unpublish() returns the publication, which has left the Maps', async () => {
  const { localParticipant } = await join();
  const track = await localAudio();
  const publication = await localParticipant.publishTrack(track);
  ok(publication.unpublish() === publication, 'it returns the publication');
  equal(localParticipant.tracks.size, 0);
  ok(publication.track === track, 'track is never null');
  ok(publication.unpublish() === publication, 'once more');
});
