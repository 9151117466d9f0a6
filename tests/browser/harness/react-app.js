// An app with the hooks, in StrictMode, as tests see it: `app.mount(props)`, `app.unmount()`, and each thing it has shown.

import { setWasm } from 'holdfast';
import { useAudioPlayback, useConnectionState, useDominantSpeaker, useLostDevices, useParticipants, useRoom } from 'holdfast/react';
import { createElement, StrictMode, useEffect, version } from 'react';
import { createRoot } from 'react-dom/client';

setWasm('/dist/holdfast.wasm');
const shown = [];
let effects = 0;

function Call({ token, name, wsServer, options }) {
  const { room, error, connecting, retry } = useRoom(token, { name, audio: true, ...(wsServer && { wsServer }), ...options });
  const connection = useConnectionState(room);
  const participants = useParticipants(room);
  const { canPlay, start } = useAudioPlayback(room);
  const speaker = useDominantSpeaker(room);
  const lost = useLostDevices(room);
  const others = participants.map(({ identity, state, tracks }) => `${identity} ${state} ${tracks.size}`);
  const now = {
    connecting,
    name: room?.name ?? null,
    error: error?.code ?? error?.message ?? null,
    state: connection.state,
    trouble: connection.error?.code ?? null,
    attempt: connection.attempt,
    isWaiting: connection.nextAttemptAt !== null && connection.nextAttemptAt > Date.now() - 60_000,
    others,
    canPlay,
    speaker: speaker?.identity ?? null,
    lost: lost.map(({ track, reason }) => `${track.kind} ${reason}`),
  };
  const text = JSON.stringify(now);
  useEffect(() => void (effects += 1), []);
  useEffect(() => void shown.push(JSON.parse(text)), [text]);
  useEffect(() => void Object.assign(globalThis.app, { retry, room, start }));
  useEffect(() => participants.forEach(playSound));
  return createElement('p', null, text);
}

const played = new Set();
function playSound({ audioTracks }) {
  for (const { track } of audioTracks.values()) {
    if (!track || played.has(track)) continue;
    played.add(track);
    document.body.append(track.attach());
  }
}
addEventListener('click', () => void globalThis.app.start().catch(reportError));

const captured = [];
const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (constraints) => {
  const stream = await getUserMedia(constraints);
  captured.push(...stream.getTracks());
  return stream;
};

let root;
globalThis.app = {
  version,
  shown,
  effects: () => effects,
  captured: () => captured.map(({ readyState }) => readyState),
  /** As if its device were unplugged, which no browser lets a test do. */
  unplug() {
    const [media] = captured;
    media.stop();
    media.dispatchEvent(new Event('ended'));
  },
  mount(props) {
    root ??= createRoot(document.getElementById('root'));
    root.render(createElement(StrictMode, null, createElement(Call, props)));
  },
  unmount() {
    root.unmount();
    root = undefined;
  },
};
