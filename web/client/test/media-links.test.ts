import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { WebSocket as NodeWebSocket } from 'ws';
import type { Call } from '../src/calls/call.js';
import { Calls } from '../src/calls/calls.js';
import { Emitter } from '../src/emitter.js';
import { MediaHub } from '../src/media/media-hub.js';
import { publish } from '../src/media/media.js';
import type { LinkContext } from '../src/media/peer-link.js';
import { Session } from '../src/session/session.js';
import { FakeStream, FakeTrack, type Kind } from './fake-media.js';
import { FakeNetwork, FakePeerConnection } from './fake-peer-connection.js';
import { RpcFailure, TestPeer, until } from './test-peer.js';

const bob = { id: 'u2', nickname: 'bob', avatar: '/b' };
let network: FakeNetwork;
let peer: TestPeer;
let session: Session;
let context: LinkContext;
/** The page's connections. */
let connections: FakePeerConnection[];
let restarts: number;

beforeEach(async () => {
  network = new FakeNetwork();
  network.install();
  connections = [];
  restarts = 0;
  peer = await TestPeer.start();
  for (const method of ['live.publish', 'call.connect', 'media.restart']) {
    peer.handlers.set(method, async ({ sdpOffer }) => {
      if (method === 'media.restart') restarts += 1;
      return { liveId: 'l1', mediaId: 'm1', sdpAnswer: await answer(sdpOffer as string) };
    });
  }
  peer.handlers.set('live.stop', () => ({}));
  session = new Session({
    url: peer.url,
    token: async () => 'token',
    socketFactory: (url) => new NodeWebSocket(url) as unknown as WebSocket,
  });
  context = {
    session,
    hub: new MediaHub(session),
    lives: new Emitter(),
    iceServers: async () => [],
  };
  session.open();
  await session.whenConnected(20_000);
});

afterEach(async () => {
  session.close();
  await peer.stop();
});

/** The media server takes what it is offered. */
async function answer(sdp: string): Promise<string> {
  connections = network.peers.filter((one) => one.signalingState !== 'closed' && !ours.has(one));
  const server = new (
    globalThis as unknown as { RTCPeerConnection: new () => FakePeerConnection }
  ).RTCPeerConnection();
  ours.add(server);
  await server.setRemoteDescription({ type: 'offer', sdp });
  await server.setLocalDescription();
  return server.localDescription!.sdp;
}
const ours = new WeakSet<FakePeerConnection>();

const stream = (...tracks: FakeTrack[]) => new FakeStream(tracks) as unknown as MediaStream;
const asTrack = (track: FakeTrack) => track as unknown as MediaStreamTrack;

/** The page's connection of now. */
const now = () => connections.at(-1)!;
const sending = (kind: Kind) =>
  now()
    .getTransceivers()
    .find((one) => one.kind === kind)!;
const isConnected = () => now()?.connectionState === 'connected';

async function live(...tracks: FakeTrack[]) {
  const handle = await publish(context, stream(...tracks), {});
  await until('the connection', isConnected);
  return handle;
}

async function recovers(): Promise<void> {
  const before = now();
  network.setCut([before], true);
  await until('another connection', () => now() !== before && isConnected());
}

async function talking(): Promise<Call> {
  const calls = new Calls(context);
  const incoming = new Promise<Call>((resolve) => calls.once('incoming', resolve));
  peer.last.event('call.incoming', { callId: 'c1', from: bob, video: true, seq: 1 });
  peer.handlers.set('call.accept', () => ({ state: 'accepted' }));
  const call = await incoming;
  await call.accept();
  return call;
}

