import { FakeStream, FakeTrack } from './page.ts';
import { Emitter, type LiveHandle } from '@castmesh/client';
import { createPinia, setActivePinia } from 'pinia';
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { client } from '../src/castmesh/client.ts';
import { useStudio, type Source } from '../src/stores/studio.ts';

/** A live whose server does what it is told. */
class TestLive extends Emitter<{ ended: { reason: string } }> {
  readonly liveId = 'l1';
  readonly state = 'connected';
  readonly viewers = 0;
  isStopped = false;
  readonly replaced: string[] = [];

  async replaceTrack(kind: string): Promise<void> {
    this.replaced.push(kind);
  }

  async stats(): Promise<object> {
    return {};
  }

  async stop(): Promise<void> {
    if (this.isStopped) return;
    this.isStopped = true;
    this.emit('ended', { reason: 'stopped' });
  }
}

setActivePinia(createPinia());
const store = useStudio();

afterEach(() => store.stop());

async function goLive(source: Source): Promise<{ live: TestLive; stream: FakeStream }> {
  const live = new TestLive();
  const stream = new FakeStream([new FakeTrack('audio'), new FakeTrack('video')]);
  client.publish = async () => live as unknown as LiveHandle;
  await store.start(stream as unknown as MediaStream, ' Hello ', true, source);
  return { live, stream };
}

test('a live goes on when its camera is unplugged, and says what is missing', async () => {
  // given
  const { live, stream } = await goLive('camera');
  // when
  stream.getVideoTracks()[0]!.end();
  // then
  assert.equal(live.isStopped, false);
  assert.equal(store.isLive, true);
  assert.deepEqual(store.problems, { video: 'lost' });
  // when
  stream.getAudioTracks()[0]!.end();
  // then
  assert.deepEqual(store.problems, { video: 'lost', audio: 'lost' });
});

test('a live goes on with another camera', async () => {
  // given
  const { live, stream } = await goLive('camera');
  stream.getVideoTracks()[0]!.end();
  // when
  await store.reopen('video');
  // then
  assert.deepEqual(live.replaced, ['video']);
  assert.deepEqual(store.problems, {});
  assert.deepEqual(
    stream.getVideoTracks().map((track) => track.readyState),
    ['live'],
  );
});

test('a live of a screen ends when the sharing does', async () => {
  // given
  const { live, stream } = await goLive('screen');
  // when
  stream.getVideoTracks()[0]!.end();
  // then
  assert.equal(live.isStopped, true);
  assert.equal(store.isLive, false);
  assert.equal(store.endReason, 'stopped');
  assert.deepEqual(store.problems, {});
  assert.equal(stream.getAudioTracks()[0]!.readyState, 'ended', 'the microphone is let go');
});

test('a live of a screen goes on without its microphone, and says so', async () => {
  // given
  const { live, stream } = await goLive('screen');
  // when
  stream.getAudioTracks()[0]!.end();
  // then
  assert.equal(live.isStopped, false);
  assert.deepEqual(store.problems, { audio: 'lost' });
});

test('a sharing that ended before the live began ends it', async () => {
  // given
  const live = new TestLive();
  const track = new FakeTrack('video');
  track.stop();
  client.publish = async () => live as unknown as LiveHandle;
  // when
  await store.start(new FakeStream([track]) as unknown as MediaStream, '', true, 'screen');
  // then
  assert.equal(live.isStopped, true);
});
