import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withDtx } from '../../js-glue/codecs.js';

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

test('codecs: Opus sends discontinuously if it shall, whatever the other has said, and nothing else is touched', () => {
  const dtx = withDtx(sdp, true);
  assert.equal(withDtx(sdp, false), sdp);
  assert.equal(dtx, sdp.replace('useinbandfec=1', 'useinbandfec=1;usedtx=1'));
  assert.equal(withDtx(dtx, true), dtx);
  assert.equal(withDtx(dtx, false), sdp);
});
