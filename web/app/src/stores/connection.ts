import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { client } from '../castmesh/client.ts';

/** A hole shorter than this is nobody's business. */
const QUIET_MS = 800;

/** What the reader should know about the line to the server. */
export const useConnection = defineStore('connection', () => {
  const state = ref(client.session.state);
  const replaced = ref(false);
  const online = ref(navigator.onLine);
  const isLate = ref(false);
  const hasBeenConnected = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;

  addEventListener('online', () => (online.value = true));
  addEventListener('offline', () => (online.value = false));

  client.session.on('state', (event) => {
    state.value = event.state;
    replaced.value = event.end === 'replaced';
    clearTimeout(timer);
    if (event.state === 'connected') hasBeenConnected.value = true;
    if (event.state === 'closed') hasBeenConnected.value = false;
    if (event.state === 'connecting' || event.state === 'reconnecting') {
      timer = setTimeout(() => (isLate.value = true), QUIET_MS);
    } else {
      isLate.value = false;
    }
  });

  const banner = computed<'connecting' | 'reconnecting' | 'offline' | 'replaced' | undefined>(
    () => {
      if (replaced.value) return 'replaced';
      if (!isLate.value) return undefined;
      if (!online.value) return 'offline';
      return hasBeenConnected.value ? 'reconnecting' : 'connecting';
    },
  );

  /** Takes the session back from another window. */
  function takeOver(): void {
    client.connect();
  }

  return { state, banner, takeOver };
});
