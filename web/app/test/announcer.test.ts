import { createPinia, setActivePinia } from 'pinia';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watch } from 'vue';
import { useAnnouncer } from '../src/stores/announcer.ts';
import { useToasts } from '../src/stores/toasts.ts';

test('what a toast shows is said, and afterwards forgotten', async () => {
  // given
  setActivePinia(createPinia());
  const announcer = useAnnouncer();
  const said: string[][] = [];
  const silent = new Promise<void>((resolve) => {
    watch(
      () => announcer.items,
      (items) => {
        said.push(items.map((item) => item.text));
        if (items.length === 0) resolve();
      },
      { flush: 'sync' },
    );
  });
  // when
  useToasts().show('It is kept');
  announcer.say('Videos');
  await silent;
  // then
  assert.deepEqual(said, [['It is kept'], ['It is kept', 'Videos'], ['Videos'], []]);
});
