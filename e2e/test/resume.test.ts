import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { TestBrowser } from '../src/browser.ts';
import { ensure } from '../src/ensure.ts';
import { eventually } from '../src/eventually.ts';
import { seesFrames, watchForGaps } from '../src/frames.ts';
import { Person, people } from '../src/person.ts';
import { Castmesh } from '../src/server.ts';

const CUT_MS = 6_000;
const LONGER_THAN_A_REQUEST_MS = 12_000;
/** A tenth of this is normal; a picture that stops with the signalling stops for seconds. */
const LONGEST_GAP_MS = 1_500;

describe("a viewer's signalling is cut and returns", () => {
  let castmesh: Castmesh;
  let browser: TestBrowser;
  let presenter: Person;
  let viewer: Person;
  let other: Person;
  let liveId = '';

  before(async () => {
    castmesh = await Castmesh.start();
    browser = await TestBrowser.launch();
    [presenter, viewer, other] = (await people(
      browser,
      castmesh.url,
      'presenter',
      'viewer',
      'other',
    )) as [Person, Person, Person];
    liveId = await presenter.goLive('Cut and healed');
    await viewer.watch(liveId);
    await seesFrames(viewer.see('watch-video'), 5_000, 'the viewer');
  });

  after(async () => {
    await browser?.close();
    await castmesh?.close();
  });

  it('the picture never stops, and no event is missing', async () => {
    // given
    const seen = await watchForGaps(viewer.see('watch-video'));
    const before = viewer.events.length;
    const sockets = viewer.opened;

    // when something happens while the viewer cannot hear it
    await viewer.cutSocket();
    await other.watch(liveId);
    await presenter.seesViewers(viewer, other);
    await pause(CUT_MS);
    assert.equal(viewer.events.length, before, 'nothing got through');
    viewer.healSocket();

    // then
    await eventually(
      'the viewer hears afterwards how many watch',
      async () => {
        ensure(viewer.opened > sockets, 'it connects again');
        const counts = viewer.events.slice(before).filter((one) => one.method === 'live.viewers');
        assert.equal(counts.at(-1)?.params.viewers, 2);
        assert.match((await viewer.see('watch-viewers').textContent()) ?? '', /2/);
      },
      { within: 20_000 },
    );
    viewer.assertNothingMissed();
    const { frames, longestGapMs } = await seen();
    ensure(frames > (CUT_MS / 1_000) * 8, `only ${frames} frames`);
    ensure(longestGapMs < LONGEST_GAP_MS, `the picture stood still for ${longestGapMs} ms`);
    // The presenter has never seen the viewer go.
    await presenter.seesViewers(viewer, other);
    assert.equal(presenter.events.filter((one) => one.method === 'live.viewerLeft').length, 0);
  });

  it("the presenter's live survives the same", async () => {
    // given
    const seen = await watchForGaps(viewer.see('watch-video'));
    const sockets = presenter.opened;

    // when
    await presenter.cutSocket();
    await other.goTo('lives');
    await pause(CUT_MS);
    presenter.healSocket();

    // then
    await eventually(
      'the presenter is back',
      () => ensure(presenter.opened > sockets, 'no new socket'),
      {
        within: 20_000,
      },
    );
    await presenter.seesViewers(viewer);
    presenter.assertNothingMissed();
    const { longestGapMs } = await seen();
    ensure(longestGapMs < LONGEST_GAP_MS, `the picture stood still for ${longestGapMs} ms`);
    await presenter.stopLive();
    await viewer.see('live-ended').waitFor();
  });

  it('a live that is stopped meanwhile ends for everybody, and another one can begin', async () => {
    // given
    liveId = await presenter.goLive('Stopped in a tunnel');
    await viewer.watch(liveId);

    // when
    await presenter.cutSocket();
    await presenter.stopLive();
    await pause(LONGER_THAN_A_REQUEST_MS);
    presenter.healSocket();

    // then
    await viewer.see('live-ended').waitFor({ timeout: 20_000 });
    await presenter.goLive('Out of the tunnel');
    await presenter.stopLive();
  });
});
