import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { WebSocket as NodeWebSocket } from 'ws';
import { CastmeshError } from '../src/errors.js';
import type { SessionOptions } from '../src/session/session-types.js';
import { Session } from '../src/session/session.js';
import { NO_ANSWER, RpcFailure, TestPeer, until, welcome } from './test-peer.js';

let peer: TestPeer;
let sessions: Session[];

beforeEach(async () => {
  peer = await TestPeer.start();
  sessions = [];
});

afterEach(async () => {
  sessions.forEach((session) => session.close());
  await peer.stop();
});

function newSession(changes: Partial<SessionOptions> = {}): Session {
  const session = new Session({
    url: peer.url,
    token: async () => 'token',
    backoff: { firstMs: 10, maxMs: 40 },
    socketFactory: (url) => new NodeWebSocket(url) as unknown as WebSocket,
    ...changes,
  });
  sessions.push(session);
  return session;
}

async function connected(changes: Partial<SessionOptions> = {}): Promise<Session> {
  const session = newSession(changes);
  session.open();
  await session.whenConnected(20_000);
  return session;
}

function viewersHeard(session: Session): number[] {
  const heard: number[] = [];
  session.events.on('live.viewers', (event) => heard.push(event.viewers));
  return heard;
}

const viewers = (n: number) => ({ liveId: 'l1', viewers: n, seq: n });

test('each request names its trace, and its failure tells it', async () => {
  // given
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const session = await connected();
  peer.handlers.set('room.join', () => {
    const data = { name: 'ROOM_FULL', retryable: true, trace };
    throw new RpcFailure({ code: 1501, message: 'The room is full.', data });
  });
  peer.handlers.set('live.view', () => NO_ANSWER);
  const failed = (error: unknown) => error as CastmeshError;
  // when
  const refused = await session.request('room.join', {}).catch(failed);
  const silent = await session.request('live.view', {}, 50).catch(failed);
  // then
  assert.equal((refused as CastmeshError).trace, trace);
  const sent = peer.last.received.map((message) => String(message.traceparent));
  assert.equal(new Set(sent).size, sent.length, 'one for each request');
  sent.forEach((traceparent) => assert.match(traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/));
  assert.equal((silent as CastmeshError).trace, sent.at(-1)?.slice(3, 35));
});

test('a session authenticates first and then carries requests and replies', async () => {
  // given
  peer.handlers.set('live.view', (params) => ({ mediaId: `m-${params.liveId}`, sdpAnswer: 'v=0' }));
  // when
  const session = await connected();
  const answer = await session.request<{ mediaId: string }>('live.view', { liveId: 'l1' });
  // then
  assert.equal(answer.mediaId, 'm-l1');
  assert.equal(session.user?.nickname, 'ann');
  assert.deepEqual(peer.last.received[0]?.params, { token: 'token' });
});

test('an error object of the server becomes a typed failure', async () => {
  // given
  const session = await connected();
  peer.handlers.set('live.publish', () => {
    throw new RpcFailure({
      code: 1201,
      message: 'You are live already',
      data: { name: 'ALREADY_PUBLISHING', retryable: false, details: { liveId: 'l9' } },
    });
  });
  // when
  const failure = await session.request('live.publish', {}).catch((e: unknown) => e);
  // then
  assert.ok(failure instanceof CastmeshError);
  assert.equal(failure.code, 1201);
  assert.equal(failure.name, 'ALREADY_PUBLISHING');
  assert.equal(failure.retryable, false);
  assert.deepEqual(failure.details, { liveId: 'l9' });
});

test('a request that is not answered fails with TIMEOUT at its deadline', async () => {
  // given
  const session = await connected();
  peer.handlers.set('live.view', () => NO_ANSWER);
  // when
  const asked = session.request('live.view', {}, 50);
  // then
  await assert.rejects(asked, { name: 'TIMEOUT', retryable: true });
});

test('after a cut the session resumes and every event arrives once and in order', async () => {
  // given
  const session = await connected();
  const heard = viewersHeard(session);
  let resets = 0;
  session.on('reset', () => (resets += 1));
  for (const n of [1, 2, 3]) peer.last.event('live.viewers', viewers(n));
  await until('three events', () => heard.length === 3);
  peer.handlers.set('session.authenticate', (_params, connection) => {
    // The server repeats the third, of whose arrival it is not sure, and overtakes its own reply.
    for (const n of [3, 4]) connection.event('live.viewers', viewers(n));
    return welcome({ resumed: true });
  });
  // when
  peer.last.cut();
  await until('a second connection', () => peer.connections.length === 2);
  await session.whenConnected(20_000);
  peer.last.event('live.viewers', viewers(5));
  // then
  await until('five events', () => heard.length >= 5);
  assert.deepEqual(heard, [1, 2, 3, 4, 5]);
  assert.deepEqual(peer.last.received[0]?.params.resume, { sessionId: 's1', lastSeq: 3 });
  assert.equal(resets, 0);
});

