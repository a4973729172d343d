import type { Live } from '@castmesh/client';
import { isFailure } from '@castmesh/client';
import { computed, onScopeDispose, ref, watch } from 'vue';
import { client } from '../castmesh/client.ts';
import { useRecordingOf } from './use-recording-of.ts';
import { useView } from './use-view.ts';

/** Ends of which there is a sentence for those who watch. */
const REASONS = [
  'stopped',
  'presenter_gone',
  'media_server_lost',
  'moderated',
  'session_lost',
  'full',
];

/** One live from the first picture to its recording: watched, and followed when it ends. */
export function useLive(liveId: () => string) {
  const live = ref<Live>();
  /** It ended while nobody here could hear why, or never was. */
  const isGone = ref(false);
  const view = useView();
  const recording = useRecordingOf();
  const endKey = computed(() => {
    const reason = view.endReason.value;
    if (!reason) return undefined;
    return REASONS.includes(reason) ? reason : 'failed';
  });
  /** What there is to see, until it is over. */
  const playing = computed(() => (endKey.value || isGone.value ? undefined : view.stream.value));

  async function open(): Promise<void> {
    const id = liveId();
    isGone.value = false;
    recording.stop();
    if (live.value?.liveId !== id) live.value = undefined;
    const watching = view.watch(id);
    try {
      const found = await client.lives.get(id);
      if (id !== liveId()) return;
      live.value = found;
      view.viewers.value ??= found.viewers;
    } catch (error) {
      const isOver = isFailure(error, 'LIVE_NOT_FOUND') || isFailure(error, 'NOT_FOUND');
      if (isOver && id === liveId()) gone();
    }
    await watching;
  }

  function gone(): void {
    if (isGone.value) return;
    isGone.value = true;
    if (live.value?.recorded) recording.find(live.value);
  }

  watch(endKey, (reason) => {
    // Back after a long silence: the live may well go on, so join again before asking the reader.
    if (reason === 'session_lost') void open();
    else if (reason && live.value?.recorded && reason !== 'failed' && reason !== 'full') {
      recording.find(live.value);
    }
  });

  watch(
    () => view.failure.value,
    (failure) => {
      if (isFailure(failure, 'LIVE_NOT_FOUND')) gone();
    },
  );

  // A session that begins anew (taken back from another window) finds a page that has given up.
  const off = client.session.on('ready', ({ resumed }) => {
    if (!resumed && view.failure.value && !isGone.value) void open();
  });

  onScopeDispose(() => {
    off();
    view.leave();
    recording.stop();
  });

  return { live, isGone, view, recording, endKey, playing, open };
}
