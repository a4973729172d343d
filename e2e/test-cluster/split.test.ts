import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Cluster } from '../src/cluster.ts';
import { ensure } from '../src/ensure.ts';
import { Hub } from '../src/hub.ts';
import { Scene } from '../src/scene.ts';
import { Table, seconds } from '../src/table.ts';

const CUT_MS = 30_000;
/** As in the other faults: media does not hang on the network between the services. */
const STILL_MS = CUT_MS / 3;
const SERVICES = ['room', 'media', 'call', 'vod', 'gateway'];
const INSIDE = 'E2E_INSIDE';

/**
 * Each half is a computer of its own; databases, media nodes, proxy and browsers are a third. What
 * the services say to each other crosses a network, so nobody else is to read it.
 */
function placed(hub: Hub): string[] {
  const options = ['--bind', hub.address, '--tls'];
  for (const service of SERVICES) {
    hub.sides.forEach(({ address, wrap }, side) => {
      const name = `${service}-${side + 1}`;
      options.push('--host', `${name}=${address}`, '--wrap', `${name}=${wrap}`);
    });
  }
  return options;
}

if (process.env[INSIDE]) {
  describe('half of a cluster is cut off from the other half and comes back', () => {
    const table = new Table();
    let hub: Hub;
    let cluster: Cluster;
    let scene: Scene;

    before(async () => {
      hub = await Hub.make(2);
      cluster = await Cluster.start({ CASTMESH_AUTH_ACCESS_TTL: '7200' }, placed(hub));
      // The room's members sit on both sides.
      const doors = cluster
        .ofService('gateway')
        .map((one) => `http://${one.host}:${one.ports.http}`);
      scene = await Scene.meet(cluster, [...doors, ...doors]);
    });

    after(async () => {
      table.print();
      await scene?.close();
      await cluster?.close();
      hub?.close();
    });

    it('everybody goes on, and afterwards every process reaches every other one', async () => {
      await scene.goLive('Split');
      await scene.call();
      await scene.heardEverything();
      let joinedMs = 0;
      const seen = await scene.during(async () => {
        hub.cut();
        await pause(CUT_MS);
        hub.heal();
        const begin = performance.now();
        await scene.whereabouts.areMet(60_000);
        joinedMs = performance.now() - begin;
      });
      ensure(seen.stillMs < STILL_MS, `a picture stood still for ${seen.stillMs} ms`);
      const heard = await scene.heardEverything();
      const { liveId } = scene;
      const length = await scene.stopLive();
      const recorded = await scene.isRecorded(liveId, length);
      await scene.hangUp();
      await scene.whereabouts.havePipelines(0);
      const restarts = cluster.all().reduce((sum, one) => sum + one.restarts, 0);
      table.add(
        `halves cut off for ${seconds(CUT_MS)}`,
        'every node is reached again, no event is lost',
        `met again after ${seconds(joinedMs)}, ${heard} events heard, ${restarts} restarts by ` +
          `themselves, picture still ${seconds(seen.stillMs)}, room ${seconds(seen.sendMs)}, ` +
          `${scene.company.overtaken} of them overtaken, ${recorded.toFixed(1)} s of ${length.least.toFixed(1)} s recorded`,
      );
    });
  });
} else {
  it('a network split', { skip: Hub.forbidden() ?? false }, async () => {
    // In a network of its own, so that nothing of it can be left in that of the machine.
    const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
    const inside = spawn(
      'unshare',
      [
        '-n',
        process.execPath,
        ...process.execArgv,
        '--test-reporter=spec',
        fileURLToPath(import.meta.url),
      ],
      {
        env: { ...environment, [INSIDE]: 'yes' },
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    );
    const [code] = (await once(inside, 'exit')) as [number | null];
    assert.equal(code, 0, 'what was tested inside stands above');
  });
}
