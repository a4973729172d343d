import type { CastmeshError, LinkState, ViewHandle } from '@castmesh/client';
import { isFailure } from '@castmesh/client';
import { ref, shallowRef } from 'vue';
import { client } from '../castmesh/client.ts';

/** Watches one live at a time. */
export function useView() {
  const handle = shallowRef<ViewHandle>();
  const stream = shallowRef<MediaStream>();
  const state = ref<LinkState>('connecting');
  const viewers = ref<number>();
  const endReason = ref<string>();
  const failure = shallowRef<CastmeshError>();
  let turn = 0;

  async function watch(liveId: string): Promise<void> {
    leave();
    const mine = turn;
    endReason.value = failure.value = viewers.value = undefined;
    state.value = 'connecting';
    try {
      const opened = await client.view(liveId);
      if (mine !== turn) return void opened.leave().catch(() => undefined);
      handle.value = opened;
      state.value = opened.state;
      viewers.value = opened.viewers;
      opened.on('state', (value) => (state.value = value));
      opened.on('viewers', (value) => (viewers.value = value));
      opened.on('ended', ({ reason, failure: why }) => {
        if (handle.value !== opened) return;
        handle.value = stream.value = undefined;
        endReason.value = isFailure(why, 'MEDIA_FULL') ? 'full' : reason;
      });
      stream.value = opened.stream;
    } catch (error) {
      if (mine === turn) failure.value = error as CastmeshError;
    }
  }

  function leave(): void {
    turn += 1;
    void handle.value?.leave().catch(() => undefined);
    handle.value = stream.value = undefined;
  }

  return { stream, state, viewers, endReason, failure, watch, leave };
}
