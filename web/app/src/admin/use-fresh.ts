import type { Page } from '@castmesh/client';
import { onUnmounted, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { sentence } from '../castmesh/failures.ts';
import { pageAfter } from '../ui/pages.ts';

/** What a page shows of something that changes. */
export interface Fresh<T> {
  value: ShallowRef<T | undefined>;
  failure: Ref<string>;
  /** Reads it now. */
  again: () => Promise<void>;
}

/**
 * Reads something at once and every few seconds while somebody looks. What was read stays when a
 * later reading fails: the failure stands beside it.
 */
export function useFresh<T>(read: () => Promise<T>, everyMs: number): Fresh<T> {
  const value = shallowRef<T>();
  const failure = ref('');
  let turn = 0;
  let isReading = false;
  let isOver = false;

  async function again(): Promise<void> {
    const mine = ++turn;
    isReading = true;
    try {
      const found = await read();
      if (mine !== turn || isOver) return;
      value.value = found;
      failure.value = '';
    } catch (error) {
      if (mine === turn && !isOver) failure.value = sentence(error);
    } finally {
      if (mine === turn) isReading = false;
    }
  }

  const timer = setInterval(() => {
    // A reading that takes longer is not overtaken: what it finds, or its failure, is to be seen.
    if (!document.hidden && !isReading) void again();
  }, everyMs);
  onUnmounted(() => {
    isOver = true;
    clearInterval(timer);
  });
  void again();
  return { value, failure, again };
}

/** The same for one page of a list, which is left when its last item has gone. */
export function useFreshPage<T>(
  read: (page: number) => Promise<Page<T>>,
  everyMs: number,
): Fresh<Page<T>> & { page: Ref<number> } {
  const page = ref(0);
  const fresh = useFresh(() => read(page.value), everyMs);
  watch(page, () => void fresh.again());
  watch(fresh.value, (found) => {
    if (found) page.value = pageAfter(found, page.value);
  });
  return { ...fresh, page };
}
