import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { root } from '../src/machine.ts';

export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** @param digits after the point */
export function told(name: string, values: number[], digits = 0): void {
  const [p50, p95, max] = [0.5, 0.95, 1].map((share) => percentile(values, share).toFixed(digits));
  console.log(
    `${name.padEnd(44)} p50 ${p50} ms   p95 ${p95} ms   max ${max} ms   n=${values.length}`,
  );
}

/** The machine and the commit, without which no figure means anything. */
export function circumstances(): void {
  const commit = execFileSync('git', ['-C', root, 'rev-parse', '--short', 'HEAD'], {
    encoding: 'utf8',
  }).trim();
  console.log(
    `machine: ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ` +
      `Linux ${release()}, load ${loadavg()[0]?.toFixed(1)}`,
  );
  console.log(
    `commit:  ${commit}; media server: ${process.env.CASTMESH_KURENTO_URLS ?? 'embedded'}`,
  );
}
