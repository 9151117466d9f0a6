// What `preferredAudioCodecs` and `preferredVideoCodecs` come to in descriptions and transceivers.
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';

import { withDtx } from '../../js-glue/index.js';
import type { CodecOptions } from '../../web/codec-options.js';
import { codecsOf } from '../../web/lazy/codecs.js';

const said: string[] = [];
const log = (_level: string, message: string) => said.push(message) > 0;
const of = (wanted: CodecOptions) => {
  for (const list of Object.values(wanted)) Object.freeze(list);
  return codecsOf(wanted, log, withDtx);
};

function stubCapabilities(codecs: (kind: string) => string[]): void {
  const getCapabilities = (kind: string) => ({ codecs: codecs(kind).map((name) => ({ mimeType: `${kind}/${name}` })) });
  Object.assign(globalThis, { RTCRtpReceiver: { getCapabilities } });
}

afterEach(() => {
  Reflect.deleteProperty(globalThis, 'RTCRtpReceiver');
  said.length = 0;
});

describe('the other’s description', () => {
  const sdp = [
    'v=0',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 0',
    'a=rtpmap:111 opus/48000/2',
    'a=fmtp:111 minptime=10',
    'a=rtpmap:63 red/48000/2',
    'a=rtpmap:0 PCMU/8000',
    'm=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99',
    'a=rtpmap:96 VP8/90000',
    'a=rtpmap:97 rtx/90000',
    'a=rtpmap:98 VP9/90000',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    '',
  ].join('\r\n');
  const silent = sdp.replace('minptime=10', 'minptime=10;usedtx=1');

  test('what is preferred comes first, whatever its case, the rest stays in order', () => {
    assert.equal(of({}).rewrite(sdp), silent);
    assert.equal(
      of({ preferredAudioCodecs: ['pcmu' as 'PCMU', 'isac'], preferredVideoCodecs: ['VP9', 'H264'] }).rewrite(sdp),
      silent.replace('111 63 0', '0 111 63').replace('96 97 98 99', '98 96 97 99'),
    );
    const settings = { preferredVideoCodecs: [{ codec: 'VP9' as const }, { codec: 'VP8' as const, simulcast: true }] };
    assert.equal(of(settings).rewrite(sdp), silent.replace('96 97 98 99', '98 96 97 99'));
    const other = sdp.replace('96 97 98 99', '98 97 96 99');
    assert.equal(of({ preferredVideoCodecs: 'auto' }).rewrite(other), silent.replace('96 97 98 99', '96 98 97 99'));
  });

  test('Opus is discontinuous unless it shall not be', () => {
    for (const wanted of ['opus', { codec: 'opus' }, { codec: 'opus', dtx: true }, 'isac'] as const)
      assert.equal(of({ preferredAudioCodecs: [wanted] }).rewrite(sdp), silent);
    assert.equal(of({ preferredAudioCodecs: [{ codec: 'opus', dtx: false }] }).rewrite(silent), sdp);
  });
});

test('what is received is ordered where the browser can', () => {
  stubCapabilities((kind) => (kind === 'video' ? ['VP8', 'rtx', 'VP9'] : []));
  const ordered: string[] = [];
  const transceiver = (kind: string) => ({
    receiver: { track: { kind } },
    setCodecPreferences: (order: { mimeType: string }[]) => ordered.push([kind, ...order.map(({ mimeType }) => mimeType)].join(' ')),
  });
  const { setCodecPreferences: _none, ...cannot } = transceiver('video');
  const connection = { getTransceivers: () => [transceiver('audio'), cannot, transceiver('video')] } as unknown as RTCPeerConnection;
  of({ preferredVideoCodecs: ['vp9' as 'VP9'] }).prefer!(connection);
  assert.deepEqual(ordered, ['video video/VP9 video/VP8 video/rtx']);
});

test('what the browser does not have is ignored with a warning', () => {
  stubCapabilities(() => ['opus', 'VP8']);
  of({ preferredAudioCodecs: ['isac', 'opus'], preferredVideoCodecs: ['vp8', 'MPEG' as never] as never });
  assert.deepEqual(said, [
    'The preferred audio codec "isac" is ignored: the browser does not have it.',
    'The preferred video codec "MPEG" is ignored: the browser does not have it.',
  ]);
});
