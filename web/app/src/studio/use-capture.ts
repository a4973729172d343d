import { openCamera, openScreen, stopStream } from '@castmesh/client';
import { computed, onScopeDispose, ref, shallowRef } from 'vue';

export type Source = 'camera' | 'screen';

/** Why there is no picture; each has a sentence of its own. */
export type CaptureProblem = 'denied' | 'noDevice' | 'inUse' | 'insecure';

/** A choice in a list of devices; the empty id is the platform's default. */
export interface Device {
  value: string;
  label: string;
}

/**
 * The picture before the live: opens camera or screen as chosen, lists the devices, and lets go of
 * everything with the page, unless {@link lend} has given the stream away.
 */
export function useCapture() {
  const source = ref<Source>('camera');
  const videoDeviceId = ref('');
  const audioDeviceId = ref('');
  const stream = shallowRef<MediaStream>();
  const devices = shallowRef<MediaDeviceInfo[]>([]);
  const problem = ref<CaptureProblem>();
  const isOpening = ref(false);
  let turn = 0;
  let lent: MediaStream | undefined;

  const cameras = computed(() => named(devices.value, 'videoinput'));
  const microphones = computed(() => named(devices.value, 'audioinput'));

  async function open(): Promise<void> {
    const mine = ++turn;
    release();
    problem.value = undefined;
    if (!navigator.mediaDevices) {
      problem.value = 'insecure';
      return;
    }
    isOpening.value = true;
    try {
      const opened = await (source.value === 'camera' ? camera() : screen());
      // The reader has changed their mind meanwhile, or left the page.
      if (mine !== turn) return stopStream(opened);
      stream.value = opened;
      await listDevices();
    } catch (error) {
      if (mine === turn) problem.value = problemOf(error);
    } finally {
      if (mine === turn) isOpening.value = false;
    }
  }

  function choose(next: Source): void {
    source.value = next;
    turn += 1;
    release();
    problem.value = undefined;
    isOpening.value = false;
    // A screen can be asked for by a click only, so the page shows a button first.
    if (next === 'camera') void open();
  }

  /**
   * Gives the stream to somebody who stops it from now on, while it is still shown here. Unless
   * they give it {@link takeBack back}, it outlives this scope.
   */
  function lend(): MediaStream | undefined {
    lent = stream.value;
    return lent;
  }

  /** They have no use for it; nor has anybody here who has left the page, or chosen another. */
  function takeBack(): void {
    if (lent !== stream.value) stopStream(lent);
    lent = undefined;
  }

  function camera(): Promise<MediaStream> {
    return openCamera({
      videoDeviceId: videoDeviceId.value || undefined,
      audioDeviceId: audioDeviceId.value || undefined,
    });
  }

  async function screen(): Promise<MediaStream> {
    // The microphone comes second: the browser's chooser must follow the click at once.
    const opened = await openScreen();
    if (opened.getAudioTracks().length > 0) return opened;
    try {
      const voice = await openCamera({
        video: false,
        audioDeviceId: audioDeviceId.value || undefined,
      });
      for (const track of voice.getAudioTracks()) opened.addTrack(track);
    } catch {
      // A screen without a voice is still worth showing.
    }
    return opened;
  }

  async function listDevices(): Promise<void> {
    devices.value = await navigator.mediaDevices.enumerateDevices();
  }

  function release(): void {
    if (stream.value !== lent) stopStream(stream.value);
    stream.value = undefined;
  }

  const changed = () => void listDevices();
  navigator.mediaDevices?.addEventListener('devicechange', changed);
  onScopeDispose(() => {
    turn += 1;
    release();
    navigator.mediaDevices?.removeEventListener('devicechange', changed);
  });

  return {
    source,
    videoDeviceId,
    audioDeviceId,
    stream,
    cameras,
    microphones,
    problem,
    isOpening,
    open,
    choose,
    lend,
    takeBack,
  };
}

function named(devices: MediaDeviceInfo[], kind: MediaDeviceKind): Device[] {
  return devices
    .filter((device) => device.kind === kind && device.deviceId && device.deviceId !== 'default')
    .map((device) => ({
      value: device.deviceId,
      label: device.label || device.deviceId.slice(0, 8),
    }));
}

function problemOf(error: unknown): CaptureProblem {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'noDevice';
  if (name === 'NotReadableError' || name === 'AbortError') return 'inUse';
  return 'denied';
}
