/**
 * What it costs to forward: the media node beside Janus and Kurento, on this machine, in this run,
 * with the same presenter and viewers (`media/load`, on Pion).
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, remove, root, temporaryFolder } from '../e2e/src/machine.ts';
import { percentile } from '../e2e/measure/figures.ts';

const CROWDS = (process.env.BENCH_VIEWERS ?? '10,100,500').split(',').map(Number);
/** How many present at the same time, each to as many of the viewers. */
const LIVES = Number(process.env.BENCH_LIVES ?? 1);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 10);
const BURST = 50;
const START_SECONDS = 60;
/** A Kurento command gets its port as an argument: `path/to/start.sh 8888`. */
const KURENTO = process.env.BENCH_KURENTO ?? '';
const JANUS = '/usr/lib/x86_64-linux-gnu/janus';
const OPTIONS = ['-Xms64m', '-Xmx512m', '-XX:+UseG1GC'];

/** What `media/load` prints. */
interface Load {
  viewers: number;
  serverMicrosPerPacket: number;
  serverShare: number;
  ownShare: number;
  packetsPerSecond: number;
  lost: number;
  expected: number;
  delayP50Millis: number;
  delayP99Millis: number;
  setUpP50Millis: number;
  setUpP95Millis: number;
  setUpCpuMillis: number;
  kilobytesPerViewer: number;
  residentKilobytes: number;
  threads: number;
  silent: number;
  stuck: number;
}

interface Server {
  readonly name: string;
  readonly protocol: 'kurento' | 'janus';
  readonly url: string;
  readonly child: ChildProcess;
  readonly profile: 'gcm' | 'cm80';
}

/** Janus ignores the loopback interface; what a machine sends to itself goes there all the same. */
function device(): { name: string; address: string } {
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const { address, family, internal } of addresses ?? []) {
      if (family === 'IPv4' && !internal) return { name, address };
    }
  }
  return { name: 'lo', address: '127.0.0.1' };
}

async function listening(name: string, port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < START_SECONDS * 5; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    if (child.exitCode !== null) break;
    await pause(200);
  }
  throw new Error(`${name} does not listen on port ${port} within ${START_SECONDS} s`);
}

