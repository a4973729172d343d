import { stopStream } from '@castmesh/client';
import { ref, shallowRef } from 'vue';
import type { Kind, Opened, Problems } from './devices.ts';

/** The own sound and picture while others get them: notices what is missing, or goes away. */
export function useOwnMedia() {
  const stream = shallowRef<MediaStream>();
  const problems = ref<Problems>({});

  /** Takes what has been opened; it is stopped here from now on. */
  function adopt(opened: Opened): void {
    stream.value = opened.stream;
    problems.value = opened.problems;
    for (const track of opened.stream.getTracks()) {
      whenEnded(track, () => {
        if (stream.value !== opened.stream) return;
        problems.value = { ...problems.value, [track.kind as Kind]: 'lost' };
      });
    }
  }

  /** Lets go of the devices. */
  function release(): void {
    stopStream(stream.value);
    stream.value = undefined;
    problems.value = {};
  }

  return { stream, problems, adopt, release };
}

/** Calls back when a device is unplugged, or the reader ends the sharing of a screen. */
export function whenEnded(track: MediaStreamTrack, callback: () => void): void {
  if (track.readyState === 'ended') callback();
  else track.addEventListener('ended', callback);
}
