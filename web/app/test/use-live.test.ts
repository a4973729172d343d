import { settled } from './page.ts';
import {
  CastmeshError,
  Emitter,
  FAILURE_CODES,
  type Live,
  type Video,
  type ViewHandle,
} from '@castmesh/client';
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { effectScope, ref, type EffectScope } from 'vue';
import { client } from '../src/castmesh/client.ts';
import { useLive } from '../src/lives/use-live.ts';

const ann = { id: 'a', nickname: 'ann', avatar: '' };
const id = ref('l1');
/** The lives that go on. */
let running: Record<string, Live>;
let handle: TestView;
let scope: EffectScope;
let page: ReturnType<typeof useLive>;

class TestView extends Emitter<{ ended: { reason: string } }> {
  readonly state = 'connected';
  readonly stream = new MediaStream();
  readonly viewers = 1;

  async leave(): Promise<void> {}
}

const liveOf = (liveId: string) => ({ liveId, presenter: ann, recorded: true, viewers: 1 }) as Live;

function found(liveId: string): Live {
  if (running[liveId]) return running[liveId];
  const { LIVE_NOT_FOUND: code } = FAILURE_CODES;
  throw new CastmeshError({ name: 'LIVE_NOT_FOUND', code, message: '', retryable: false });
}

client.lives.get = async (liveId) => found(liveId);
client.videos.list = async () => ({ items: [] as Video[], page: 0, size: 5, total: 0 });
client.view = async (liveId) => {
  found(liveId);
  handle = new TestView();
  return handle as unknown as ViewHandle;
};

beforeEach(async () => {
  running = { l1: liveOf('l1'), l2: liveOf('l2') };
  id.value = 'l1';
  scope = effectScope();
  page = scope.run(() => useLive(() => id.value))!;
  await page.open();
});

afterEach(() => scope.stop());

test('a live that its presenter stops says so, and its recording is looked for', async () => {
  // given
  assert.equal(page.playing.value, handle.stream);
  // when
  handle.emit('ended', { reason: 'stopped' });
  await settled();
  // then
  assert.equal(page.endKey.value, 'stopped');
  assert.equal(page.playing.value, undefined);
  assert.equal(page.recording.isSearching.value, true);
});

test('who was away for long watches again what goes on', async () => {
  // given
  const before = handle;
  // when
  before.emit('ended', { reason: 'session_lost' });
  await settled();
  // then
  assert.notEqual(handle, before);
  assert.equal(page.playing.value, handle.stream);
});

test('of a live that ended meanwhile nobody says who ended it; its recording is looked for', async () => {
  // given
  running = {};
  // when
  handle.emit('ended', { reason: 'session_lost' });
  await settled();
  // then
  assert.equal(page.isGone.value, true);
  assert.equal(page.endKey.value, undefined);
  assert.equal(page.live.value?.liveId, 'l1', 'it is still known whose it was');
  assert.equal(page.recording.isSearching.value, true);
});

test('another live shows nothing of the one before', async () => {
  // given
  delete running.l2;
  // when
  id.value = 'l2';
  await page.open();
  await settled();
  // then
  assert.equal(page.isGone.value, true);
  assert.equal(page.live.value, undefined);
  assert.equal(page.recording.isSearching.value, false);
});
