import { devices, FakeStream, settled, silenced, without } from './page.ts';
import { Call, CastmeshError, Emitter, FAILURE_CODES } from '@castmesh/client';
import { createPinia, setActivePinia } from 'pinia';
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { client } from '../src/castmesh/client.ts';
import { useAccount } from '../src/stores/account.ts';
import { useCall } from '../src/stores/call.ts';
import { usePeople } from '../src/stores/people.ts';
import { useToasts } from '../src/stores/toasts.ts';

/** A call whose server is this test. */
class TestCall extends Call {
  /** What the server was asked. */
  readonly asked: string[];
  connected: MediaStream | undefined;
  readonly replaced: [string, MediaStreamTrack | null][] = [];

  constructor(direction: 'incoming' | 'outgoing' = 'incoming', video = true) {
    const asked: string[] = [];
    const request = async (method: string) => {
      asked.push(method);
      if (method !== 'call.accept' || asked.indexOf(method) === asked.length - 1) return {};
      throw new CastmeshError({
        name: 'CALL_STATE',
        code: FAILURE_CODES.CALL_STATE,
        message: '',
        retryable: false,
      });
    };
    const session = Object.assign(new Emitter(), { events: new Emitter(), request });
    const context = { session } as unknown as ConstructorParameters<typeof Call>[0];
    super(context, { callId: 'c1', direction, peer: { nickname: 'ann' }, video });
    this.asked = asked;
  }

  override async connect(local: MediaStream): Promise<void> {
    this.connected = local;
  }

  async replaceTrack(kind: string, track: MediaStreamTrack | null): Promise<void> {
    this.replaced.push([kind, track]);
  }
}

const never = () => new Promise<never>(() => undefined);
const usual = devices.answer;

// One window: its stores listen to the client for as long as it is there.
setActivePinia(createPinia());
const store = useCall();
const toasts = useToasts();

beforeEach(() => {
  devices.answer = usual;
  devices.asked = [];
});

afterEach(async () => {
  await store.leave();
  toasts.items = [];
});

function ring(): TestCall {
  const call = new TestCall();
  client.calls.emit('incoming', call);
  return call;
}

test('accepting twice while the browser asks for the camera does not hang up', async () => {
  // given
  const call = ring();
  devices.answer = never;
  const rung = silenced();
  // when
  await store.accept();
  await store.accept();
  await settled();
  // then
  assert.deepEqual(call.asked, ['call.accept']);
  assert.equal(call.state, 'accepted');
  assert.equal(store.phase, 'opening');
  assert.equal(silenced(), rung + 1, 'it rings no longer');
  assert.deepEqual(toasts.items, []);
});

test('a call that the other side picked up rings no longer while the browser asks', async () => {
  // given
  const call = new TestCall('outgoing');
  client.calls.invite = async () => call;
  devices.answer = never;
  await store.invite({ nickname: 'ann' });
  assert.equal(store.phase, 'outgoing');
  // when
  call.correct('accepted');
  // then
  assert.equal(store.phase, 'opening');
});

test('who hangs up while the browser asks ends the call, and lets go of the devices', async () => {
  // given
  const call = ring();
  let allow: () => void = () => undefined;
  devices.answer = async (wish) => {
    await new Promise<void>((resolve) => (allow = resolve));
    return usual(wish);
  };
  await store.accept();
  // when
  await store.leave();
  allow();
  await settled();
  // then
  assert.deepEqual(call.asked, ['call.accept', 'call.hangup']);
  assert.equal(store.phase, 'idle');
  assert.equal(store.local, undefined);
  assert.equal(call.connected, undefined);
});

test('a call without a microphone says why, and the camera is used all the same', async () => {
  // given
  devices.answer = without(['audio'], 'NotAllowedError');
  const call = ring();
  // when
  await store.accept();
  await settled();
  // then
  assert.equal(store.phase, 'active');
  assert.deepEqual(store.problems, { audio: 'denied' });
  assert.equal(store.hasMicrophone, false);
  assert.equal(store.hasCamera, true);
  assert.equal(call.connected?.getVideoTracks().length, 1);
});

