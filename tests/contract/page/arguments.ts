// Section 21: every method with arguments of wrong types. What it does about them is the same in both packages.

import { compared, until, type Report } from './check.js';
import { localAudio, localVideo, meet, peerTracks, scripted, sdk, token, type RemoteTrack, stopLater } from './lab.js';
import { ScriptedServer } from './sockets.js';

const WRONG: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  true: true,
  '7': 7,
  text: 'nonsense',
  '{}': {},
  '[]': [],
  '[null]': [null],
  function: () => {},
};

/** 'returns', 'resolves', or what is thrown or rejected with: its class, and of the message what stays when names are changed. */
async function outcome(call: () => unknown): Promise<string> {
  let returned: unknown;
  try {
    returned = call();
  } catch (error) {
    return `throws ${describe(error as Error)}`;
  }
  if (typeof (returned as PromiseLike<unknown> | undefined)?.then !== 'function') return 'returns';
  return Promise.resolve(returned as PromiseLike<unknown>).then(
    (value) => {
      (value as { disconnect?(): void } | undefined)?.disconnect?.();
      for (const track of Array.isArray(value) ? (value as object[]) : [value as object])
        if (track && 'stop' in track) stopLater(track as never);
      return 'resolves';
    },
    (error: unknown) => `rejects ${describe(error as Error)}`,
  );
}

function describe({ constructor, message, code }: Error & { code?: number }): string {
  if (typeof code === 'number' && code > 20000) return `error ${code}`;
  return message.includes('must be') ? `${constructor.name} must be` : constructor.name;
}

async function tryAll(name: string, call: (argument: unknown) => unknown, report: Report): Promise<void> {
  for (const [what, argument] of Object.entries(WRONG)) report[`${name}(${what})`] = await outcome(() => call(argument));
}

/** `method` of `object`, if it is there. */
const calling =
  (object: object, method: string, ...first: unknown[]) =>
  (argument: unknown) =>
    (object as Record<string, (...args: unknown[]) => unknown>)[method]!(...first, argument);

compared('21/arguments-functions', 'connect() and createLocal…() with wrong arguments', async () => {
  const report: Report = {};
  const server = new ScriptedServer();
  const connect = (more: object, withToken: unknown = token()) => sdk.connect(withToken as string, scripted(server, more));
  await tryAll('connect.token', (argument) => sdk.connect(argument as string, scripted(server)), report);
  for (const option of ['tracks', 'logLevel', 'name', 'iceServers', 'iceTransportPolicy', 'rtcConfiguration']) {
    await tryAll(`connect.${option}`, (argument) => connect({ [option]: argument }), report);
  }
  for (const name of ['createLocalTracks', 'createLocalAudioTrack', 'createLocalVideoTrack']) {
    await tryAll(name, calling(sdk, name), report);
    await tryAll(`${name}.logLevel`, (argument) => calling(sdk, name)({ logLevel: argument }), report);
  }
  return report;
});

compared('21/arguments-local', 'the methods of local tracks with wrong arguments', async () => {
  const report: Report = {};
  for (const [name, track] of Object.entries({ audio: await localAudio(), video: await localVideo(), data: new sdk.LocalDataTrack() })) {
    const methods = name === 'data' ? ['send'] : ['enable', 'attach', 'detach', 'restart'];
    for (const method of [...methods, 'on', 'once', 'off', 'removeAllListeners']) {
      const call = ['on', 'once', 'off'].includes(method) ? calling(track, method, 'x') : calling(track, method);
      await tryAll(`${name}.${method}`, call, report);
    }
  }
  await tryAll('new LocalAudioTrack', (argument) => new sdk.LocalAudioTrack(argument as never), report);
  await tryAll('new LocalVideoTrack', (argument) => new sdk.LocalVideoTrack(argument as never), report);
  await tryAll('new LocalDataTrack', (argument) => new sdk.LocalDataTrack(argument as never), report);
  return report;
});

compared('21/arguments-room', 'the methods of a Room and all that is in it with wrong arguments', async () => {
  const report: Report = {};
  const { alice, remoteBob } = await meet(await peerTracks());
  const { localParticipant } = alice;
  const publication = await localParticipant.publishTrack(await localAudio());
  await until('everything is subscribed', () => remoteBob.tracks.size === 3 && [...remoteBob.tracks.values()].every(({ track }) => track));
  for (const method of [
    'publishTrack',
    'publishTracks',
    'unpublishTrack',
    'unpublishTracks',
    'setParameters',
    'setNetworkQualityConfiguration',
  ]) {
    await tryAll(`localParticipant.${method}`, calling(localParticipant, method), report);
  }
  const fresh = async () => sdk.createLocalAudioTrack().then(stopLater);
  for (const [what, priority] of Object.entries(WRONG)) {
    const track = await fresh();
    report[`publishTrack.priority(${what})`] = await outcome(() => localParticipant.publishTrack(track, { priority } as never));
  }
  for (const [what, options] of Object.entries(WRONG)) {
    const track = await fresh();
    report[`publishTrack.options(${what})`] = await outcome(() => localParticipant.publishTrack(track, options as never));
  }
  await tryAll('publication.setPriority', calling(publication, 'setPriority'), report);
  for (const { track } of remoteBob.tracks.values()) {
    const { kind } = track as RemoteTrack;
    await tryAll(`remote ${kind}.setPriority`, calling(track!, 'setPriority'), report);
    if (kind === 'data') continue;
    for (const method of ['attach', 'detach']) await tryAll(`remote ${kind}.${method}`, calling(track!, method), report);
  }
  return report;
});
