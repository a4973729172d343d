import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A clock tick of /proc on every Linux that matters. */
const TICKS_PER_SECOND = 100;

/** CPU seconds of a process so far, in its own code and in the kernel for it. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export function residentKilobytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** What lives in the heap of a JVM after a collection. */
export function liveHeapKilobytes(pid: number): number {
  const jcmd = (command: string): string =>
    execFileSync('jcmd', [String(pid), command], { encoding: 'utf8' });
  jcmd('GC.run');
  const used = /used (\d+)K/g;
  let sum = 0;
  for (const line of jcmd('GC.heap_info').split('\n')) {
    // The heap's regions; classes are counted apart.
    if (/metaspace|class space/i.test(line)) continue;
    const found = [...line.matchAll(used)];
    if (found.length > 0 && /total/.test(line)) sum += Number(found[0]?.[1]);
  }
  return sum;
}

/** What some processes spend between two moments. */
export class Meter {
  readonly #pids: Map<string, number>;
  readonly #before = new Map<string, number>();
  readonly #begin = performance.now();

  constructor(pids: Map<string, number>) {
    this.#pids = pids;
    for (const [name, pid] of pids) this.#before.set(name, cpuSeconds(pid));
  }

  get seconds(): number {
    return (performance.now() - this.#begin) / 1_000;
  }

  /** CPU seconds since the beginning. */
  of(name: string): number {
    const pid = this.#pids.get(name);
    if (pid === undefined) throw new Error(`there is no process ${name}`);
    return cpuSeconds(pid) - (this.#before.get(name) ?? 0);
  }
}
