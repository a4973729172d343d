/**
 * How the media node holds out: `npm run measure:endurance -w e2e -- 60 20` lets one presenter be
 * seen for so many minutes by so many viewers at a time. They come and go, some of them over a poor
 * network and some without a good-bye, and all is recorded. The presenter's line loses packets and
 * fails once; the recording pauses once. Then everything must be gone, and the file in step, or it
 * ends with 1.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { liveHeapKilobytes, residentKilobytes } from '../../bench/process.ts';
import { TestBrowser } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { freePort, remove, root, temporaryFolder } from '../src/machine.ts';
import { probeFile } from '../src/recordings.ts';
import { type Participant, Studio } from '../src/studio.ts';
import { type Hearing, claps, installClapper } from '../src/clapper.ts';
import { circumstances, percentile } from './figures.ts';

const MINUTES = Number(process.argv[2] ?? 60);
const VIEWERS = Number(process.argv[3] ?? 20);
const STAY_MS = { least: 5_000, most: 120_000 };
const FIRST_PICTURES = 10;
/** What a viewer is sent goes through a relay of ours and is decoded: both want little. */
const PICTURE = { width: 320, height: 180, codec: 'video/VP8', maxBitrate: 300_000 };
const POOR = { loss: 0.02, delayMs: 40, reorderMs: 10 };
const PRESENTER = { loss: 0.01, delayMs: 30, reorderMs: 20 };
const OUTAGE_MS = 3_000;
const PAUSE_MS = 10_000;
/** What people begin to notice (ITU-R BT.1359), and the claps that may lack half. */
const IN_STEP_MS = 80;
const UNPAIRED = 0.03;

/** The media node alone, as `./castmesh media-node` starts it. */
class Node {
  readonly folder = temporaryFolder();
  readonly #child: ChildProcess;
  readonly #management: number;
  readonly url: string;

  private constructor(control: number, management: number) {
    this.url = `ws://127.0.0.1:${control}/kurento`;
    this.#management = management;
    this.#child = spawn(join(root, 'castmesh'), ['media-node'], {
      env: {
        ...process.env,
        CASTMESH_RECORDINGS_DIR: this.folder,
        CASTMESH_MEDIA_NODE_CONTROL_PORT: String(control),
        CASTMESH_MANAGEMENT_PORT: String(management),
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  static async start(): Promise<Node> {
    const node = new Node(await freePort(), await freePort());
    await eventually('the media node is ready', () => node.metrics(), { within: 120_000 });
    return node;
  }

  async metrics(): Promise<Map<string, number>> {
    const answer = await fetch(`http://127.0.0.1:${this.#management}/metrics`, {
      signal: AbortSignal.timeout(5_000),
    });
    const text = await answer.text();
    const lines = [...text.matchAll(/^(castmesh_media_node_\S+) (\S+)$/gm)];
    if (lines.length === 0) throw new Error(`${answer.status} instead of metrics: ${text}`);
    return new Map(lines.map(([, name, value]) => [String(name), Number(value)]));
  }

  get memory(): { heapMb: number; residentMb: number; files: number; threads: number } {
    const pid = this.#child.pid ?? 0;
    const heapMb = liveHeapKilobytes(pid) / 1_024;
    const threads = Number(
      /^Threads:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1],
    );
    const files = readdirSync(`/proc/${pid}/fd`).length;
    return { heapMb, residentMb: residentKilobytes(pid) / 1_024, files, threads };
  }

  async close(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exit;
    remove(this.folder);
  }
}

/** Viewers, one after the other on each of the seats. */
class Audience {
  readonly #studio: Studio;
  readonly #presenter: Participant;
  readonly #seats: Promise<void>[] = [];
  #over = false;
  readonly firstFrameMs: number[] = [];
  present = 0;
  came = 0;
  readonly troubles: string[] = [];

  constructor(studio: Studio, presenter: Participant) {
    this.#studio = studio;
    this.#presenter = presenter;
    for (let seat = 0; seat < VIEWERS; seat++) this.#seats.push(this.#sit(seat));
  }

  async #sit(seat: number): Promise<void> {
    await pause(seat * 500);
    while (!this.#over) {
      try {
        await this.#watch(seat % 4 === 0);
      } catch (failure) {
        this.troubles.push(String(failure));
        await pause(1_000);
      }
    }
  }

  async #watch(poorly: boolean): Promise<void> {
    const viewer = await this.#studio.join({ sends: false, receives: true });
    this.came++;
    this.present++;
    try {
      if (poorly) viewer.network.set(POOR);
      await this.#studio.connect(this.#presenter, viewer);
      const moves = async (since: number): Promise<void> => {
        const { framesDecoded, firstFrameMs } = await viewer.seen();
        if (framesDecoded < since + FIRST_PICTURES || firstFrameMs === 0) {
          throw new Error(`viewer ${this.came} has ${framesDecoded} pictures, ${since} before`);
        }
      };
      await eventually('a viewer sees', () => moves(0), { within: 15_000, every: 250 });
      this.firstFrameMs.push((await viewer.seen()).firstFrameMs);
      await this.#stay();
      const { framesDecoded } = await viewer.seen();
      await eventually('a viewer still sees', () => moves(framesDecoded), { within: 15_000 });
    } finally {
      this.present--;
      if (Math.random() < 0.5) await viewer.close();
      else await viewer.vanish();
    }
  }

  async #stay(): Promise<void> {
    const until = performance.now() + STAY_MS.least + Math.random() ** 2 * STAY_MS.most;
    while (performance.now() < until && !this.#over) await pause(500);
  }

  async leave(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#seats);
  }
}

