import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { WebSocket as NodeWebSocket } from 'ws';
import type { Call } from '../src/calls/call.js';
import { Calls } from '../src/calls/calls.js';
import { Emitter } from '../src/emitter.js';
import { MediaHub } from '../src/media/media-hub.js';
import { Session } from '../src/session/session.js';
import { RpcFailure, TestPeer, until, welcome } from './test-peer.js';

const bob = { id: 'u2', nickname: 'bob', avatar: '/b' };
let peer: TestPeer;
let session: Session;
let calls: Calls;

beforeEach(async () => {
  peer = await TestPeer.start();
  session = new Session({
    url: peer.url,
    token: async () => 'token',
    backoff: { firstMs: 10, maxMs: 20 },
    socketFactory: (url) => new NodeWebSocket(url) as unknown as WebSocket,
  });
  calls = new Calls({
    session,
    hub: new MediaHub(session),
    lives: new Emitter(),
    iceServers: async () => [],
  });
  session.open();
  await session.whenConnected(20_000);
});

afterEach(async () => {
  session.close();
  await peer.stop();
});

function unavailable(): RpcFailure {
  const data = { name: 'UNAVAILABLE', retryable: true };
  return new RpcFailure({ code: 1007, message: 'not at the moment', data });
}

async function ringing(): Promise<Call> {
  const incoming = new Promise<Call>((resolve) => calls.once('incoming', resolve));
  peer.last.event('call.incoming', { callId: 'c1', from: bob, video: true, seq: 1 });
  return incoming;
}

test('an invitation rings until the other side accepts', async () => {
  // given
  peer.handlers.set('call.invite', () => ({ callId: 'c1', state: 'ringing' }));
  // when
  const call = await calls.invite('bob');
  const before = call.state;
  peer.last.event('call.accepted', { callId: 'c1', seq: 1 });
  // then
  await until('the acceptance', () => call.state === 'accepted');
  assert.equal(before, 'ringing');
  assert.equal(call.peer.nickname, 'bob');
  assert.deepEqual(calls.active, [call]);
});

test('an end that overtakes the reply to the invitation is not missed', async () => {
  // given
  peer.handlers.set('call.invite', (_params, connection) => {
    connection.event('call.ended', { callId: 'c1', reason: 'busy', seq: 1 });
    return { callId: 'c1', state: 'ringing' };
  });
  // when
  const call = await calls.invite('bob');
  // then
  assert.equal(call.state, 'ended');
  assert.equal(call.endReason, 'busy');
  assert.deepEqual(calls.active, []);
});

test('a refused invitation is a typed failure and leaves no call behind', async () => {
  // given
  peer.handlers.set('call.invite', () => {
    throw new RpcFailure({ code: 1302, message: 'away', data: { name: 'USER_OFFLINE' } });
  });
  // when
  const inviting = calls.invite('bob');
  // then
  await assert.rejects(inviting, { name: 'USER_OFFLINE' });
  assert.deepEqual(calls.active, []);
});

test('an incoming call told twice rings once', async () => {
  // given
  let told = 0;
  calls.on('incoming', () => (told += 1));
  // when
  const call = await ringing();
  peer.last.event('call.incoming', { callId: 'c1', from: bob, video: true, seq: 2 });
  peer.last.event('call.ended', { callId: 'c1', reason: 'answered_elsewhere', seq: 3 });
  // then
  await until('the end', () => call.state === 'ended');
  assert.equal(told, 1);
  assert.equal(call.endReason, 'answered_elsewhere');
});

test('declining frees this side at once and tells the server', async () => {
  // given
  peer.handlers.set('call.reject', () => ({ state: 'ended' }));
  const call = await ringing();
  // when
  const told = call.reject();
  const state = call.state;
  await told;
  // then
  assert.equal(state, 'ended');
  assert.deepEqual(peer.last.received.at(-1)?.params, { callId: 'c1' });
});

