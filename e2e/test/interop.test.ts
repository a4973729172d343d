import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TestBrowser } from '../src/browser.ts';
import { seesFrames } from '../src/frames.ts';
import { Person } from '../src/person.ts';
import { Castmesh } from '../src/server.ts';

const SEEN_MS = 15_000;

describe('browsers of different makers see and hear each other', () => {
  let castmesh: Castmesh;
  let chromium: TestBrowser;
  let firefox: TestBrowser;
  let carl: Person;
  let cora: Person;
  let fay: Person;
  let finn: Person;

  before(async () => {
    castmesh = await Castmesh.start();
    chromium = await TestBrowser.launch();
    firefox = await TestBrowser.launchFirefox();
    [carl, cora, fay, finn] = (await Promise.all([
      Person.signUp(chromium, castmesh.url, 'carl'),
      Person.signUp(chromium, castmesh.url, 'cora'),
      Person.signUp(firefox, castmesh.url, 'fay'),
      Person.signUp(firefox, castmesh.url, 'finn'),
    ])) as [Person, Person, Person, Person];
  });

  after(async () => {
    await firefox?.close();
    await chromium?.close();
    await castmesh?.close();
  });

  /** A live that one of each kind watches, until its recording is there. */
  async function isSeenByAll(presenter: Person, viewers: Person[]): Promise<void> {
    const liveId = await presenter.goLive('Neighbours');
    await seesFrames(presenter.see('server-preview'), SEEN_MS, 'the presenter');
    for (const viewer of viewers) {
      await viewer.watch(liveId);
      await seesFrames(viewer.see('watch-video'), SEEN_MS, viewer.name);
      await viewer.hears();
    }
    await presenter.seesViewers(...viewers);
    await presenter.stopLive();
    for (const viewer of viewers) await viewer.see('live-ended').waitFor();
    await presenter.goTo('videos');
    await presenter.videoCard(liveId).waitFor();
  }

  it('Chromium presents to Chromium and to Firefox', async () => {
    await isSeenByAll(carl, [cora, fay]);
  });

  it('Firefox presents to Firefox and to Chromium', async () => {
    await isSeenByAll(fay, [finn, carl]);
  });

  for (const [caller, called] of [
    ['Chromium', 'Firefox'],
    ['Firefox', 'Chromium'],
  ]) {
    it(`${caller} calls ${called}`, async () => {
      const [one, other] = caller === 'Chromium' ? [cora, finn] : [finn, cora];
      await one.call(other);
      await other.isCalledBy(one);
      await other.see('accept-call').click();
      for (const person of [one, other]) {
        await seesFrames(person.see('remote-video'), SEEN_MS, person.name);
        await person.hears();
      }
      await one.see('hangup').click();
      await other.see('call-stage').waitFor({ state: 'detached' });
    });
  }

  it('and no page has complained', () => {
    for (const person of [carl, cora, fay, finn]) assert.deepEqual(person.complaints, []);
  });
});
