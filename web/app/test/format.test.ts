import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bitrate, clock, fileSize, place, regional } from '../src/i18n/format.ts';

test('lengths read as on a player', () => {
  assert.deepEqual([0, 59.9, 61, 3_723, Number.NaN, -5].map(clock), [
    '0:00',
    '0:59',
    '1:01',
    '1:02:03',
    '0:00',
    '0:00',
  ]);
});

test('sizes and bitrates keep one digit where it says something', () => {
  assert.deepEqual(
    [512, 12_345, 1_234_567, 123_456_789].map((bytes) => fileSize(bytes, 'en')),
    ['512 B', '12.3 kB', '1.2 MB', '123 MB'],
  );
  assert.equal(bitrate(850, 'en'), '850 kbit/s');
  assert.equal(bitrate(2_449, 'en'), '2.4 Mbit/s');
});

test('a place names what is known, once, with the country spelt out', () => {
  const berlin = { country: 'DE', region: 'Berlin', city: 'Berlin' };
  assert.equal(place(berlin, 'en'), 'Berlin, Germany');
  assert.equal(place({ country: 'CN' }, 'zh'), '中国');
  assert.equal(place({}, 'en'), undefined);
  assert.equal(place(null, 'en'), undefined);
});

test("times follow the reader's own variant of the language", () => {
  assert.equal(regional('en', ['zh-CN', 'en-GB']), 'en-GB');
  assert.equal(regional('zh', ['en-GB']), 'zh');
});
