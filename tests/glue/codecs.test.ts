import assert from 'node:assert/strict';
import { test } from 'node:test';

import { preferCodecs, withPreferences } from '../../js-glue/codecs.js';
import { stubGlobals } from './fakes.js';

const lines = (...text: string[]) => text.join('\r\n') + '\r\n';
const sdp = lines(
  'v=0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 0',
  'a=mid:0',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2',
  'a=fmtp:63 111/111',
  'a=rtpmap:0 PCMU/8000',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99',
  'a=rtpmap:96 VP8/90000',
  'a=rtpmap:97 rtx/90000',
  'a=fmtp:97 apt=96',
  'a=rtpmap:98 VP9/90000',
  'a=fmtp:98 profile-id=0',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
);

test('codecs: those preferred come first in the other’s description, the rest stays in order', () => {
  const changed = withPreferences(sdp, { audio: ['pcmu', 'isac', 'opus'], video: ['VP9', 'H264'], dtx: false });
  assert.equal(changed, sdp.replace('111 63 0', '0 111 63').replace('96 97 98 99', '98 96 97 99'));
  assert.equal(withPreferences(sdp, { audio: [], video: [], dtx: false }), sdp);
});

test('codecs: Opus sends discontinuously if it shall, whatever the other has said, and nothing else is touched', () => {
  const dtx = withPreferences(sdp, { audio: [], video: [], dtx: true });
  assert.equal(dtx, sdp.replace('useinbandfec=1', 'useinbandfec=1;usedtx=1'));
  assert.equal(withPreferences(dtx, { audio: [], video: [], dtx: true }), dtx);
  assert.equal(withPreferences(dtx, { audio: [], video: [], dtx: false }), sdp);
});

test('codecs: what is received is ordered where the browser can', (t) => {
  const codecs = ['video/VP8', 'video/rtx', 'video/VP9'].map((mimeType) => ({ mimeType }));
  stubGlobals(t, { RTCRtpReceiver: { getCapabilities: (kind: string) => (kind === 'video' ? { codecs } : null) } });
  const ordered: string[] = [];
  const transceiver = (kind: string) => ({
    receiver: { track: { kind } },
    setCodecPreferences: (order: { mimeType: string }[]) => ordered.push([kind, ...order.map(({ mimeType }) => mimeType)].join(' ')),
  });
  const { setCodecPreferences: _none, ...cannot } = transceiver('video');
  const connection = { getTransceivers: () => [transceiver('audio'), cannot, transceiver('video')] } as unknown as RTCPeerConnection;
  preferCodecs(connection, { audio: [], video: ['vp9'], dtx: true });
  assert.deepEqual(ordered, ['video video/VP9 video/VP8 video/rtx']);
});
