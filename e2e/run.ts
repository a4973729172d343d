/**
 * Runs the tests one file after the other: each starts a server of its own, and browsers need the
 * processor for themselves. Arguments choose files by a part of their name. After `--cluster` the
 * same scenarios run against `./castmesh cluster`, and then what only a cluster has to survive.
 */
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { Cluster } from './src/cluster.ts';
import { temporaryFolder } from './src/machine.ts';
import { seconds } from './src/table.ts';

const root = dirname(fileURLToPath(import.meta.url));
const [first, ...rest] = process.argv.slice(2);
const onCluster = first === '--cluster';
const wanted = onCluster || first === undefined ? rest : [first, ...rest];

/** What these files are about is one process, or media, which do not care for a cluster. */
const ONE_PROCESS = ['start', 'log', 'interop'];
/** They need settings, or a place in the network, that others cannot share. */
const APART = ['bad-input', 'split'];
/** It kills the whole cluster. */
const LAST = 'crash';
/** Settings that all who share a cluster can live with; who wants others starts one more. */
const SHARED = { CASTMESH_CALL_RING_TIMEOUT: '15', CASTMESH_AUTH_ACCESS_TTL: '7200' };

const failures: string[] = [];

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.test.ts'))
    .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
    .sort()
    .map((name) => join(root, folder, name));
}

function isOne(file: string, ...names: string[]): boolean {
  return names.some((name) => file.endsWith(`/${name}.test.ts`));
}

async function runFiles(files: string[]): Promise<void> {
  if (files.length === 0) return;
  const stream = run({ files, concurrency: 1 });
  stream.on('test:fail', ({ name, details }) => {
    process.exitCode = 1;
    const { cause } = details.error as { cause?: unknown };
    // A suite fails by its tests, which are told of by themselves.
    if (cause instanceof Error || details.type !== 'suite') {
      failures.push(`${name}: ${cause instanceof Error ? (cause.stack ?? cause) : String(cause)}`);
    }
  });
  const told = stream.pipe(new spec());
  told.pipe(process.stdout, { end: false });
  await once(told, 'end');
}

async function runOnCluster(): Promise<void> {
  const all = [...filesIn('test'), ...filesIn('test-cluster')];
  const files = all.filter((file) => !isOne(file, ...ONE_PROCESS));
  const apart = files.filter((file) => isOne(file, ...APART));
  const shared = files.filter((file) => !apart.includes(file) && !isOne(file, LAST));
  const last = files.filter((file) => isOne(file, LAST));
  requireSome(files);
  const folder = temporaryFolder();
  process.env.E2E_TABLE = join(folder, 'table');
  try {
    process.env.E2E_CLUSTER = '';
    await runFiles(apart);
    if (shared.length + last.length > 0) {
      const cluster = await Cluster.start(SHARED, ['--media-nodes', '2']);
      try {
        console.log(`a cluster of ${cluster.all().length} started in ${seconds(cluster.startMs)}`);
        process.env.E2E_CLUSTER = cluster.share(SHARED);
        await runFiles([...shared, ...last]);
      } finally {
        await cluster.close();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The reports of several runs come one after the other: what failed in the first is far above. */
function tellAgain(): void {
  if (failures.length > 0) console.log(`\nwhat has failed:\n${failures.join('\n')}`);
}

function requireSome(files: string[]): void {
  if (files.length === 0) throw new Error(`no test file is called like ${wanted.join(', ')}`);
}

// What was started ends with us also then.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => process.exit(130));
}
if (onCluster) {
  await runOnCluster();
} else {
  const files = filesIn('test');
  requireSome(files);
  await runFiles(files);
}
tellAgain();