class Forwarding {
  readonly #folder = temporaryFolder();
  readonly #device = device();
  readonly #servers: Server[] = [];
  readonly #load = join(this.#folder, 'load');
  readonly #gcLog = join(this.#folder, 'gc.log');
  readonly #starts = [
    () => this.#startNode('media node', 'gcm'),
    () => this.#startJanus(),
    () => this.#startKurento(),
  ];

  async run(): Promise<void> {
    try {
      this.#compile();
      await this.#compareColdStarts();
      for (const start of this.#starts) await start();
      for (const viewers of CROWDS) await this.#compare(viewers);
      this.#tellCollections();
    } finally {
      await this.#stopServers();
      remove(this.#folder);
    }
  }

  async #stopServers(): Promise<void> {
    const servers = this.#servers.splice(0);
    for (const { child } of servers) child.kill();
    await Promise.all(
      servers.map(
        ({ child }) => child.exitCode ?? new Promise((resolve) => child.once('exit', resolve)),
      ),
    );
  }

  /** Debian's packages, not modules: nothing is fetched. */
  #compile(): void {
    execFileSync('go', ['build', '-o', this.#load, '.'], {
      cwd: join(root, 'bench/media/load'),
      env: {
        ...process.env,
        GO111MODULE: 'off',
        GOPATH: '/usr/share/gocode',
        GOCACHE: join(root, 'target/go'),
      },
      stdio: 'inherit',
    });
  }

  async #startNode(name: string, profile: Server['profile']): Promise<void> {
    const port = await freePort();
    const libraries = readFileSync(join(root, 'standalone/target/libraries.classpath'), 'utf8');
    const child = spawn(
      'java',
      [
        ...OPTIONS,
        `-Xlog:gc:file=${this.#gcLog}`,
        '-cp',
        `${join(root, 'standalone/target/castmesh-standalone.jar')}:${libraries.trim()}`,
        'io.castmesh.medianodeservice.MediaNodeMain',
      ],
      {
        cwd: root,
        stdio: ['ignore', 'ignore', 'inherit'],
        env: {
          ...process.env,
          CASTMESH_MEDIA_NODE_CONTROL_PORT: String(port),
          CASTMESH_MEDIA_NODE_HOST: this.#device.address,
          CASTMESH_MANAGEMENT_PORT: String(await freePort()),
        },
      },
    );
    const url = `ws://127.0.0.1:${port}/kurento`;
    this.#servers.push({ name, protocol: 'kurento', url, child, profile });
    await listening(name, port, child);
  }

  async #startJanus(): Promise<void> {
    if (!existsSync(JANUS) || this.#device.name === 'lo') {
      console.log('Janus is left out: it needs the package janus and an interface besides lo.');
      return;
    }
    const port = await freePort();
    const configs = join(this.#folder, 'janus');
    mkdirSync(configs, { recursive: true });
    const others = 'audiobridge duktape echotest lua nosip recordplay sip streaming textroom';
    const disabled = [...others.split(' '), 'videocall', 'voicemail'];
    const wires = ['http', 'mqtt', 'nanomsg', 'pfunix', 'rabbitmq'];
    const files = (names: string[]): string => names.map((n) => `libjanus_${n}.so`).join(',');
    writeFileSync(
      join(configs, 'janus.jcfg'),
      `general: { configs_folder = "${configs}", plugins_folder = "${JANUS}/plugins",
         transports_folder = "${JANUS}/transports", events_folder = "${JANUS}/events",
         loggers_folder = "${JANUS}/loggers", debug_level = 1 }
       nat: { ice_enforce_list = "${this.#device.name}" }
       plugins: { disable = "${files(disabled)}" }
       transports: { disable = "${files(wires)}" }`,
    );
    writeFileSync(
      join(configs, 'janus.transport.websockets.jcfg'),
      `general: { ws = true, ws_port = ${port}, ws_interface = "lo", wss = false }
       admin: { admin_ws = false }`,
    );
    const child = spawn('janus', ['-F', configs, '-C', join(configs, 'janus.jcfg'), '-o'], {
      stdio: 'ignore',
    });
    const url = `ws://127.0.0.1:${port}/`;
    this.#servers.push({ name: 'Janus', protocol: 'janus', url, child, profile: 'gcm' });
    await listening('Janus', port, child);
  }

  async #startKurento(): Promise<void> {
    const [command, ...rest] = KURENTO.split(' ');
    if (!command) {
      console.log('Kurento is left out: BENCH_KURENTO names no command that starts it.');
      return;
    }
    const port = await freePort();
    const child = spawn(command, [...rest, String(port)], {
      stdio: 'ignore',
      env: { ...process.env, KMS_IFS: this.#device.name },
    });
    const url = `ws://127.0.0.1:${port}/kurento`;
    this.#servers.push({ name: 'Kurento', protocol: 'kurento', url, child, profile: 'cm80' });
    await listening('Kurento', port, child);
  }

  #measure(server: Server, viewers: number): Load {
    const said = execFileSync(
      this.#load,
      [
        ...['-server', server.protocol, '-url', server.url, '-pid', String(server.child.pid)],
        ...['-lives', String(LIVES)],
        ...['-viewers', String(viewers), '-burst', String(Math.min(BURST, viewers))],
        ...['-seconds', String(SECONDS), '-profile', server.profile],
        ...['-interface', this.#device.name],
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    );
    // Pion complains on the standard output, too.
    return JSON.parse(said.trim().split('\n').at(-1) ?? '') as Load;
  }

  /** Who comes to a server that has just been started: those who saw the one before it die. */
  async #compareColdStarts(): Promise<void> {
    const seen = new Map<string, Load[]>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const start of this.#starts) {
        await start();
        for (const server of this.#servers) {
          const loads = seen.get(server.name) ?? [];
          seen.set(server.name, [...loads, this.#measure(server, BURST)]);
        }
        await this.#stopServers();
      }
    }
    console.log(
      `\n${BURST} viewers come at once to a server that was just started; ${ROUNDS} rounds`,
    );
    for (const [name, loads] of seen) {
      const median = (value: (load: Load) => number): string =>
        percentile(loads.map(value), 0.5).toFixed(0);
      console.log(
        `${name.padEnd(12)} first packet after ${median((l) => l.setUpP50Millis)} (p50), ` +
          `${median((l) => l.setUpP95Millis)} ms (p95); ` +
          `CPU of the server each ${median((l) => l.setUpCpuMillis)} ms; ` +
          `who had to come again ${median((l) => l.stuck)}`,
      );
    }
  }

  /** In turn, several times: what else the machine does hits all alike. The first round warms up. */
  async #compare(viewers: number): Promise<void> {
    const seen = new Map<Server, Load[]>(this.#servers.map((server) => [server, []]));
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [server, loads] of seen) {
        try {
          const load = this.#measure(server, viewers);
          if (round > 0) loads.push(load);
        } catch (failure) {
          // The first is what is measured: without it there is nothing to tell.
          if (server === this.#servers[0]) throw failure;
          console.log(`${server.name} is left out with ${viewers} viewers: ${String(failure)}`);
          seen.delete(server);
        }
        await pause(1_000);
      }
    }
    const lives = LIVES === 1 ? 'one live' : `${LIVES} lives`;
    console.log(`\n${viewers} viewers of ${lives}; medians of ${ROUNDS} rounds of ${SECONDS} s`);
    const names = [...seen.keys()].map(({ name, profile }) => `${name} ${profile}`.padStart(17));
    console.log(' '.repeat(44) + names.join('') + '   times ours');
    const row = (what: string, value: (load: Load) => number, digits: number): void => {
      const values = [...seen.values()].map((loads) => percentile(loads.map(value), 0.5));
      const cells = values.map((one) => one.toFixed(digits).padStart(17)).join('');
      const ratios = values.slice(1).map((one) => (one / (values[0] ?? 1)).toFixed(1));
      console.log(what.padEnd(44) + cells + '   ' + ratios.join(' '));
    };
    row('CPU of the server, µs a packet', (l) => l.serverMicrosPerPacket, 1);
    row('  as a share of one core, %', (l) => l.serverShare * 100, 0);
    row('  packets/s forwarded', (l) => l.packetsPerSecond, 0);
    row('lost, of a million', (l) => (l.lost / Math.max(1, l.expected)) * 1e6, 0);
    row('viewers without a packet', (l) => l.silent, 0);
    row('  who had to come again', (l) => l.stuck, 0);
    row('forwarding delay, p50 ms', (l) => l.delayP50Millis, 2);
    row('forwarding delay, p99 ms', (l) => l.delayP99Millis, 2);
    row(
      `${Math.min(BURST, viewers)} come at once: first packet, p50 ms`,
      (l) => l.setUpP50Millis,
      0,
    );
    row('  p95 ms', (l) => l.setUpP95Millis, 0);
    row('  CPU of the server each, ms', (l) => l.setUpCpuMillis, 1);
    row('resident, MB', (l) => l.residentKilobytes / 1024, 0);
    row('threads', (l) => l.threads, 0);
    row('load generator, % of one core', (l) => l.ownShare * 100, 0);
  }

  #tellCollections(): void {
    const pauses = [...readFileSync(this.#gcLog, 'utf8').matchAll(/Pause .* (\d+\.\d+)ms/g)];
    const millis = pauses.map((pause) => Number(pause[1]));
    if (millis.length === 0) return;
    console.log(
      `\nmedia node: ${millis.length} collections, pauses p50 ${percentile(millis, 0.5).toFixed(1)} ms, ` +
        `max ${Math.max(...millis).toFixed(1)} ms`,
    );
  }
}

export async function forwarding(): Promise<void> {
  await new Forwarding().run();
}
