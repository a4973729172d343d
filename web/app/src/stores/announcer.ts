import { defineStore } from 'pinia';
import { ref } from 'vue';

/** A region that has just been made is not listened to yet. */
const LATER_MS = 100;
const LIFE_MS = 5_000;

/** Tells those who listen to the page what others see on it; see {@link AnnouncerRegion}. */
export const useAnnouncer = defineStore('announcer', () => {
  const items = ref<{ id: number; text: string }[]>([]);
  let nextId = 1;

  function say(text: string): void {
    const id = nextId++;
    setTimeout(() => (items.value = [...items.value, { id, text }]), LATER_MS);
    setTimeout(() => (items.value = items.value.filter((one) => one.id !== id)), LIFE_MS);
  }

  return { items, say };
});