test('a session that cannot be resumed says so and counts its events anew', async () => {
  // given
  const session = await connected();
  const heard = viewersHeard(session);
  const told: string[] = [];
  session.on('reset', ({ cause }) => told.push(cause));
  session.on('ready', ({ resumed }) => told.push(`ready ${resumed}`));
  peer.last.event('live.viewers', viewers(41));
  await until('the first event', () => heard.length === 1);
  peer.handlers.set('session.authenticate', () => welcome({ sessionId: 's2' }));
  // when
  peer.last.cut();
  await until('the new beginning', () => told.length === 2);
  peer.last.event('live.viewers', viewers(1));
  // then
  await until('the first event of the new session', () => heard.length === 2);
  assert.deepEqual(heard, [41, 1]);
  assert.deepEqual(told, ['not-resumed', 'ready false']);
  assert.equal(session.sessionId, 's2');
});

test('a request made while reconnecting waits for the connection', async () => {
  // given
  const session = await connected();
  peer.handlers.set('live.leave', () => ({}));
  peer.last.cut();
  await until('the loss to be noticed', () => session.state === 'reconnecting');
  // when
  const answer = await session.request('live.leave', { liveId: 'l1' }, 2_000);
  // then
  assert.deepEqual(answer, {});
  assert.equal(peer.connections.length, 2);
});

test('a request whose connection goes is not repeated and fails with CONNECTION_LOST', async () => {
  // given
  const session = await connected();
  peer.handlers.set('live.publish', (_params, connection) => {
    connection.cut();
    return NO_ANSWER;
  });
  // when
  const asked = session.request('live.publish', {});
  // then
  await assert.rejects(asked, { name: 'CONNECTION_LOST', retryable: true });
  await session.whenConnected(20_000);
  const repeated = peer.last.received.some((message) => message.method === 'live.publish');
  assert.equal(repeated, false);
});

test('a peer that stops answering pings is left for a new connection', async () => {
  // given
  peer.handlers.set('session.authenticate', () => welcome({ heartbeatSeconds: 1 }));
  peer.handlers.set('session.ping', () => NO_ANSWER);
  // when: its own interval and deadline of 20 s each would not do
  const session = await connected();
  // then
  await until('a second connection', () => peer.connections.length === 2);
  await session.whenConnected(20_000);
});

test('a refused token is renewed once', async () => {
  // given
  const asked: boolean[] = [];
  peer.handlers.set('session.authenticate', (params, connection) => {
    if (params.token !== 'new') {
      connection.socket.close(4401, 'token expired');
      return NO_ANSWER;
    }
    return welcome();
  });
  // when
  const session = await connected({
    token: async (fresh) => {
      asked.push(fresh);
      return fresh ? 'new' : 'old';
    },
  });
  // then
  assert.deepEqual(asked, [false, true]);
  assert.equal(session.state, 'connected');
});

test('a token that stays refused ends the session instead of asking for ever', async () => {
  // given
  peer.handlers.set('session.authenticate', () => {
    throw new RpcFailure({
      code: 1102,
      message: 'expired',
      data: { name: 'TOKEN_EXPIRED', retryable: false },
    });
  });
  const session = newSession();
  // when
  session.open();
  // then
  await until('the end', () => session.state === 'closed');
  assert.equal(session.end, 'unauthenticated');
  assert.equal(peer.connections.length, 2);
});

test('a replaced session stays closed', async () => {
  // given
  const session = await connected();
  // when
  peer.last.socket.close(4409, 'replaced');
  await until('the end', () => session.state === 'closed');
  await new Promise((resolve) => setTimeout(resolve, 100));
  // then
  assert.equal(session.end, 'replaced');
  assert.equal(peer.connections.length, 1);
  await assert.rejects(session.request('live.leave'), { name: 'CLIENT_CLOSED', retryable: false });
});

for (const code of [4408, 4429, 4500, 4503, 1011]) {
  test(`a session closed with ${code} comes back`, async () => {
    // given
    const session = await connected();
    // when
    peer.last.socket.close(code, 'for now');
    // then
    await until('a second connection', () => peer.connections.length === 2);
    await session.whenConnected(20_000);
  });
}

