import type { LiveHandle, MediaStats, Viewer } from '@castmesh/client';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { client } from '../castmesh/client.ts';
import { sentence } from '../castmesh/failures.ts';
import type { Kind } from '../media/devices.ts';
import { useOwnMedia, whenEnded } from '../media/own-media.ts';
import { useAccount } from './account.ts';
import { useToasts } from './toasts.ts';

/** Where the picture comes from. */
export type Source = 'camera' | 'screen';

/** Somebody came or went. */
export interface Activity extends Viewer {
  id: number;
  kind: 'joined' | 'left';
}

const MAX_ACTIVITY = 100;
const STATS_EVERY_MS = 1_000;

/** Whether it is one coming of one person: the list that is read may hold who is announced later. */
function isSame(one: Viewer, other: Viewer): boolean {
  return one.user.id === other.user.id && one.time === other.time;
}

/** The own live. It lives here and not in a page, so that a look at another page does not end it. */
export const useStudio = defineStore('studio', () => {
  const live = shallowRef<LiveHandle>();
  /** What the reader has chosen last: the next live begins with it. */
  const source = ref<Source>('camera');
  const title = ref('');
  const isRecorded = ref(true);
  const startedAt = ref(0);
  const state = ref<LiveHandle['state']>('connecting');
  const viewers = ref(0);
  const watching = ref<Viewer[]>([]);
  const activity = ref<Activity[]>([]);
  const stats = shallowRef<MediaStats>();
  const endReason = ref<string>();
  const isMuted = ref(false);
  const own = useOwnMedia();
  let timer: ReturnType<typeof setInterval> | undefined;
  let nextId = 1;

  const isLive = computed(() => live.value !== undefined);

  // What was done here is nothing to the next one who uses this window.
  const account = useAccount();
  watch(
    () => account.user?.id,
    () => {
      title.value = '';
      source.value = 'camera';
      endReason.value = undefined;
      watching.value = [];
      activity.value = [];
    },
  );

  /** Publishes a stream, which belongs to the live from then on. */
  async function start(
    stream: MediaStream,
    name: string,
    record: boolean,
    from: Source,
  ): Promise<void> {
    const handle = await client.publish(stream, { title: name.trim(), record });
    live.value = handle;
    title.value = name.trim();
    isRecorded.value = record;
    startedAt.value = Date.now();
    state.value = handle.state;
    viewers.value = handle.viewers;
    watching.value = [];
    activity.value = [];
    stats.value = undefined;
    endReason.value = undefined;
    isMuted.value = stream.getAudioTracks().some((track) => !track.enabled);
    handle.on('state', (value) => (state.value = value));
    handle.on('viewers', (value) => (viewers.value = value));
    handle.on('viewerJoined', (viewer) => {
      if (!watching.value.some((other) => isSame(other, viewer))) {
        watching.value = [viewer, ...watching.value];
      }
      note('joined', viewer);
    });
    handle.on('viewerLeft', (viewer) => {
      const at = watching.value.findIndex((other) => other.user.id === viewer.user.id);
      if (at >= 0) watching.value = watching.value.filter((_, index) => index !== at);
      note('left', viewer);
    });
    handle.on('ended', ({ reason }) => ended(reason));
    timer = setInterval(() => void readStats(handle), STATS_EVERY_MS);
    own.adopt({ stream, problems: {} }, handle);
    if (from === 'camera') return;
    // The reader has ended the sharing in the browser's own bar.
    for (const track of stream.getVideoTracks()) {
      whenEnded(track, () => void handle.stop().catch(() => undefined));
    }
  }

  /** The reader has seen how the last live ended. */
  function forgetEnd(): void {
    endReason.value = undefined;
  }

  async function stop(): Promise<void> {
    await live.value?.stop();
  }

  function toggleSound(): void {
    isMuted.value = !isMuted.value;
    for (const track of live.value?.local.getAudioTracks() ?? []) track.enabled = !isMuted.value;
  }

  /** Goes on with another microphone or camera. */
  async function reopen(kind: Kind): Promise<void> {
    try {
      await own.reopen(kind, kind === 'video' || !isMuted.value);
    } catch (error) {
      useToasts().show(sentence(error), { tone: 'bad' });
    }
  }

  async function readStats(handle: LiveHandle): Promise<void> {
    const read = await handle.stats();
    if (live.value === handle) stats.value = read;
  }

  function note(kind: Activity['kind'], { user, time }: Viewer): void {
    activity.value = [{ id: nextId++, kind, user, time }, ...activity.value].slice(0, MAX_ACTIVITY);
  }

  function ended(reason: string): void {
    clearInterval(timer);
    own.release();
    live.value = undefined;
    stats.value = undefined;
    endReason.value = reason;
  }

  return {
    live,
    isLive,
    source,
    title,
    isRecorded,
    startedAt,
    state,
    viewers,
    watching,
    activity,
    stats,
    endReason,
    isMuted,
    problems: own.problems,
    opening: own.opening,
    canReopen: own.canReopen,
    start,
    stop,
    forgetEnd,
    toggleSound,
    reopen,
  };
});
