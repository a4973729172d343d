import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest, niceMaximum, stretches } from '../src/admin/chart.ts';

test('the top of a chart is a round number that nothing passes', () => {
  assert.deepEqual(
    [0, 4, 5, 11, 20, 21, 430, 99_000].map(niceMaximum),
    [4, 4, 5, 20, 20, 50, 500, 100_000],
  );
});

test('a line breaks where nobody has measured', () => {
  const samples = [0, 10, 20, 90, 100].map((at) => ({ at, value: 1 }));
  assert.deepEqual(
    stretches(samples, 35).map((part) => part.map(({ at }) => at)),
    [
      [0, 10, 20],
      [90, 100],
    ],
  );
});

test('what is pointed at is the nearest sample', () => {
  const samples = [0, 10, 20].map((at) => ({ at, value: 1 }));
  assert.deepEqual(
    [-5, 4, 6, 99].map((at) => nearest(samples, at)),
    [0, 0, 1, 2],
  );
  assert.equal(nearest([], 3), -1);
});
