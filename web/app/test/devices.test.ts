import { devices, without } from './page.ts';
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { openWhatThereIs } from '../src/media/devices.ts';

const usual = devices.answer;

beforeEach(() => {
  devices.answer = usual;
  devices.asked = [];
});

test('camera and microphone are asked for at once', async () => {
  // when
  const { stream, problems } = await openWhatThereIs();
  // then
  assert.equal(stream.getTracks().length, 2);
  assert.deepEqual(problems, {});
  assert.equal(devices.asked.length, 1);
});

test('a device that cannot be had does not keep the other from being used', async () => {
  for (const missing of ['audio', 'video'] as const) {
    // given
    devices.answer = without([missing], 'NotFoundError');
    // when
    const { stream, problems } = await openWhatThereIs({ audioDeviceId: 'mic' });
    // then
    assert.deepEqual(problems, { [missing]: 'noDevice' });
    assert.deepEqual(
      stream.getTracks().map((track) => track.kind),
      [missing === 'audio' ? 'video' : 'audio'],
    );
  }
});

test('each that is missing has its own reason', async () => {
  // given
  devices.answer = async ({ video }) => {
    throw new DOMException('', video ? 'NotReadableError' : 'NotAllowedError');
  };
  // when
  const { stream, problems } = await openWhatThereIs();
  // then
  assert.deepEqual(problems, { audio: 'denied', video: 'inUse' });
  assert.equal(stream.getTracks().length, 0);
});
