import type { Call, CallPeer, LinkState } from '@castmesh/client';
import { isFailure, stopStream } from '@castmesh/client';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { startRinging } from '../calls/ringtone.ts';
import { client } from '../castmesh/client.ts';
import { sentence } from '../castmesh/failures.ts';
import { i18n } from '../i18n/index.ts';
import { openWhatThereIs, type Kind } from '../media/devices.ts';
import { useOwnMedia } from '../media/own-media.ts';
import { usePeople } from './people.ts';
import { useToasts } from './toasts.ts';

/** Where the own call stands; `opening` is accepted, while camera and microphone are asked for. */
export type Phase = 'idle' | 'incoming' | 'outgoing' | 'opening' | 'active';

/** The call of this window, from the first ring to the end. */
export const useCall = defineStore('call', () => {
  const toasts = useToasts();
  const call = shallowRef<Call>();
  const phase = ref<Phase>('idle');
  const media = ref<LinkState>('connecting');
  const own = useOwnMedia();
  const local = own.stream;
  const startedAt = ref(0);
  const isMuted = ref(false);
  const isCameraOff = ref(false);
  const isBusy = ref(false);
  let stopRinging: (() => void) | undefined;

  client.calls.on('incoming', (incoming) => {
    if (call.value) {
      void incoming.reject('busy').catch(() => undefined);
      return;
    }
    adopt(incoming, 'incoming');
  });

  /** Somebody has picked up, and nobody has hung up yet. */
  const isTalking = computed(() => phase.value === 'opening' || phase.value === 'active');
  const hasMicrophone = computed(
    () => !own.problems.value.audio && (local.value?.getAudioTracks().length ?? 0) > 0,
  );
  const hasCamera = computed(
    () => !own.problems.value.video && (local.value?.getVideoTracks().length ?? 0) > 0,
  );
  const remote = computed(() => (phase.value === 'active' ? call.value?.remote : undefined));

  async function invite(peer: CallPeer): Promise<void> {
    if (call.value || isBusy.value) return;
    isBusy.value = true;
    try {
      const outgoing = await client.calls.invite(peer);
      if (outgoing.state === 'ended') return tellEnd(outgoing, outgoing.endReason ?? 'failed');
      adopt(outgoing, 'outgoing');
    } catch (error) {
      // The server says one thing of both who call and are called.
      const isMe = isFailure(error, 'USER_BUSY') && usePeople().isBusyMyself;
      toasts.show(isMe ? i18n.global.t('call.busyYourself') : sentence(error), { tone: 'bad' });
    } finally {
      isBusy.value = false;
    }
  }

  async function accept(): Promise<void> {
    const incoming = call.value;
    if (!incoming || phase.value !== 'incoming' || isBusy.value) return;
    isBusy.value = true;
    stopRinging?.();
    try {
      await incoming.accept();
    } catch (error) {
      toasts.show(sentence(error), { tone: 'bad' });
      // The caller is not to wait for somebody who could not pick up.
      void incoming.reject('failed').catch(() => undefined);
    } finally {
      isBusy.value = false;
    }
  }

  /** Ends the call in the way that fits where it stands. */
  async function leave(): Promise<void> {
    const current = call.value;
    if (!current) return;
    try {
      if (phase.value === 'incoming') await current.reject();
      else if (phase.value === 'outgoing') await current.cancel();
      else await current.hangup();
    } catch {
      // It is over on this side. The server has not heard it for a minute: it has lost the session.
    }
  }

  function toggleSound(): void {
    isMuted.value = !isMuted.value;
    for (const track of local.value?.getAudioTracks() ?? []) track.enabled = !isMuted.value;
  }

  function toggleCamera(): void {
    isCameraOff.value = !isCameraOff.value;
    for (const track of local.value?.getVideoTracks() ?? []) track.enabled = !isCameraOff.value;
  }

  /** Tries again what is missing. */
  async function reopen(kind: Kind): Promise<void> {
    try {
      await own.reopen(kind, kind === 'audio' ? !isMuted.value : !isCameraOff.value);
    } catch (error) {
      toasts.show(sentence(error), { tone: 'bad' });
    }
  }

  function adopt(next: Call, ringing: 'incoming' | 'outgoing'): void {
    call.value = next;
    phase.value = ringing;
    media.value = 'connecting';
    isMuted.value = isCameraOff.value = false;
    stopRinging = startRinging(ringing);
    next.on('media', (state) => (media.value = state));
    next.on('state', (state) => state === 'accepted' && void connect(next));
    next.on('ended', ({ reason }) => ended(next, reason));
    // It may have gone on before anybody listened.
    if (next.state === 'accepted') void connect(next);
  }

  async function connect(current: Call): Promise<void> {
    stopRinging?.();
    // The reader may take their time over the browser's question.
    phase.value = 'opening';
    startedAt.value = Date.now();
    try {
      // Without a camera the voice alone; without both one can still listen.
      const opened = await openWhatThereIs({ video: current.video });
      if (current.state === 'ended') return stopStream(opened.stream);
      own.adopt(opened, current);
      const connected = current.connect(opened.stream);
      phase.value = 'active';
      await connected;
    } catch (error) {
      if (current.state === 'ended') return;
      toasts.show(sentence(error), { tone: 'bad' });
      await current.hangup().catch(() => undefined);
    }
  }

  function ended(over: Call, reason: string): void {
    if (call.value !== over) return;
    stopRinging?.();
    const wasIncoming = phase.value === 'incoming';
    own.release();
    call.value = undefined;
    phase.value = 'idle';
    const isOwnDoing =
      (wasIncoming && reason === 'rejected') ||
      (over.direction === 'outgoing' && reason === 'cancelled');
    const isMissed = wasIncoming && (reason === 'timeout' || reason === 'cancelled');
    if (!isOwnDoing) tellEnd(over, isMissed ? 'missed' : reason);
  }

  function tellEnd(over: Call, reason: string): void {
    const { t, te } = i18n.global;
    const key = te(`call.ended.${reason}`) ? `call.ended.${reason}` : 'call.ended.failed';
    toasts.show(t(key, { name: over.peer.nickname }));
  }

  return {
    call,
    phase,
    media,
    local,
    problems: own.problems,
    opening: own.opening,
    canReopen: own.canReopen,
    remote,
    startedAt,
    isMuted,
    isCameraOff,
    isBusy,
    isTalking,
    hasMicrophone,
    hasCamera,
    invite,
    accept,
    leave,
    toggleSound,
    toggleCamera,
    reopen,
  };
});
