/**
 * What a viewer sees over a network that loses, delays and reorders: `npm run measure:loss -w e2e --
 * ws://host:port/kurento ...`, one media server after the other over the same relay. Frames are
 * those of Chromium's fake camera, 20 a second. `MEASURE_SECONDS`, `MEASURE_LOSSES=0.05,0.1` and
 * `MEASURE_SIDES=viewer` take a part of it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { TestBrowser } from '../src/browser.ts';
import type { Conditions } from '../src/poor-network.ts';
import { type Participant, Studio } from '../src/studio.ts';
import { circumstances } from './figures.ts';

const SECONDS = Number(process.env.MEASURE_SECONDS ?? 30);
const LOSSES = (process.env.MEASURE_LOSSES ?? '0,0.02,0.05,0.1').split(',').map(Number);
const SIDES = (process.env.MEASURE_SIDES ?? 'presenter,viewer').split(',') as Side[];
const SETTLE_MS = 5_000;
const OUTAGE_MS = 1_000;
const RECOVERED_FRAMES = 5;

type Side = 'presenter' | 'viewer';

/** How long after an outage of a second the picture moves again. */
async function recoveryMs(
  hurt: Participant,
  viewer: Participant,
  line: Partial<Conditions>,
): Promise<number> {
  hurt.network.set({ ...line, loss: 1 });
  await pause(OUTAGE_MS);
  hurt.network.set(line);
  const begin = performance.now();
  const { framesDecoded: before } = await viewer.seen();
  while (performance.now() - begin < 15_000) {
    if ((await viewer.seen()).framesDecoded >= before + RECOVERED_FRAMES) {
      return performance.now() - begin;
    }
    await pause(10);
  }
  return Number.POSITIVE_INFINITY;
}

async function measure(url: string, side: Side, loss: number): Promise<void> {
  const browser = await TestBrowser.launch();
  const studio = await Studio.open(browser, url);
  const wishes = { width: 1280, height: 720, codec: 'video/VP8' };
  const presenter = await studio.join({ ...wishes, sends: true, receives: false });
  const viewer = await studio.join({ ...wishes, sends: false, receives: true });
  await studio.connect(presenter, viewer);
  const hurt = side === 'presenter' ? presenter : viewer;
  const line = { loss, delayMs: 50, reorderMs: 20 };
  await pause(SETTLE_MS);
  hurt.network.set(line);
  await pause(SETTLE_MS);
  const begin = await viewer.seen();
  await pause(SECONDS * 1_000);
  const end = await viewer.seen();
  const recoveries: number[] = [];
  for (let round = 0; round < 3; round++) {
    recoveries.push(await recoveryMs(hurt, viewer, line));
    await pause(3_000);
  }
  const frames = (end.framesDecoded - begin.framesDecoded) / SECONDS;
  const kilobits = ((end.bytes - begin.bytes) * 8) / 1_000 / SECONDS;
  const concealed = (end.concealedSeconds - begin.concealedSeconds) / SECONDS;
  const recovery = recoveries.sort((a, b) => a - b)[1] ?? Number.NaN;
  console.log(
    `| ${side} | ${loss * 100} % | ${frames.toFixed(1)} | ${end.freezeCount - begin.freezeCount} | ` +
      `${(end.freezeSeconds - begin.freezeSeconds).toFixed(1)} s | ${Math.round(kilobits)} | ` +
      `${end.keyFrames - begin.keyFrames} | ${(concealed * 100).toFixed(1)} % | ${Math.round(recovery)} ms |`,
  );
  await studio.close();
  await browser.close();
}

circumstances();
for (const url of process.argv.slice(2)) {
  console.log(`\n${url}, ${SECONDS} s each, 100 ms there and back, 2 % reordered by up to 20 ms\n`);
  console.log(
    '| lossy side | loss | frames/s | freezes | frozen | kbit/s | keyframes | sound concealed | after 1 s outage |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|');
  for (const side of SIDES) {
    for (const loss of LOSSES) await measure(url, side, loss);
  }
}
