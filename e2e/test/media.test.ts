import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { TestBrowser } from '../src/browser.ts';
import { ensure } from '../src/ensure.ts';
import { eventually } from '../src/eventually.ts';
import { freePort } from '../src/machine.ts';
import { PERFECT } from '../src/poor-network.ts';
import { Castmesh } from '../src/server.ts';
import { type Participant, Studio } from '../src/studio.ts';

const HALF_A_FILM_MS = 3_000;
/** What was sent is on the screen by then. */
const SHOWN_MS = 500;
const BROWSERS_ASK_MS = 4_000;
const CODECS = ['video/VP8', 'video/VP9', 'video/H264', 'video/AV1'];

async function decodes(viewer: Participant, frames: number, what: string): Promise<void> {
  await eventually(`${what}: ${frames} frames`, async () => {
    const { framesDecoded } = await viewer.seen();
    ensure(framesDecoded >= frames, `${framesDecoded} frames were decoded`);
  });
}

async function isWide(viewer: Participant, pixels: number): Promise<void> {
  await eventually(`a picture ${pixels} pixels wide`, async () => {
    const { width } = await viewer.seen();
    ensure(width === pixels, `it is ${width} wide`);
  });
}

const url = process.env.CASTMESH_KURENTO_URLS;
const skip = process.env.E2E_CLUSTER !== undefined || url !== undefined;

describe('pictures through the media node', { skip }, () => {
  let castmesh: Castmesh;
  let browser: TestBrowser;
  let studio: Studio;

  before(async () => {
    const control = await freePort();
    castmesh = await Castmesh.start({ CASTMESH_MEDIA_NODE_CONTROL_PORT: String(control) });
    browser = await TestBrowser.launch();
    studio = await Studio.open(browser, `ws://127.0.0.1:${control}/kurento`);
  });

  after(async () => {
    await studio?.close();
    await browser?.close();
    await castmesh?.close();
  });

  for (const codec of CODECS) {
    it(`a presenter may use ${codec}, and who lacks it is told while others watch`, async () => {
      const presenter = await studio.join({ sends: true, receives: false, codec });
      const viewer = await studio.join({ sends: false, receives: true });
      const lacking = await studio.join({ sends: false, receives: true, without: codec });
      await studio.connect(presenter, viewer);
      await studio.connect(presenter, lacking);
      await decodes(viewer, 10, 'a viewer');
      await eventually('the other one is told', () => {
        ensure(lacking.errors.length > 0, 'no Error event');
      });
      const name = codec.replace('video/', '');
      ensure(lacking.errors[0]?.includes(name), `it says: ${lacking.errors[0]}`);
      assert.equal((await viewer.seen()).codec, codec);
      assert.equal((await lacking.seen()).framesDecoded, 0);
      assert.deepEqual(viewer.errors, []);
      for (const one of [presenter, viewer, lacking]) await one.close();
    });
  }

  it('5 % loss on a long line, on both sides, and the picture goes on', async () => {
    const presenter = await studio.join({ sends: true, receives: false });
    const viewer = await studio.join({ sends: false, receives: true });
    await studio.connect(presenter, viewer);
    await decodes(viewer, 20, 'before');
    for (const { network } of [presenter, viewer]) {
      network.set({ loss: 0.05, delayMs: 50, reorderMs: 20 });
    }
    await pause(1_000);
    const begin = await viewer.seen();
    await pause(6_000);
    const end = await viewer.seen();
    const frames = end.framesDecoded - begin.framesDecoded;
    const frozen = end.freezeSeconds - begin.freezeSeconds;
    ensure(presenter.network.toServer.lost > 10, 'the network lost nothing');
    ensure(frames > 60, `${frames} frames of about 120`);
    ensure(frozen < 2, `it stood still for ${frozen} s of 6`);
    for (const one of [presenter, viewer]) await one.close();
  });

  it('a film changes its size, stands still while it is paused, and is sought', async () => {
    const { kurento, pipeline } = studio;
    const uri = `file://${castmesh.recordingsDir}/film.webm`;
    const presenter = await studio.join({ sends: true, receives: false, codec: 'video/VP8' });
    const recorder = await kurento.create('RecorderEndpoint', { mediaPipeline: pipeline, uri });
    await kurento.invoke(presenter.endpoint, 'connect', { sink: recorder });
    await kurento.invoke(recorder, 'record');
    await pause(HALF_A_FILM_MS);
    await presenter.resize(320, 180);
    await pause(HALF_A_FILM_MS);
    await kurento.invoke(recorder, 'stopAndWait');
    await presenter.close();

    const film = await kurento.create('PlayerEndpoint', { mediaPipeline: pipeline, uri });
    let isOver = false;
    await kurento.listen(film, 'EndOfStream', () => (isOver = true));
    const viewer = await studio.join({ sends: false, receives: true });
    await kurento.invoke(film, 'connect', { sink: viewer.endpoint });
    await kurento.invoke(film, 'play');
    await isWide(viewer, 640);

    await kurento.invoke(film, 'pause');
    await pause(SHOWN_MS);
    const standing = await viewer.seen();
    const late = await studio.join({ sends: false, receives: true });
    await kurento.invoke(film, 'connect', { sink: late.endpoint });
    await decodes(late, 1, 'who comes while it stands');
    // Browsers ask for a picture after three seconds without a new one.
    await pause(BROWSERS_ASK_MS);
    assert.equal((await viewer.seen()).framesDecoded, standing.framesDecoded);

    await kurento.invoke(film, 'play');
    for (const one of [viewer, late]) await isWide(one, 320);
    await kurento.invoke(film, 'setPosition', { position: 0 });
    for (const one of [viewer, late]) await isWide(one, 640);
    await eventually('the film is over', () => ensure(isOver, 'no EndOfStream'));
    assert.deepEqual([...viewer.errors, ...late.errors], []);
    for (const one of [viewer, late]) await one.close();
    for (const one of [film, recorder]) await kurento.release(one);
  });

  it('a viewer with 300 kbit/s goes on watching, and the others see all of it', async () => {
    const presenter = await studio.join({
      sends: true,
      receives: false,
      codec: 'video/VP8',
      simulcast: true,
      width: 1280,
      height: 720,
    });
    const fast = await studio.join({ sends: false, receives: true });
    const slow = await studio.join({ sends: false, receives: true });
    for (const viewer of [fast, slow]) await studio.connect(presenter, viewer);
    await decodes(fast, 20, 'the fast viewer');
    await decodes(slow, 20, 'the slow viewer');
    slow.network.toBrowser.conditions = { ...PERFECT, delayMs: 20, bandwidth: 300_000 };
    await eventually(
      'a small picture for one, the large one for the other',
      async () => {
        const [one, other] = [await slow.seen(), await fast.seen()];
        const sizes = `${one.width} and ${other.width} pixels wide`;
        ensure(one.width === 320 && other.width === 1280, sizes);
      },
      { within: 30_000, every: 200 },
    );
    const begin = await slow.seen();
    await pause(4_000);
    const end = await slow.seen();
    const frames = end.framesDecoded - begin.framesDecoded;
    ensure(frames >= 12, `${frames} frames in four seconds`);
    const frozen = end.freezeSeconds - begin.freezeSeconds;
    ensure(frozen < 1, `it stood still for ${frozen} s of 4`);
    for (const one of [presenter, fast, slow]) await one.close();
  });
});
