import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Cluster } from '../src/cluster.ts';
import { ensure } from '../src/ensure.ts';
import { eventually } from '../src/eventually.ts';
import { flushRedis, redisEntries } from '../src/redis.ts';
import { type Length, Scene, type Seen } from '../src/scene.ts';
import { Table } from '../src/table.ts';

/** A picture that hangs on what was killed stays away for longer; processors are busy meanwhile. */
const STILL_MS = 5_000;
const ADOPTED_MS = 10_000;
const REASSERTED_MS = 10_000;
/** As long as clients try to place their media anew. */
const PLACED_ANEW_MS = 30_000;
/** A live whose presenter has no media server for 20 s ends; some of it is for finding one. */
const IN_TIME_MS = 12_000;
const AWAY_MS = 20_000;
const UNDISTURBED_MS = 5_000;
/** Longer than clients and the other processes wait for a sign of life. */
const HANGS_MS = 40_000;
/** The proxy gives it up after three checks; those who wait for it come again. */
const ELSEWHERE_MS = 20_000;
const THAWED_MS = 90_000;
/** Leases and waiting sessions of those who are gone have run out by then. */
const RELEASED_MS = 75_000;
/** Tombstones, which keep late messages from bringing something back, last this long. */
const LEFTOVER_MS = 3_600_000;

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function told(seen: Seen): string {
  const silent = Object.entries(seen.silentMs).map(([who, ms]) => `${who} ${seconds(ms)}`);
  return [
    `picture still ${seconds(seen.stillMs)}`,
    ...silent,
    `room ${seconds(seen.sendMs)}`,
    `whole again ${seconds(seen.wholeMs)}`,
  ].join(', ');
}

