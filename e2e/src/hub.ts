import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './eventually.ts';

const NETWORK = '10.78.0';

/** A computer beside this one: a network namespace with a cable to our switch. */
export interface Side {
  address: string;
  /** What stands in front of a command that shall run there. */
  wrap: string;
}

/**
 * A switch with computers on it, in the network namespace that this process runs in. Cut off from
 * each other, the computers still reach the hub and are reached from there; what they send to each
 * other is dropped without a word.
 */
export class Hub {
  readonly address = `${NETWORK}.1`;
  readonly sides: Side[] = [];
  readonly #holders: ChildProcess[] = [];

  /** Only in a namespace of our own: everything in it ends with us. */
  static async make(sides: number): Promise<Hub> {
    const hub = new Hub();
    ip('link set lo up');
    ip('link add switch type bridge');
    ip(`addr add ${hub.address}/24 dev switch`);
    ip('link set switch up');
    for (let side = 0; side < sides; side++) await hub.#add(side);
    return hub;
  }

  /** Why this machine does not let us have namespaces of our own; undefined: it does. */
  static forbidden(): string | undefined {
    try {
      const trial = [
        'ip link set lo up',
        'ip link add switch type bridge',
        'ip link add cable type veth peer name eth0',
        'ip link set cable master switch',
        'ip link set cable type bridge_slave isolated on',
        'unshare -n true',
      ];
      execFileSync('unshare', ['-n', 'sh', '-ec', trial.join('\n')], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return undefined;
    } catch (error) {
      const { stderr, message } = error as { stderr?: string; message: string };
      return `network namespaces are not permitted: ${stderr?.trim() || message}`;
    }
  }

  cut(): void {
    this.#isolate('on');
  }

  heal(): void {
    this.#isolate('off');
  }

  close(): void {
    for (const holder of this.#holders) holder.kill('SIGKILL');
  }

  #isolate(state: 'on' | 'off'): void {
    this.sides.forEach((_, side) =>
      ip(`link set cable${side} type bridge_slave isolated ${state}`),
    );
  }

  async #add(side: number): Promise<void> {
    // It holds the namespace; its end is the end of ours: it reads from a pipe to us.
    const holder = spawn('unshare', ['-n', 'sh', '-c', 'echo there; read end'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#holders.push(holder);
    await once(holder.stdout, 'data');
    const address = `${NETWORK}.${side + 2}`;
    const wrap = `nsenter -t ${holder.pid} -n`;
    ip(`link add cable${side} type veth peer name eth0 netns ${holder.pid}`);
    ip(`link set cable${side} master switch up`);
    for (const command of [
      'ip link set lo up',
      `ip addr add ${address}/24 dev eth0`,
      'ip link set eth0 up',
    ]) {
      run(`${wrap} ${command}`);
    }
    await eventually('the cable is plugged in', () => {
      const state = run(`${wrap} ip -o link show eth0`);
      if (!state.includes('LOWER_UP')) throw new Error(state);
    });
    this.sides.push({ address, wrap });
  }
}

function ip(command: string): string {
  return run(`ip ${command}`);
}

function run(line: string): string {
  const [program, ...words] = line.split(' ');
  return execFileSync(program ?? '', words, { encoding: 'utf8' });
}
