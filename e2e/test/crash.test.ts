import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Api, type Video } from '../src/api.ts';
import { TestBrowser } from '../src/browser.ts';
import { ensure } from '../src/ensure.ts';
import { eventually } from '../src/eventually.ts';
import { seesFrames } from '../src/frames.ts';
import { described, isAlive } from '../src/machine.ts';
import { Person } from '../src/person.ts';
import { probe } from '../src/recordings.ts';
import { redisEntries } from '../src/redis.ts';
import { Castmesh } from '../src/server.ts';

const RELEASE_MS = 60_000;
const RECORD_MS = 6_000;
/** The dead process's lease has to run out before its recording may be finished by another. */
const ADOPTED_MS = 30_000;
/** Tombstones, which keep late messages from bringing a live back, last this long. */
const LEFTOVER_MS = 3_600_000;
const KURENTO = process.env.CASTMESH_KURENTO_URLS;

async function recordingOf(api: Api, liveId: string, ms: number): Promise<Video> {
  return eventually(
    'the recording is listed',
    async () => {
      const video = (await api.videos()).items.find((one) => one.liveId === liveId);
      ensure(video, 'not in the list');
      return video;
    },
    { within: ms },
  );
}

async function isWhole(castmesh: Castmesh, video: Video, atLeastMs: number): Promise<void> {
  const { duration, tracks } = await probe(castmesh.url, video);
  assert.deepEqual(tracks.map((track) => track.kind).sort(), ['audio', 'video']);
  ensure(duration > atLeastMs / 1_000, `${duration} s of at least ${atLeastMs} ms`);
  ensure(Math.abs(video.durationSeconds - duration) <= 0.5, JSON.stringify(video));
}

describe("the presenter's browser is killed", () => {
  let castmesh: Castmesh;
  let browser: TestBrowser;
  let doomed: TestBrowser;
  let viewer: Person;
  let liveId = '';

  before(async () => {
    castmesh = await Castmesh.start();
    [browser, doomed] = await Promise.all([TestBrowser.launch(), TestBrowser.launch()]);
    const presenter = await Person.signUp(doomed, castmesh.url, 'doomed');
    liveId = await presenter.goLive('Last words');
    viewer = await Person.signUp(browser, castmesh.url, 'viewer');
    await viewer.watch(liveId);
    await pause(RECORD_MS);
  });

  after(async () => {
    await browser?.close();
    await castmesh?.close();
  });

  it('viewers are told within 60 seconds', async () => {
    const begin = performance.now();
    await doomed.kill();
    await viewer.see('live-ended').waitFor({ timeout: RELEASE_MS });
    const took = performance.now() - begin;
    ensure(took < RELEASE_MS, `${took} ms`);
    const reason = viewer.see('live-ended').locator('[data-reason]');
    assert.equal(await reason.getAttribute('data-reason'), 'presenter_gone');
  });

  it('the recording is listed and plays', async () => {
    const video = await recordingOf(new Api(castmesh.url), liveId, 10_000);
    await isWhole(castmesh, video, RECORD_MS);
    await viewer.goTo('videos');
    await viewer.videoCard(liveId).click();
    await seesFrames(viewer.see('video-player'), 5_000, 'the recording');
  });
});

describe('castmesh is killed with -9 while it records', () => {
  let castmesh: Castmesh;
  let browser: TestBrowser;
  let liveId = '';
  let sessionIds: string[];
  let old: number[];
  let video: Video;

  before(async () => {
    castmesh = await Castmesh.start();
    browser = await TestBrowser.launch();
    const presenter = await Person.signUp(browser, castmesh.url, 'presenter');
    liveId = await presenter.goLive('Lights out');
    const viewer = await Person.signUp(browser, castmesh.url, 'viewer');
    await viewer.watch(liveId);
    await pause(RECORD_MS);
    sessionIds = [presenter.sessionId, viewer.sessionId];
    old = [castmesh.pid, ...castmesh.processes()];
    ensure(old.length >= 3, `castmesh and its databases run: ${old.join(', ')}`);
    await castmesh.kill();
    // Their pages would sign in again; here only what the server does by itself counts.
    await browser.close();
  });

  after(() => castmesh?.close());

  it('starts again on the same data', async () => {
    await castmesh.start();
    assert.deepEqual(described(old.filter(isAlive)), [], 'no process of the old run is left');
  });

  it('the recording is listed and plays', async () => {
    video = await recordingOf(new Api(castmesh.url), liveId, ADOPTED_MS);
    // What the media server had not written down when it died may be missing: a second or two.
    await isWhole(castmesh, video, RECORD_MS - 2_500);
    const again = await TestBrowser.launch();
    try {
      const guest = await Person.signUp(again, castmesh.url, 'guest');
      await guest.goTo('videos');
      await guest.videoCard(liveId).click();
      await seesFrames(guest.see('video-player'), 5_000, 'the recording');
    } finally {
      await again.close();
    }
  });

  it('nothing of the old run is left in Redis, in the live list or among the recordings', async () => {
    // A cluster gives the presenter a moment to come back.
    await eventually(
      'no live is listed',
      async () => assert.deepEqual((await new Api(castmesh.url).lives()).items, []),
      { within: RELEASE_MS },
    );
    await eventually(
      'Redis holds nothing of the old live but what ends by itself',
      async () => {
        const entries = await redisEntries(castmesh.dataDir);
        const left = entries.filter(({ key, content, ttl }) => {
          const isOld = [liveId, ...sessionIds].some((id) => `${key} ${content}`.includes(id));
          return isOld && (ttl < 0 || ttl > LEFTOVER_MS);
        });
        assert.deepEqual(left, []);
      },
      { within: RELEASE_MS },
    );
    if (!KURENTO) {
      const files = readdirSync(castmesh.recordingsDir, { recursive: true }) as string[];
      const left = files.filter(
        (name) => name.includes(liveId) && !/\.(webm|jpg|jpeg)$/.test(name),
      );
      assert.deepEqual(left, [], 'tickets and unfinished files');
    }
  });

  it('ends in an orderly way afterwards', async () => {
    assert.equal(await castmesh.stop(), 0, castmesh.lastWords());
  });
});
