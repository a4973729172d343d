import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  countFilters,
  emptyFilters,
  filtersFromQuery,
  queryFromFilters,
  toVideoQuery,
} from '../src/videos/filters.ts';

test('"to" a day includes the day, in the time zone of the reader', () => {
  // given
  const filters = { ...emptyFilters(), from: '2026-03-01', to: '2026-03-31' };
  // when
  const { from, to } = toVideoQuery(filters);
  // then
  assert.equal(from, new Date(2026, 2, 1).toISOString());
  assert.equal(to, new Date(2026, 3, 1).toISOString());
});

test('filters survive the way through the address', () => {
  // given
  const filters = {
    ...emptyFilters(),
    q: 'jam & session',
    to: '2026-03-31',
    duration: 'long' as const,
  };
  // when
  const address = new URLSearchParams(queryFromFilters(filters)).toString();
  const back = filtersFromQuery(Object.fromEntries(new URLSearchParams(address)));
  // then
  assert.deepEqual(back, filters);
  assert.equal(countFilters(back), 2);
  assert.equal(toVideoQuery(back).minDuration, 1_200);
});

test('nonsense in the address is left out', () => {
  // when
  const filters = filtersFromQuery({ from: 'yesterday', duration: 'toString', q: ['a', 'b'] });
  // then
  assert.deepEqual(filters, emptyFilters());
});

test('nothing chosen asks for everything', () => {
  const asked = Object.values(toVideoQuery(emptyFilters()));
  assert.ok(asked.every((value) => value === undefined));
});
