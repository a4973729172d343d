import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { WebSocket as NodeWebSocket } from 'ws';
import { Calls } from '../src/calls/calls.js';
import { Emitter } from '../src/emitter.js';
import { MediaHub } from '../src/media/media-hub.js';
import { PresenceWatch } from '../src/session/presence.js';
import { Reconciliation } from '../src/session/reconciliation.js';
import { Session } from '../src/session/session.js';
import { NO_ANSWER, RpcFailure, TestPeer, until } from './test-peer.js';

const bob = { id: 'u2', nickname: 'bob', avatar: '/b' };
const CONFIRM_MS = 30;
let peer: TestPeer;
let session: Session;
let resets: string[];

beforeEach(async () => {
  peer = await TestPeer.start();
  session = new Session({
    url: peer.url,
    token: async () => 'token',
    backoff: { firstMs: 10, maxMs: 20 },
    socketFactory: (url) => new NodeWebSocket(url) as unknown as WebSocket,
  });
  resets = [];
  session.on('reset', ({ cause }) => resets.push(cause));
  session.open();
  await session.whenConnected(20_000);
});

afterEach(async () => {
  session.close();
  await peer.stop();
});

/** The gateway dies; another one carries the session on, with nothing of its events. */
async function takenOver(): Promise<void> {
  const before = resets.length;
  peer.last.cut();
  await until('the reset', () => resets.length > before);
}

const viewers = (n: number, seq: number) => ({ liveId: 'l1', viewers: n, seq });

test('another gateway that takes the session over begins its events anew', async () => {
  // given
  const heard: number[] = [];
  session.events.on('live.viewers', (event) => heard.push(event.viewers));
  peer.last.event('live.viewers', viewers(10, 41));
  await until('the first event', () => heard.length === 1);
  // when
  await takenOver();
  peer.last.event('live.viewers', viewers(11, 1));
  // then
  await until('the first event of the new gateway', () => heard.length === 2);
  assert.deepEqual(peer.last.received[0]?.params.resume, { sessionId: 's1', lastSeq: 41 });
  assert.deepEqual(heard, [10, 11]);
  assert.deepEqual(resets, ['taken-over']);
  assert.equal(session.sessionId, 's1');
});

test('a session that the server calls stale reads again on the same connection', async () => {
  // when
  peer.last.event('session.stale', { seq: 1 });
  // then
  await until('the reset', () => resets.length === 1);
  assert.deepEqual(resets, ['events-lost']);
  assert.equal(peer.connections.length, 1);
});

interface Thing {
  id: string;
}

function comparing(known: Set<string>) {
  const log: string[] = [];
  new Reconciliation<Thing>(
    session,
    {
      method: 'call.list',
      idOf: (thing) => thing.id,
      known: () => [...known],
      found: (thing) => log.push(`found ${thing.id}`),
      missing: (id) => log.push(`missing ${id}`),
    },
    CONFIRM_MS,
  );
  return log;
}

test('what the server lacks twice is missing; what it has is told as it stands', async () => {
  // given
  const log = comparing(new Set(['a', 'b']));
  peer.handlers.set('call.list', () => ({ items: [{ id: 'b' }, { id: 'c' }] }));
  // when
  await takenOver();
  // then
  await until('the missing one', () => log.includes('missing a'));
  assert.deepEqual(log, ['found b', 'found c', 'found b', 'found c', 'missing a']);
});

test('what the server has found again by the second question is not missing', async () => {
  // given
  const log = comparing(new Set(['a']));
  let questions = 0;
  peer.handlers.set('call.list', () => ({ items: (questions += 1) === 1 ? [] : [{ id: 'a' }] }));
  // when
  await takenOver();
  // then
  await until('the second answer', () => log.includes('found a'));
  await new Promise((resolve) => setTimeout(resolve, 3 * CONFIRM_MS));
  assert.deepEqual(log, ['found a']);
});

test('what comes into being after the question is not judged by its answer', async () => {
  // given
  const known = new Set<string>();
  const log = comparing(known);
  peer.handlers.set('call.list', () => {
    known.add('new');
    return { items: [] };
  });
  // when
  await takenOver();
  await until('the question', () => known.has('new'));
  await new Promise((resolve) => setTimeout(resolve, 3 * CONFIRM_MS));
  // then
  assert.deepEqual(log, []);
});