test('a page that gets no devices at all says so, and listens', async () => {
  // given
  const call = ring();
  Object.assign(navigator, { mediaDevices: undefined });
  // when
  await store.accept();
  await settled();
  Object.assign(navigator, { mediaDevices: devices });
  // then
  assert.deepEqual(store.problems, { audio: 'insecure', video: 'insecure' });
  assert.equal(call.connected?.getTracks().length, 0);
});

test('a voice call asks for the microphone alone', async () => {
  // given
  client.calls.emit('incoming', new TestCall('incoming', false));
  devices.answer = without(['audio'], 'NotFoundError');
  // when
  await store.accept();
  await settled();
  // then
  assert.equal(devices.asked.length, 1);
  assert.deepEqual(store.problems, { audio: 'noDevice' });
});

test('a microphone that is unplugged in a call is missed', async () => {
  // given
  ring();
  await store.accept();
  await settled();
  const [track] = (store.local as unknown as FakeStream).getAudioTracks();
  assert.deepEqual(store.problems, {});
  // when
  track!.end();
  // then
  assert.deepEqual(store.problems, { audio: 'lost' });
  assert.equal(store.hasMicrophone, false);
  // when
  await store.leave();
  // then
  assert.deepEqual(store.problems, {}, 'the next call begins without them');
});

test('a microphone that is plugged in again is heard, unless it is muted', async () => {
  // given
  const call = ring();
  await store.accept();
  await settled();
  const stream = store.local as unknown as FakeStream;
  const [old] = stream.getAudioTracks();
  store.toggleSound();
  old!.end();
  // when
  await store.reopen('audio');
  // then
  const [track] = stream.getAudioTracks();
  assert.notEqual(track, old);
  assert.deepEqual(call.replaced, [['audio', track]]);
  assert.equal(track!.enabled, false);
  assert.deepEqual(store.problems, {});
  assert.equal(store.hasMicrophone, true);
  // when
  track!.end();
  // then
  assert.deepEqual(store.problems, { audio: 'lost' }, 'the other one is looked after, too');
});

test('a microphone that is still missing says why', async () => {
  // given
  const call = ring();
  devices.answer = without(['audio'], 'NotFoundError');
  await store.accept();
  await settled();
  devices.answer = without(['audio'], 'NotReadableError');
  // when
  await store.reopen('audio');
  // then
  assert.deepEqual(store.problems, { audio: 'inUse' });
  assert.deepEqual(call.replaced, []);
  assert.equal(store.opening, undefined);
});

test('a device that is allowed after the call is let go', async () => {
  // given
  ring();
  await store.accept();
  await settled();
  const opened = await usual({ audio: true, video: false });
  let allow: () => void = () => undefined;
  devices.answer = async () => {
    await new Promise<void>((resolve) => (allow = resolve));
    return opened;
  };
  const trying = store.reopen('audio');
  // when
  await store.leave();
  allow();
  await trying;
  // then
  assert.equal(opened.getTracks()[0]!.readyState, 'ended');
  assert.equal(store.local, undefined);
});

test('who is in a call on another device hears that it is not the other who is busy', async () => {
  // given
  const busy = { name: 'USER_BUSY', code: FAILURE_CODES.USER_BUSY, message: '', retryable: true };
  client.calls.invite = async () => {
    throw new CastmeshError(busy);
  };
  const me = { id: 'a', nickname: 'ann', avatar: '' };
  const ben = { id: 'b', nickname: 'ben', avatar: '' };
  useAccount().user = me;
  usePeople();
  const said = async () => {
    await store.invite(ben);
    return toasts.items.at(-1)!.text;
  };
  // when
  client.presence.emit('snapshot', [
    { ...me, state: 'online' },
    { ...ben, state: 'busy' },
  ]);
  // then
  assert.match(await said(), /This person is in another call/);
  // when
  client.presence.emit('changed', { user: me, state: 'busy' });
  // then
  assert.match(await said(), /You are in a call yourself/);
});
