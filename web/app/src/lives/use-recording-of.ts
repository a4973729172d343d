import type { Live, Video } from '@castmesh/client';
import { ref, shallowRef } from 'vue';
import { client } from '../castmesh/client.ts';

const EVERY_MS = 1_500;
/** A recording is listed within seconds; later it is found among the videos. */
const ATTEMPTS = 20;
/** The recording is the presenter's newest, unless they went live again at once. */
const NEWEST = 5;

/** Looks for the recording of a live that has ended until it is listed. */
export function useRecordingOf() {
  const video = shallowRef<Video>();
  const isSearching = ref(false);
  let turn = 0;

  async function search(live: Live, mine: number): Promise<void> {
    const query = { nickname: live.presenter.nickname, size: NEWEST };
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      if (mine !== turn) return;
      try {
        const { items } = await client.videos.list(query);
        if (mine !== turn) return;
        video.value = items.find((item) => item.liveId === live.liveId);
      } catch {
        // The next attempt may get through.
      }
      if (video.value) break;
    }
    isSearching.value = false;
  }

  function find(live: Live): void {
    stop();
    isSearching.value = true;
    void search(live, turn);
  }

  function stop(): void {
    turn += 1;
    isSearching.value = false;
    video.value = undefined;
  }

  return { video, isSearching, find, stop };
}
