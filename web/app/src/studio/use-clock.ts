import { computed, onScopeDispose, ref } from 'vue';

/** Seconds since a moment (`Date.now()`), counted while the scope lives. */
export function useSecondsSince(start: () => number) {
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), 500);
  onScopeDispose(() => clearInterval(timer));
  return computed(() => Math.max(0, (now.value - start()) / 1_000));
}
