import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Inbox } from '../src/session/inbox.js';
import { until } from './test-peer.js';

function inboxWith(options = {}) {
  const delivered: unknown[] = [];
  const gaps: [number, number][] = [];
  const inbox = new Inbox(
    (event) => delivered.push(event.params.seq),
    (from, to) => gaps.push([from, to]),
    options,
  );
  const accept = (...seqs: number[]) =>
    seqs.forEach((seq) => inbox.accept({ method: 'e', params: { seq } }));
  return { inbox, delivered, gaps, accept };
}

test('events are delivered in the order of their numbers', () => {
  // given
  const { delivered, accept } = inboxWith();
  // when
  accept(1, 3, 4, 2, 5);
  // then
  assert.deepEqual(delivered, [1, 2, 3, 4, 5]);
});

test('an event that comes twice is delivered once, also while it waits', () => {
  // given
  const { delivered, accept } = inboxWith();
  // when
  accept(1, 3, 3, 2, 2, 1);
  // then
  assert.deepEqual(delivered, [1, 2, 3]);
});

test('a gap that stays open is given up and reported', async () => {
  // given
  const { delivered, gaps, accept } = inboxWith({ gapMs: 20 });
  // when
  accept(1, 4, 5);
  assert.deepEqual(delivered, [1]);
  await until('the gap to be given up', () => gaps.length === 1);
  // then
  assert.deepEqual(gaps, [[2, 3]]);
  assert.deepEqual(delivered, [1, 4, 5]);
});

test('what waits behind a gap is bounded', () => {
  // given
  const { delivered, gaps, accept } = inboxWith({ capacity: 2 });
  // when
  accept(1, 3, 4, 5);
  // then
  assert.deepEqual(gaps, [[2, 2]]);
  assert.deepEqual(delivered, [1, 3, 4, 5]);
});

test('an event without a number is delivered at once', () => {
  // given
  const { inbox, delivered, accept } = inboxWith();
  // when
  accept(1);
  inbox.accept({ method: 'e', params: {} });
  // then
  assert.deepEqual(delivered, [1, undefined]);
  assert.equal(inbox.lastSeq, 1);
});
