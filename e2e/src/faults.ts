import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { Cluster } from './cluster.ts';
import { ensure } from './ensure.ts';
import { eventually } from './eventually.ts';
import { redisEntries } from './redis.ts';
import { Scene, type Seen } from './scene.ts';
import { Table, seconds } from './table.ts';

/** A picture that hangs on what was killed stays away for longer; processors are busy meanwhile. */
export const STILL_MS = 5_000;
/** Leases and waiting sessions of those who are gone have run out by then. */
const RELEASED_MS = 75_000;
/** Tombstones, which keep late messages from bringing something back, last this long. */
const LEFTOVER_MS = 3_600_000;

/** What a fault has at hand. */
export interface Stage {
  readonly cluster: Cluster;
  readonly scene: Scene;
  readonly table: Table;
}

/** Things that break, one after the other, while everything is in use. Made in a suite. */
export class Faults {
  readonly #table = new Table();
  #cluster: Cluster | undefined;
  #scene: Scene | undefined;
  /** After a failure nobody knows in which state people are: the next fault gets new ones. */
  #isFit = true;
  #isSpent = false;

  constructor() {
    before(async () => {
      this.#cluster = await Cluster.startOrShare({ CASTMESH_AUTH_ACCESS_TTL: '7200' }, [
        '--media-nodes',
        '2',
      ]);
      this.#scene = await Scene.meet(this.#cluster);
    });
    after(async () => {
      this.#table.print();
      await this.#scene?.close();
      await this.#cluster?.close();
    });
  }

  get #stage(): Stage {
    ensure(this.#cluster, 'a cluster');
    ensure(this.#scene, 'a scene');
    return { cluster: this.#cluster, scene: this.#scene, table: this.#table };
  }

  /** A test: something breaks while everything is in use. */
  survives(
    what: string,
    work: (stage: Stage) => Promise<void>,
    prepare: (stage: Stage) => Promise<void> = () => Promise.resolve(),
  ): void {
    it(what, async () => {
      if (!this.#isFit) await this.#beginAnew();
      this.#isFit = false;
      await prepare(this.#stage);
      await this.#stage.scene.isPlaying(what);
      this.#isSpent = false;
      await work(this.#stage);
      this.#isFit = !this.#isSpent;
    });
  }

  /** The people of this fault have no live any more: the next one gets new ones. */
  spend(): void {
    this.#isSpent = true;
  }

  /** The last test: everybody leaves. */
  leaveNothing(): void {
    it('and afterwards nothing of all this is left', async () => {
      const { cluster, scene } = this.#stage;
      const sessions = [...scene.people.map((one) => one.sessionId)];
      const { company } = scene;
      const members = company.members.map((one) => one.sessionId);
      await company.leave();
      await scene.close();
      const nodes = await scene.whereabouts.nodes();
      await scene.whereabouts.havePipelines(0);
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
      this.#table.add('all of them', 'no pipeline, lease, peer or process is left', 'none');
    });
  }

  async #beginAnew(): Promise<void> {
    const { cluster, scene } = this.#stage;
    await scene.close();
    for (const one of cluster.all()) await cluster.order('start', one.name);
    this.#scene = await Scene.meet(cluster);
  }
}

export function told(seen: Seen): string {
  const silent = Object.entries(seen.silentMs).map(([who, ms]) => `${who} ${seconds(ms)}`);
  return [
    `picture still ${seconds(seen.stillMs)}`,
    ...silent,
    `room ${seconds(seen.sendMs)}`,
    `whole again ${seconds(seen.wholeMs)}`,
  ].join(', ');
}

/** Nothing but the one picture may have noticed. */
export function goesOn(seen: Seen): void {
  ensure(seen.stillMs < STILL_MS, `a picture stood still for ${seen.stillMs} ms`);
}
