import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { createApp, effectScope, nextTick, type EffectScope } from 'vue';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { pageAfter } from '../src/ui/pages.ts';
import { useFilters } from '../src/videos/use-filters.ts';

const page = { render: () => null };
let router: Router;
let scope: EffectScope;
let list: ReturnType<typeof useFilters>;
let shown: string[];

beforeEach(async () => {
  router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/videos', name: 'videos', component: page },
      { path: '/', name: 'lives', component: page },
    ],
  });
  await router.push('/videos?q=tea&page=3');
  shown = [];
  scope = effectScope();
  createApp(page)
    .use(router)
    .runWithContext(() => {
      list = scope.run(() =>
        useFilters(() => shown.push(`${list.filters.value.q}, ${list.page.value}`)),
      )!;
    });
});

afterEach(() => scope.stop());

/** Resolves when the address has changed. */
function moved(): Promise<string> {
  return new Promise((resolve) => {
    const off = router.afterEach((to) => {
      off();
      resolve(to.fullPath);
    });
  });
}

test('the list begins with what the address says', () => {
  assert.equal(list.filters.value.q, 'tea');
  assert.equal(list.page.value, 3);
});

test('what is typed is written into the address, from the first page on', async () => {
  // when
  list.filters.value.q = 'coffee';
  // then
  assert.equal(await moved(), '/videos?q=coffee');
  await nextTick();
  assert.deepEqual(shown, ['coffee, 1']);
});

test('a link to all videos shows all of them', async () => {
  // when
  await router.push('/videos');
  await nextTick();
  // then
  assert.deepEqual(shown, [', 1']);
  assert.equal(router.currentRoute.value.fullPath, '/videos');
});

test('the way back shows what was there', async () => {
  // given
  await router.push('/videos?q=milk');
  // when
  router.back();
  await moved();
  await nextTick();
  // then
  assert.deepEqual(shown.at(-1), 'tea, 3');
});

test('the way to another page shows nothing else', async () => {
  // when
  await router.push('/');
  await nextTick();
  // then
  assert.deepEqual(shown, []);
  assert.equal(list.page.value, 3);
});

test('leafing keeps what is searched for', async () => {
  // when
  list.turnTo(2);
  // then
  assert.equal(await moved(), '/videos?q=tea&page=2');
  await nextTick();
  assert.deepEqual(shown, ['tea, 2']);
});

test('a page that has gone with its last item gives way to one that is there', () => {
  const found = (items: number, total: number) => ({
    items: Array.from({ length: items }),
    total,
    page: 0,
    size: 20,
  });
  assert.equal(pageAfter(found(3, 23), 1), 1);
  assert.equal(pageAfter(found(0, 20), 1), 0);
  assert.equal(pageAfter(found(0, 41), 4), 2);
  assert.equal(pageAfter(found(0, 0), 0), 0);
  assert.equal(pageAfter(found(0, 60), 1), 0, 'it does not stay where there is nothing');
});
