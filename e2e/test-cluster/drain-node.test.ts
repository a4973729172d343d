import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { makeAdmin } from '../src/admin.ts';
import { nickname } from '../src/api.ts';
import { TestBrowser } from '../src/browser.ts';
import { Cluster } from '../src/cluster.ts';
import { ensure } from '../src/ensure.ts';
import { eventually } from '../src/eventually.ts';
import { STILL_MS } from '../src/faults.ts';
import { seesFrames, watchForGaps } from '../src/frames.ts';
import { Person } from '../src/person.ts';

const STARTED_ANEW_MS = 120_000;

describe('an administrator drains a node of a cluster', () => {
  let cluster: Cluster;
  let browser: TestBrowser;
  let admin: Person;

  before(async () => {
    cluster = await Cluster.startOrShare({}, ['--media-nodes', '2']);
    browser = await TestBrowser.launch();
    const name = nickname('admin');
    const password = await makeAdmin(cluster, name);
    admin = await Person.signIn(browser, cluster.url, name, password);
  });

  after(async () => {
    await browser?.close();
    await cluster?.close();
  });

  it('a gateway and a media-service end in order and come anew, and nobody misses anything', async () => {
    const presenter = await Person.signUp(browser, cluster.url, 'presenter');
    const liveId = await presenter.goLive('Through the drains');
    await admin.watch(liveId);
    await seesFrames(admin.see('watch-video'), 10_000, 'the live');
    const gap = await watchForGaps(presenter.see('server-preview'));

    for (const service of ['gateway', 'media']) {
      const before = cluster.ofService(service).map((one) => one.pid);
      await admin.goTo('admin');
      await admin.see('admin-tab-mesh').click();
      const row = admin.page
        .locator(`[data-testid="admin-node"][data-service="${service}"][data-state="running"]`)
        .first();
      const node = (await row.getAttribute('data-node')) ?? '';
      await row.getByTestId('drain-node').click();
      await admin.see('admin-confirm').click();
      await admin.isTold(/is draining/);
      await admin.page
        .locator(`[data-testid="admin-node"][data-node="${node}"]`)
        .waitFor({ state: 'detached', timeout: STARTED_ANEW_MS });
      await eventually(
        `a ${service} has come in its place`,
        () => {
          const now = cluster.ofService(service);
          ensure(
            now.filter(({ pid }) => !before.includes(pid)).length === 1,
            now.map(({ name, pid }) => `${name} ${pid}`).join(', '),
          );
        },
        { within: STARTED_ANEW_MS },
      );
      await cluster.isWhole(STARTED_ANEW_MS);
    }

    // and the live has gone on, under the same session
    await admin.watch(liveId);
    await seesFrames(admin.see('watch-video'), 10_000, 'the live after the drains');
    assert.equal(presenter.lost, 0);
    presenter.assertNothingMissed();
    const { longestGapMs } = await gap();
    ensure(longestGapMs < STILL_MS, `the picture stood still for ${longestGapMs} ms`);
    await presenter.stopLive();
  });
});
