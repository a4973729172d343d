import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { WebSocket as NodeWebSocket } from 'ws';
import { CandidateExchange } from '../src/media/candidate-exchange.js';
import { MediaHub } from '../src/media/media-hub.js';
import { withStartBitrate } from '../src/media/start-bitrate.js';
import { StatsReader } from '../src/media/stats.js';
import { Session } from '../src/session/session.js';
import { TestPeer, until } from './test-peer.js';

const candidate = (name: string) => ({ candidate: name, sdpMid: '0', sdpMLineIndex: 0 });

function exchangeWithLog() {
  const log: string[] = [];
  const exchange = new CandidateExchange({
    send: (c, mediaId) => log.push(`sent ${c.candidate} for ${mediaId ?? 'the offer'}`),
    apply: (c) => log.push(`applied ${c.candidate}`),
  });
  return { exchange, log };
}

test('own candidates wait for the offer and name the media session once it is known', () => {
  // given
  const { exchange, log } = exchangeWithLog();
  // when
  exchange.local(candidate('a'));
  assert.deepEqual(log, []);
  exchange.offerSent();
  exchange.local(candidate('b'));
  exchange.named('m1');
  exchange.local(candidate('c'));
  exchange.local(candidate(''));
  // then
  assert.deepEqual(log, ['sent a for the offer', 'sent b for the offer', 'sent c for m1']);
});

test('foreign candidates wait until the answer is applied', () => {
  // given
  const { exchange, log } = exchangeWithLog();
  // when
  exchange.offerSent();
  exchange.remote(candidate('x'));
  exchange.named('m1');
  exchange.remote(candidate('y'));
  assert.deepEqual(log, []);
  exchange.answerApplied();
  exchange.remote(candidate('z'));
  // then
  assert.deepEqual(log, ['applied x', 'applied y', 'applied z']);
});

let peer: TestPeer;
let session: Session;

beforeEach(async () => {
  peer = await TestPeer.start();
  session = new Session({
    url: peer.url,
    token: async () => 'token',
    socketFactory: (url) => new NodeWebSocket(url) as unknown as WebSocket,
  });
  session.open();
  await session.whenConnected(20_000);
});

afterEach(async () => {
  session.close();
  await peer.stop();
});

test('what the server says of a media session before its answer reaches its listener', async () => {
  // given
  const hub = new MediaHub(session);
  const heard: string[] = [];
  const listener = {
    candidate: (c: RTCIceCandidateInit) => heard.push(String(c.candidate)),
    state: (state: string) => heard.push(state),
    gone: () => undefined,
  };
  peer.handlers.set('live.view', (_params, connection) => {
    connection.event('media.candidate', { candidate: candidate('unnamed'), seq: 1 });
    connection.event('media.candidate', { mediaId: 'm1', candidate: candidate('early'), seq: 2 });
    connection.event('media.state', { mediaId: 'other', state: 'failed', seq: 3 });
    return { mediaId: 'm1' };
  });
  // when
  await hub.offering(listener, async () => {
    const { mediaId } = await session.request<{ mediaId: string }>('live.view');
    hub.register(mediaId, listener);
  });
  peer.last.event('media.state', { mediaId: 'm1', state: 'flowing', seq: 4 });
  // then
  await until('three words', () => heard.length === 3);
  assert.deepEqual(heard, ['unnamed', 'early', 'flowing']);
});

test('offers take turns, because a candidate without a name belongs to the one in flight', async () => {
  // given
  const hub = new MediaHub(session);
  const listener = { candidate: () => undefined, state: () => undefined, gone: () => undefined };
  const log: string[] = [];
  const offer = (name: string, fails: boolean) =>
    hub.offering(listener, async () => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      log.push(`${name} ends`);
      if (fails) throw new Error('refused');
    });
  // when
  const first = offer('first', true);
  const second = offer('second', false);
  // then
  await assert.rejects(first, /refused/);
  await second;
  assert.deepEqual(log, ['first begins', 'first ends', 'second begins', 'second ends']);
});

test('figures are rates since the last reading', async () => {
  // given
  let rows: Record<string, unknown>[] = [];
  const source = {
    getStats: async () => new Map(rows.map((row) => [row.id, row])) as unknown as RTCStatsReport,
  };
  const video = (bytesSent: number, packetsSent: number) => ({
    id: 'v',
    type: 'outbound-rtp',
    kind: 'video',
    bytesSent,
    packetsSent,
    frameWidth: 1280,
    frameHeight: 720,
    framesPerSecond: 29.9,
    codecId: 'c',
    qualityLimitationReason: 'cpu',
  });
  const lost = (packetsLost: number) => ({ id: 'r', type: 'remote-inbound-rtp', packetsLost });
  const pair = {
    id: 'p',
    type: 'candidate-pair',
    nominated: true,
    state: 'succeeded',
    currentRoundTripTime: 0.0204,
    availableOutgoingBitrate: 2_500_000,
  };
  const codec = { id: 'c', type: 'codec', mimeType: 'video/VP8' };
  const reader = new StatsReader();
  rows = [video(0, 1), lost(0), codec, pair];
  const begin = performance.now();
  await reader.read(source);
  await new Promise((resolve) => setTimeout(resolve, 200));
  // when
  rows = [video(50_000, 101), lost(5), codec, pair];
  const { sent, received, roundTripMs } = await reader.read(source);
  const least = 400_000 / (performance.now() - begin + 2) - 1;
  // then
  assert.ok(sent && sent.bitrateKbps >= least && sent.bitrateKbps <= 2_100, `${sent?.bitrateKbps}`);
  assert.equal(sent.lossPercent, 5);
  assert.deepEqual([sent.width, sent.height, sent.framesPerSecond], [1280, 720, 30]);
  assert.equal(sent.codec, 'VP8');
  assert.deepEqual([sent.limitedBy, sent.availableKbps, roundTripMs], ['cpu', 2_500, 20]);
  assert.equal(received, undefined);
});

test('the wish for a start bitrate goes to the first codec of the picture only', () => {
  // given
  const audio = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n';
  const video =
    'm=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=rtpmap:96 VP8/90000\r\n' +
    'a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n';
  const h264 = 'm=video 9 X 102\r\na=rtpmap:102 H264/90000\r\na=fmtp:102 packetization-mode=1\r\n';
  // when
  const plain = withStartBitrate(audio + video, 1_200);
  const extended = withStartBitrate(audio + h264, 1_200);
  // then
  assert.equal(
    plain,
    audio +
      video.replace('VP8/90000\r\n', 'VP8/90000\r\na=fmtp:96 x-google-start-bitrate=1200\r\n'),
  );
  assert.equal(extended, audio + h264.replace('mode=1', 'mode=1;x-google-start-bitrate=1200'));
  assert.equal(withStartBitrate(audio, 1_200), audio);
});