describe('a cluster in use survives', () => {
  const table = new Table();
  let cluster: Cluster;
  let scene: Scene;

  /** After a failure nobody knows in which state people are: the next fault gets new ones. */
  let isFit = true;
  let isSpent = false;

  before(async () => {
    cluster = await Cluster.startOrShare({ CASTMESH_AUTH_ACCESS_TTL: '7200' }, [
      '--media-nodes',
      '2',
    ]);
    scene = await Scene.meet(cluster);
  });

  after(async () => {
    table.print();
    await scene?.close();
    await cluster?.close();
  });

  /** Something breaks while everything is in use. */
  function survives(
    what: string,
    work: () => Promise<void>,
    prepare: () => Promise<void> = () => Promise.resolve(),
  ): void {
    it(what, async () => {
      if (!isFit) {
        await scene.close();
        for (const one of cluster.all()) await cluster.order('start', one.name);
        scene = await Scene.meet(cluster);
      }
      isFit = false;
      await prepare();
      await scene.isPlaying(what);
      isSpent = false;
      await work();
      isFit = !isSpent;
    });
  }

  /** Nothing but the one picture may have noticed. */
  function goesOn(seen: Seen): void {
    ensure(seen.stillMs < STILL_MS, `a picture stood still for ${seen.stillMs} ms`);
  }

  survives('nothing: a recorded live, a call and a room', async () => {
    const seen = await scene.during(() => pause(UNDISTURBED_MS));
    goesOn(seen);
    await scene.heardEverything();
    // While instances die two events may come the other way round; their numbers tell. Not here.
    assert.equal(scene.company.overtaken, 0, 'events that came after a later one');
    await scene.havePipelines(2);
    table.add('none', 'all goes on', told(seen));
  });

  survives('the death of the gateway that holds the presenter', async () => {
    const name = await scene.gatewayOf(scene.presenter);
    const seen = await scene.during(() => cluster.order('kill', name), { 'GET /lives': '/lives' });
    goesOn(seen);
    await scene.heardEverything();
    table.add('kill -9 gateway', 'clients come back elsewhere, media goes on', told(seen));
  });

  survives('the death of a room-service', async () => {
    const seen = await scene.during(() => cluster.order('kill', 'room-1'));
    goesOn(seen);
    await scene.heardEverything();
    table.add('kill -9 room', 'another one answers, no event is lost', told(seen));
  });

  survives('the death of a call-service', async () => {
    const guest = await Scene.guest(cluster.url);
    const seen = await scene.during(() => cluster.order('kill', 'call-1'), {
      'call.list': () => guest.result('call.list', {}, 5_000),
    });
    guest.close();
    goesOn(seen);
    await scene.heardEverything();
    table.add('kill -9 call', 'another one answers, calls stand', told(seen));
  });

  survives('the death of the proxy', async () => {
    const seen = await scene.during(() => cluster.order('kill', 'haproxy'), {
      'GET /lives': '/lives',
    });
    goesOn(seen);
    await scene.heardEverything();
    table.add('kill -9 haproxy', 'clients come back, media goes on', told(seen));
  });

  survives('a gateway that hangs for a while', async () => {
    const name = await scene.gatewayOf(scene.presenter);
    const node = await scene.nodeOf(scene.presenter);
    const { pid, host, ports } = cluster.named(name);
    ensure(pid, `the process ${name}`);
    let elsewhereMs = 0;
    let servesMs = 0;
    const seen = await scene.during(
      async () => {
        const begin = performance.now();
        process.kill(pid, 'SIGSTOP');
        try {
          await eventually(
            'the presenter is at another gateway',
            async () => assert.notEqual(await scene.nodeOf(scene.presenter), node),
            { within: ELSEWHERE_MS, every: 250 },
          );
          elsewhereMs = performance.now() - begin;
          await pause(HANGS_MS - elsewhereMs);
        } finally {
          process.kill(pid, 'SIGCONT');
        }
        const thawed = performance.now();
        await scene.serves(`http://${host}:${ports.http}`, THAWED_MS);
        servesMs = performance.now() - thawed;
      },
      { 'GET /lives': '/lives' },
    );
    goesOn(seen);
    assert.equal(cluster.named(name).pid, pid, 'it goes on, and is not started afresh');
    const unanswered = seen.silentMs['GET /lives'] ?? 0;
    ensure(unanswered < ELSEWHERE_MS, `GET /lives was silent for ${unanswered} ms`);
    await scene.heardEverything();
    table.add(
      `gateway hangs for ${seconds(HANGS_MS)}`,
      'clients come back elsewhere, later it is one of them again',
      `presenter elsewhere after ${seconds(elsewhereMs)}, it serves ${seconds(servesMs)} after the ` +
        `end, ${told(seen)}`,
    );
  });

  survives('the draining of a gateway, unnoticed', async () => {
    const name = await scene.gatewayOf(scene.presenter);
    const seen = await scene.during(
      async () => {
        await cluster.order('stop', name);
        await cluster.order('start', name);
      },
      { 'GET /lives': '/lives' },
    );
    goesOn(seen);
    await scene.heardEverything();
    table.add('SIGTERM gateway', 'nobody notices', told(seen));
  });

  survives('the death of a vod-service at the moment when a recording ends', async () => {
    const { liveId } = scene;
    const length = await scene.stopLive();
    const begin = performance.now();
    // The other one lists it, while this one is started anew.
    const killed = cluster.order('kill', 'vod-1');
    await scene.recordings(liveId, 1);
    const listed = performance.now() - begin;
    await killed;
    const recorded = await scene.isRecorded(liveId, length);
    await cluster.isWhole(60_000);
    table.add(
      'kill -9 vod at the end of a live',
      'the recording is listed',
      `listed after ${seconds(listed)}, ${recorded.toFixed(1)} s of ${length.least.toFixed(1)} s`,
    );
  });

  survives('the death of the media-service that has the live', async () => {
    const owner = await scene.ownerOfLive();
    const late = await scene.latecomer();
    let adoptedMs = 0;
    const seen = await scene.during(async () => {
      // Not by order, which waits until it is started anew: the other one is to take over before.
      process.kill(cluster.named(owner).pid ?? assert.fail(), 'SIGKILL');
      adoptedMs = await late.watch(scene.liveId);
      await late.goTo('lives');
    });
    assert.deepEqual(late.complaints, []);
    await late.close();
    goesOn(seen);
    await scene.heardEverything();
    const { liveId } = scene;
    const length = await scene.stopLive();
    const recorded = await scene.isRecorded(liveId, length);
    table.add(
      'kill -9 media',
      'media goes on, adopted within 10 s, recording whole',
      `who clicks then sees it after ${seconds(adoptedMs)}, ${recorded.toFixed(1)} s of ` +
        `${length.least.toFixed(1)} s recorded, ${told(seen)}`,
    );
    ensure(adoptedMs < ADOPTED_MS, `a viewer who comes then sees it after ${adoptedMs} ms`);
  });

  survives('Redis emptied', async () => {
    let backMs = 0;
    const seen = await scene.during(async () => {
      await flushRedis(cluster.dataDir);
      const begin = performance.now();
      await isReasserted();
      backMs = performance.now() - begin;
    });
    goesOn(seen);
    await scene.heardEverything();
    table.add(
      'Redis flushed',
      're-asserted within 10 s',
      `after ${seconds(backMs)}, ${told(seen)}`,
    );
    ensure(backMs < REASSERTED_MS, `re-asserted after ${backMs} ms`);
  });

  survives('Redis started again, empty', async () => {
    let backMs = 0;
    const seen = await scene.during(async () => {
      await cluster.order('stop', 'redis');
      rmSync(join(cluster.dataDir, 'redis/data'), { recursive: true, force: true });
      await cluster.order('start', 'redis');
      const begin = performance.now();
      await isReasserted();
      backMs = performance.now() - begin;
    });
    goesOn(seen);
    await scene.heardEverything();
    table.add(
      'Redis restarted empty',
      're-asserted within 10 s',
      `after ${seconds(backMs)}, ${told(seen)}`,
    );
    ensure(backMs < REASSERTED_MS, `re-asserted after ${backMs} ms`);
  });

  /** The live and those who watch, those who are there, and the call. */
  async function isReasserted(): Promise<void> {
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

  survives('MariaDB away for 20 s, while a live ends', async () => {
    const { liveId } = scene;
    let length: Length = { least: 0, most: 0 };
    let listedMs = 0;
    const gap = await scene.whileCalling(async () => {
      await cluster.order('stop', 'mariadb');
      const away = pause(AWAY_MS);
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
    });
    await cluster.isWhole(60_000);
    const recorded = await scene.isRecorded(liveId, length);
    await scene.heardEverything();
    table.add(
      'MariaDB away for 20 s',
      'calls go on, recordings are registered later',
      `picture still ${seconds(gap)}, listed ${seconds(listedMs)} after its return, ` +
        `${recorded.toFixed(1)} s of ${length.least.toFixed(1)} s`,
    );
    ensure(gap < STILL_MS, `a picture of the call stood still for ${gap} ms`);
  });

  survives('the death of the media node that carries the live', async () => {
    const { liveId } = scene;
    const [carrier] = await scene.carriers();
    ensure(carrier, 'a media node with pipelines');
    const seen = await scene.during(() => cluster.order('kill', carrier));
    ensure(seen.stillMs < PLACED_ANEW_MS, `a picture stood still for ${seen.stillMs} ms`);
    await scene.heardEverything();
    await pause(3_000);
    await scene.stopLive();
    await scene.arePlayable(liveId, 2);
    await scene.hangUp();
    await scene.havePipelines(0);
    table.add(
      'kill -9 media node, another is there',
      'placed anew, what was recorded is listed',
      told(seen),
    );
  });

  survives(
    'the death of the only media node',
    async () => {
      const { liveId } = scene;
      const [gap] = await Promise.all(scene.viewers.map((one) => scene.gapOf(one)));
      await cluster.order('kill', 'media-node-1');
      const begin = performance.now();
      await cluster.isWhole(120_000, 'media-node-1');
      const backMs = performance.now() - begin;
      await cluster.order('start', 'media-node-2');
      const promised =
        'placed anew when it is back in time, else ended; what was recorded is listed';
      const goesOn = await Promise.any([
        scene.works().then(() => true),
        ...scene.viewers.map((one) =>
          one
            .see('live-ended')
            .waitFor()
            .then(() => false),
        ),
      ]);
      ensure(goesOn || backMs > IN_TIME_MS, `back after ${backMs} ms, and the live has ended`);
      if (goesOn) {
        const stillMs = (await gap?.())?.longestGapMs ?? 0;
        await scene.heardEverything();
        await pause(3_000);
        await scene.stopLive();
        await scene.arePlayable(liveId, 2);
        table.add(
          'kill -9 the only media node',
          promised,
          `back after ${seconds(backMs)}, picture still ${seconds(stillMs)}`,
        );
      } else {
        // A machine this slow is a media server that stays away: everybody is told.
        for (const viewer of scene.viewers) await viewer.see('live-ended').waitFor();
        await scene.arePlayable(liveId, 1);
        isSpent = true;
        table.add('kill -9 the only media node', promised, `back after ${seconds(backMs)}: ended`);
      }
    },
    () => cluster.order('stop', 'media-node-2'),
  );

  survives('a rolling restart of every process', async () => {
    const { liveId } = scene;
    const services = ['room', 'call', 'vod', 'media', 'gateway'];
    const names = services.flatMap((service) => cluster.ofService(service).map((one) => one.name));
    const seen = await scene.during(
      async () => {
        for (const name of names) await cluster.order('restart', name);
      },
      { 'GET /lives': '/lives', 'GET /videos': '/videos' },
    );
    goesOn(seen);
    const heard = await scene.heardEverything();
    const length = await scene.stopLive();
    const recorded = await scene.isRecorded(liveId, length);
    await scene.hangUp();
    table.add(
      'rolling restart of all services',
      'nothing acknowledged is lost',
      `${heard} events heard so far, ${recorded.toFixed(1)} s of ${length.least.toFixed(1)} s recorded, ` +
        told(seen),
    );
  });

  it('and afterwards nothing of all this is left', async () => {
    const sessions = [...scene.people.map((one) => one.sessionId)];
    const { company } = scene;
    const members = company.members.map((one) => one.sessionId);
    await company.leave();
    await scene.close();
    const nodes = await scene.nodes();
    await scene.havePipelines(0);
    assert.deepEqual((await scene.api.lives()).items, []);
    await eventually(
      'Redis holds nothing of those who are gone but what ends by itself',
      async () => {
        const entries = await redisEntries(cluster.dataDir);
        const left = entries.filter(({ key, content, ttl }) => {
          const text = `${key} ${content}`;
          const dead = (text.match(/\b(gateway|room|media|call|vod)-[0-9a-f]{8}\b/g) ?? []).some(
            (node) => !nodes.includes(node),
          );
          const gone = [...sessions, ...members].some((id) => text.includes(id));
          return (dead || gone) && (ttl < 0 || ttl > LEFTOVER_MS);
        });
        assert.deepEqual(left, []);
      },
      { within: RELEASED_MS, every: 500 },
    );
    const expected = cluster.all().map((one) => one.pid);
    ensure(!expected.includes(null), JSON.stringify(cluster.all()));
    table.add('all of them', 'no pipeline, lease, peer or process is left', 'none');
  });
});
