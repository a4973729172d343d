import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { TestBrowser } from '../src/browser.ts';
import { type Played, installClapper, playClaps } from '../src/clapper.ts';
import { ensure } from '../src/ensure.ts';
import { freePort } from '../src/machine.ts';
import { Castmesh } from '../src/server.ts';
import { Studio } from '../src/studio.ts';

/** Four claps at least: one that falls into a moment when the machine stands still is not seen. */
const A_WHILE_MS = 24_000;
const OUTAGE_MS = 3_000;
/** Nobody notices less; without what fills the gap it is the outage. */
const IN_STEP = 0.2;
/** A flash and a beep of the same clap are nearer to each other than claps. */
const NEAR = 1.9;

/** How much later than its flash each clap is heard, in seconds. */
function late({ flashes, beeps }: Played): number[] {
  return flashes.flatMap((flash) => {
    const beep = beeps.find((one) => Math.abs(one - flash) < NEAR);
    return beep === undefined ? [] : [beep - flash];
  });
}

const skip = process.env.E2E_CLUSTER !== undefined || process.env.CASTMESH_KURENTO_URLS;

describe('sound and picture of a recording', { skip: Boolean(skip) }, () => {
  let castmesh: Castmesh;
  let browser: TestBrowser;
  let studio: Studio;

  before(async () => {
    const control = await freePort();
    castmesh = await Castmesh.start({ CASTMESH_MEDIA_NODE_CONTROL_PORT: String(control) });
    browser = await TestBrowser.launch();
    studio = await Studio.open(browser, `ws://127.0.0.1:${control}/kurento`, installClapper);
  });

  after(async () => {
    await studio?.close();
    await browser?.close();
    await castmesh?.close();
  });

  it('stay together in a browser when the presenter was away for three seconds', async () => {
    const { kurento, pipeline } = studio;
    const file = join(castmesh.recordingsDir, 'claps.webm');
    const presenter = await studio.join({ sends: true, receives: false, codec: 'video/VP8' });
    const recorder = await kurento.create('RecorderEndpoint', {
      mediaPipeline: pipeline,
      uri: `file://${file}`,
    });
    await kurento.invoke(presenter.endpoint, 'connect', { sink: recorder });
    await kurento.invoke(recorder, 'record');
    await pause(A_WHILE_MS);
    presenter.network.set({ loss: 1 });
    await pause(OUTAGE_MS);
    presenter.network.set({});
    await pause(A_WHILE_MS);
    await kurento.invoke(recorder, 'stopAndWait');
    await presenter.close();

    const { page } = await browser.person();
    await page.route('http://cinema.test/**', (route) =>
      route.request().url().endsWith('.webm')
        ? route.fulfill({ path: file, contentType: 'video/webm' })
        : route.fulfill({ body: '<!doctype html><title>cinema</title>', contentType: 'text/html' }),
    );
    await page.goto('http://cinema.test/');
    await page.mouse.click(1, 1);
    const played = await page.evaluate(playClaps, 'http://cinema.test/claps.webm');
    const found = late(played);
    const told = `${played.flashes.length} flashes, ${played.beeps.length} beeps, late by ${found.map((one) => one.toFixed(2))} s`;
    ensure(found.length >= 4, told);
    // A picture that is painted late is one that flashes late: the sound of two cannot seem too late.
    const [begin, end] = [found.slice(0, 2), found.slice(-2)].map((two) => Math.max(...two));
    const drift = (end ?? Infinity) - (begin ?? 0);
    ensure(Math.abs(drift) < IN_STEP, told);
  });
});
