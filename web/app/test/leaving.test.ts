import './page.ts';
import type { LiveHandle } from '@castmesh/client';
import { createPinia, setActivePinia } from 'pinia';
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { nextTick } from 'vue';
import { accounts, client } from '../src/castmesh/client.ts';
import { useLeaving } from '../src/layout/use-leaving.ts';
import { useAccount } from '../src/stores/account.ts';
import { useStudio } from '../src/stores/studio.ts';

const ann = { id: 'a', nickname: 'ann', avatar: '' };
let told: string[] = [];

setActivePinia(createPinia());
const account = useAccount();
const studio = useStudio();

beforeEach(() => {
  told = [];
  accounts.save({ accessToken: '', refreshToken: '', expiresAt: 0, user: ann });
  account.user = ann;
  client.auth.logout = async () => void told.push('logout');
});

afterEach(() => {
  studio.live = undefined;
});

function beLive(stop: () => Promise<void>): void {
  studio.live = { stop } as LiveHandle;
}

test('who does nothing is signed out without a question', async () => {
  // given
  const leaving = useLeaving();
  // when
  await leaving.ask('signOut');
  // then
  assert.equal(leaving.question.value, undefined);
  assert.equal(account.user, undefined);
  assert.deepEqual(told, ['logout']);
});

test('who is live is asked, and the live is stopped before the account is left', async () => {
  // given
  const leaving = useLeaving();
  beLive(async () => {
    await nextTick();
    told.push(`stop, as ${account.user?.nickname}`);
    studio.live = undefined;
  });
  // when
  await leaving.ask('signOut');
  // then
  assert.equal(leaving.question.value, 'signOut');
  assert.equal(leaving.ending.value, 'live');
  assert.equal(account.user?.id, 'a');
  assert.deepEqual(told, []);
  // when
  await leaving.confirm();
  // then
  assert.deepEqual(told, ['stop, as ann', 'logout']);
  assert.equal(account.user, undefined);
  assert.equal(leaving.question.value, undefined);
});

test('a live that ends by itself takes the question along', async () => {
  // given
  const leaving = useLeaving();
  beLive(async () => undefined);
  await leaving.ask('otherAccount');
  // when
  studio.live = undefined;
  await nextTick();
  // then
  assert.equal(leaving.question.value, undefined);
  assert.equal(account.user?.id, 'a');
});

test('another account finds nothing of the last live', async () => {
  // given
  studio.title = 'About tea';
  studio.source = 'screen';
  studio.endReason = 'moderated';
  // when
  account.user = { ...ann, id: 'b' };
  await nextTick();
  // then
  assert.equal(studio.title, '');
  assert.equal(studio.source, 'camera');
  assert.equal(studio.endReason, undefined);
});