test('an older server that does not know the question changes nothing', async () => {
  // given
  const log = comparing(new Set(['a']));
  let asked = 0;
  peer.handlers.set('call.list', () => {
    asked += 1;
    throw new RpcFailure({
      code: -32601,
      message: 'There is no such method.',
      data: { name: 'METHOD_NOT_FOUND', retryable: false },
    });
  });
  // when
  await takenOver();
  await until('the question', () => asked === 1);
  await new Promise((resolve) => setTimeout(resolve, 3 * CONFIRM_MS));
  // then
  assert.deepEqual(log, []);
  assert.equal(asked, 1);
});

test('a question that fails in passing is asked again', async () => {
  // given
  const log = comparing(new Set(['a']));
  let asked = 0;
  peer.handlers.set('call.list', () => {
    asked += 1;
    if (asked > 1) return { items: [{ id: 'a' }] };
    throw new RpcFailure({
      code: 1007,
      message: 'not now',
      data: { name: 'UNAVAILABLE', retryable: true },
    });
  });
  // when
  await takenOver();
  // then
  await until('the answer', () => log.includes('found a'));
});

test('calls follow what happened while nobody could hear: accepted, new, and over', async () => {
  // given
  const context = {
    session,
    hub: new MediaHub(session),
    lives: new Emitter<{ listed: [] }>(),
    iceServers: async () => [],
  };
  const calls = new Calls(context);
  const incoming: string[] = [];
  calls.on('incoming', (call) => incoming.push(call.callId));
  peer.handlers.set('call.invite', ({ to }) => ({ callId: `to-${to}`, state: 'ringing' }));
  const toBob = await calls.invite('bob');
  const toEve = await calls.invite('eve');
  peer.handlers.set('call.list', () => ({
    items: [
      { callId: 'to-bob', state: 'accepted', peer: bob, incoming: false, video: true },
      { callId: 'from-bob', state: 'ringing', peer: bob, incoming: true, video: true },
    ],
  }));
  // when
  await takenOver();
  // then
  await until('the acceptance', () => toBob.state === 'accepted');
  await until('the end', () => toEve.state === 'ended', 6_000);
  assert.deepEqual(incoming, ['from-bob']);
  assert.equal(toEve.endReason, 'session_lost');
});

test('media sessions stand; one whose server was lost is told so, one that is gone too', async () => {
  // given
  const hub = new MediaHub(session);
  const heard: string[] = [];
  const listener = (name: string) => ({
    candidate: () => undefined,
    state: (state: string) => heard.push(`${name} ${state}`),
    gone: () => heard.push(`${name} gone`),
  });
  hub.register('m1', listener('m1'));
  hub.register('m2', listener('m2'));
  hub.register('m3', listener('m3'));
  peer.handlers.set('media.list', () => ({
    items: [
      { mediaId: 'm1', kind: 'viewer', liveId: 'l1', state: 'flowing' },
      { mediaId: 'm2', kind: 'call', callId: 'c1', state: 'lost' },
    ],
  }));
  // when
  await takenOver();
  // then
  await until('the loss', () => heard.includes('m2 lost'));
  await until('the end', () => heard.includes('m3 gone'), 6_000);
  assert.ok(!heard.some((word) => word.startsWith('m1')));
});

test('presence is watched again, and a change from before the snapshot is old news', async () => {
  // given
  const presence = new PresenceWatch(session);
  const changed: string[] = [];
  presence.on('changed', ({ state }) => changed.push(state));
  let version = 10;
  let failures = 1;
  let watched = 0;
  peer.handlers.set('presence.watch', () => {
    watched += 1;
    if (watched > 1 && failures-- > 0) {
      throw new RpcFailure({
        code: 1007,
        message: 'x',
        data: { name: 'UNAVAILABLE', retryable: true },
      });
    }
    return { users: [{ ...bob, state: 'online' }], version };
  });
  await presence.watch({ everyone: true });
  version = 20;
  let snapshots = 0;
  presence.on('snapshot', () => snapshots++);
  // when
  await takenOver();
  await until('the answer to the third question', () => snapshots === 1);
  assert.equal(watched, 3);
  peer.last.event('presence.changed', { user: bob, state: 'offline', version: 15, seq: 1 });
  peer.last.event('presence.changed', { user: bob, state: 'busy', version: 22, seq: 2 });
  peer.last.event('presence.changed', { user: bob, state: 'online', version: 21, seq: 3 });
  peer.last.event('presence.changed', { user: bob, state: 'offline', version: 23, seq: 4 });
  // then
  await until('the changes', () => changed.includes('offline'));
  assert.deepEqual(changed, ['busy', 'offline']);
});

