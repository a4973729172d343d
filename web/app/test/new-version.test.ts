import './page.ts';
import type { LiveHandle } from '@castmesh/client';
import { createPinia, setActivePinia } from 'pinia';
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createMemoryHistory, createRouter } from 'vue-router';
import { client } from '../src/castmesh/client.ts';
import { followNewVersions } from '../src/new-version.ts';
import { useStudio } from '../src/stores/studio.ts';
import { useToasts } from '../src/stores/toasts.ts';

const page = { render: () => null };
let isMissing = true;
let loaded: string[] = [];

/** What a bundled page does when a part of it is not there. */
async function part(): Promise<typeof page> {
  if (!isMissing) return page;
  const error = new TypeError('Failed to fetch dynamically imported module');
  dispatchEvent(Object.assign(new Event('vite:preloadError'), { payload: error }));
  throw error;
}

setActivePinia(createPinia());
const studio = useStudio();
const toasts = useToasts();
const router = createRouter({
  history: createMemoryHistory(),
  routes: [
    { path: '/', component: page },
    { path: '/videos', component: part },
    { path: '/broken', component: () => Promise.reject(new Error('of its own')) },
  ],
});
followNewVersions(router, (address) => loaded.push(address));

const say = (state: 'connected' | 'reconnecting') =>
  client.session.emit('state', { state, planned: false });
const goTo = (address: string) => router.push(address).catch(() => undefined);

beforeEach(async () => {
  isMissing = true;
  loaded = [];
  toasts.items = [];
  studio.live = undefined;
  say('connected');
  await router.push('/?begin');
  await router.push('/');
});

test('a page whose part is gone is loaded anew', async () => {
  await goTo('/videos?q=tea');
  assert.deepEqual(loaded, ['/videos?q=tea']);
});

test('but once only, for a part that is still missing then', async () => {
  // given
  await goTo('/videos');
  // when
  await goTo('/videos');
  // then
  assert.deepEqual(loaded, ['/videos']);
  assert.equal(toasts.items.length, 1);
});

test('a page that is loaded may be loaded anew after the next upgrade', async () => {
  // given
  await goTo('/videos');
  await goTo('/');
  await goTo('/?again');
  // when
  await goTo('/videos');
  // then
  assert.deepEqual(loaded, ['/videos', '/videos']);
});

test('a live is not ended for it: the presenter is asked', async () => {
  // given
  studio.live = {} as LiveHandle;
  // when
  await goTo('/videos');
  // then
  assert.deepEqual(loaded, []);
  // when
  toasts.items[0]!.action!.run();
  // then
  assert.deepEqual(loaded, ['/videos']);
});

test('without a server there is nothing to load, and it can be tried again', async () => {
  // given
  say('reconnecting');
  // when
  await goTo('/videos');
  // then
  assert.deepEqual(loaded, []);
  // when
  isMissing = false;
  toasts.items[0]!.action!.run();
  await new Promise<void>((resolve) => router.afterEach(() => resolve()));
  // then
  assert.equal(router.currentRoute.value.path, '/videos');
});

test('what goes wrong in a page of its own does not load it anew', async () => {
  await goTo('/broken');
  assert.deepEqual(loaded, []);
  assert.deepEqual(toasts.items, []);
});
