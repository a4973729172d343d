import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../src/cluster.ts';
import { ensure } from '../src/ensure.ts';
import { eventually } from '../src/eventually.ts';
import { Faults, STILL_MS, goesOn, told } from '../src/faults.ts';
import { seesFrames } from '../src/frames.ts';
import { flushRedis, redisEntries } from '../src/redis.ts';
import type { Length, Scene } from '../src/scene.ts';
import { seconds } from '../src/table.ts';

const REASSERTED_MS = 10_000;
/** Presence, the longest of them, is believed for 45 s. */
const REDIS_AWAY_MS = 50_000;
const MARIADB_AWAY_MS = 20_000;
const PICTURE_MS = 30_000;

describe('a cluster in use survives its databases', () => {
  const faults = new Faults();

  /** Redis comes back without what it had: everybody says again what they own. */
  function redisSurvives(
    what: string,
    row: string,
    comesBackWithout: (cluster: Cluster) => Promise<void>,
  ): void {
    faults.survives(what, async ({ cluster, scene, table }) => {
      let backMs = 0;
      const seen = await scene.during(async () => {
        await comesBackWithout(cluster);
        const begin = performance.now();
        await isReasserted(cluster, scene);
        backMs = performance.now() - begin;
      });
      goesOn(seen);
      await scene.heardEverything();
      table.add(
        row,
        'media goes on, nothing is lost, re-asserted within 10 s',
        `after ${seconds(backMs)}, ${told(seen)}`,
      );
      ensure(backMs < REASSERTED_MS, `re-asserted after ${backMs} ms`);
    });
  }

  redisSurvives('Redis emptied', 'Redis flushed', (cluster) => flushRedis(cluster.dataDir));

  redisSurvives('Redis started again, empty', 'Redis restarted empty', async (cluster) => {
    await cluster.order('stop', 'redis');
    rmSync(join(cluster.dataDir, 'redis/data'), { recursive: true, force: true });
    await cluster.order('start', 'redis');
  });

  redisSurvives(
    'Redis away for longer than any lease',
    `Redis away for ${seconds(REDIS_AWAY_MS)}`,
    async (cluster) => {
      await cluster.order('stop', 'redis');
      await pause(REDIS_AWAY_MS);
      await cluster.order('start', 'redis');
    },
  );

  faults.survives('MariaDB away for 20 s, while a live ends', async ({ cluster, scene, table }) => {
    const { liveId } = scene;
    const other = await scene.newcomer('other');
    await other.goLive('Through the outage');
    const preview = other.see('server-preview');
    await seesFrames(preview, PICTURE_MS, 'the other presenter');
    let length: Length = { least: 0, most: 0 };
    let listedMs = 0;
    const gap = await scene.whileCalling(async () => {
      await cluster.order('stop', 'mariadb');
      const away = pause(MARIADB_AWAY_MS);
      length = await scene.stopLive();
      const refused = await scene.api.post('/auth/register', {
        nickname: 'nobody',
        password: 'correct horse',
      });
      assert.equal(refused.status, 503, await refused.text());
      await away;
      await cluster.order('start', 'mariadb');
      const begin = performance.now();
      await scene.recordings(liveId, 1);
      listedMs = performance.now() - begin;
    }, preview);
    await other.stopLive();
    assert.deepEqual(other.complaints, []);
    await other.close();
    await cluster.isWhole(60_000);
    const recorded = await scene.isRecorded(liveId, length);
    await scene.heardEverything();
    table.add(
      'MariaDB away for 20 s',
      'lives and calls go on, recordings are registered later',
      `picture still ${seconds(gap)}, listed ${seconds(listedMs)} after its return, ` +
        `${recorded.toFixed(1)} s of ${length.least.toFixed(1)} s`,
    );
    ensure(gap < STILL_MS, `a picture stood still for ${gap} ms`);
  });

  faults.leaveNothing();
});

/** The live and those who watch, those who are there, and the call. */
async function isReasserted(cluster: Cluster, scene: Scene): Promise<void> {
  await eventually(
    'the live, the people and the call are known again',
    async () => {
      const { items } = await scene.api.lives();
      const live = items.find((one) => one.liveId === scene.liveId);
      assert.equal(live?.viewers, scene.viewers.length, JSON.stringify(items));
      const entries = await redisEntries(cluster.dataDir);
      for (const person of scene.people) {
        const key = `presence:session:${person.sessionId}`;
        ensure(
          entries.some((one) => one.key === key),
          `${person.name} is not there`,
        );
      }
      ensure(
        entries.some((one) => one.key.startsWith('call:state:')),
        'the call is not known',
      );
    },
    { within: 60_000 },
  );
}
