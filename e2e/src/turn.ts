import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort, remove, temporaryFolder } from './machine.ts';

/** A coturn that relays for whoever has credentials made with its secret. */
export class Turn {
  readonly settings: Record<string, string>;
  readonly #process: ChildProcess;
  readonly #folder: string;
  #said = '';

  private constructor(child: ChildProcess, folder: string, settings: Record<string, string>) {
    this.#process = child;
    this.#folder = folder;
    this.settings = settings;
    child.stdout?.on('data', (data) => (this.#said += String(data)));
    child.stderr?.on('data', (data) => (this.#said += String(data)));
  }

  static async start(): Promise<Turn> {
    const port = await freePort();
    const folder = temporaryFolder();
    const secret = 'of the relay';
    const child = spawn(
      'turnserver',
      [
        '-n',
        '--listening-ip=127.0.0.1',
        '--relay-ip=127.0.0.1',
        `--listening-port=${port}`,
        '--use-auth-secret',
        `--static-auth-secret=${secret}`,
        '--realm=castmesh',
        '--allow-loopback-peers',
        '--no-cli',
        '--no-tls',
        '--no-dtls',
        '--verbose',
        '--log-file=stdout',
        `--pidfile=${join(folder, 'pid')}`,
        `--userdb=${join(folder, 'db')}`,
      ],
      { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const turn = new Turn(child, folder, {
      CASTMESH_TURN_URLS: `turn:127.0.0.1:${port}`,
      CASTMESH_TURN_SECRET: secret,
    });
    await eventually('coturn listens', () => {
      if (!turn.#said.includes('listener opened on')) throw new Error(turn.#said);
    });
    return turn;
  }

  /** How many have been given a relay. */
  get allocations(): number {
    return this.#said.match(/ALLOCATE processed, success/g)?.length ?? 0;
  }

  async close(): Promise<void> {
    this.#process.kill();
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
    remove(this.#folder);
  }
}
