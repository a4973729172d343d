import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cornerAfterKey, nearestCorner } from '../src/calls/use-corner.ts';

test('the own picture slips into the nearest corner', () => {
  assert.equal(nearestCorner(100, 100, 1_000, 800), 'top-left');
  assert.equal(nearestCorner(900, 100, 1_000, 800), 'top-right');
  assert.equal(nearestCorner(100, 700, 1_000, 800), 'bottom-left');
  assert.equal(nearestCorner(900, 700, 1_000, 800), 'bottom-right');
});

test('arrow keys move it too, other keys do not', () => {
  assert.equal(cornerAfterKey('top-right', 'ArrowDown'), 'bottom-right');
  assert.equal(cornerAfterKey('bottom-right', 'ArrowLeft'), 'bottom-left');
  assert.equal(cornerAfterKey('bottom-left', 'ArrowLeft'), 'bottom-left');
  assert.equal(cornerAfterKey('bottom-left', 'Enter'), 'bottom-left');
});
