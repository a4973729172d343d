/**
 * Measures what people feel, on the machine at hand: `npm run measure -w e2e`. Prints figures with
 * their circumstances. The numbers are those of this machine doing everything at once: server,
 * databases, and the browsers of all presenters and viewers.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { Api, nickname } from '../src/api.ts';
import { TestBrowser } from '../src/browser.ts';
import { Castmesh } from '../src/server.ts';
import { circumstances, told } from './figures.ts';
import { type Figures, installLab } from './lab.ts';

const ROUNDS = Number(process.env.MEASURE_ROUNDS ?? 50);
const VIEWERS = 10;
const CPU_SECONDS = 15;

/** CPU seconds of a process and all its children so far, from /proc. */
function cpuSeconds(pids: number[]): number {
  const ticks = pids.map((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, one) => sum + one, 0) / 100;
}

function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}

async function lab(browser: TestBrowser, castmesh: Castmesh): Promise<Page> {
  const { page } = await browser.person();
  const { accessToken } = await new Api(castmesh.url).register(nickname('lab'));
  // Any page of the server's origin may use the camera; this one runs no application.
  await page.goto(`${castmesh.url}/openapi.json`);
  await page.evaluate(installLab, accessToken);
  return page;
}

async function main(): Promise<void> {
  circumstances();
  const castmesh = await Castmesh.start();
  const browser = await TestBrowser.launch();
  try {
    const first = castmesh.startMs;
    await pause(5_000);
    const { pid } = castmesh;
    const databases = castmesh.processes();
    const memory = [pid, ...databases].map(residentMegabytes);
    await castmesh.stop();
    const again: number[] = [];
    for (let round = 0; round < 3; round++) {
      await castmesh.start();
      again.push(castmesh.startMs);
      if (round < 2) await castmesh.stop();
    }
    console.log(`start to ready, empty data folder             ${Math.round(first)} ms`);
    told('start to ready, data present', again);
    console.log(
      `idle memory (resident)                        JVM ${memory[0]} MB, databases ${memory
        .slice(1)
        .reduce((sum, one) => sum + one, 0)} MB`,
    );

    const page = await lab(browser, castmesh);
    const publish: Figures[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      publish.push(await page.evaluate(() => window.lab.publishOnce()));
    }
    told(
      'publish: offer to answer',
      publish.map((one) => one.answerMs),
    );
    told(
      'publish: offer to first frame of the preview',
      publish.map((one) => one.firstFrameMs),
    );

    const presenter = await lab(browser, castmesh);
    const liveId = await presenter.evaluate(() => window.lab.publish());
    const view: Figures[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      view.push(await page.evaluate((id) => window.lab.viewOnce(id), liveId));
    }
    told(
      'view: offer to answer',
      view.map((one) => one.answerMs),
    );
    told(
      'view: offer to first frame',
      view.map((one) => one.firstFrameMs),
    );

    const processes = [castmesh.pid, ...castmesh.processes()];
    const measured = async (what: string): Promise<void> => {
      const before = cpuSeconds([castmesh.pid]);
      const beforeAll = cpuSeconds(processes);
      await pause(CPU_SECONDS * 1_000);
      const share = (seconds: number): string => ((seconds / CPU_SECONDS) * 100).toFixed(1);
      console.log(
        `${what.padEnd(44)} ${share(cpuSeconds([castmesh.pid]) - before)} % of one core (JVM), ` +
          `${share(cpuSeconds(processes) - beforeAll)} % with the databases, ` +
          `${residentMegabytes(castmesh.pid)} MB`,
      );
    };
    await measured('CPU: one presenter, recorded');
    const viewers = await lab(browser, castmesh);
    for (let viewer = 0; viewer < VIEWERS; viewer++) {
      await viewers.evaluate((id) => window.lab.view(id), liveId);
    }
    await pause(3_000);
    await measured(`CPU: one presenter and ${VIEWERS} viewers`);
    const flow = await viewers.evaluate(() => window.lab.received());
    console.log(
      `the viewers' picture                          ${flow.width}x${flow.height}, ` +
        `${flow.framesPerSecond} frames/s, ${Math.round(flow.kilobits)} kbit/s each, ${flow.lost} packets lost`,
    );
  } finally {
    await browser.close();
    await castmesh.close();
  }
}

await main();
