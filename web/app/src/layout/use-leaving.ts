import { computed, ref, watch } from 'vue';
import { useAccount } from '../stores/account.ts';
import { useCall } from '../stores/call.ts';
import { useStudio } from '../stores/studio.ts';

/** Forgetting the account on this device, or keeping it there for later. */
export type Leaving = 'signOut' | 'otherAccount';

/** How long the server has to hear what is over, in milliseconds: it may be away. */
const TOLD_MS = 2_000;

/** Leaves the account of this window; who is live or in a call is asked first. */
export function useLeaving() {
  const account = useAccount();
  const studio = useStudio();
  const call = useCall();
  const question = ref<Leaving>();
  const isBusy = ref(false);
  /** What would end. */
  const ending = computed(() =>
    studio.isLive ? 'live' : call.phase !== 'idle' ? 'call' : undefined,
  );

  // It may end by itself while the reader thinks about it.
  watch(ending, (what) => {
    if (!what) question.value = undefined;
  });

  async function ask(how: Leaving): Promise<void> {
    if (ending.value) question.value = how;
    else await leave(how);
  }

  async function confirm(): Promise<void> {
    if (question.value && !isBusy.value) await leave(question.value);
  }

  async function leave(how: Leaving): Promise<void> {
    isBusy.value = true;
    // Without the session nobody could be told, and they would wait for somebody who is gone.
    const told = Promise.allSettled([studio.stop(), call.leave()]);
    await Promise.race([told, new Promise((resolve) => setTimeout(resolve, TOLD_MS))]);
    question.value = undefined;
    isBusy.value = false;
    if (how === 'signOut') await account.signOut();
    else account.leave();
  }

  return { question, ending, isBusy, ask, confirm };
}
