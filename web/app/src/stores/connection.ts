import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { client } from '../castmesh/client.ts';

/** How long nobody needs to know, in milliseconds: a first connection is waited for, */
const QUIET_CONNECTING_MS = 800;
/** a lost one mostly comes back by itself while media goes on. */
const QUIET_RECONNECTING_MS = 3_000;

/** What a banner may say; each has a sentence. */
export type Banner = 'connecting' | 'reconnecting' | 'moving' | 'offline' | 'replaced';

/** What the reader should know about the line to the server. */
export const useConnection = defineStore('connection', () => {
  const state = ref(client.session.state);
  const replaced = ref(false);
  const online = ref(navigator.onLine);
  const isLate = ref(false);
  const isPlanned = ref(false);
  const hasBeenConnected = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;

  addEventListener('online', () => (online.value = true));
  addEventListener('offline', () => (online.value = false));

  client.session.on('state', (event) => {
    state.value = event.state;
    replaced.value = event.end === 'replaced';
    isPlanned.value = event.planned;
    clearTimeout(timer);
    if (event.state === 'connected') hasBeenConnected.value = true;
    if (event.state === 'closed') hasBeenConnected.value = false;
    if (event.state === 'connecting' || event.state === 'reconnecting') {
      const quietMs = event.state === 'reconnecting' ? QUIET_RECONNECTING_MS : QUIET_CONNECTING_MS;
      timer = setTimeout(() => (isLate.value = true), quietMs);
    } else {
      isLate.value = false;
    }
  });

  const banner = computed<Banner | undefined>(() => {
    if (replaced.value) return 'replaced';
    if (!isLate.value) return undefined;
    if (!online.value) return 'offline';
    if (!hasBeenConnected.value) return 'connecting';
    return isPlanned.value ? 'moving' : 'reconnecting';
  });

  /** Takes the session back from another window. */
  function takeOver(): void {
    client.connect();
  }

  return { state, banner, takeOver };
});
