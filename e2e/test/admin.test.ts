import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { adminCommand, makeAdmin } from '../src/admin.ts';
import { Api, PASSWORD, type Tokens, nickname, problem } from '../src/api.ts';
import { TestBrowser } from '../src/browser.ts';
import { HttpDocument } from '../src/documents.ts';
import { ensure } from '../src/ensure.ts';
import { eventually } from '../src/eventually.ts';
import { seesFrames } from '../src/frames.ts';
import { Person, people } from '../src/person.ts';
import { Castmesh } from '../src/server.ts';

const LISTED_MS = 20_000;
/** Long enough for a client that reconnects by itself to do so. */
const STAYS_AWAY_MS = 3_000;

describe('what administrators do, and what it means for people', () => {
  let castmesh: Castmesh;
  let browser: TestBrowser;
  let api: Api;
  let admin: Person;
  let presenter: Person;
  let viewer: Person;

  before(async () => {
    castmesh = await Castmesh.start();
    api = new Api(castmesh.url);
    browser = await TestBrowser.launch();
    const name = nickname('admin');
    const password = await makeAdmin(castmesh, name);
    admin = await Person.signIn(browser, castmesh.url, name, password);
    [presenter, viewer] = (await people(browser, castmesh.url, 'presenter', 'viewer')) as [
      Person,
      Person,
    ];
  });

  after(async () => {
    await browser?.close();
    await castmesh?.close();
  });

  /** What the administrator chooses about somebody, confirmed when that is asked. */
  async function act(what: 'kick' | 'mute' | 'ban', whom: Person, reason?: string): Promise<void> {
    await admin.goTo('admin');
    await admin.see('admin-tab-people').click();
    await admin.see('admin-show-all').click();
    await admin.see('admin-people-search').fill(whom.name);
    const row = admin.page.locator(`[data-testid="admin-person"][data-nickname="${whom.name}"]`);
    await row.getByTestId('person-actions').click();
    await admin.see(`act-${what}`).click();
    if (reason === undefined) return;
    await admin.see('admin-reason').fill(reason);
    await admin.see('admin-confirm').click();
    await admin.see('admin-confirm').waitFor({ state: 'detached' });
  }

  it('the command names administrators, and keeps the last one', async () => {
    const listed = await adminCommand(castmesh, 'list');
    ensure(listed.out.split('\n').includes(admin.name), listed.out + listed.err);
    const others = listed.out.split('\n').filter((name) => name && name !== admin.name);
    for (const other of others) await adminCommand(castmesh, 'revoke', other);
    const refused = await adminCommand(castmesh, 'revoke', admin.name);
    assert.equal(refused.code, 65, refused.out);
    assert.match(refused.err, /last administrator/);
    const taken = await adminCommand(castmesh, 'create', viewer.name);
    assert.equal(taken.code, 65, taken.out);
    for (const other of others) await adminCommand(castmesh, 'grant', other);
  });

  it('ordinary people are refused by the page and on every door', async () => {
    assert.equal(await viewer.see('nav-admin').count(), 0);
    await viewer.page.goto(`${castmesh.url}/admin`);
    await viewer.see('admin-refused').waitFor();
    const login = await api.post('/auth/login', { nickname: viewer.name, password: PASSWORD });
    const { accessToken } = (await login.json()) as Tokens;
    const doors = (await HttpDocument.of(castmesh.url)).operations.filter(([, path]) =>
      path.startsWith('/api/v1/admin/'),
    );
    ensure(doors.length > 15, `${doors.length} doors`);
    for (const [method, path] of doors) {
      const refusals = [undefined, accessToken].map(async (token) => {
        const response = await fetch(castmesh.url + path.replace('{id}', 'none'), {
          method: method.toUpperCase(),
          headers: token ? { authorization: `Bearer ${token}` } : {},
        });
        return (await problem(response)).name;
      });
      assert.deepEqual(
        await Promise.all(refusals),
        ['UNAUTHENTICATED', 'FORBIDDEN'],
        `${method} ${path}`,
      );
    }
    await viewer.goTo('lives');
  });

  it('a broadcast is shown to everybody until they close it', async () => {
    await admin.goTo('admin');
    await admin.see('broadcast-text').fill('Tonight at ten we restart.');
    await admin.see('broadcast-send').click();
    await admin.see('admin-confirm').click();
    for (const person of [presenter, viewer]) {
      await person.see('notice').filter({ hasText: 'Tonight at ten we restart.' }).waitFor();
    }
    await viewer.see('close-notice').click();
    await viewer.see('notice').waitFor({ state: 'detached' });
  });

  it('the charts have figures', async () => {
    await admin.goTo('admin');
    await eventually('a point', async () => {
      const points = await admin.see('admin-charts').getAttribute('data-points');
      ensure(Number(points) > 0, `${points} points`);
    });
  });

  it('a live is ended, its recording is kept, and deleted on request', async () => {
    const liveId = await presenter.goLive('To be ended');
    await seesFrames(presenter.see('server-preview'), 10_000, 'the preview');
    await viewer.watch(liveId);
    await pause(2_000); // a recording of less than a second is not kept
    await admin.goTo('admin');
    await admin.see('admin-tab-now').click();
    await admin.page
      .locator(`[data-testid="admin-live"][data-live-id="${liveId}"]`)
      .getByTestId('end-live')
      .click();
    await admin.see('admin-confirm').click();
    await presenter.see('studio-ended').waitFor();
    await viewer.page.locator('[data-reason="moderated"]').waitFor();
    await eventually(
      'its recording is listed',
      async () => {
        const { items } = await api.videos({ nickname: presenter.name });
        ensure(
          items.some((video) => video.liveId === liveId),
          'it is not',
        );
      },
      { within: LISTED_MS },
    );
    await admin.see('admin-tab-recordings').click();
    await admin.see('admin-video-presenter').fill(presenter.name);
    const row = admin.page.locator(`[data-testid="admin-video"][data-live-id="${liveId}"]`);
    await row.getByTestId('delete-video').click();
    await admin.see('admin-confirm').click();
    await row.waitFor({ state: 'detached' });
    assert.equal((await api.videos({ nickname: presenter.name })).total, 0);
  });

  it('who is muted is silenced, knows why, and watches on', async () => {
    const liveId = await presenter.goLive('Too loud');
    await seesFrames(presenter.see('server-preview'), 10_000, 'the preview');
    await act('mute', presenter, 'shouting');
    await presenter.see('studio-ended').waitFor();
    await presenter.see('muted-notice').filter({ hasText: 'shouting' }).waitFor();
    const { items } = await api.lives();
    ensure(!items.some((live) => live.liveId === liveId), 'the live goes on');

    await presenter.goTo('lives');
    await presenter.goTo('studio');
    await presenter.see('local-preview').waitFor();
    await presenter.see('start-live').click();
    await presenter.page.getByText('An administrator has muted you: you can watch').waitFor();
    const other = await viewer.goLive('To be watched');
    await presenter.watch(other);
    await viewer.stopLive();

    await act('mute', presenter); // lifts it
    await presenter.see('muted-notice').waitFor({ state: 'detached' });
    await presenter.goLive('Softly');
    await presenter.stopLive();
  });

  it('who is kicked stays away until they want to come back', async () => {
    await act('kick', viewer, 'a word');
    await viewer.page.locator('[data-testid="dismissed"][data-end="kicked"]').waitFor();
    assert.match((await viewer.see('dismissed-reason').textContent()) ?? '', /a word/);
    const { opened } = viewer;
    await pause(STAYS_AWAY_MS);
    assert.equal(viewer.opened, opened, 'sockets opened after the kick');
    await viewer.see('come-back').click();
    await viewer.see('account-name').waitFor();
  });

  it('who is banned is put out and not let in until it is lifted', async () => {
    await act('ban', viewer, 'fraud');
    const dismissed = viewer.page.locator('[data-testid="dismissed"][data-end="banned"]');
    await dismissed.filter({ hasText: 'fraud' }).waitFor();
    await viewer.page.reload();
    await dismissed.filter({ hasText: 'fraud' }).waitFor();
    const login = await api.post('/auth/login', { nickname: viewer.name, password: PASSWORD });
    assert.equal((await problem(login)).name, 'BANNED');

    await act('ban', viewer); // lifts it
    await eventually('the ban is over', async () => {
      const again = await api.post('/auth/login', { nickname: viewer.name, password: PASSWORD });
      assert.equal(again.status, 200);
    });
    await viewer.see('come-back').click();
    await viewer.see('account-name').waitFor();
  });

  it('everything is written down', async () => {
    await admin.goTo('admin');
    await admin.see('admin-tab-log').click();
    const wanted = ['broadcast', 'end_live', 'delete_video', 'mute', 'unmute', 'kick', 'ban'];
    for (const action of [...wanted, 'unban']) {
      await admin.page
        .locator(`[data-testid="admin-action"][data-action="${action}"]`)
        .filter({ hasText: admin.name })
        .first()
        .waitFor();
    }
    assert.deepEqual(admin.complaints, []);
  });
});
