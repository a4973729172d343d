import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { WebSocket as NodeWebSocket } from 'ws';
import type { CastmeshError } from '../src/errors.js';
import { Recovery, type RecoveryOptions } from '../src/media/recovery.js';
import { Session } from '../src/session/session.js';
import { NO_ANSWER, RpcFailure, TestPeer, until } from './test-peer.js';

let peer: TestPeer;
let session: Session;
let given: CastmeshError[];
let recovery: Recovery;

beforeEach(async () => {
  peer = await TestPeer.start();
  session = new Session({
    url: peer.url,
    token: async () => 'token',
    backoff: { firstMs: 10, maxMs: 20 },
    socketFactory: (url) => new NodeWebSocket(url) as unknown as WebSocket,
  });
  session.open();
  await session.whenConnected(20_000);
  given = [];
});

afterEach(async () => {
  recovery.stop();
  session.close();
  await peer.stop();
});

/** One whose offers go to the server as those of a peer connection do. */
function recovering(options: RecoveryOptions): Recovery {
  recovery = new Recovery(
    session,
    {
      negotiate: async () => {
        await session.request('media.restart', { mediaId: 'm1', sdpOffer: 'v=0' }, 10_000);
      },
      failed: (error) => given.push(error),
    },
    { backoff: { firstMs: 40, maxMs: 80, random: () => 1 }, ...options },
  );
  return recovery;
}

/** The server refuses the first offers in this way. */
function refusing(name: string, retryable: boolean, times = Infinity): number[] {
  const at: number[] = [];
  peer.handlers.set('media.restart', () => {
    at.push(Date.now());
    if (at.length > times) return { sdpAnswer: 'v=0' };
    throw new RpcFailure({ code: 1203, message: 'not now', data: { name, retryable } });
  });
  return at;
}

test('a media server that is lost is offered anew with growing pauses until another answers', async () => {
  // given
  const at = refusing('MEDIA_UNAVAILABLE', true, 3);
  // when
  recovering({}).now();
  // then
  await until('the fourth offer', () => at.length === 4);
  const pauses = at.slice(1).map((time, index) => time - at[index]!);
  assert.ok(pauses[0]! >= 75, `the pauses were ${pauses.join(', ')} ms`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(at.length, 4, 'an answer ends it');
  assert.deepEqual(given, []);
});

test('a server that refuses for too long is given up with its last reason', async () => {
  // given
  const at = refusing('MEDIA_FULL', true);
  // when
  recovering({ refusedMs: 250 }).now();
  // then
  await until('the end', () => given.length === 1);
  assert.equal(given[0]?.name, 'MEDIA_FULL');
  assert.ok(Date.now() - at[0]! >= 250, 'not before its time');
  assert.ok(at.length >= 2, `${at.length} offers`);
});

test('a media session that the server denies twice is given up', async () => {
  // given
  const at = refusing('MEDIA_NOT_FOUND', false);
  // when
  recovering({ confirmMs: 100 }).now();
  // then
  await until('the end', () => given.length === 1);
  assert.equal(given[0]?.name, 'MEDIA_NOT_FOUND');
  assert.equal(at.length, 2);
  assert.ok(at[1]! - at[0]! >= 95, 'its parts may still be telling each other');
});

test('signalling that goes in the middle of an offer is no refusal: the offer is made again', async () => {
  // given
  let offers = 0;
  peer.handlers.set('media.restart', (_params, connection) => {
    offers += 1;
    if (offers > 2) return { sdpAnswer: 'v=0' };
    connection.cut();
    return NO_ANSWER;
  });
  // when
  recovering({ refusedMs: 0 }).now();
  // then
  await until('the third offer', () => offers === 3);
  assert.equal(peer.connections.length, 3);
  assert.deepEqual(given, []);
});

test('a connection that does not come about is negotiated again, but not for ever', async () => {
  // given
  const at = refusing('', true, 0);
  // when
  recovering({ connectMs: 30, maxConnections: 3 }).now();
  // then
  await until('the end', () => given.length === 1);
  assert.equal(at.length, 3);
  assert.equal(given[0]?.name, 'UNAVAILABLE');
});

test('a connection that comes about is left alone, and the next loss begins without a pause', async () => {
  // given
  const at = refusing('MEDIA_UNAVAILABLE', true, 1);
  const backoff = { firstMs: 500, maxMs: 4_000, random: () => 1 };
  recovering({ connectMs: 50, backoff }).now();
  await until('the answer', () => at.length === 2);
  recovery.succeeded();
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(at.length, 2);
  // when
  const lost = Date.now();
  recovery.now();
  // then
  await until('the next offer', () => at.length === 3);
  assert.ok(at[2]! - lost < 1_500, 'at once');
});

test('what is closed meanwhile is neither offered nor told', async () => {
  // given
  const at = refusing('MEDIA_UNAVAILABLE', true);
  recovering({ refusedMs: 0 });
  // when
  recovery.within(30);
  recovery.stop();
  // then
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual([at, given], [[], []]);
});
