import type { Presence } from '@castmesh/client';
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { client } from '../castmesh/client.ts';
import { sentence } from '../castmesh/failures.ts';
import { useAccount } from './account.ts';

/** Everybody else who is online. */
export const usePeople = defineStore('people', () => {
  const account = useAccount();
  const known = ref(new Map<string, Presence>());
  const isLoaded = ref(false);
  const failure = ref<string>();

  client.presence.on('snapshot', (people) => {
    known.value = new Map(people.map((person) => [person.id, person]));
    isLoaded.value = true;
    failure.value = undefined;
  });
  client.presence.on('changed', ({ user, state }) => {
    if (state === 'offline') known.value.delete(user.id);
    else known.value.set(user.id, { ...user, state });
  });
  client.session.on('state', ({ state }) => {
    if (state !== 'closed') return;
    known.value = new Map();
    isLoaded.value = false;
  });

  const others = computed(() =>
    [...known.value.values()]
      .filter((person) => person.id !== account.user?.id && person.state !== 'offline')
      .sort((a, b) => a.nickname.localeCompare(b.nickname)),
  );

  /** The reader is in a call: here, in another window or on another device. */
  const isBusyMyself = computed(() => known.value.get(account.user?.id ?? '')?.state === 'busy');

  async function watch(): Promise<void> {
    failure.value = undefined;
    try {
      await client.presence.watch({ everyone: true });
    } catch (error) {
      failure.value = sentence(error);
    }
  }

  return { others, isBusyMyself, isLoaded, failure, watch };
});
