/**
 * What the capacity model in docs/scale.md counts with: CPU time and memory for each unit of work,
 * of each process of a small cluster on this machine, beside the least that others need for the
 * same. CPU time is told, not time that passes: a busy machine changes little of it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { circumstances } from '../e2e/measure/figures.ts';
import { installLab } from '../e2e/measure/lab.ts';
import { Api, nickname } from '../e2e/src/api.ts';
import { TestBrowser } from '../e2e/src/browser.ts';
import { Cluster } from '../e2e/src/cluster.ts';
import { root } from '../e2e/src/machine.ts';
import { redisCommandsSoFar } from '../e2e/src/redis.ts';
import { Client, burst, heartbeats, many } from './crowd.ts';
import { forwarding } from './forwarding.ts';
import { Meter, liveHeapKilobytes, residentKilobytes } from './process.ts';

const SESSIONS = Number(process.env.BENCH_SESSIONS ?? 2_000);
const IDLE_SECONDS = Number(process.env.BENCH_IDLE_SECONDS ?? 30);
const EMPTY_SECONDS = 10;
const BURST_SECONDS = 8;
const MEDIA_SECONDS = 10;
const HEARTBEAT_SECONDS = 15;
const VIEWERS = 12;
/** Each looks at five seconds. */
const LOOKS = 3;
const LOGINS = 30;
const ASKERS = 48;
const SHOUTS = 60;
const ONE_OF_EACH = ['gateways', 'room', 'media', 'call', 'vod', 'media-nodes'].flatMap((what) => [
  `--${what}`,
  '1',
]);
const PARTS = ['sessions', 'fanout', 'requests', 'logins', 'media', 'forwarding'];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((part) => !PARTS.includes(part));
if (unknown.length > 0) {
  console.error(`castmesh: no such part: ${unknown.join(', ')}; there are ${PARTS.join(', ')}`);
  process.exit(64);
}
const wants = (part: string): boolean => wanted.length === 0 || wanted.includes(part);

function told(what: string, value: number, unit: string, digits = 1): void {
  console.log(`${what.padEnd(62)} ${value.toFixed(digits).padStart(9)} ${unit}`);
}

function per(seconds: number, count: number): number {
  return (seconds * 1e6) / Math.max(1, count);
}

class Bench {
  readonly #cluster: Cluster;
  readonly #door: string;
  readonly #api: Api;
  readonly #peer: ChildProcess;
  readonly #peerUrl: string;
  readonly #pids: Map<string, number>;

