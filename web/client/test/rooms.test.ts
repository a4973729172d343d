import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { WebSocket as NodeWebSocket } from 'ws';
import { Emitter } from '../src/emitter.js';
import { MediaHub } from '../src/media/media-hub.js';
import type { Room } from '../src/rooms/room.js';
import { Rooms } from '../src/rooms/rooms.js';
import { Session } from '../src/session/session.js';
import { NO_ANSWER, RpcFailure, TestPeer, until, welcome } from './test-peer.js';

const someone = (id: string) => ({
  id,
  userId: `u-${id}`,
  nickname: id,
  avatar: `/${id}`,
  joinedAt: '2026-01-01T00:00:00Z',
});
const joined = (changes: object = {}) => ({
  roomId: '4711',
  name: 'Tea',
  mode: 'mesh',
  self: 'me',
  host: 'bob',
  locked: false,
  peers: [someone('bob')],
  seq: 10,
  missed: [],
  complete: true,
  ...changes,
});

let peer: TestPeer;
let session: Session;
let rooms: Rooms;
let seq: number;

beforeEach(async () => {
  peer = await TestPeer.start();
  session = new Session({
    url: peer.url,
    token: async () => 'token',
    backoff: { firstMs: 10, maxMs: 20 },
    socketFactory: (url) => new NodeWebSocket(url) as unknown as WebSocket,
  });
  rooms = new Rooms({
    session,
    hub: new MediaHub(session),
    lives: new Emitter(),
    iceServers: async () => [],
  });
  peer.handlers.set('room.join', () => joined());
  seq = 0;
  session.open();
  await session.whenConnected(20_000);
});

afterEach(async () => {
  session.close();
  await peer.stop();
});

/** Something happens in the room. */
function happens(method: string, roomSeq: number, params: object): void {
  peer.last.event(method, { roomId: '4711', roomSeq, ...params, seq: ++seq });
}

const data = (roomSeq: number) =>
  happens('room.data', roomSeq, { from: 'bob', topic: 't', payload: roomSeq });

const isReturn = ({ method, params }: { method?: string; params?: unknown }) =>
  method === 'room.join' && 'after' in (params as object);

/** What is told of the room, in words. */
function listening(room: Room): string[] {
  const log: string[] = [];
  room.on('peerJoined', ({ nickname }) => log.push(`${nickname} came`));
  room.on('peerLeft', ({ peer: { nickname }, reason }) => log.push(`${nickname} ${reason}`));
  room.on('hostChanged', (host) => log.push(`host ${host}`));
  room.on('locked', (locked) => log.push(locked ? 'locked' : 'unlocked'));
  room.on('signal', ({ from, kind }) => log.push(`${kind} of ${from}`));
  room.on('data', ({ payload }) => log.push(`data ${String(payload)}`));
  room.on('incomplete', () => log.push('incomplete'));
  room.on('ended', ({ reason }) => log.push(`ended ${reason}`));
  return log;
}

/** The gateway dies; another one carries the session on. */
async function takenOver(): Promise<void> {
  seq = 0;
  const before = peer.connections.length;
  peer.last.cut();
  await until('another connection', () => peer.connections.length > before);
  await session.whenConnected(20_000);
}

test('whoever enters a room knows who is there and hears who comes and goes', async () => {
  // given
  const room = await rooms.join({ roomId: '4711', password: 'cake' });
  const log = listening(room);
  // when
  happens('room.peerJoined', 11, { peer: someone('eve') });
  happens('room.signal', 12, { from: 'eve', kind: 'offer', payload: {} });
  happens('room.peerLeft', 13, { peer: 'bob', reason: 'gone' });
  happens('room.hostChanged', 13.5, { host: 'me' });
  happens('room.locked', 14, { locked: true });
  // then
  await until('the lock', () => room.isLocked);
  assert.deepEqual(log, ['eve came', 'offer of eve', 'bob gone', 'host me', 'locked']);
  assert.deepEqual(
    room.peers.map((one) => one.id),
    ['eve'],
  );
  assert.equal(room.isHost, true);
  const { method, params } = peer.last.received.at(-1)!;
  assert.deepEqual([method, params], ['room.join', { roomId: '4711', password: 'cake' }]);
});

