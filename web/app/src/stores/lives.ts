import type { Live } from '@castmesh/client';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { client } from '../castmesh/client.ts';
import { sentence } from '../castmesh/failures.ts';

/** The running lives: read once, then kept up to date by the server's events. */
export const useLives = defineStore('lives', () => {
  const items = ref<Live[]>([]);
  const isLoaded = ref(false);
  const failure = ref<string>();

  async function load(): Promise<void> {
    try {
      items.value = byStart(await client.lives.list());
      isLoaded.value = true;
      failure.value = undefined;
    } catch (error) {
      failure.value = sentence(error);
    }
  }

  const { events } = client.session;
  events.on('live.started', ({ live }) => {
    items.value = byStart([live, ...items.value.filter((item) => item.liveId !== live.liveId)]);
  });
  events.on('live.ended', ({ liveId }) => {
    items.value = items.value.filter((item) => item.liveId !== liveId);
  });
  events.on('live.viewers', ({ liveId, viewers }) => {
    const live = items.value.find((item) => item.liveId === liveId);
    if (live) live.viewers = viewers;
  });
  client.session.on('reset', () => void load());
  client.session.on('state', ({ state }) => {
    if (state !== 'closed') return;
    items.value = [];
    isLoaded.value = false;
  });

  return { items, isLoaded, failure, load };
});

function byStart(lives: Live[]): Live[] {
  return [...lives].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
}
