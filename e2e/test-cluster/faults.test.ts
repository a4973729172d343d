import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ensure } from '../src/ensure.ts';
import { eventually } from '../src/eventually.ts';
import { Faults, goesOn, told } from '../src/faults.ts';
import { Scene } from '../src/scene.ts';
import { seconds } from '../src/table.ts';

const ADOPTED_MS = 10_000;
/** As long as clients try to place their media anew. */
const PLACED_ANEW_MS = 30_000;
/** A live whose presenter has no media server for 20 s ends; some of it is for finding one. */
const IN_TIME_MS = 12_000;
const UNDISTURBED_MS = 5_000;
/** Longer than clients and the other processes wait for a sign of life. */
const HANGS_MS = 40_000;
/** The proxy gives it up after three checks; those who wait for it come again. */
const ELSEWHERE_MS = 20_000;
const THAWED_MS = 90_000;

describe('a cluster in use survives', () => {
  const faults = new Faults();

  faults.survives('nothing: a recorded live, a call and a room', async ({ scene, table }) => {
    const seen = await scene.during(() => pause(UNDISTURBED_MS));
    goesOn(seen);
    await scene.heardEverything();
    // While instances die two events may come the other way round; their numbers tell. Not here.
    assert.equal(scene.company.overtaken, 0, 'events that came after a later one');
    await scene.whereabouts.havePipelines(2);
    table.add('none', 'all goes on', told(seen));
  });

  faults.survives(
    'the death of the gateway that holds the presenter',
    async ({ cluster, scene, table }) => {
      const name = await scene.whereabouts.gatewayOf(scene.presenter);
      const seen = await scene.during(() => cluster.order('kill', name), {
        'GET /lives': '/lives',
      });
      goesOn(seen);
      await scene.heardEverything();
      table.add('kill -9 gateway', 'clients come back elsewhere, media goes on', told(seen));
    },
  );

  faults.survives('the death of a room-service', async ({ cluster, scene, table }) => {
    const name = await scene.whereabouts.busiest('room');
    const seen = await scene.during(() => cluster.order('kill', name));
    goesOn(seen);
    await scene.heardEverything();
    table.add('kill -9 room', 'another one answers, no event is lost', told(seen));
  });

  faults.survives('the death of a call-service', async ({ cluster, scene, table }) => {
    const guest = await Scene.guest(cluster.url);
    const seen = await scene.during(() => cluster.order('kill', 'call-1'), {
      'call.list': () => guest.result('call.list', {}, 5_000),
    });
    guest.close();
    goesOn(seen);
    await scene.heardEverything();
    table.add('kill -9 call', 'another one answers, calls stand', told(seen));
  });

  faults.survives('the death of the proxy', async ({ cluster, scene, table }) => {
    const seen = await scene.during(() => cluster.order('kill', 'haproxy'), {
      'GET /lives': '/lives',
    });
    goesOn(seen);
    await scene.heardEverything();
    table.add('kill -9 haproxy', 'clients come back, media goes on', told(seen));
  });

  faults.survives('a gateway that hangs for a while', async ({ cluster, scene, table }) => {
    const name = await scene.whereabouts.gatewayOf(scene.presenter);
    const node = await scene.whereabouts.nodeOf(scene.presenter);
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
            async () => assert.notEqual(await scene.whereabouts.nodeOf(scene.presenter), node),
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

  faults.survives('the draining of a gateway, unnoticed', async ({ cluster, scene, table }) => {
    const name = await scene.whereabouts.gatewayOf(scene.presenter);
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

  faults.survives(
    'the death of a vod-service at the moment when a recording ends',
    async ({ cluster, scene, table }) => {
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
    },
  );

  faults.survives(
    'the death of the media-service that has the live',
    async ({ cluster, scene, table }) => {
      const owner = await scene.whereabouts.ownerOfLive();
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
    },
  );

  faults.survives(
    'the death of the media node that carries the live',
    async ({ cluster, scene, table }) => {
      const { liveId } = scene;
      const [carrier] = await scene.whereabouts.carriers(liveId);
      ensure(carrier, 'a media node with pipelines');
      const seen = await scene.during(() => cluster.order('kill', carrier));
      ensure(seen.stillMs < PLACED_ANEW_MS, `a picture stood still for ${seen.stillMs} ms`);
      await scene.heardEverything();
      await pause(3_000);
      await scene.stopLive();
      await scene.arePlayable(liveId, 2);
      await scene.hangUp();
      await scene.whereabouts.havePipelines(0);
      table.add(
        'kill -9 media node, another is there',
        'placed anew, what was recorded is listed',
        told(seen),
      );
    },
  );

  faults.survives(
    'the death of the only media node',
    async ({ cluster, scene, table }) => {
      const { liveId } = scene;
      const [gap] = await Promise.all(scene.viewers.map((one) => scene.gapOf(one)));
      await cluster.order('kill', 'media-node-1');
      const begin = performance.now();
      await cluster.isWhole(120_000, 'media-node-1');
      const backMs = performance.now() - begin;
      await cluster.order('start', 'media-node-2');
      const promised =
        'placed anew when it is back in time, else ended; what was recorded is listed';
      const hasGoneOn = await Promise.any([
        scene.works().then(() => true),
        ...scene.viewers.map((one) =>
          one
            .see('live-ended')
            .waitFor()
            .then(() => false),
        ),
      ]);
      ensure(hasGoneOn || backMs > IN_TIME_MS, `back after ${backMs} ms, and the live has ended`);
      if (hasGoneOn) {
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
        faults.spend();
        table.add('kill -9 the only media node', promised, `back after ${seconds(backMs)}: ended`);
      }
    },
    ({ cluster }) => cluster.order('stop', 'media-node-2'),
  );

  faults.survives('a rolling restart of every process', async ({ cluster, scene, table }) => {
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

  faults.leaveNothing();
});