test('what overtakes the answer is told once somebody can listen', async () => {
  // given
  peer.handlers.set('room.join', () => {
    data(10);
    data(11);
    return joined();
  });
  // when
  const log = listening(await rooms.join());
  // then the tenth is in the answer already
  await until('the early event', () => log.length > 0);
  assert.deepEqual(log, ['data 11']);
});

test('an event told twice is heard once, and one that was overtaken is heard late', async () => {
  // given
  const log = listening(await rooms.join());
  // when
  for (const number of [12, 14, 12, 13, 14, 20]) data(number);
  // then
  await until('the last', () => log.includes('data 20'));
  assert.deepEqual(log, ['data 12', 'data 14', 'data 13', 'data 20']);
});

test('after a takeover the room is entered again and what was missed comes first', async () => {
  // given
  const room = await rooms.join({ roomId: '4711', password: 'cake' });
  const log = listening(room);
  data(11);
  await until('the first event', () => log.length === 1);
  const event = (method: string, roomSeq: number, params: object) => ({
    method,
    params: { roomId: '4711', roomSeq, ...params },
  });
  const bobsData = (n: number) => event('room.data', n, { from: 'bob', topic: 't', payload: n });
  peer.handlers.set('room.list', () => ({ items: [{ roomId: '4711', self: 'me' }] }));
  peer.handlers.set('room.join', () => {
    data(14);
    const missed = [
      bobsData(11),
      event('room.peerJoined', 12, { peer: someone('eve') }),
      bobsData(13),
    ];
    return joined({ peers: [someone('bob'), someone('eve')], seq: 13, missed });
  });
  // when
  await takenOver();
  // then
  await until('what came meanwhile', () => log.includes('data 14'));
  assert.deepEqual(log, ['data 11', 'eve came', 'data 13', 'data 14']);
  const again = peer.last.received.find((message) => message.method === 'room.join');
  assert.deepEqual(again?.params, { roomId: '4711', after: 11, password: 'cake' });
  assert.equal(room.ended, undefined);
});

test('when the server has forgotten what was missed, who is there is right all the same', async () => {
  // given
  const room = await rooms.join();
  const log = listening(room);
  peer.handlers.set('room.list', () => ({ items: [{ roomId: '4711', self: 'me' }] }));
  peer.handlers.set('room.join', () =>
    joined({ peers: [someone('eve')], host: 'eve', seq: 5_000, complete: false }),
  );
  // when
  await takenOver();
  // then
  await until('the correction', () => log.includes('incomplete'));
  assert.deepEqual(log, ['bob gone', 'eve came', 'host eve', 'incomplete']);
});

test('a loss that is longer than a page is read to its end, in order and once', async () => {
  // given
  const room = await rooms.join();
  const log = listening(room);
  // Far newer events than the lost ones were heard before it is told that something was lost.
  data(700);
  await until('a new one', () => log.includes('data 700'));
  const bobsData = (n: number) => ({
    method: 'room.data',
    params: { roomId: '4711', roomSeq: n, from: 'bob', topic: 't', payload: n },
  });
  const asked: number[] = [];
  peer.handlers.set('room.list', () => ({ items: [{ roomId: '4711', self: 'me' }] }));
  peer.handlers.set('room.join', ({ after }) => {
    asked.push(after as number);
    const upTo = Math.min((after as number) + 256, 700);
    const numbers = Array.from(
      { length: upTo - (after as number) },
      (_, i) => i + 1 + (after as number),
    );
    return joined({ seq: upTo, missed: numbers.map(bobsData), more: upTo < 700, forgotten: 0 });
  });
  // when
  happens('session.stale', 0, {});
  // then
  await until('the end', () => log.length === 690);
  assert.deepEqual(asked, [10, 266, 522]);
  const expected = [700, ...Array.from({ length: 689 }, (_, i) => 11 + i)];
  assert.deepEqual(
    log,
    expected.map((n) => `data ${n}`),
  );
});

test('what is forgotten is a gap only if it has not been seen', async () => {
  // given
  const room = await rooms.join();
  const log = listening(room);
  for (let n = 11; n <= 15; n++) data(n);
  peer.handlers.set('room.data', () => ({ roomSeq: 16 }));
  await room.send('t', 'the own one');
  peer.handlers.set('room.list', () => ({ items: [{ roomId: '4711', self: 'me' }] }));
  let forgotten = 16;
  peer.handlers.set('room.join', () => joined({ seq: 20 + forgotten, complete: false, forgotten }));
  // when everything that the server has forgotten was seen
  happens('session.stale', 0, {});
  await until('it has asked', () => peer.last.received.some(isReturn));
  data(50);
  await until('it goes on', () => log.includes('data 50'));
  assert.equal(log.includes('incomplete'), false);
  // when it has forgotten more than that
  forgotten = 60;
  happens('session.stale', 0, {});
  // then
  await until('it says so', () => log.includes('incomplete'));
});

