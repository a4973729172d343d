import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster, Process } from './cluster.ts';
import { eventually } from './eventually.ts';
import { pipelines } from './kurento.ts';
import type { Person } from './person.ts';
import { redisEntries } from './redis.ts';

interface Mesh {
  node: string;
  nodes: { node: string; service: string; state: string }[];
}

/** Which process of a cluster has what: a session, a live, pipelines; and whom it knows. */
export class Whereabouts {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** The name of the gateway process that holds somebody's session. */
  gatewayOf(person: Person): Promise<string> {
    return eventually(`the gateway of ${person.name}`, async () =>
      this.#processOf(await this.nodeOf(person)),
    );
  }

  /** The same as the node that others know. */
  async nodeOf(person: Person): Promise<string> {
    const entries = await redisEntries(this.#cluster.dataDir);
    const lease = entries.find((one) => one.key === `presence:session:${person.sessionId}`);
    return (JSON.parse(lease?.content ?? '""') as string).split(' ')[1] ?? '';
  }

  /** The process of a service that has told most events in the last two seconds. */
  async busiest(service: string): Promise<string> {
    const processes = this.#cluster.ofService(service);
    const told = (): Promise<number[]> =>
      Promise.all(processes.map((one) => this.#metric(one, 'castmesh_bus_events_total')));
    const before = await told();
    await pause(2_000);
    const now = await told();
    const more = now.map((count, at) => count - (before[at] ?? 0));
    const at = more.indexOf(Math.max(...more));
    return processes[at]?.name ?? assert.fail(`no ${service}`);
  }

  /** The name of the media-service process that has the live; there is no other live. */
  async ownerOfLive(): Promise<string> {
    return eventually('one media-service has the live', async () => {
      const owners: string[] = [];
      for (const one of this.#cluster.ofService('media')) {
        if ((await this.#metric(one, 'castmesh_media_lives')) > 0) owners.push(one.name);
      }
      assert.equal(owners.length, 1, `owners: ${owners.join(', ')}`);
      return owners[0] ?? '';
    });
  }

  /** The media nodes that have pipelines, the one of a live first. */
  async carriers(liveId: string): Promise<string[]> {
    const entries = await redisEntries(this.#cluster.dataDir);
    const live = entries.find((one) => one.content.includes(liveId) && /kurento/.test(one.content));
    const nodes = this.#cluster.ofService('media-node');
    const first = nodes.find((one) => live?.content.includes(`:${one.ports.control}/`));
    const counts = await this.pipelines();
    const others = [...counts].filter(([, count]) => count > 0).map(([name]) => name);
    return [...new Set([...(first ? [first.name] : []), ...others])];
  }

  /** The names of the media nodes with the number of their pipelines. */
  async pipelines(): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const node of this.#cluster.ofService('media-node')) {
      if (node.state !== 'ready') continue;
      const { host, ports, name } = node;
      counts.set(name, (await pipelines(host, ports.control ?? 0)).length);
    }
    return counts;
  }

  /** Waits until the media nodes together have so many pipelines and no more. */
  async havePipelines(count: number, ms = 30_000): Promise<void> {
    await eventually(
      `${count} pipelines`,
      async () => {
        const counts = await this.pipelines();
        const all = [...counts.values()].reduce((sum, one) => sum + one, 0);
        assert.equal(all, count, JSON.stringify([...counts]));
      },
      { within: ms, every: 250 },
    );
  }

  /** The ids of the nodes that run. */
  async nodes(): Promise<string[]> {
    return (await this.#meshes()).map((mesh) => mesh.node);
  }

  /** Each process of the mesh knows exactly those that run, all of them running. */
  async areMet(ms = 30_000): Promise<void> {
    await eventually(
      'every process knows every other one, and none that is gone',
      async () => {
        const meshes = await this.#meshes();
        const there = meshes.map((mesh) => mesh.node).sort();
        for (const { node, nodes } of meshes) {
          const known = nodes.map((one) => one.node).sort();
          assert.deepEqual(known, there, `what ${node} knows`);
        }
      },
      { within: ms, every: 200 },
    );
  }

  async #processOf(node: string): Promise<string> {
    for (const one of this.#cluster.all()) {
      if (!node.startsWith(`${one.service}-`) || one.state !== 'ready') continue;
      const mesh = await this.#mesh(this.#cluster.managementOf(one));
      if (mesh.node === node) return one.name;
    }
    throw new Error(`no process is the node ${node}`);
  }

  /** The sum of a metric over its labels. */
  async #metric(one: Process, name: string): Promise<number> {
    const response = await fetch(`${this.#cluster.managementOf(one)}/metrics`);
    const samples = (await response.text()).matchAll(
      new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'),
    );
    return [...samples].reduce((sum, [, value]) => sum + Number(value), 0);
  }

  async #meshes(): Promise<Mesh[]> {
    const members = this.#cluster.all().filter((one) => 'bus' in one.ports);
    return Promise.all(members.map((one) => this.#mesh(this.#cluster.managementOf(one))));
  }

  async #mesh(management: string): Promise<Mesh> {
    const response = await fetch(`${management}/mesh`, { signal: AbortSignal.timeout(5_000) });
    return (await response.json()) as Mesh;
  }
}