test('a draining server is given the time it asks for', async () => {
  // given
  const session = await connected();
  peer.last.event('server.draining', { reconnectAfterMs: 300, seq: 1 });
  const started = Date.now();
  // when
  peer.last.socket.close(4503, 'draining');
  await until('a second connection', () => peer.connections.length === 2);
  // then
  assert.ok(Date.now() - started >= 295, 'waited as asked');
  await session.whenConnected(20_000);
});

test('a session closed on purpose says goodbye and forgets what it held', async () => {
  // given
  const session = await connected();
  let code = 0;
  peer.last.socket.on('close', (closeCode) => (code = closeCode));
  // when
  session.close();
  // then
  await until('the goodbye', () => code === 1000);
  assert.equal(session.sessionId, undefined);
  session.open();
  await session.whenConnected(20_000);
  assert.equal(peer.last.received[0]?.params.resume, undefined);
});

for (const [end, code, event] of [
  ['kicked', 4410, 'session.kicked'],
  ['banned', 4411, 'session.banned'],
] as const) {
  test(`who is ${end} knows why and does not come back by itself`, async () => {
    // given
    const session = await connected();
    // when
    peer.last.event(event, { reason: 'a word', seq: 1 });
    peer.last.socket.close(code);
    await until('the session is closed', () => session.state === 'closed');
    // then
    assert.equal(session.end, end);
    assert.equal(session.verdict?.reason, 'a word');
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(peer.connections.length, 1);
  });
}

test('who is banned while away is not let in, and is told why', async () => {
  // given
  peer.handlers.set('session.authenticate', () => {
    throw new RpcFailure({
      code: 1601,
      message: 'An administrator has banned you.',
      data: { name: 'BANNED', retryable: false, until: '2026-12-24T18:00:00Z' },
    });
  });
  const session = newSession();
  // when
  session.open();
  await until('the session is closed', () => session.state === 'closed');
  // then
  assert.equal(session.end, 'banned');
  assert.equal(session.verdict?.until, '2026-12-24T18:00:00Z');
  assert.equal(peer.connections.length, 1);
});

test('a token that was refused stays refused while another one cannot be had', async () => {
  // given
  const asked: boolean[] = [];
  peer.handlers.set('session.authenticate', (params, connection) => {
    if (params.token === 'new') return welcome();
    connection.socket.close(4401, 'token expired');
    return NO_ANSWER;
  });
  // when the first refresh does not get through
  const session = await connected({
    token: async (fresh) => {
      asked.push(fresh);
      if (asked.length === 2) throw CastmeshError.local('CONNECTION_LOST', 'no network');
      return fresh ? 'new' : 'old';
    },
  });
  // then
  assert.deepEqual(asked, [false, true, true]);
  assert.equal(session.state, 'connected');
});

/** In UTF-8 each of these letters takes two bytes. */
const words = (bytes: number) => ({ payload: 'ä'.repeat(bytes / 2) });

test('a message that is too large is refused here, and the connection stays', async () => {
  // given
  peer.handlers.set('room.data', () => ({ roomSeq: 1 }));
  const session = await connected();
  // when
  const large = session.request('room.data', { ...words(65_536), clientId: 'c1' });
  // then
  await assert.rejects(large, { name: 'MESSAGE_TOO_LARGE', code: 1005, retryable: false });
  await session.request('room.data', { ...words(65_000), clientId: 'c2' });
  assert.equal(peer.connections.length, 1);
});

test('the server says how large a message may be', async () => {
  // given
  peer.handlers.set('session.authenticate', () => welcome({ maxMessageBytes: 2_000 }));
  peer.handlers.set('room.data', () => ({ roomSeq: 1 }));
  const session = await connected();
  // when
  const large = session.request('room.data', { ...words(2_000), clientId: 'c1' });
  // then
  await assert.rejects(large, { name: 'MESSAGE_TOO_LARGE' });
  await session.request('room.data', { ...words(1_000), clientId: 'c2' });
  assert.equal(peer.connections.length, 1);
});

test('a message that the server finds too large is not sent again; what was asked beside it is', async () => {
  // given
  const heard: string[] = [];
  peer.handlers.set('room.list', (_params, connection) => {
    heard.push('room.list');
    return connection === peer.connections[0] ? NO_ANSWER : { items: [] };
  });
  peer.handlers.set('room.data', (_params, connection) => {
    heard.push('room.data');
    connection.socket.close(4413, 'message too large');
    return NO_ANSWER;
  });
  const session = await connected();
  // when
  const small = session.request('room.list');
  const large = session.request('room.data', { ...words(40_000), clientId: 'c1' });
  // then
  await assert.rejects(large, { name: 'MESSAGE_TOO_LARGE', retryable: false });
  assert.deepEqual(await small, { items: [] });
  assert.deepEqual(heard, ['room.list', 'room.data', 'room.list']);
});
