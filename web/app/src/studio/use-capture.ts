import { openScreen, stopStream } from '@castmesh/client';
import { storeToRefs } from 'pinia';
import { computed, onScopeDispose, ref, shallowRef } from 'vue';
import { openWhatThereIs, type Kind, type Opened, type Problems } from '../media/devices.ts';
import { whenEnded } from '../media/own-media.ts';
import { useStudio, type Source } from '../stores/studio.ts';

/** Why no screen is shared; each has a sentence of its own. */
export type ScreenProblem = 'screenRefused' | 'screenFailed';

/** A choice in a list of devices; the empty id is the platform's default. */
export interface Device {
  value: string;
  label: string;
}

/** What {@link useCapture} gives. */
export type Capture = ReturnType<typeof useCapture>;

/**
 * The picture before the live: opens camera or screen as chosen, lists the devices, and lets go of
 * everything with the page, unless {@link lend} has given the stream away.
 */
export function useCapture() {
  const { source } = storeToRefs(useStudio());
  const videoDeviceId = ref('');
  const audioDeviceId = ref('');
  const stream = shallowRef<MediaStream>();
  const devices = shallowRef<MediaDeviceInfo[]>([]);
  const problems = ref<Problems>({});
  const screenProblem = ref<ScreenProblem>();
  /** Whether what is shared brings its own sound, which is sent in place of the microphone's. */
  const hasScreenSound = ref(false);
  const isOpening = ref(false);
  let turn = 0;
  let lent: MediaStream | undefined;

  // No phone shares its screen.
  const canShare = typeof navigator.mediaDevices?.getDisplayMedia === 'function';
  if (!canShare) source.value = 'camera';

  const cameras = computed(() => named(devices.value, 'videoinput'));
  const microphones = computed(() => named(devices.value, 'audioinput'));

  async function open(): Promise<void> {
    const mine = begin();
    isOpening.value = true;
    const opened = await (source.value === 'camera' ? camera() : screen());
    // The reader has changed their mind meanwhile, or left the page.
    if (mine !== turn) return stopStream(opened?.stream);
    isOpening.value = false;
    if (opened) show(opened);
    await listDevices();
  }

  function choose(next: Source): void {
    source.value = next;
    begin();
    // A screen can be asked for by a click only, so the page shows a button first.
    if (next === 'camera') void open();
  }

  /** Uses the devices that are chosen now. What is shared stays: it would have to be asked for. */
  async function changeDevices(): Promise<void> {
    if (source.value === 'camera') return open();
    const shared = stream.value;
    if (!shared || hasScreenSound.value) return;
    const mine = ++turn;
    const voice = await microphone();
    if (mine !== turn) return stopStream(voice.stream);
    for (const track of shared.getAudioTracks()) track.stop();
    show(withVoice(new MediaStream(shared.getVideoTracks()), voice));
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

  function begin(): number {
    release();
    problems.value = {};
    screenProblem.value = undefined;
    isOpening.value = hasScreenSound.value = false;
    return ++turn;
  }

  function show(opened: Opened): void {
    problems.value = opened.problems;
    const tracks = opened.stream.getTracks();
    if (tracks.length === 0) return;
    stream.value = opened.stream;
    for (const track of tracks) whenEnded(track, () => lost(opened.stream, track));
  }

  function lost(from: MediaStream, track: MediaStreamTrack): void {
    // Whoever has borrowed it looks after it.
    if (stream.value !== from || lent === from) return;
    if (source.value === 'screen' && track.kind === 'video') choose('screen');
    else problems.value = { ...problems.value, [track.kind as Kind]: 'lost' };
  }

  function camera(): Promise<Opened> {
    return openWhatThereIs({
      videoDeviceId: videoDeviceId.value || undefined,
      audioDeviceId: audioDeviceId.value || undefined,
    });
  }

  function microphone(): Promise<Opened> {
    return openWhatThereIs({ video: false, audioDeviceId: audioDeviceId.value || undefined });
  }

  async function screen(): Promise<Opened | undefined> {
    const mine = turn;
    try {
      // The microphone comes second: the browser's chooser must follow the click at once.
      const shared = await openScreen();
      if (shared.getAudioTracks().length === 0) return withVoice(shared, await microphone());
      if (mine === turn) hasScreenSound.value = true;
      return { stream: shared, problems: {} };
    } catch (error) {
      if (mine === turn) screenProblem.value = screenProblemOf(error);
      return undefined;
    }
  }

  async function listDevices(): Promise<void> {
    devices.value = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
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
    canShare,
    videoDeviceId,
    audioDeviceId,
    stream,
    cameras,
    microphones,
    problems,
    screenProblem,
    hasScreenSound,
    isOpening,
    open,
    choose,
    changeDevices,
    lend,
    takeBack,
  };
}

/** A screen without a voice is still worth showing. */
function withVoice(picture: MediaStream, { stream: voice, problems }: Opened): Opened {
  for (const track of voice.getAudioTracks()) picture.addTrack(track);
  return { stream: picture, problems };
}

function named(devices: MediaDeviceInfo[], kind: MediaDeviceKind): Device[] {
  return devices
    .filter((device) => device.kind === kind && device.deviceId && device.deviceId !== 'default')
    .map((device) => ({
      value: device.deviceId,
      label: device.label || device.deviceId.slice(0, 8),
    }));
}

/** Who closes the browser's chooser has refused as well as whose system does not let it look. */
function screenProblemOf(error: unknown): ScreenProblem {
  const name = error instanceof Error ? error.name : '';
  return name === 'NotAllowedError' ? 'screenRefused' : 'screenFailed';
}