test('a peer whom the server has let go of is out', async () => {
  // given
  const room = await rooms.join();
  const log = listening(room);
  peer.handlers.set('room.list', () => ({ items: [{ roomId: '4711', self: 'somebody else' }] }));
  // when
  await takenOver();
  // then
  await until('the end', () => log.length > 0);
  assert.deepEqual(log, ['ended session_lost']);
  assert.deepEqual(rooms.active, []);
});

test('an older server that cannot list rooms ends none', async () => {
  // given
  const room = await rooms.join();
  // when
  await takenOver();
  await until('the question', () =>
    peer.last.received.some((message) => message.method === 'room.list'),
  );
  data(11);
  const log = listening(room);
  // then
  await until('an event', () => log.length > 0);
  assert.deepEqual(log, ['data 11']);
});

test('a new session is in no room any more', async () => {
  // given
  const log = listening(await rooms.join());
  peer.handlers.set('session.authenticate', () => welcome({ sessionId: 's2' }));
  // when
  await takenOver();
  // then
  await until('the end', () => log.length > 0);
  assert.deepEqual(log, ['ended session_lost']);
});

test('whoever is sent away is told so, and hears nothing afterwards', async () => {
  // given
  const log = listening(await rooms.join());
  // when
  happens('room.closed', 11, { reason: 'kicked' });
  data(12);
  // then
  await until('the end', () => log.length > 0);
  await session.request('session.ping');
  assert.deepEqual(log, ['ended kicked']);
  assert.deepEqual(rooms.active, []);
});

test('data whose reply is lost is sent again as the same message', async () => {
  // given
  const room = await rooms.join();
  const sent: unknown[] = [];
  peer.handlers.set('room.data', (params, connection) => {
    sent.push(params.clientId);
    if (sent.length > 1) return { roomSeq: 11 };
    connection.cut();
    return NO_ANSWER;
  });
  // when
  await room.send('reaction', '👋');
  // then
  assert.equal(sent.length, 2);
  assert.ok(sent[0] && sent[0] === sent[1]);
});

test('leaving frees this side at once and tells the server', async () => {
  // given
  const room = await rooms.join();
  const log = listening(room);
  peer.handlers.set('room.leave', () => ({}));
  // when
  const told = room.leave();
  assert.deepEqual(log, ['ended left']);
  await told;
  // then
  assert.deepEqual(peer.last.received.at(-1)?.params, { roomId: '4711' });
});

test('a refused room is a typed failure', async () => {
  // given
  peer.handlers.set('room.join', () => {
    throw new RpcFailure({ code: 1503, message: 'x', data: { name: 'ROOM_PASSWORD' } });
  });
  // when
  const joining = rooms.join({ roomId: '4711' });
  // then
  await assert.rejects(joining, { name: 'ROOM_PASSWORD' });
  assert.deepEqual(rooms.active, []);
});

test('a signal that is wanted is sent as the same message until it has arrived', async () => {
  // given
  const room = await rooms.join();
  const sent: unknown[] = [];
  peer.handlers.set('room.signal', ({ clientId }) => {
    sent.push(clientId);
    if (sent.length > 1) return { roomSeq: 11 };
    const data = { name: 'UNAVAILABLE', retryable: true };
    throw new RpcFailure({ code: 1007, message: 'not now', data });
  });
  // when
  const once = room.signal('bob', 'offer', {});
  // then
  await assert.rejects(once, { name: 'UNAVAILABLE' });
  sent.length = 0;
  await room.signal('bob', 'offer', {}, () => true);
  assert.equal(sent.length, 2);
  assert.ok(sent[0] && sent[0] === sent[1]);
  sent.length = 0;
  await assert.rejects(
    room.signal('bob', 'offer', {}, () => false),
    { name: 'UNAVAILABLE' },
  );
  assert.equal(sent.length, 1);
});
