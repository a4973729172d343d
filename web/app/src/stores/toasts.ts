import { defineStore } from 'pinia';
import { ref } from 'vue';
import { useAnnouncer } from './announcer.ts';

/** A short word at the edge of the screen that goes by itself. */
export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'good' | 'bad';
  action?: { label: string; run: () => void };
}

const LIFE_MS = 5_000;
const LIFE_WITH_ACTION_MS = 12_000;
const MAX_SHOWN = 4;

export const useToasts = defineStore('toasts', () => {
  const announcer = useAnnouncer();
  const items = ref<Toast[]>([]);
  let nextId = 1;

  function show(text: string, options: Partial<Pick<Toast, 'tone' | 'action'>> = {}): void {
    const id = nextId++;
    items.value = [...items.value, { id, text, tone: 'plain' as const, ...options }].slice(
      -MAX_SHOWN,
    );
    announcer.say(text);
    setTimeout(() => dismiss(id), options.action ? LIFE_WITH_ACTION_MS : LIFE_MS);
  }

  function dismiss(id: number): void {
    items.value = items.value.filter((toast) => toast.id !== id);
  }

  return { items, show, dismiss };
});