test('a hangup that finds nobody is said again until the server has heard it', async () => {
  // given
  peer.handlers.set('call.invite', () => ({ callId: 'c1', state: 'ringing' }));
  peer.handlers.set('session.authenticate', () => welcome({ resumed: true }));
  const call = await calls.invite('bob');
  peer.last.event('call.accepted', { callId: 'c1', seq: 1 });
  await until('the acceptance', () => call.state === 'accepted');
  let heard = 0;
  peer.handlers.set('call.hangup', (_params, connection) => {
    heard += 1;
    if (heard === 1) return connection.cut();
    if (heard === 2) throw unavailable();
    return { state: 'ended' };
  });
  // when
  const told = call.hangup();
  const state = call.state;
  await told;
  // then
  assert.equal(state, 'ended');
  assert.equal(heard, 3);
});

test('a declined call does not ring again before the server has heard of it', async () => {
  // given
  let heard = 0;
  peer.handlers.set('call.reject', () => {
    heard += 1;
    if (heard === 1) throw unavailable();
    return { state: 'ended' };
  });
  const call = await ringing();
  const rung: Call[] = [];
  calls.on('incoming', (again) => rung.push(again));
  // when
  const told = call.reject();
  await until('the first attempt', () => heard === 1);
  peer.last.event('call.incoming', { callId: 'c1', from: bob, video: true, seq: 2 });
  await told;
  // then
  assert.equal(heard, 2);
  assert.deepEqual(rung, []);
});

test('a call that is taken back while it is answered is ended all the same', async () => {
  // given
  peer.handlers.set('call.invite', () => ({ callId: 'c1', state: 'ringing' }));
  const call = await calls.invite('bob');
  const asked: string[] = [];
  peer.handlers.set('call.cancel', () => {
    asked.push('cancel');
    throw new RpcFailure({ code: 1301, message: 'accepted', data: { name: 'CALL_STATE' } });
  });
  peer.handlers.set('call.list', () => ({ items: [{ callId: 'c1', state: 'accepted' }] }));
  peer.handlers.set('call.hangup', () => {
    asked.push('hangup');
    return { state: 'ended' };
  });
  // when
  await call.cancel();
  // then
  assert.deepEqual(asked, ['cancel', 'hangup']);
  assert.equal(call.endReason, 'cancelled');
});

test('a call that another device has answered is not ended by declining it here', async () => {
  // given
  peer.handlers.set('call.reject', () => {
    throw new RpcFailure({ code: 1301, message: 'accepted', data: { name: 'CALL_STATE' } });
  });
  peer.handlers.set('call.list', () => ({ items: [] }));
  const call = await ringing();
  // when
  await call.reject();
  // then
  const asked = peer.last.received.map((message) => message.method);
  assert.ok(!asked.includes('call.hangup'), asked.join(', '));
});

test('a call ends when the server no longer knows the session', async () => {
  // given
  const call = await ringing();
  peer.handlers.set('session.authenticate', () => welcome({ sessionId: 's2' }));
  // when
  peer.last.cut();
  // then
  await until('the end', () => call.state === 'ended');
  assert.equal(call.endReason, 'session_lost');
});

test('a call goes on when the session is resumed', async () => {
  // given
  const call = await ringing();
  peer.handlers.set('call.accept', () => ({ state: 'accepted' }));
  peer.handlers.set('session.authenticate', () => welcome({ resumed: true }));
  // when
  peer.last.cut();
  await until('a second connection', () => peer.connections.length === 2);
  await call.accept();
  // then
  assert.equal(call.state, 'accepted');
});

test('a call that is picked up twice is picked up once', async () => {
  // given
  let accepted = 0;
  peer.handlers.set('call.accept', () => {
    accepted += 1;
    if (accepted === 1) return { state: 'accepted' };
    throw new RpcFailure({ code: 1301, message: 'accepted', data: { name: 'CALL_STATE' } });
  });
  const call = await ringing();
  // when
  await Promise.all([call.accept(), call.accept()]);
  await call.accept();
  // then
  assert.equal(accepted, 1);
  assert.equal(call.state, 'accepted');
});

test('a call that could not be picked up may be tried again', async () => {
  // given
  let accepted = 0;
  peer.handlers.set('call.accept', () => {
    accepted += 1;
    if (accepted > 1) return { state: 'accepted' };
    throw new RpcFailure({ code: 1602, message: 'x', data: { name: 'FORBIDDEN' } });
  });
  const call = await ringing();
  // when
  await assert.rejects(call.accept(), { name: 'FORBIDDEN' });
  await call.accept();
  // then
  assert.equal(call.state, 'accepted');
});
