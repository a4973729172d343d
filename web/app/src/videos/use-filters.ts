import { onScopeDispose, ref, watch } from 'vue';
import { useRoute, useRouter, type LocationQuery } from 'vue-router';
import { filtersFromQuery, queryFromFilters, type Filters } from './filters.ts';

/** Between the last key and the search. */
const TYPING_MS = 300;

/**
 * What the list of videos shows. The address carries it, so that a search can be shared and survives
 * the way back; where the address changes, by a link or on the way back, the filters follow.
 *
 * @param changed - told whenever something else is to be shown
 */
export function useFilters(changed: () => void) {
  const route = useRoute();
  const router = useRouter();
  const { name } = route;
  const filters = ref(filtersFromQuery(route.query));
  /** As people count; the server counts from 0. */
  const page = ref(pageFromQuery(route.query));
  let timer: ReturnType<typeof setTimeout> | undefined;

  function turnTo(next: number): void {
    clearTimeout(timer);
    page.value = next;
    const query = queryFromFilters(filters.value);
    if (next > 1) query.page = String(next);
    void router.replace({ query });
    changed();
  }

  watch(
    filters,
    (value) => {
      clearTimeout(timer);
      if (textOf(value) === textOf(filtersFromQuery(route.query))) return;
      timer = setTimeout(() => turnTo(1), TYPING_MS);
    },
    { deep: true },
  );

  watch(
    () => route.query,
    (query) => {
      const wanted = filtersFromQuery(query);
      const isShown =
        page.value === pageFromQuery(query) && textOf(filters.value) === textOf(wanted);
      // Also told on the way to another page.
      if (route.name !== name || isShown) return;
      filters.value = wanted;
      page.value = pageFromQuery(query);
      changed();
    },
  );

  onScopeDispose(() => clearTimeout(timer));
  return { filters, page, turnTo };
}

function pageFromQuery({ page }: LocationQuery): number {
  return Math.max(1, Math.floor(Number(page)) || 1);
}

function textOf(filters: Filters): string {
  return JSON.stringify(queryFromFilters(filters));
}
