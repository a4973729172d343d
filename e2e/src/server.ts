import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type WriteStream, createWriteStream, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { eventually, within } from './eventually.ts';
import { freePort, isAlive, processesWith, remove, root, temporaryFolder } from './machine.ts';

const READY_MS = 120_000;
const STOP_MS = 40_000;
/** A probe that is not answered is a failed one, not a wait. */
const ANSWER_MS = 5_000;
const TAIL_LINES = 60;
let started = 0;

export type Settings = Record<string, string>;

/**
 * A `./castmesh start` of our own: free ports, a temporary data folder. What it says is kept in
 * `target/e2e/`. With `E2E_CLUSTER` set it is a `./castmesh cluster` instead.
 */
export class Castmesh {
  readonly dataDir: string;
  readonly #settings: Settings;
  readonly #log: WriteStream;
  /** The file with everything that it has said. */
  readonly logFile: string;
  #process: ChildProcess | undefined;
  #tail: string[] = [];
  httpPort = 0;
  managementPort = 0;
  /** From the start of the process to readiness. */
  startMs = 0;

  protected constructor(dataDir: string, settings: Settings) {
    this.dataDir = dataDir;
    this.#settings = settings;
    const logs = join(root, 'target', 'e2e');
    mkdirSync(logs, { recursive: true });
    const name = basename(process.argv[1] ?? 'castmesh').replace(/\..*/, '');
    this.logFile = join(logs, `${name}-${process.pid}-${++started}.log`);
    this.#log = createWriteStream(this.logFile);
  }

  /** Starts and waits until it is ready. */
  static async start(settings: Settings = {}): Promise<Castmesh> {
    if (process.env.E2E_CLUSTER !== undefined) {
      const { Cluster } = await import('./cluster.ts');
      return Cluster.startOrShare(settings);
    }
    const castmesh = new Castmesh(temporaryFolder(), settings);
    await castmesh.start();
    return castmesh;
  }

  get url(): string {
    return `http://localhost:${this.httpPort}`;
  }

  get managementUrl(): string {
    return `http://127.0.0.1:${this.managementPort}`;
  }

  get recordingsDir(): string {
    return process.env.CASTMESH_RECORDINGS_DIR ?? join(this.dataDir, 'recordings');
  }

  get pid(): number {
    if (!this.#process?.pid) throw new Error('castmesh does not run');
    return this.#process.pid;
  }

  /** Starts on what the data folder holds; the ports stay those of the first start. */
  async start(): Promise<void> {
    this.httpPort ||= await freePort();
    this.managementPort ||= await freePort();
    const begin = performance.now();
    const child = spawn(join(root, 'castmesh'), this.command(), {
      env: {
        ...process.env,
        CASTMESH_DATA_DIR: this.dataDir,
        CASTMESH_HTTP_PORT: String(this.httpPort),
        CASTMESH_MANAGEMENT_PORT: String(this.managementPort),
        ...this.#settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: a Ctrl-C in the terminal is ours to handle.
      detached: true,
    });
    this.#process = child;
    process.once('exit', this.#killGroup);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => this.#note(text));
    }
    const ready = async (): Promise<void> => {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`it has ended with ${child.exitCode ?? child.signalCode}`);
      }
      await this.ready();
    };
    await eventually('castmesh is ready', ready, { within: this.readyMs, every: 25 }).catch(
      (error: unknown) => {
        this.#killGroup();
        throw new Error(`${String(error)}\nIts last words:\n${this.lastWords()}`);
      },
    );
    this.startMs = performance.now() - begin;
  }

  /** The way an operator ends it; fails when it does not end by itself. */
  async stop(): Promise<number> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return 0;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    const [code] = (await within(
      this.stopMs,
      `castmesh ends after SIGTERM; its last words:\n${this.lastWords()}`,
      exit,
    )) as [number | null];
    process.removeListener('exit', this.#killGroup);
    return code ?? -1;
  }

  /** Like a power cut for the process: nothing of it runs on, no hook, no finally. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (!child) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  /** Ends it if it still runs and deletes its data. */
  async close(): Promise<void> {
    try {
      await this.stop();
    } finally {
      this.#killGroup();
      this.#log.end();
      await eventually(
        'all children of castmesh have ended',
        () => {
          const left = this.processes();
          if (left.length > 0) throw new Error(`processes ${left.join(', ')}`);
        },
        { within: this.stopMs },
      );
      remove(this.dataDir);
    }
  }

  /** Everything that runs on the data folder: the databases, and their guards. */
  processes(): number[] {
    return processesWith(this.dataDir).filter(isAlive);
  }

  lastWords(): string {
    return this.#tail.join('\n');
  }

  #note(text: string): void {
    this.#log.write(text);
    if (process.env.E2E_VERBOSE) process.stderr.write(text);
    this.#tail = [...this.#tail, ...text.trimEnd().split('\n')].slice(-TAIL_LINES);
  }

  /** What follows `./castmesh`. */
  protected command(): string[] {
    return ['start'];
  }

  protected get readyMs(): number {
    return READY_MS;
  }

  protected get stopMs(): number {
    return STOP_MS;
  }

  /** Fails while it is not ready. */
  protected async ready(): Promise<void> {
    const response = await fetch(`${this.managementUrl}/health/ready`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (response.status !== 200) throw new Error(await response.text());
  }

  readonly #killGroup = (): void => {
    const pid = this.#process?.pid;
    if (pid && this.#process?.exitCode === null && this.#process.signalCode === null) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // it has ended by itself
      }
    }
  };
}
