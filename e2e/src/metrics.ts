import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster } from './cluster.ts';
import { root } from './machine.ts';
import type { Castmesh } from './server.ts';

/** What a metric may be, as docs/metrics.md says. */
export interface Described {
  name: string;
  type: string;
  exposer: string;
  /** The values of each label; none: documents of the contract say which there are. */
  labels: Map<string, string[]>;
}

/** One time series as it is exposed. */
export interface Series {
  name: string;
  labels: Map<string, string>;
}

const ADDED_BY_HISTOGRAMS = ['_bucket', '_sum', '_count', '_max'];
/** What Prometheus adds to every series. */
export const TARGET_LABELS = ['job', 'instance'];

/** docs/metrics.md, which is made from the code. */
export class Catalogue {
  readonly ours = new Map<string, Described>();
  /** Of libraries: names, or beginnings of names. */
  readonly #others: string[] = [];

  constructor() {
    let exposer = '';
    for (const line of readFileSync(join(root, 'docs/metrics.md'), 'utf8').split('\n')) {
      if (line.startsWith('## Of ')) exposer = line.slice('## Of '.length);
      const cells = line.split('|').map((cell) => cell.trim());
      const name = /^`([a-z0-9_*]+)`$/.exec(cells[1] ?? '')?.[1];
      if (!name) continue;
      if (!name.startsWith('castmesh_')) {
        this.#others.push(name);
        continue;
      }
      const labels = new Map<string, string[]>();
      for (const label of (cells[3] ?? '').split('; ')) {
        const [, key, values] = /^`(\w+)`: (.*)$/.exec(label) ?? [];
        if (!key || values === undefined) continue;
        const closed = values.startsWith('`');
        labels.set(key, closed ? values.split(', ').map((one) => one.replaceAll('`', '')) : []);
      }
      this.ours.set(name, { name, type: cells[2] ?? '', exposer, labels });
    }
  }

  /** The metric to which a name belongs that Prometheus knows. */
  find(exposed: string): Described | undefined {
    const exact = this.ours.get(exposed);
    if (exact) return exact;
    const end = ADDED_BY_HISTOGRAMS.find((suffix) => exposed.endsWith(suffix));
    const histogram = end && this.ours.get(exposed.slice(0, -end.length));
    return histogram && histogram.type === 'histogram' ? histogram : undefined;
  }

  isOfALibrary(exposed: string): boolean {
    return this.#others.some((name) =>
      name.endsWith('*') ? exposed.startsWith(name.slice(0, -1)) : exposed === name,
    );
  }
}

/** What all processes of a running castmesh expose together. */
export async function scrape(castmesh: Castmesh): Promise<Series[]> {
  const doors =
    castmesh instanceof Cluster
      ? castmesh
          .all()
          // HAProxy tells of itself, too.
          .filter((one) => one.ports.management && one.service !== 'haproxy')
          .map((one) => castmesh.managementOf(one))
      : [castmesh.managementUrl];
  const all: Series[] = [];
  for (const door of doors) {
    const response = await fetch(`${door}/metrics`, { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`${door}/metrics: ${response.status}`);
    all.push(...parse(await response.text()));
  }
  return all;
}

function parse(text: string): Series[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
      if (!name) throw new Error(`not a line of Prometheus: ${line}`);
      const found = [...(labels ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
      return { name, labels: new Map(found.map(([, key, value]) => [key ?? '', value ?? ''])) };
    });
}
