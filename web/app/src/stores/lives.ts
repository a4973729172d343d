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
  let isWanted = false;

  async function load(): Promise<void> {
    isWanted = true;
    try {
      await client.lives.list();
    } catch (error) {
      failure.value = sentence(error);
    }
  }

  // Also read by the client itself, after events were missed.
  client.lives.on('listed', (lives) => {
    items.value = byStart(lives);
    isLoaded.value = true;
    failure.value = undefined;
  });
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
  client.session.on('state', ({ state }) => {
    if (state !== 'closed') return;
    items.value = [];
    isLoaded.value = false;
  });
  // Whoever takes the session back from another window looks at an empty page.
  client.session.on('ready', () => {
    if (isWanted && !isLoaded.value) void load();
  });

  return { items, isLoaded, failure, load };
});

function byStart(lives: Live[]): Live[] {
  return [...lives].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
}
