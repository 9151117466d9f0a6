// The demo page: one room, everyone in it, what state everybody is in, and a chat. Only the public API of the package.

import {
  connect,
  createLocalTracks,
  LocalDataTrack,
  type DeviceLossReason,
  type LocalParticipant,
  type LocalTrack,
  type RemoteParticipant,
  type Room,
} from 'holdfast';

import { Chat } from './chat.js';
import { element } from './dom.js';
import { FaultPanel } from './faults.js';
import { Tile, Tiles } from './tiles.js';
import { Timeline } from './timeline.js';

const lobby = element('lobby');
const call = element('call');
const form = element('join', HTMLFormElement);
const nameInput = element('name', HTMLInputElement);
const roomInput = element('room', HTMLInputElement);
const joinButton = element('join-button', HTMLButtonElement);
const notice = element('notice');

const query = new URLSearchParams(location.search);
nameInput.value = query.get('name') ?? '';
roomInput.value = query.get('room') ?? 'harbour';
nameInput.focus();

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void join(nameInput.value.trim(), roomInput.value.trim());
});

async function join(identity: string, name: string): Promise<void> {
  joinButton.disabled = true;
  tell('Joining …');
  let tracks: LocalTrack[] = [];
  try {
    tracks = await acquireTracks();
    const chatTrack = new LocalDataTrack({ name: 'chat' });
    const room = await connect(await fetchToken(identity, name), { name, tracks: [...tracks, chatTrack], dominantSpeaker: true });
    history.replaceState(null, '', `?${new URLSearchParams({ room: name })}`);
    const reason = await runCall(room, tracks, chatTrack);
    tell(reason ? `The call has ended: ${reason}` : 'You have left the call.', Boolean(reason));
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error), true);
  } finally {
    for (const track of tracks) if (track.kind !== 'data') track.stop();
    joinButton.disabled = false;
  }
}

/** Microphone and camera, or what there is of them: one can also just watch. */
async function acquireTracks(): Promise<LocalTrack[]> {
  for (const wanted of [{ audio: true, video: { width: 1280, height: 720 } }, { audio: true }, { video: true }]) {
    try {
      return await createLocalTracks(wanted);
    } catch {
      // The next one asks for less.
    }
  }
  return [];
}

async function fetchToken(identity: string, room: string): Promise<string> {
  const response = await fetch(`/token?${new URLSearchParams({ identity, room })}`);
  if (!response.ok) throw new Error(`There is no token for you: ${await response.text()}`);
  const { token } = (await response.json()) as { token: string };
  return token;
}

/** Shows the room until it is over. Gives the reason, if there is one. */
function runCall(room: Room, tracks: LocalTrack[], chatTrack: LocalDataTrack): Promise<string | undefined> {
  const { localParticipant } = room;
  const over = new AbortController();
  const timeline = new Timeline(over.signal);
  const tiles = new Tiles();
  const chat = new Chat(over.signal, (text) => {
    chatTrack.send(text);
    chat.show(localParticipant.identity, text, true);
  });

  const faults = new FaultPanel(over.signal, room.sid, (text) => timeline.log(text));
  const showVictims = () => faults.show([localParticipant, ...room.participants.values()]);

  const showRoomState = () => {
    const pill = element('room-state');
    pill.dataset['state'] = pill.textContent = room.state;
    timeline.set('room', 'Room', room.state);
  };
  element('room-name').textContent = room.name;
  showRoomState();
  timeline.log(`Joined ${room.name} as ${localParticipant.identity}`);

  addLocal(localParticipant, tracks, tiles, timeline);
  for (const participant of room.participants.values()) addRemote(participant, tiles, timeline);
  setUpButtons(room, tracks, over.signal);
  showVictims();

  room.on('participantConnected', (participant) => {
    timeline.log(`${participant.identity} joined`);
    addRemote(participant, tiles, timeline);
    showVictims();
  });
  room.on('participantDisconnected', (participant) => {
    timeline.log(`${participant.identity} left`);
    timeline.end(participant.sid);
    tiles.remove(participant.sid);
    showVictims();
  });
  room.on('trackMessage', (data, _track, participant) => {
    if (typeof data === 'string') chat.show(participant.identity, data, false);
  });
  room.on('reconnecting', (error) => {
    showRoomState();
    timeline.log(`Reconnecting: ${error.message} (${error.code})`);
  });
  room.on('reconnected', () => {
    showRoomState();
    timeline.log('Reconnected');
  });

  room.on('dominantSpeakerChanged', (speaker) => tiles.setSpeaker(speaker?.sid));

  lobby.hidden = true;
  call.hidden = false;
  return new Promise((resolve) => {
    room.once('disconnected', (_room, error) => {
      over.abort();
      tiles.clear();
      call.hidden = true;
      lobby.hidden = false;
      resolve(error && `${error.message} (${error.code})`);
    });
  });
}

