import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../src/backoff.js';

test('waits double up to their limit and start again after a reset', () => {
  // given
  const backoff = new Backoff({ firstMs: 100, maxMs: 500, random: () => 1 });
  // when
  const waits = [1, 2, 3, 4, 5].map(() => backoff.next());
  backoff.reset();
  // then
  assert.deepEqual(waits, [100, 200, 400, 500, 500]);
  assert.equal(backoff.next(), 100);
});

test('jitter keeps every wait between half of its ceiling and the ceiling', () => {
  // given
  const low = new Backoff({ firstMs: 100, maxMs: 1_000, random: () => 0 });
  const real = new Backoff({ firstMs: 100, maxMs: 100 });
  // when
  const waits = Array.from({ length: 200 }, () => real.next());
  // then
  assert.deepEqual([low.next(), low.next()], [50, 100]);
  assert.ok(waits.every((wait) => wait >= 50 && wait <= 100));
  assert.ok(new Set(waits).size > 10, 'they differ');
});
