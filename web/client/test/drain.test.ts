import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { WebSocket as NodeWebSocket } from 'ws';
import { Session } from '../src/session/session.js';
import { TestPeer, until, welcome } from './test-peer.js';

let peer: TestPeer;
let session: Session;
let states: string[];

beforeEach(async () => {
  peer = await TestPeer.start();
  session = new Session({
    url: peer.url,
    token: async () => 'token',
    requestTimeoutMs: 2_000,
    // Whoever waits by these numbers instead of the server's is late.
    backoff: { firstMs: 5_000, maxMs: 5_000 },
    socketFactory: (url) => new NodeWebSocket(url) as unknown as WebSocket,
  });
  session.open();
  await session.whenConnected(20_000);
  states = [];
  session.on('state', ({ state, planned }) => states.push(planned ? `${state} as planned` : state));
});

afterEach(async () => {
  session.close();
  await peer.stop();
});

test('a client comes back at the moment it was given, neither before nor much later', async () => {
  // given
  const told = Date.now();
  peer.last.event('server.draining', { reconnectAfterMs: 400, seq: 1 });
  // when
  peer.last.socket.close(4503, 'draining');
  await until('a second connection', () => peer.connections.length === 2);
  const waited = Date.now() - told;
  await session.whenConnected(20_000);
  // then
  assert.ok(waited >= 395 && waited < 2_400, `waited ${waited} ms`);
  assert.deepEqual(states, ['reconnecting as planned', 'connected']);
});

test('the moment counts from the word of the server, not from the end of the socket', async () => {
  // given
  const told = Date.now();
  peer.last.event('server.draining', { reconnectAfterMs: 1_500, seq: 1 });
  await new Promise((resolve) => setTimeout(resolve, 1_600));
  // when
  peer.last.socket.close(4503, 'draining');
  await until('a second connection', () => peer.connections.length === 2);
  // then
  const waited = Date.now() - told;
  assert.ok(waited < 3_000, `waited ${waited} ms`);
});

test('a request made meanwhile waits, and the wait that was asked for is not its fault', async () => {
  // given
  peer.handlers.set('live.publish', () => ({ liveId: 'l1' }));
  peer.last.event('server.draining', { reconnectAfterMs: 2_500, seq: 1 });
  peer.last.socket.close(4503, 'draining');
  await until('the end of the socket', () => session.state === 'reconnecting');
  // when
  const answer = await session.request('live.publish');
  // then
  assert.deepEqual(answer, { liveId: 'l1' });
  assert.equal(peer.connections.length, 2);
});

test('a request made while the socket is closing goes out on the next one', async () => {
  // given
  peer.handlers.set('live.publish', () => ({ liveId: 'l1' }));
  let socket: NodeWebSocket | undefined;
  const other = new Session({
    url: peer.url,
    token: async () => 'token',
    backoff: { firstMs: 10, maxMs: 20 },
    socketFactory: (url) => (socket = new NodeWebSocket(url)) as unknown as WebSocket,
  });
  other.open();
  await other.whenConnected(20_000);
  // when the closing handshake is under way and nobody has been told yet
  socket?.close();
  assert.equal(socket?.readyState, NodeWebSocket.CLOSING);
  assert.equal(other.state, 'connected');
  const answer = await other.request('live.publish', {}, 2_000);
  other.close();
  // then
  assert.deepEqual(answer, { liveId: 'l1' });
});

test('a server told to drain in the past does not shape what happens on the next', async () => {
  // given
  peer.handlers.set('session.authenticate', (_params, connection) => {
    // Among the missed events comes the farewell of the server before.
    connection.event('server.draining', { reconnectAfterMs: 60_000, seq: 1 });
    return welcome({ resumed: true });
  });
  peer.last.event('server.draining', { reconnectAfterMs: 1, seq: 1 });
  peer.last.socket.close(4503, 'draining');
  await until('a second connection', () => peer.connections.length === 2);
  await session.whenConnected(20_000);
  peer.handlers.set('live.leave', () => ({}));
  // when
  const started = Date.now();
  peer.last.socket.close(4503, 'draining');
  await until('the loss', () => session.state === 'reconnecting');
  // then nothing is planned, and the wait is that of a failure
  assert.equal(states.at(-1), 'reconnecting');
  await until('a third connection', () => peer.connections.length === 3);
  assert.ok(Date.now() - started >= 2_495);
});