test('presence is watched again by a session that was closed and is open again', async () => {
  // given
  const presence = new PresenceWatch(session);
  let watched = 0;
  peer.handlers.set('presence.watch', () => {
    watched += 1;
    return { users: [{ ...bob, state: 'online' }], version: watched };
  });
  await presence.watch({ everyone: true });
  session.close();
  let snapshots = 0;
  presence.on('snapshot', () => snapshots++);
  // when
  session.open();
  // then
  await until('another snapshot', () => snapshots === 1);
  await takenOver();
  await until('a third one', () => snapshots === 2);
  assert.equal(watched, 3);
});

test('presence that is asked for before there is a connection is asked for once', async () => {
  // given
  session.close();
  const presence = new PresenceWatch(session);
  let watched = 0;
  peer.handlers.set('presence.watch', () => {
    watched += 1;
    return { users: [] };
  });
  // when
  session.open();
  await presence.watch({ everyone: true });
  await session.request('session.ping');
  // then
  assert.equal(watched, 1);
});

test('a read whose connection goes is made once more, and not a third time', async () => {
  // given
  let asked = 0;
  peer.handlers.set('presence.watch', (_params, connection) => {
    asked += 1;
    connection.cut();
    return NO_ANSWER;
  });
  // when
  const asking = session.request('presence.watch', { users: ['u2'] });
  // then
  await assert.rejects(asking, { name: 'CONNECTION_LOST' });
  assert.equal(asked, 2);
});

test('leaving is repeated on the next connection when its reply is lost', async () => {
  // given
  let asked = 0;
  peer.handlers.set('live.leave', (_params, connection) => {
    asked += 1;
    if (asked > 1) return {};
    connection.cut();
    return NO_ANSWER;
  });
  // when
  const answer = await session.request('live.leave', { liveId: 'l1' });
  // then
  assert.deepEqual(answer, {});
  assert.equal(asked, 2);
});

test('an invitation whose reply is lost is found again instead of ringing unseen', async () => {
  // given
  const context = {
    session,
    hub: new MediaHub(session),
    lives: new Emitter<{ listed: [] }>(),
    iceServers: async () => [],
  };
  const calls = new Calls(context);
  peer.handlers.set('call.invite', (_params, connection) => {
    connection.cut();
    return NO_ANSWER;
  });
  peer.handlers.set('call.list', () => ({
    items: [{ callId: 'c1', state: 'ringing', peer: bob, incoming: false, video: true }],
  }));
  // when
  const call = await calls.invite('bob');
  // then
  assert.equal(call.callId, 'c1');
  assert.equal(call.direction, 'outgoing');
  assert.deepEqual(calls.active, [call]);
});

test('an acceptance whose reply is lost holds when the server says that it was heard', async () => {
  // given
  const context = {
    session,
    hub: new MediaHub(session),
    lives: new Emitter<{ listed: [] }>(),
    iceServers: async () => [],
  };
  const calls = new Calls(context);
  peer.last.event('call.incoming', { callId: 'c1', from: bob, video: true, seq: 1 });
  await until('the call', () => calls.active.length === 1);
  const call = calls.active[0]!;
  let asked = 0;
  peer.handlers.set('call.accept', (_params, connection) => {
    asked += 1;
    if (asked === 1) {
      connection.cut();
      return NO_ANSWER;
    }
    throw new RpcFailure({ code: 1301, message: 'x', data: { name: 'CALL_STATE' } });
  });
  peer.handlers.set('call.list', () => ({
    items: [{ callId: 'c1', state: 'accepted', peer: bob, incoming: true, video: true }],
  }));
  // when
  await call.accept();
  // then
  assert.equal(call.state, 'accepted');
});
