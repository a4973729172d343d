import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AccountStore } from '../src/castmesh/account-store.ts';
import { MemoryStorage } from './helpers.ts';

const tokensOf = (id: string, accessToken = `a-${id}`) => ({
  accessToken,
  refreshToken: `r-${id}`,
  expiresAt: 0,
  user: { id, nickname: id, avatar: '' },
});

test('two windows of one device can be two people', () => {
  // given
  const device = new MemoryStorage();
  const left = new AccountStore(device, new MemoryStorage());
  const right = new AccountStore(device, new MemoryStorage());
  // when
  left.save(tokensOf('ann'));
  right.save(tokensOf('bob'));
  // then
  assert.equal(left.load()?.user.id, 'ann');
  assert.equal(right.load()?.user.id, 'bob');
});

test('windows of one person share the newest tokens', () => {
  // given
  const device = new MemoryStorage();
  const left = new AccountStore(device, new MemoryStorage());
  const right = new AccountStore(device, new MemoryStorage());
  left.save(tokensOf('ann'));
  right.choose('ann');
  // when
  right.save(tokensOf('ann', 'renewed'));
  // then
  assert.equal(left.load()?.accessToken, 'renewed');
});

test('leaving keeps an account on the device, signing out forgets it', () => {
  // given
  const store = new AccountStore(new MemoryStorage(), new MemoryStorage());
  store.save(tokensOf('ann'));
  // when
  store.leave();
  // then
  assert.equal(store.load(), undefined);
  assert.deepEqual(
    store.remembered.map((user) => user.id),
    ['ann'],
  );
  // when
  store.choose('ann');
  store.clear();
  // then
  assert.deepEqual(store.remembered, []);
});

test('a storage somebody has scribbled on is read as empty', () => {
  // given
  const device = new MemoryStorage();
  device.setItem('castmesh.accounts', '{"ann":');
  // when
  const store = new AccountStore(device, new MemoryStorage());
  // then
  assert.deepEqual(store.remembered, []);
});