function row(name: string, node: Node, present: number, came: number): void {
  const { heapMb, residentMb, files, threads } = node.memory;
  const cells = [name, present, came, heapMb.toFixed(1), residentMb.toFixed(0), files, threads];
  console.log(`| ${cells.join(' | ')} |`);
}

function tellStep(file: string): void {
  const { duration, tracks } = probeFile(file);
  const begin = tracks.find(({ kind }) => kind === 'audio')?.start ?? 0;
  for (const { kind, codec, packets, length } of tracks) {
    console.log(`${kind}: ${codec}, ${packets} packets, ${length.toFixed(2)} s of ${duration} s`);
  }
  const hearings: Hearing[] = ['by packets', 'by counting'];
  for (const hearing of hearings) {
    const { found, seen } = claps(file, hearing, begin);
    const late = found.map(({ soundLateMs }) => soundLateMs);
    const part = Math.max(1, Math.floor(late.length / 6));
    const middle = (some: number[]): number => percentile(some, 0.5);
    const parts = [late.slice(0, part), late.slice(-part)].map(middle);
    console.log(
      `sound behind picture, ${hearing}: first sixth ${parts[0]?.toFixed(0)} ms, ` +
        `last sixth ${parts[1]?.toFixed(0)} ms; all ${Math.min(...late).toFixed(0)} to ` +
        `${Math.max(...late).toFixed(0)} ms, ${found.length} claps heard of ${seen} seen`,
    );
    const inStep = parts.every((millis) => Math.abs(millis) <= IN_STEP_MS);
    const wrong = late.filter((millis) => Math.abs(millis) > 2 * IN_STEP_MS).length;
    const few = Math.max(1, seen * UNPAIRED);
    if (!inStep || wrong > few || found.length < seen - few) {
      console.log(`NOT IN STEP ${hearing}`);
      process.exitCode = 1;
    }
  }
}

/** What happens to a live of an hour, at a quarter and at half of it. */
async function disturb(
  studio: Studio,
  presenter: Participant,
  recorder: string,
  minute: number,
): Promise<void> {
  if (minute === Math.round(MINUTES / 4)) {
    presenter.network.set({ ...PRESENTER, loss: 1 });
    await pause(OUTAGE_MS);
    presenter.network.set(PRESENTER);
  } else if (minute === Math.round(MINUTES / 2)) {
    await studio.kurento.invoke(recorder, 'pause');
    await pause(PAUSE_MS);
    await studio.kurento.invoke(recorder, 'record');
  }
}

circumstances();
const node = await Node.start();
const browser = await TestBrowser.launch();
try {
  const studio = await Studio.open(browser, node.url, installClapper);
  console.log('\n| | viewers | came | heap MB | resident MB | open files | threads |');
  console.log('|---|---|---|---|---|---|---|');
  row('before', node, 0, 0);
  const presenter = await studio.join({ ...PICTURE, sends: true, receives: false });
  const { kurento, pipeline } = studio;
  const uri = `file://${join(node.folder, 'hour.webm')}`;
  const recorder = await kurento.create('RecorderEndpoint', { mediaPipeline: pipeline, uri });
  await kurento.invoke(presenter.endpoint, 'connect', { sink: recorder });
  presenter.network.set(PRESENTER);
  await kurento.invoke(recorder, 'record');
  const audience = new Audience(studio, presenter);
  const begin = performance.now();
  for (let minute = 1; minute <= MINUTES; minute++) {
    await pause(begin + minute * 60_000 - performance.now());
    await disturb(studio, presenter, recorder, minute);
    if (minute % Math.max(1, Math.round(MINUTES / 12)) === 0) {
      row(`${minute} min`, node, audience.present, audience.came);
    }
  }
  await audience.leave();
  await kurento.invoke(recorder, 'stopAndWait');
  await presenter.close();
  await kurento.release(recorder);
  await studio.close();
  await pause(5_000);
  row('after', node, audience.present, audience.came);
  const first = audience.firstFrameMs;
  console.log(
    `first picture p50 ${percentile(first, 0.5).toFixed(0)} ms, ` +
      `p95 ${percentile(first, 0.95).toFixed(0)} ms, n=${first.length}`,
  );
  console.log(`troubles: ${audience.troubles.length}`, audience.troubles.slice(0, 10));
  const left = [...(await node.metrics())].filter(([name]) => /endpoints|recorders/.test(name));
  console.log('left over:', Object.fromEntries(left));
  if (left.some(([, count]) => count > 0)) process.exitCode = 1;
  tellStep(join(node.folder, 'hour.webm'));
} finally {
  await browser.close();
  await node.close();
}
