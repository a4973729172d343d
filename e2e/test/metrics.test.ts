import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse as parseYaml } from 'yaml';
import { Api, nickname } from '../src/api.ts';
import { eventually } from '../src/eventually.ts';
import { root } from '../src/machine.ts';
import { Catalogue, type Series, TARGET_LABELS, scrape } from '../src/metrics.ts';
import { type Matcher, alerts, dashboards, matches, queries, take } from '../src/promql.ts';
import { Rpc } from '../src/rpc.ts';
import { Castmesh } from '../src/server.ts';

/** Prometheus itself says these. */
const OF_PROMETHEUS = new Map([
  ['up', TARGET_LABELS],
  ['ALERTS', [...TARGET_LABELS, 'alertname', 'alertstate', 'severity']],
]);

const PLAIN = /^[\w./{}-]+$/;

describe('what operators look at is what castmesh says', () => {
  const catalogue = new Catalogue();
  let castmesh: Castmesh;
  let seen: Series[];
  /** Values that documents of the contract give to labels. */
  const documented = new Map<string, string[]>();

  before(async () => {
    castmesh = await Castmesh.start();
    await live(castmesh);
    await readDocuments(castmesh);
    // Some are looked at once in a while only.
    await eventually('every metric is exposed', async () => {
      seen = await scrape(castmesh);
      const names = new Set(seen.map((one) => catalogue.find(one.name)?.name));
      const missing = [...catalogue.ours.keys()].filter((name) => !names.has(name));
      assert.deepEqual(missing, [], 'no service exposes what docs/metrics.md describes');
    });
  });

  after(() => castmesh?.close());

  /** Somebody calls somebody, looks around and leaves. */
  async function live(server: Castmesh): Promise<void> {
    const api = new Api(server.url);
    const [ann, ben] = [await api.register(nickname('Ann')), await api.register(nickname('Ben'))];
    const caller = await Rpc.signedIn(server.url, ann.accessToken);
    const callee = await Rpc.signedIn(server.url, ben.accessToken);
    const call = await eventually('a call rings', () =>
      caller.result('call.invite', { to: ben.user.nickname, video: false }),
    );
    await callee.event('call.incoming');
    await caller.result('call.cancel', { callId: call.callId });
    await callee.event('call.ended');
    await api.videos();
    caller.close();
    callee.close();
  }

  async function readDocuments(server: Castmesh): Promise<void> {
    const read = async (path: string): Promise<never> =>
      (await (await fetch(`${server.url}${path}`)).json()) as never;
    const rpc: {
      methods: { name: string }[];
      'x-events': { name: string }[];
      components: { errors: object };
    } = await read('/openrpc.json');
    const http: { paths: object } = await read('/openapi.json');
    documented.set('method', [...rpc.methods.map((one) => one.name), 'unknown']);
    documented.set(
      'event',
      rpc['x-events'].map((one) => one.name),
    );
    documented.set('route', [...Object.keys(http.paths), '/sockjs/*', '/*']);
    const failures = Object.keys(rpc.components.errors).map((name) => name.toLowerCase());
    documented.set('outcome', ['ok', ...failures]);
    documented.set('job', jobs());
  }

  function jobs(): string[] {
    const file = join(root, 'docker/prometheus/prometheus.yml');
    const config = parseYaml(readFileSync(file, 'utf8')) as {
      scrape_configs: { job_name: string }[];
    };
    return config.scrape_configs.map((one) => one.job_name);
  }

  /** What a label of a metric may be; undefined: nothing of the kind. */
  function valuesOf(metric: string, label: string): string[] | undefined {
    if (OF_PROMETHEUS.get(metric)?.includes(label) || TARGET_LABELS.includes(label)) {
      return label === 'job' ? documented.get('job') : [];
    }
    if (label === 'le' && metric.endsWith('_bucket')) return running(metric, label);
    const described = catalogue.find(metric);
    if (described) {
      const closed = described.labels.get(label);
      return closed?.length === 0 ? (documented.get(label) ?? running(metric, label)) : closed;
    }
    const found = running(metric, label);
    return found.length === 0 ? undefined : found;
  }

  function running(metric: string, label: string): string[] {
    const found = seen
      .filter((one) => one.name === metric)
      .map((one) => one.labels.get(label))
      .filter((value) => value !== undefined);
    return [...new Set(found)];
  }

  function check(where: string, metric: string, matcher: Matcher): void {
    const values = valuesOf(metric, matcher.label);
    assert.ok(values, `${where}: ${metric} has no label ${matcher.label}`);
    if (values.length === 0) return;
    // What is left out by its name has to exist as well.
    const alternatives = matcher.value.split('|');
    const plain = alternatives.every((one) => PLAIN.test(one));
    if (!plain && matcher.operator === '!~') return;
    for (const value of plain ? alternatives : [matcher.value]) {
      const wanted = { ...matcher, operator: plain ? '=' : '=~', value };
      assert.ok(
        values.some((one) => matches(wanted, one)),
        `${where}: ${metric} never has ${matcher.label}="${value}", only ${values.join(', ')}`,
      );
    }
  }

  it('exposes nothing that docs/metrics.md does not describe', () => {
    const strange = new Set<string>();
    for (const { name, labels } of seen) {
      const described = catalogue.find(name);
      if (!described) {
        if (!catalogue.isOfALibrary(name)) strange.add(name);
        continue;
      }
      const own = [...labels.keys()].filter((key) => key !== 'le').sort();
      assert.deepEqual(own, [...described.labels.keys()].sort(), `the labels of ${name}`);
      for (const [key, value] of labels) {
        const allowed = described.labels.get(key) ?? [];
        if (allowed.length > 0) assert.ok(allowed.includes(value), `${name}: ${key}="${value}"`);
      }
    }
    assert.deepEqual([...strange], []);
  });

  it('has no label that grows with people, rooms or processes', () => {
    const perName = new Map<string, number>();
    for (const { name, labels } of seen) {
      perName.set(name, (perName.get(name) ?? 0) + 1);
      for (const [key, value] of labels) {
        const random = /[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{12}|:\d{4,5}\b|ws:\/\//;
        assert.doesNotMatch(
          value,
          random,
          `${name}: ${key}="${value}" is of one process or person`,
        );
      }
    }
    const most = 2_000 * (castmesh.processes().length + 1);
    for (const [name, count] of perName) {
      assert.ok(count < most, `${name} has ${count} series`);
    }
  });

  it('has what every alert and every panel asks for', () => {
    const all = queries();
    assert.ok(all.length > 100, 'rules and dashboards have been read');
    for (const query of all) {
      const { selectors, grouping } = take(query);
      const labels = new Set(TARGET_LABELS);
      for (const { metric, matchers } of selectors) {
        const own = OF_PROMETHEUS.get(metric);
        const series = seen.filter((one) => one.name === metric);
        assert.ok(own ?? series.length > 0, `${query.where}: nobody exposes ${metric}`);
        for (const matcher of matchers) check(query.where, metric, matcher);
        for (const one of own ?? []) labels.add(one);
        for (const one of series) for (const key of one.labels.keys()) labels.add(key);
      }
      for (const label of grouping) {
        assert.ok(labels.has(label), `${query.where}: nothing has the label ${label}`);
      }
    }
  });

  it('tells for every alert what it means and what to do', () => {
    const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
    const sections = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    const names = alerts().map((alert) => alert.name);
    assert.equal(new Set(names).size, names.length, 'no two alerts share a name');
    assert.deepEqual(sections.sort(), [...names].sort(), 'sections of docs/runbook.md');
    for (const { name, severity, summary, runbook: anchor } of alerts()) {
      assert.ok(['critical', 'warning'].includes(severity), `${name}: ${severity}`);
      assert.ok(summary.length > 10, `${name} has a summary`);
      assert.equal(anchor, `docs/runbook.md#${name.toLowerCase()}`);
    }
  });

  it('has dashboards that can be told apart and found', () => {
    const boards = dashboards();
    assert.equal(new Set(boards.map((board) => board.uid)).size, boards.length);
    for (const board of boards) {
      const panels = board.panels.filter((panel) => panel.type !== 'row');
      const titles = panels.map((panel) => panel.title);
      assert.equal(new Set(titles).size, titles.length, `${board.title}: a panel twice`);
    }
  });

  it('has rules that Prometheus takes and that fire when they should', () => {
    const folder = join(root, 'docker/prometheus');
    const promtool = (...words: string[]): void => {
      const done = spawnSync('promtool', words, { encoding: 'utf8', cwd: folder });
      assert.equal(done.status, 0, `promtool ${words.join(' ')}: ${done.stdout}${done.stderr}`);
    };
    assert.ok(!spawnSync('promtool', ['--version']).error, 'promtool: ./castmesh test installs it');
    promtool('check', 'config', 'prometheus.yml');
    for (const name of readdirSync(join(folder, 'tests'))) {
      promtool('test', 'rules', join('tests', name));
    }
  });
});
