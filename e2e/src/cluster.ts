import { cpSync, existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { basename, join } from 'node:path';
import { eventually, within } from './eventually.ts';
import { isAlive, processesWith, root, temporaryFolder } from './machine.ts';
import { Castmesh, type Settings } from './server.ts';

/** A dozen virtual machines that start on few processors. */
const READY_MS = 300_000;
const STOP_MS = 120_000;
const ORDER_MS = 180_000;
const KILLED_MS = 20_000;

export type Order = 'kill' | 'stop' | 'start' | 'restart';
export type State = 'starting' | 'ready' | 'unready' | 'draining' | 'down' | 'restarting';

/** One process as `processes.json` tells of it. */
export interface Process {
  name: string;
  service: string;
  pid: number | null;
  state: State;
  host: string;
  ports: Record<string, number>;
  restarts: number;
}

interface Processes {
  url: string;
  supervisor: number;
  processes: Process[];
}

/** A cluster that runs already, for the test files that need none of their own. */
interface Shared {
  dataDir: string;
  httpPort: number;
  settings: Settings;
}

/**
 * A `./castmesh cluster` of our own: every service in processes of its own behind HAProxy, each to
 * be killed, stopped and started by its name.
 */
export class Cluster extends Castmesh {
  readonly #arguments: string[];
  #shared = false;

  private constructor(dataDir: string, settings: Settings, options: string[]) {
    super(dataDir, settings);
    this.#arguments = options;
  }

  /**
   * Starts and waits until every process is ready.
   *
   * @param options of `./castmesh cluster`
   */
  static override async start(settings: Settings = {}, options: string[] = []): Promise<Cluster> {
    const cluster = new Cluster(temporaryFolder(), settings, options);
    await cluster.start();
    return cluster;
  }

  /** The one that runs already, if it has the wanted settings; else one of its own. */
  static async startOrShare(settings: Settings, options: string[] = []): Promise<Cluster> {
    const text = process.env.E2E_CLUSTER;
    if (!text) return Cluster.start(settings, options);
    const shared = JSON.parse(text) as Shared;
    const fits = Object.entries(settings).every(([name, value]) => shared.settings[name] === value);
    if (!fits) return Cluster.start(settings, options);
    const cluster = new Cluster(shared.dataDir, shared.settings, []);
    cluster.httpPort = shared.httpPort;
    cluster.#shared = true;
    return cluster;
  }

  /** What makes others find this one in `E2E_CLUSTER`. */
  share(settings: Settings): string {
    const shared: Shared = { dataDir: this.dataDir, httpPort: this.httpPort, settings };
    return JSON.stringify(shared);
  }

  override get pid(): number {
    return this.#read().supervisor;
  }

  all(): Process[] {
    return this.#read().processes;
  }

  named(name: string): Process {
    const found = this.all().find((one) => one.name === name);
    if (!found) throw new Error(`there is no process ${name}`);
    return found;
  }

  ofService(service: string): Process[] {
    return this.all().filter((one) => one.service === service);
  }

  managementOf(one: Process): string {
    return `http://${one.host}:${one.ports.management}`;
  }

  /**
   * Gives the supervisor an order and waits until it is carried out: a killed process is gone, and
   * started again by the supervisor; a stopped one has ended in order and stays away.
   */
  async order(what: Order, name: string): Promise<void> {
    const file = readFileSync(join(this.dataDir, 'cluster/control'), 'utf8').trim();
    const [port, secret] = file.split(' ');
    const { status, text } = await within(
      ORDER_MS,
      `${name} obeys ${what}`,
      new Promise<{ status: number; text: string }>((resolve, reject) => {
        const asked = request(
          `http://127.0.0.1:${port}/${what}/${name}`,
          { method: 'POST', headers: { authorization: secret } },
          (response) => {
            let text = '';
            response.setEncoding('utf8').on('data', (part: string) => (text += part));
            response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
          },
        );
        asked.on('error', reject).end();
      }),
    );
    if (status !== 200) throw new Error(`${what} ${name}: ${status} ${text}`);
  }

  /** Waits until the processes of these names, or all, are ready. */
  async isWhole(ms: number, ...names: string[]): Promise<void> {
    await eventually('every process is ready', () => this.#requireReady(names), {
      within: ms,
      every: 50,
    });
  }

  /**
   * Like a power cut for the machine: the supervisor first, who would start the others again, then
   * everything that it has started.
   */
  override async kill(): Promise<void> {
    const { supervisor } = this.#read();
    const all = processesWith(this.dataDir);
    for (const pid of [supervisor, ...all]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it has ended by itself
      }
    }
    await eventually(
      'everything is gone',
      () => {
        const left = [supervisor, ...this.processes()].filter(isAlive);
        if (left.length > 0) throw new Error(`processes ${left.join(', ')}`);
      },
      { within: KILLED_MS },
    );
  }

  /** Started by whoever shares it, it goes on; restarted in between, it is ours to end. */
  override async close(): Promise<void> {
    if (this.#shared) return;
    const logs = join(this.dataDir, 'logs');
    const kept = join(root, 'target/e2e', `${basename(this.dataDir)}-logs`);
    if (existsSync(logs)) cpSync(logs, kept, { recursive: true });
    await super.close();
  }

  override async start(): Promise<void> {
    this.#shared = false;
    await super.start();
  }

  protected override command(): string[] {
    return ['cluster', '--port', String(this.httpPort), ...this.#arguments];
  }

  protected override get readyMs(): number {
    return READY_MS;
  }

  protected override get stopMs(): number {
    return STOP_MS;
  }

  protected override ready(): Promise<void> {
    this.#requireReady([]);
    return Promise.resolve();
  }

  #requireReady(names: string[]): void {
    const { supervisor, processes } = this.#read();
    if (!isAlive(supervisor)) throw new Error('the supervisor has ended');
    const missing = processes
      .filter((one) => names.length === 0 || names.includes(one.name))
      .filter((one) => one.state !== 'ready');
    if (missing.length > 0) {
      throw new Error(missing.map((one) => `${one.name} is ${one.state}`).join(', '));
    }
  }

  #read(): Processes {
    return JSON.parse(readFileSync(join(this.dataDir, 'processes.json'), 'utf8')) as Processes;
  }
}
