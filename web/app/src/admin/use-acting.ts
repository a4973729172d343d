import { ref } from 'vue';
import { sentence } from '../castmesh/failures.ts';
import { useToasts } from '../stores/toasts.ts';

/** Does something for an administrator, says how it went, and shows meanwhile that it goes on. */
export function useActing() {
  const toasts = useToasts();
  const isBusy = ref(false);

  /** Answers whether it was done. */
  async function act(work: () => Promise<void>, done: string): Promise<boolean> {
    if (isBusy.value) return false;
    isBusy.value = true;
    try {
      await work();
      toasts.show(done, { tone: 'good' });
      return true;
    } catch (error) {
      toasts.show(sentence(error), { tone: 'bad' });
      return false;
    } finally {
      isBusy.value = false;
    }
  }

  return { isBusy, act };
}