function addLocal(participant: LocalParticipant, tracks: LocalTrack[], tiles: Tiles, timeline: Timeline): void {
  const tile = new Tile(participant.identity, true);
  tiles.add(participant.sid, tile);
  const showState = () => {
    timeline.set(participant.sid, `${participant.identity} (you)`, participant.state);
  };
  showState();
  participant.on('reconnecting', showState).on('reconnected', showState);
  for (const track of tracks) {
    if (track.kind === 'data') continue;
    if (track.kind === 'video') track.attach(tile.video);
    const showTrack = () => tile.setSending(track.kind, track.isEnabled && !track.isStopped);
    showTrack();
    for (const event of ['started', 'enabled', 'disabled', 'stopped']) track.on(event, showTrack);
  }
  const device = ({ kind }: LocalTrack) => (kind === 'audio' ? 'microphone' : 'camera');
  participant.on('trackDeviceLost', (track, reason) => timeline.log(`Your ${device(track)} ${losses[reason]}`));
  participant.on('trackDeviceRestored', (track) => timeline.log(`Your ${device(track)} is back`));
}

const losses: Record<DeviceLossReason, string> = {
  ended: 'is gone',
  permission: 'may not be used any more',
  muted: 'gives nothing',
};

function addRemote(participant: RemoteParticipant, tiles: Tiles, timeline: Timeline): void {
  const tile = new Tile(participant.identity, false);
  tiles.add(participant.sid, tile);
  const showTracks = () => {
    const sends = (kind: 'audio' | 'video') =>
      [...participant.tracks.values()].some(
        (publication) => publication.kind === kind && publication.isSubscribed && publication.isTrackEnabled,
      );
    tile.setSending('audio', sends('audio'));
    tile.setSending('video', sends('video'));
  };
  const showState = (reason?: string) => {
    tile.setState(participant.state, reason);
    timeline.set(participant.sid, participant.identity, participant.state);
  };
  showTracks();
  showState();
  for (const { track } of participant.tracks.values()) if (track && track.kind !== 'data') track.attach(tile.video);

  participant.on('trackSubscribed', (track) => {
    if (track.kind !== 'data') track.attach(tile.video);
    showTracks();
  });
  participant.on('trackUnsubscribed', (track) => {
    if (track.kind !== 'data') track.detach();
    showTracks();
  });
  participant.on('trackEnabled', showTracks).on('trackDisabled', showTracks);
  participant.on('reconnecting', (_participant, error) => {
    showState(error.message);
    timeline.log(`${participant.identity} is reconnecting: ${error.message} (${error.code})`);
  });
  participant.on('reconnected', () => {
    showState();
    timeline.log(`${participant.identity} is back`);
  });
}

function setUpButtons(room: Room, tracks: LocalTrack[], signal: AbortSignal): void {
  const toggle = (id: string, kind: 'audio' | 'video', icon: string, on: string, off: string) => {
    const button = element(id, HTMLButtonElement);
    const track = tracks.find((candidate) => candidate.kind === kind);
    const show = () => {
      const isOff = !track || track.kind === 'data' || !track.isEnabled;
      button.setAttribute('aria-pressed', String(isOff));
      button.querySelector('use')?.setAttribute('href', isOff ? `#${icon}-off` : `#${icon}`);
      button.querySelector('span')!.textContent = isOff ? off : on;
    };
    button.disabled = !track;
    show();
    button.addEventListener(
      'click',
      () => {
        if (track && track.kind !== 'data') track.enable(!track.isEnabled);
        show();
      },
      { signal },
    );
  };
  toggle('mic-button', 'audio', 'mic', 'Mute', 'Unmute');
  toggle('camera-button', 'video', 'camera', 'Camera off', 'Camera on');
  const sound = element('sound-button', HTMLButtonElement);
  const showSound = () => (sound.hidden = room.canPlaybackAudio);
  showSound();
  room.on('audioPlaybackChanged', showSound);
  sound.addEventListener('click', () => void room.startAudio().catch(() => {}), { signal });
  element('leave-button').addEventListener('click', () => room.disconnect(), { signal });
}

function tell(text: string, isError = false): void {
  notice.textContent = text;
  notice.dataset['kind'] = isError ? 'error' : 'info';
}
