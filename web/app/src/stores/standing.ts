import type { SessionEnd, Verdict } from '@castmesh/client';
import { defineStore } from 'pinia';
import { ref, watch } from 'vue';
import { client } from '../castmesh/client.ts';
import { useAccount } from './account.ts';

/** Something that an administrator says to everybody. */
export interface Notice {
  id: number;
  text: string;
  isWarning: boolean;
  time: string;
}

const MAX_NOTICES = 3;
/** `setTimeout` takes no longer wait. */
const MAX_WAIT_MS = 2 ** 31 - 1;

/**
 * How the reader stands with the administrators: whether they are one, are muted, were sent away;
 * and what was said to everybody.
 */
export const useStanding = defineStore('standing', () => {
  const account = useAccount();
  const isAdmin = ref(false);
  /** Whether the server has been asked about this person. */
  const isKnown = ref(false);
  const muted = ref<Verdict>();
  const dismissed = ref<{ end: SessionEnd; verdict: Verdict }>();
  const notices = ref<Notice[]>([]);
  let nextId = 1;
  let timer: ReturnType<typeof setTimeout> | undefined;

  client.session.on('state', ({ state, end, verdict }) => {
    const isDismissed = state === 'closed' && (end === 'kicked' || end === 'banned');
    dismissed.value = isDismissed ? { end, verdict: verdict ?? {} } : undefined;
  });
  client.session.on('ready', () => void load());
  client.session.events.on('account.muted', ({ reason, until }) => mute({ reason, until }));
  client.session.events.on('account.unmuted', () => mute(undefined));
  client.session.events.on('notice.posted', ({ text, level, time }) => {
    const notice = { id: nextId++, text, isWarning: level === 'warning', time };
    notices.value = [...notices.value, notice].slice(-MAX_NOTICES);
  });
  watch(
    () => account.user?.id,
    () => {
      isAdmin.value = isKnown.value = false;
      mute(undefined);
      notices.value = [];
    },
  );

  async function load(): Promise<void> {
    const id = account.user?.id;
    try {
      const me = await client.auth.me();
      if (me.id !== account.user?.id) return;
      isAdmin.value = me.admin;
      isKnown.value = true;
      mute(me.muted);
    } catch {
      // Asked again when the session is back; whoever is refused somewhere is told there.
      if (id === account.user?.id) isKnown.value = true;
    }
  }

  function mute(next: Verdict | undefined): void {
    clearTimeout(timer);
    muted.value = next;
    if (!next?.until) return;
    const left = Date.parse(next.until) - Date.now();
    // The server says so too; a page whose clock or line is slow does not wait for it.
    timer = setTimeout(() => (muted.value = undefined), Math.min(Math.max(0, left), MAX_WAIT_MS));
  }

  function dismiss(notice: Notice): void {
    notices.value = notices.value.filter((one) => one.id !== notice.id);
  }

  /** Comes again after a kick, or asks whether a ban is over. */
  function comeBack(): void {
    client.connect();
  }

  return { isAdmin, isKnown, muted, dismissed, notices, load, dismiss, comeBack };
});
