import { settled } from './page.ts';
import type { Live } from '@castmesh/client';
import { createPinia, setActivePinia } from 'pinia';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client } from '../src/castmesh/client.ts';
import { useLives } from '../src/stores/lives.ts';
import { usePeople } from '../src/stores/people.ts';

const ann = { id: 'a', nickname: 'ann', avatar: '' };
const live = { liveId: 'l1', presenter: ann, startedAt: '2026-01-01T00:00:00Z' } as Live;
let listed = 0;

client.lives.list = async () => {
  listed += 1;
  client.lives.emit('listed', [live]);
  return [live];
};

setActivePinia(createPinia());
const lives = useLives();
const people = usePeople();

const replaced = () =>
  client.session.emit('state', { state: 'closed', end: 'replaced', planned: false });
const ready = (resumed: boolean) => client.session.emit('ready', { user: ann, resumed });

test('lives that nobody has asked for are not read', async () => {
  ready(false);
  await settled();
  assert.equal(listed, 0);
});

test('lives are read again by a window that takes its session back', async () => {
  // given
  await lives.load();
  replaced();
  assert.equal(lives.items.length, 0);
  // when
  ready(false);
  await settled();
  // then
  assert.equal(lives.items.length, 1);
  assert.equal(listed, 2);
});

test('but not by one whose session went on', async () => {
  // when
  ready(true);
  await settled();
  // then
  assert.equal(listed, 2);
});

test('people who are told of after a failure take its place', async () => {
  // given
  client.presence.watch = async () => {
    throw new Error('away');
  };
  await people.watch();
  assert.ok(people.failure);
  // when
  client.presence.emit('snapshot', [{ ...ann, state: 'online' }]);
  // then
  assert.equal(people.failure, undefined);
  assert.equal(people.others.length, 1);
});
