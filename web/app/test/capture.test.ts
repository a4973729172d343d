import { devices, FakeStream, FakeTrack, settled, without } from './page.ts';
import { createPinia, setActivePinia } from 'pinia';
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { effectScope, type EffectScope } from 'vue';
import { useStudio } from '../src/stores/studio.ts';
import { useCapture, type Capture } from '../src/studio/use-capture.ts';

const { answer, answerScreen } = devices;
let scope: EffectScope;
let capture: Capture;

beforeEach(() => {
  setActivePinia(createPinia());
  Object.assign(devices, { answer, answerScreen, asked: [] });
  openPage();
});

afterEach(() => scope.stop());

function openPage(): void {
  scope = effectScope();
  capture = scope.run(useCapture)!;
}

/** The kinds of what would be sent. */
function kinds(): string[] | undefined {
  return capture.stream.value?.getTracks().map((track) => track.kind);
}

test('who has a camera and no microphone can go live', async () => {
  // given
  devices.answer = without(['audio'], 'NotFoundError');
  // when
  await capture.open();
  // then
  assert.deepEqual(kinds(), ['video']);
  assert.deepEqual(capture.problems.value, { audio: 'noDevice' });
});

test('who has neither is told why, and can try again', async () => {
  // given
  devices.answer = without(['audio', 'video'], 'NotAllowedError');
  // when
  await capture.open();
  // then
  assert.equal(capture.stream.value, undefined);
  assert.deepEqual(capture.problems.value, { audio: 'denied', video: 'denied' });
  // when
  devices.answer = answer;
  await capture.open();
  // then
  assert.deepEqual(kinds(), ['audio', 'video']);
  assert.deepEqual(capture.problems.value, {});
});

test('who closes the chooser of screens hears nothing about cameras', async () => {
  // given
  capture.choose('screen');
  devices.answerScreen = async () => {
    throw new DOMException('', 'NotAllowedError');
  };
  // when
  await capture.open();
  // then
  assert.equal(capture.screenProblem.value, 'screenRefused');
  assert.deepEqual(capture.problems.value, {});
  // when
  capture.choose('camera');
  await settled();
  // then
  assert.equal(capture.screenProblem.value, undefined);
  assert.deepEqual(kinds(), ['audio', 'video']);
});

test('a page that cannot share a screen does not offer it', () => {
  // given
  scope.stop();
  useStudio().source = 'screen';
  Object.assign(devices, { getDisplayMedia: undefined });
  // when
  openPage();
  delete (devices as { getDisplayMedia?: unknown }).getDisplayMedia;
  // then
  assert.equal(capture.canShare, false);
  assert.equal(capture.source.value, 'camera');
});

test('the next visit begins with the source of the last one', () => {
  // given
  capture.choose('screen');
  scope.stop();
  // when
  openPage();
  // then
  assert.equal(capture.source.value, 'screen');
  assert.equal(devices.asked.length, 0, 'no camera is switched on');
});

test('another microphone is used without choosing the screen again', async () => {
  // given
  capture.choose('screen');
  await capture.open();
  const [screen] = capture.stream.value!.getVideoTracks();
  const [voice] = capture.stream.value!.getAudioTracks();
  // when
  capture.audioDeviceId.value = 'other';
  await capture.changeDevices();
  // then
  assert.equal(capture.stream.value!.getVideoTracks()[0], screen);
  assert.equal(screen!.readyState, 'live');
  assert.equal(voice!.readyState, 'ended');
  assert.notEqual(capture.stream.value!.getAudioTracks()[0], voice);
  const { audio } = devices.asked.at(-1)!;
  assert.deepEqual((audio as MediaTrackConstraints).deviceId, { exact: 'other' });
});

test('the sound of what is shared is not exchanged for a microphone', async () => {
  // given
  devices.answerScreen = async () =>
    new FakeStream([new FakeTrack('video'), new FakeTrack('audio')]);
  capture.choose('screen');
  await capture.open();
  const before = capture.stream.value;
  // when
  await capture.changeDevices();
  // then
  assert.equal(capture.hasScreenSound.value, true);
  assert.equal(capture.stream.value, before);
  assert.equal(devices.asked.length, 0);
});

test('a sharing that ends before the live asks for another one', async () => {
  // given
  capture.choose('screen');
  await capture.open();
  const [voice] = capture.stream.value!.getAudioTracks();
  // when
  (capture.stream.value as unknown as FakeStream).getVideoTracks()[0]!.end();
  // then
  assert.equal(capture.stream.value, undefined);
  assert.equal(voice!.readyState, 'ended');
});

test('what has been given away is not stopped with the page', async () => {
  // given
  await capture.open();
  const lent = capture.lend()!;
  // when
  scope.stop();
  // then
  assert.deepEqual(
    lent.getTracks().map((track) => track.readyState),
    ['live', 'live'],
  );
});
