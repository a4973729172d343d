/**
 * Measures what a cluster costs and how fast it is back: `npm run measure:cluster -w e2e`. Prints
 * figures with their circumstances; everything runs on the machine at hand.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Api, nickname } from '../src/api.ts';
import { Cluster } from '../src/cluster.ts';
import { eventually } from '../src/eventually.ts';
import { Rpc } from '../src/rpc.ts';
import { Castmesh } from '../src/server.ts';
import { circumstances, told } from './figures.ts';

const ROUNDS = Number(process.env.MEASURE_ROUNDS ?? 300);
const DEATHS = Number(process.env.MEASURE_DEATHS ?? 3);
const RETURNS = 50;
const ORPHANS = 20;
/** Under the limit of requests of one client. */
const BETWEEN_MS = 25;
const KINDS = ['gateway', 'room', 'media', 'call', 'vod', 'media-node'];

interface Visitor {
  token: string;
  rpc: Rpc;
  sessionId: string;
}

async function visitor(url: string): Promise<Visitor> {
  const { accessToken: token } = await new Api(url).register(nickname('visitor'));
  const rpc = await Rpc.open(url);
  const { sessionId } = await rpc.result('session.authenticate', { token });
  return { token, rpc, sessionId: String(sessionId) };
}

/** Comes back by a door. @returns whether nothing was missed */
async function resume(person: Visitor, url: string): Promise<boolean> {
  const lastSeq = person.rpc.events.at(-1)?.params.seq ?? 0;
  const rpc = await Rpc.open(url);
  const { sessionId, resumed } = await rpc.result('session.authenticate', {
    token: person.token,
    resume: { sessionId: person.sessionId, lastSeq },
  });
  if (sessionId !== person.sessionId) throw new Error('the session is lost');
  person.rpc = rpc;
  return resumed === true;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** One request that a gateway answers by itself, and one that it has to ask a service for. */
async function roundTrips(where: string, url: string): Promise<void> {
  const { rpc } = await visitor(url);
  for (const method of ['session.ping', 'media.list', 'call.list']) {
    for (let round = 0; round < 50; round++) {
      await rpc.result(method);
      await pause(BETWEEN_MS);
    }
    const values: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      values.push(await timed(() => rpc.result(method)));
      await pause(BETWEEN_MS);
    }
    told(`${where}: ${method}`, values, 2);
  }
  rpc.close();
}

async function deaths(cluster: Cluster): Promise<void> {
  for (const kind of KINDS) {
    const name = `${kind}-1`;
    const values: number[] = [];
    for (let death = 0; death < DEATHS; death++) {
      await cluster.order('kill', name);
      // It is started at once.
      const begin = performance.now();
      const management = cluster.managementOf(cluster.named(name));
      await eventually(
        `${name} is ready`,
        async () => {
          const response = await fetch(`${management}/health/ready`);
          if (!response.ok) throw new Error(await response.text());
        },
        { within: 120_000, every: 10 },
      );
      values.push(performance.now() - begin);
      await cluster.isWhole(120_000);
    }
    told(`killed ${kind}: start to first answer`, values);
  }
}

async function returns(cluster: Cluster): Promise<void> {
  const doors = cluster.ofService('gateway').map((one) => `http://${one.host}:${one.ports.http}`);
  const [first, second] = doors as [string, string];
  const there = await visitor(first);
  const same: number[] = [];
  const other: number[] = [];
  for (let round = 0; round < RETURNS; round++) {
    for (const [values, door] of [
      [same, first],
      [other, second],
      [same, second],
      [other, first],
    ] as const) {
      there.rpc.drop();
      values.push(await timed(() => resume(there, door)));
      await pause(BETWEEN_MS);
    }
  }
  there.rpc.close();
  told('session resume, same gateway', same, 1);
  told('session resume, other gateway, old one alive', other, 1);

  const orphans: Visitor[] = [];
  for (let orphan = 0; orphan < ORPHANS; orphan++) orphans.push(await visitor(first));
  const name = cluster.ofService('gateway')[0]?.name ?? '';
  await cluster.order('kill', name);
  const values = await Promise.all(
    orphans.map((orphan) =>
      timed(() => eventually('back', () => resume(orphan, second), { within: 60_000 })),
    ),
  );
  told('session resume, other gateway, old one killed', values);
  for (const orphan of orphans) orphan.rpc.close();
  await cluster.isWhole(120_000);
}

circumstances();
const castmesh = await Castmesh.start();
try {
  await roundTrips('one JVM', castmesh.url);
} finally {
  await castmesh.close();
}
const cluster = await Cluster.start();
try {
  console.log(
    `${'cluster, start to ready'.padEnd(44)} ${Math.round(cluster.startMs)} ms, ` +
      `${cluster.all().length} processes`,
  );
  await roundTrips('cluster', cluster.url);
  await returns(cluster);
  await deaths(cluster);
} finally {
  await cluster.close();
}