  private constructor(cluster: Cluster, peer: ChildProcess, peerPort: string) {
    this.#cluster = cluster;
    this.#peer = peer;
    this.#peerUrl = `ws://127.0.0.1:${peerPort}/`;
    const gateway = cluster.named('gateway-1');
    // Past the proxy: what it costs is its own affair.
    this.#door = `http://${gateway.host}:${gateway.ports.http}`;
    this.#api = new Api(this.#door);
    this.#pids = new Map(
      cluster.all().flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid] as const])),
    );
    this.#pids.set('peer', peer.pid ?? 0);
  }

  static async start(): Promise<Bench> {
    const cluster = await Cluster.start(
      {
        CASTMESH_AUTH_ATTEMPTS_PER_MINUTE: '100000',
        CASTMESH_LIMITS_MESSAGES_PER_SECOND: '10000',
        CASTMESH_SESSION_HEARTBEAT: String(HEARTBEAT_SECONDS),
      },
      ONE_OF_EACH,
    );
    const peer = spawn(process.execPath, ['--import', 'tsx', join(root, 'bench/peer.ts')], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [port] = (await once(peer.stdout!, 'data')) as [Buffer];
    return new Bench(cluster, peer, String(port).trim());
  }

  async close(): Promise<void> {
    this.#peer.kill();
    await this.#cluster.close();
  }

  /** A guest with a session. */
  async #guest(): Promise<Client> {
    const response = await this.#api.post('/auth/guest', { nickname: nickname('g').slice(0, 20) });
    const { accessToken } = (await response.json()) as { accessToken: string };
    return this.#session(accessToken);
  }

  async #session(accessToken: string): Promise<Client> {
    const client = await Client.open(`${this.#door.replace(/^http/, 'ws')}/ws`);
    await client.ask('session.authenticate', { token: accessToken });
    return client;
  }

  #pid(name: string): number {
    return this.#pids.get(name) ?? 0;
  }

  async #redis(): Promise<number> {
    return redisCommandsSoFar(this.#cluster.dataDir);
  }

  async sessionsAndFanout(): Promise<void> {
    // The first ones make classes load and code compile.
    const warm = await many(100, () => this.#guest());
    for (const client of warm) client.socket.close(1000);
    await pause(3_000);
    const heap = liveHeapKilobytes(this.#pid('gateway-1'));
    const resident = residentKilobytes(this.#pid('gateway-1'));
    const peerResident = residentKilobytes(this.#pid('peer'));
    // What a process spends without any session is not theirs.
    const empty = new Meter(this.#pids);
    await pause(EMPTY_SECONDS * 1_000);
    const base = new Map(
      [...this.#pids.keys()].map((name) => [name, empty.of(name) / empty.seconds] as const),
    );
    const arriving = new Meter(this.#pids);
    const redisBefore = await this.#redis();
    const crowd = await many(SESSIONS, () => this.#guest());
    const arrival = ['gateway-1', 'room-1', 'redis'].map((name) => arriving.of(name));
    const redisArrived = (await this.#redis()) - redisBefore;
    const peers = await many(SESSIONS, () => Client.open(this.#peerUrl));
    await pause(2_000);

    console.log(
      `\n${SESSIONS} sessions of guests on one gateway; a ping each ${HEARTBEAT_SECONDS} s`,
    );
    const stop = [heartbeats(crowd, HEARTBEAT_SECONDS), heartbeats(peers, HEARTBEAT_SECONDS)];
    if (wants('sessions')) {
      told(
        'sign in as guest and open a session: gateway',
        per(arrival[0] ?? 0, SESSIONS),
        'µs CPU',
      );
      told('  room-service', per(arrival[1] ?? 0, SESSIONS), 'µs CPU');
      told('  Redis', per(arrival[2] ?? 0, SESSIONS), 'µs CPU');
      told('  Redis', redisArrived / SESSIONS, 'commands');
      const live = liveHeapKilobytes(this.#pid('gateway-1'));
      told('memory of a session: live heap', (live - heap) / SESSIONS, 'KB');
      const grown = residentKilobytes(this.#pid('gateway-1')) - resident;
      told('  resident, collected', grown / SESSIONS, 'KB');
      const peerGrown = residentKilobytes(this.#pid('peer')) - peerResident;
      told('  ws on Node: resident', peerGrown / SESSIONS, 'KB');
      const redis = await this.#redis();
      const idle = new Meter(this.#pids);
      await pause(IDLE_SECONDS * 1_000);
      const each = (name: string): number =>
        per(idle.of(name) - (base.get(name) ?? 0) * idle.seconds, SESSIONS * idle.seconds);
      told(
        'without any session, each second: gateway',
        (base.get('gateway-1') ?? 0) * 1e3,
        'ms CPU',
      );
      told('an idle session, each second: gateway', each('gateway-1'), 'µs CPU', 2);
      told('  room-service (presence)', each('room-1'), 'µs CPU', 2);
      told('  Redis', each('redis'), 'µs CPU', 2);
      const commands = (await this.#redis()) - redis;
      told('  Redis, all processes together', commands / idle.seconds, 'commands/s');
      told('  ws on Node, the same pings', each('peer'), 'µs CPU', 2);
    }
    if (wants('fanout')) await this.#fanout(crowd, peers);
    for (const end of stop) end();
    for (const client of [...crowd, ...peers]) client.socket.close(1000);
    await pause(3_000);
  }

  async #fanout(crowd: Client[], peers: Client[]): Promise<void> {
    const star = await this.#api.register(nickname('star'));
    const users = [star.user.id];
    await many(crowd.length, (index) => crowd[index]!.ask('presence.watch', { users }));
    await pause(1_000);
    const heard = (all: Client[]): number => all.reduce((sum, one) => sum + one.heard, 0);
    // What is spent without any event is not theirs.
    const idle = new Meter(this.#pids);
    const idleHeard = heard(peers);
    await pause(5_000);
    const idleShare = (name: string): number => idle.of(name) / idle.seconds;
    const [gatewayIdle, peerIdle] = [idleShare('gateway-1'), idleShare('peer')];
    const pongsPerSecond = (heard(peers) - idleHeard) / idle.seconds;
    // One whom all of them watch comes and goes.
    const gateway = new Meter(this.#pids);
    const before = heard(crowd);
    for (let shout = 0; shout < SHOUTS / 2; shout++) {
      const client = await this.#session(star.accessToken);
      await pause(50);
      client.socket.close(1000);
      await pause(50);
    }
    await pause(2_000);
    const delivered = heard(crowd) - before - pongsPerSecond * gateway.seconds;
    const own = gatewayIdle * gateway.seconds;
    told(
      'an event to one of them: gateway',
      per(gateway.of('gateway-1') - own, delivered),
      'µs CPU',
      2,
    );
    told('  delivered', delivered, 'events', 0);
    const peer = new Meter(this.#pids);
    const peerBefore = heard(peers);
    const [first] = peers;
    const params = { user: { id: 'x'.repeat(36), nickname: 'somebody' }, state: 'online', seq: 1 };
    for (let shout = 0; shout < SHOUTS; shout++) {
      first?.send('all', params);
      await pause(50);
    }
    await pause(1_000);
    const sent = heard(peers) - peerBefore - pongsPerSecond * peer.seconds;
    told(
      '  ws on Node, the same',
      per(peer.of('peer') - peerIdle * peer.seconds, sent),
      'µs CPU',
      2,
    );
  }

  async requests(): Promise<void> {
    console.log(`\nrequests of ${ASKERS} sockets, each asks again when it is answered`);
    const askers = await many(ASKERS, () => this.#guest());
    const peers = await many(ASKERS, () => Client.open(this.#peerUrl));
    const ask: [string, object, string][] = [
      ['session.ping', {}, ''],
      ['media.list', {}, 'media-1'],
      ['call.list', {}, 'call-1'],
      ['presence.watch', { users: ['nobody'] }, 'room-1'],
    ];
    for (const [method, params, service] of ask) {
      await burst(askers, BURST_SECONDS / 2, method, params);
      const redis = await this.#redis();
      const meter = new Meter(this.#pids);
      const count = await burst(askers, BURST_SECONDS, method, params);
      const gateway = per(meter.of('gateway-1'), count);
      told(`${method}: gateway`, gateway, 'µs CPU');
      told('  that is, on one core', 1e6 / gateway, 'requests/s', 0);
      if (service !== '')
        told(`  ${service.replace(/-1$/, '-service')}`, per(meter.of(service), count), 'µs CPU');
      told('  Redis', ((await this.#redis()) - redis) / count, 'commands', 2);
    }
    await burst(peers, BURST_SECONDS / 2, 'session.ping', {});
    const meter = new Meter(this.#pids);
    const count = await burst(peers, BURST_SECONDS, 'session.ping', {});
    told('ws on Node, JSON in and out', per(meter.of('peer'), count), 'µs CPU');
    for (const client of [...askers, ...peers]) client.socket.close(1000);
  }

  async logins(): Promise<void> {
    console.log('\nsign-ins by password (Argon2id)');
    const name = nickname('login');
    const password = 'correct horse';
    await this.#api.register(name, password);
    for (let login = 0; login < 5; login++) await this.#login(name, password);
    const meter = new Meter(this.#pids);
    for (let login = 0; login < LOGINS; login++) await this.#login(name, password);
    told('a sign-in: gateway', per(meter.of('gateway-1'), LOGINS) / 1_000, 'ms CPU');
    told('  MariaDB', per(meter.of('mariadb'), LOGINS) / 1_000, 'ms CPU', 2);
  }

  async #login(name: string, password: string): Promise<void> {
    const response = await this.#api.post('/auth/login', { nickname: name, password });
    if (!response.ok) throw new Error(await response.text());
  }

  async media(): Promise<void> {
    console.log('\na live of 1280x720 from Chromium, recorded');
    const browser = await TestBrowser.launch();
    try {
      const page = async (): ReturnType<TestBrowser['person']> => {
        const person = await browser.person();
        const { accessToken } = await this.#api.register(nickname('lab'));
        await person.page.goto(`${this.#door}/openapi.json`);
        await person.page.evaluate(installLab, accessToken);
        return person;
      };
      const presenter = (await page()).page;
      const redisAtFirst = await this.#redis();
      const liveId = await presenter.evaluate(() => window.lab.publish());
      const begun = await this.#redis();
      const audience = (await page()).page;
      for (let viewer = 0; viewer < VIEWERS; viewer++) {
        await audience.evaluate((id) => window.lab.view(id), liveId);
      }
      told('Redis, for a live to begin', begun - redisAtFirst, 'commands');
      told('  for a viewer to come', ((await this.#redis()) - begun) / VIEWERS, 'commands');
      // What is forwarded often is compiled by then.
      await pause(MEDIA_SECONDS * 1_000);
      const watched = new Meter(this.#pids);
      const flows: Awaited<ReturnType<typeof window.lab.received>>[] = [];
      for (let look = 0; look < LOOKS; look++) {
        flows.push(await audience.evaluate(() => window.lab.received()));
      }
      const mean = (what: 'packetsPerSecond' | 'kilobits' | 'lost'): number =>
        flows.reduce((sum, flow) => sum + flow[what], 0) / LOOKS;
      const all = watched.of('media-node-1') / watched.seconds;
      await audience.close();
      await pause(3_000);
      const alone = new Meter(this.#pids);
      const redis = await this.#redis();
      await pause(MEDIA_SECONDS * 1_000);
      const aloneShare = alone.of('media-node-1') / alone.seconds;
      told('presenter, preview and recording: media node', aloneShare * 1e3, 'ms CPU/s');
      told('  media-service', (alone.of('media-1') / alone.seconds) * 1e3, 'ms CPU/s');
      const rest = ((await this.#redis()) - redis) / alone.seconds;
      told('  Redis, all processes together', rest, 'commands/s');
      const spent = all - aloneShare;
      told(`${VIEWERS} viewers more: media node, each`, (spent / VIEWERS) * 1e3, 'ms CPU/s');
      told('  a packet forwarded', per(spent, mean('packetsPerSecond')), 'µs CPU');
      told('  packets to a viewer', mean('packetsPerSecond') / VIEWERS, 'each second', 0);
      told('  pictures to a viewer', mean('kilobits'), 'kbit/s', 0);
      told('  lost', mean('lost') * LOOKS, 'packets', 0);
    } finally {
      await browser.close();
    }
  }
}

circumstances();
if (PARTS.slice(0, -1).some(wants)) {
  const bench = await Bench.start();
  try {
    if (wants('sessions') || wants('fanout')) await bench.sessionsAndFanout();
    if (wants('requests')) await bench.requests();
    if (wants('logins')) await bench.logins();
    if (wants('media')) await bench.media();
  } finally {
    await bench.close();
  }
}
if (wants('forwarding')) await forwarding();