test('a live shows a screen in place of the camera, in the same sizes, also after a recovery', async () => {
  // given
  const handle = await live(new FakeTrack('audio'), new FakeTrack('video', 720));
  const screen = Object.assign(new FakeTrack('video', 1080), { contentHint: 'detail' });
  const sizes = sending('video').encodings;
  // when
  await handle.replaceTrack('video', asTrack(screen));
  // then
  assert.equal(sending('video').sender.track, screen);
  assert.deepEqual([restarts, sizes.length], [0, 3]);
  // when
  await recovers();
  // then
  assert.equal(sending('video').sender.track, screen);
  assert.deepEqual(sending('video').encodings, sizes);
});

test('what sends nothing for a while keeps its place over a recovery', async () => {
  // given
  const handle = await live(new FakeTrack('audio'), new FakeTrack('video', 720));
  const later = new FakeTrack('video', 720);
  // when
  await handle.replaceTrack('video', null);
  await recovers();
  // then
  assert.equal(sending('video').sender.track, null);
  await handle.replaceTrack('video', asTrack(later));
  assert.equal(sending('video').sender.track, later);
  assert.equal(restarts, 1);
});

test('a kind that was not sent before is negotiated', async () => {
  // given
  const handle = await live(new FakeTrack('audio'));
  const picture = new FakeTrack('video', 720);
  const before = now();
  // when
  await handle.replaceTrack('video', asTrack(picture));
  // then
  await until('another connection', () => now() !== before && isConnected());
  assert.equal(sending('video').sender.track, picture);
  assert.equal(restarts, 1);
});

test('a live that is over takes no track', async () => {
  // given
  const handle = await live(new FakeTrack('video', 720));
  // when
  await handle.stop();
  // then
  const replacing = handle.replaceTrack('video', asTrack(new FakeTrack('video')));
  await assert.rejects(replacing, { name: 'CLIENT_CLOSED' });
});

test('a track that is replaced while the connection is being made is the one that is sent', async () => {
  // given
  const call = await talking();
  const screen = new FakeTrack('video', 1080);
  peer.handlers.set('call.connect', async ({ sdpOffer }) => {
    await call.replaceTrack('video', asTrack(screen));
    return { mediaId: 'm1', sdpAnswer: await answer(sdpOffer as string) };
  });
  // when
  await call.connect(stream(new FakeTrack('video', 720)));
  // then
  assert.equal(sending('video').sender.track, screen);
});

test('a call that is connected twice has one connection, with the tracks of the later stream', async () => {
  // given
  const call = await talking();
  const first = stream(new FakeTrack('audio'), new FakeTrack('video', 720));
  const other = new FakeTrack('video', 720);
  // when
  await Promise.all([call.connect(first), call.connect(first)]);
  const { remote } = call;
  await call.connect(stream(new FakeTrack('audio'), other));
  // then
  const asked = peer.last.received.filter(({ method }) => method === 'call.connect');
  assert.equal(asked.length, 1);
  assert.equal(call.remote, remote);
  assert.equal(sending('video').sender.track, other);
});

test('a call whose media server is late once is connected all the same', async () => {
  // given
  const call = await talking();
  const { handlers } = peer;
  const connects = handlers.get('call.connect')!;
  handlers.set('call.connect', () => {
    handlers.set('call.connect', connects);
    const data = { name: 'MEDIA_UNAVAILABLE', retryable: true };
    throw new RpcFailure({ code: 1203, message: 'no media server', data });
  });
  // when
  await call.connect(stream(new FakeTrack('audio')));
  // then
  await until('the connection', isConnected);
});

test('a call that is over, or has no media yet, can neither be connected nor shown anything', async () => {
  // given
  const call = await talking();
  const picture = new FakeTrack('video', 720);
  await assert.rejects(call.replaceTrack('video', asTrack(picture)), { name: 'CALL_STATE' });
  // when
  peer.last.event('call.ended', { callId: 'c1', reason: 'hangup', seq: 2 });
  await until('the end', () => call.state === 'ended');
  // then
  await assert.rejects(call.connect(stream(picture)), { name: 'CALL_STATE' });
  await assert.rejects(call.replaceTrack('video', null), { name: 'CALL_STATE' });
  assert.deepEqual(network.peers, []);
});
