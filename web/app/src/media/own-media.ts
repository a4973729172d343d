import { stopStream } from '@castmesh/client';
import { computed, ref, shallowRef, triggerRef } from 'vue';
import { openWhatThereIs, type Kind, type Opened, type Problems } from './devices.ts';

/** Something that sends tracks and can send others in their place. */
export interface Sender {
  replaceTrack(kind: Kind, track: MediaStreamTrack): Promise<void>;
}

/** The own sound and picture while others get them: notices what is missing, or goes away. */
export function useOwnMedia() {
  const stream = shallowRef<MediaStream>();
  const problems = ref<Problems>({});
  const sender = shallowRef<Sender>();
  /** What is being opened again. */
  const opening = ref<Kind>();
  const canReopen = computed(() => sender.value !== undefined);

  /** Takes what has been opened, and who sends it; it is stopped here from now on. */
  function adopt(opened: Opened, to: Sender): void {
    stream.value = opened.stream;
    problems.value = opened.problems;
    sender.value = to;
    opened.stream.getTracks().forEach(listen);
  }

  function listen(track: MediaStreamTrack): void {
    whenEnded(track, () => {
      if (!stream.value?.getTracks().includes(track)) return;
      problems.value = { ...problems.value, [track.kind as Kind]: 'lost' };
    });
  }

  /**
   * Opens what is missing, at the device of the platform's choice, and sends it.
   *
   * @param isEnabled - whether it is to be heard or seen at once
   */
  async function reopen(kind: Kind, isEnabled: boolean): Promise<void> {
    const current = stream.value;
    const to = sender.value;
    if (!current || !to || opening.value) return;
    opening.value = kind;
    try {
      const found = await openWhatThereIs(kind === 'audio' ? { video: false } : { audio: false });
      const [track] = found.stream.getTracks();
      if (stream.value !== current) return track?.stop();
      const { [kind]: _before, ...others } = problems.value;
      problems.value = { ...others, ...found.problems };
      if (!track) return;
      track.enabled = isEnabled;
      exchange(current, track);
      await to.replaceTrack(kind, track);
    } finally {
      opening.value = undefined;
    }
  }

  function exchange(current: MediaStream, track: MediaStreamTrack): void {
    for (const old of current.getTracks()) {
      if (old.kind !== track.kind) continue;
      old.stop();
      current.removeTrack(old);
    }
    current.addTrack(track);
    listen(track);
    triggerRef(stream);
  }

  /** Lets go of the devices. */
  function release(): void {
    stopStream(stream.value);
    stream.value = sender.value = undefined;
    problems.value = {};
  }

  return { stream, problems, opening, canReopen, adopt, reopen, release };
}

/** Calls back when a device is unplugged, or the reader ends the sharing of a screen. */
export function whenEnded(track: MediaStreamTrack, callback: () => void): void {
  if (track.readyState === 'ended') callback();
  else track.addEventListener('ended', callback);
}
