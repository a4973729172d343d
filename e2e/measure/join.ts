/**
 * How soon viewers see something who join a live: `npm run measure:join -w e2e --
 * ws://host:port/kurento ...`. Once one after the other in quick succession, once each for itself.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { TestBrowser } from '../src/browser.ts';
import { type Participant, Studio } from '../src/studio.ts';
import { circumstances, percentile } from './figures.ts';

const VIEWERS = Number(process.env.MEASURE_VIEWERS ?? 12);
const SETTLE_MS = 5_000;
const WATCH_MS = 3_000;

async function measure(url: string, delayMs: number, pauseMs: number, simulcast: boolean) {
  const browser = await TestBrowser.launch();
  const studio = await Studio.open(browser, url);
  const wishes = { width: 1280, height: 720, codec: 'video/VP8' };
  const presenter = await studio.join({ ...wishes, sends: true, receives: false, simulcast });
  presenter.network.set({ delayMs });
  await pause(SETTLE_MS);
  const { keyFramesAsked } = await presenter.seen();
  const shown: number[] = [];
  const waited: number[] = [];
  let freezes = 0;
  let frozen = 0;
  let frames = 0;
  const watch = async (viewer: Participant) => {
    await pause(WATCH_MS);
    const begin = await viewer.seen();
    await pause(1_000);
    const end = await viewer.seen();
    shown.push(begin.shownMs || Number.POSITIVE_INFINITY);
    freezes += end.freezeCount;
    frozen += end.freezeSeconds;
    frames += end.framesDecoded - begin.framesDecoded;
    const each = end.framesDecoded - begin.framesDecoded;
    waited.push((1_000 * (end.waitedSeconds - begin.waitedSeconds)) / each);
    await viewer.close();
  };
  const watching: Promise<void>[] = [];
  for (let i = 0; i < VIEWERS; i++) {
    const viewer = await studio.join({ ...wishes, sends: false, receives: true }, presenter);
    watching.push(watch(viewer));
    await pause(pauseMs);
  }
  await Promise.all(watching);
  const asked = (await presenter.seen()).keyFramesAsked - keyFramesAsked;
  console.log(
    `| ${2 * delayMs} ms | ${pauseMs} ms | ${simulcast ? 'three' : 'one'} | ` +
      `${[0.5, 0.95].map((share) => Math.round(percentile(shown, share))).join(' / ')} ms | ` +
      `${asked} for ${VIEWERS} | ${freezes}, ${frozen.toFixed(1)} s | ` +
      `${(frames / VIEWERS).toFixed(1)} | ${Math.round(percentile(waited, 0.5))} ms |`,
  );
  await studio.close();
  await browser.close();
}

circumstances();
for (const url of process.argv.slice(2)) {
  console.log(`\n${url}, ${VIEWERS} viewers, watched for ${WATCH_MS / 1_000 + 1} s each\n`);
  console.log(
    '| presenter away | a viewer each | layers | connected to first picture, p50 / p95 | keyframes asked | freezes | pictures/s | held back |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  await measure(url, 0, 100, false);
  await measure(url, 50, 100, false);
  await measure(url, 50, 100, true);
  await measure(url, 50, 2_500, false);
}
