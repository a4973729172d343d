import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Locator } from 'playwright-core';
import { TestBrowser } from '../src/browser.ts';
import { ensure } from '../src/ensure.ts';
import { eventually } from '../src/eventually.ts';
import { seesFrames, shown } from '../src/frames.ts';
import { type Person, people } from '../src/person.ts';
import { Castmesh } from '../src/server.ts';

/** Ends once the element has shown something else than its picture, or after the time. */
async function darkMoments(video: Locator, ms: number): Promise<number> {
  const end = Date.now() + ms;
  let dark = 0;
  while (Date.now() < end) {
    const { width, brightest, darkest } = await shown(video);
    if (width === 0 || brightest - darkest < 20) dark += 1;
    await pause(40);
  }
  return dark;
}

/** Something happens to somebody's media; the picture comes back without ever having gone. */
async function restarted(
  whose: Person,
  state: 'lost' | 'failed',
  video: Locator,
  offers = 1,
): Promise<void> {
  const mediaId = whose.mediaIds.at(-1);
  ensure(mediaId, 'a media session');
  const before = (await whose.peers()).made;
  const dark = darkMoments(video, 3_000);
  whose.pretend('media.state', { mediaId, state });
  assert.equal(await dark, 0, 'the last frame stays until the next one comes');
  await eventually(
    'a new peer connection for each offer, and the old ones are closed',
    async () => assert.deepEqual(await whose.peers(), { made: before + offers, open: 1 }),
    { within: 30_000 },
  );
}

describe('media is negotiated anew', () => {
  let castmesh: Castmesh;
  let browser: TestBrowser;
  let ann: Person;
  let ben: Person;

  before(async () => {
    castmesh = await Castmesh.start();
    browser = await TestBrowser.launch();
    [ann, ben] = (await people(browser, castmesh.url, 'ann', 'ben')) as [Person, Person];
  });

  after(async () => {
    await browser?.close();
    await castmesh?.close();
  });

  it("a viewer's, and the picture goes on in the same element", async () => {
    await ben.watch(await ann.goLive('Moving on'));
    await restarted(ben, 'lost', ben.see('watch-video'));
    await seesFrames(ben.see('watch-video'), 5_000, 'the viewer');
    await seesFrames(ann.see('server-preview'), 5_000, 'the presenter');
  });

  it("a viewer's that the server has forgotten is made anew", async () => {
    await ben.page.evaluate(() => {
      const { send } = WebSocket.prototype;
      WebSocket.prototype.send = function (data: string) {
        const isRestart = data.includes('"media.restart"');
        return send.call(
          this,
          isRestart ? data.replace(/"mediaId":"[^"]*"/, '"mediaId":"x"') : data,
        );
      };
    });
    const before = ben.mediaIds.length;
    await restarted(ben, 'failed', ben.see('watch-video'), 2);
    assert.equal(ben.mediaIds.length, before + 1, 'another media session');
    await seesFrames(ben.see('watch-video'), 5_000, 'the viewer');
    assert.equal(await ann.see('viewer-count').textContent(), '1');
    await ben.page.reload();
    await ben.see('watch-video').waitFor();
  });

  it("the presenter's, and everybody sees it", async () => {
    await restarted(ann, 'lost', ann.see('server-preview'));
    await seesFrames(ann.see('server-preview'), 5_000, 'the presenter');
    await seesFrames(ben.see('watch-video'), 5_000, 'the viewer');
    await ann.stopLive();
    await ben.see('live-ended').waitFor();
  });

  it("each side's of a call in turn, and both go on seeing each other", async () => {
    // given
    await ann.call(ben);
    await ben.isCalledBy(ann);
    await ben.see('accept-call').click();
    await seesFrames(ann.see('remote-video'), 10_000, 'the caller');
    await seesFrames(ben.see('remote-video'), 10_000, 'the called');
    for (const [one, state] of [
      [ann, 'failed'],
      [ben, 'failed'],
      [ben, 'lost'],
      [ann, 'lost'],
    ] as const) {
      // when
      await restarted(one, state, one.see('remote-video'));
      // then
      await seesFrames(ann.see('remote-video'), 5_000, `the caller after ${one.name} ${state}`);
      await seesFrames(ben.see('remote-video'), 5_000, `the called after ${one.name} ${state}`);
    }
    await ann.see('hangup').click();
    await ben.see('call-stage').waitFor({ state: 'detached' });
  });

  it('and no page has complained', () => {
    for (const person of [ann, ben]) assert.deepEqual(person.complaints, []);
  });
});
