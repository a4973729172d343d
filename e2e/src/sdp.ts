import { randomBytes } from 'node:crypto';

type Direction = 'sendrecv' | 'sendonly' | 'recvonly';

/**
 * An offer as a browser makes it, for tests in which no media has to flow: Opus and VP8, bundled,
 * with fresh credentials.
 */
export function offer(direction: Direction = 'sendrecv'): string {
  const ufrag = randomBytes(3).toString('hex');
  const password = randomBytes(12).toString('hex');
  const fingerprint = (randomBytes(32).toString('hex').match(/../g) ?? []).join(':').toUpperCase();
  const sends = direction !== 'recvonly';
  const common = [
    'c=IN IP4 0.0.0.0',
    'a=rtcp:9 IN IP4 0.0.0.0',
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${password}`,
    'a=ice-options:trickle',
    `a=fingerprint:sha-256 ${fingerprint}`,
    'a=setup:actpass',
  ];
  const source = (ssrc: number, track: string): string[] =>
    sends ? [`a=msid:stream ${track}`, `a=ssrc:${ssrc} cname:e2e`] : [];
  return [
    'v=0',
    `o=- ${Date.now()} 2 IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    'a=group:BUNDLE 0 1',
    'a=msid-semantic: WMS stream',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    ...common,
    'a=mid:0',
    `a=${direction}`,
    'a=rtcp-mux',
    'a=rtpmap:111 opus/48000/2',
    'a=rtcp-fb:111 transport-cc',
    'a=fmtp:111 minptime=10;useinbandfec=1',
    ...source(1111, 'audio'),
    'm=video 9 UDP/TLS/RTP/SAVPF 96',
    ...common,
    'a=mid:1',
    `a=${direction}`,
    'a=rtcp-mux',
    'a=rtcp-rsize',
    'a=rtpmap:96 VP8/90000',
    'a=rtcp-fb:96 goog-remb',
    'a=rtcp-fb:96 ccm fir',
    'a=rtcp-fb:96 nack',
    'a=rtcp-fb:96 nack pli',
    ...source(2222, 'video'),
    '',
  ].join('\r\n');
}
