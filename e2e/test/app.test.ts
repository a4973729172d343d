import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TestBrowser } from '../src/browser.ts';
import { seesFrames } from '../src/frames.ts';
import { Person, people } from '../src/person.ts';
import { Castmesh } from '../src/server.ts';

/** What the page keeps for the tests; these run in it. */
interface Held {
  allow: () => void;
  opened: MediaStream[];
}

/** Camera and microphone are given when the test allows it. */
function holdDevices(): void {
  const { mediaDevices } = navigator;
  const real = mediaDevices.getUserMedia.bind(mediaDevices);
  const allowed = new Promise<void>((allow) => Object.assign(globalThis, { allow }));
  mediaDevices.getUserMedia = async (wanted) => {
    await allowed;
    mediaDevices.getUserMedia = real;
    return real(wanted);
  };
}

/** Remembers what is opened. */
function noteDevices(): void {
  const { mediaDevices } = navigator;
  const real = mediaDevices.getUserMedia.bind(mediaDevices);
  const opened: MediaStream[] = [];
  Object.assign(globalThis, { opened });
  mediaDevices.getUserMedia = async (wanted) => {
    const stream = await real(wanted);
    opened.push(stream);
    return stream;
  };
}

/** As when somebody pulls a plug, which no page can do. */
function unplugMicrophone(): void {
  const { opened } = globalThis as unknown as Held;
  for (const track of opened.at(-1)?.getAudioTracks() ?? []) {
    track.stop();
    track.dispatchEvent(new Event('ended'));
  }
}

/** Plays nothing, not even in silence, before the reader has clicked on it. */
function refuseToPlay(): void {
  const { prototype } = HTMLMediaElement;
  const real = prototype.play;
  let isAllowed = false;
  const note = ({ target }: Event): void => {
    isAllowed ||= (target as Element).closest('[data-testid="play-button"]') !== null;
  };
  addEventListener('click', note, true);
  prototype.play = function play(this: HTMLMediaElement) {
    return isAllowed ? real.call(this) : Promise.reject(new DOMException('', 'NotAllowedError'));
  };
}

describe('the web application', () => {
  let castmesh: Castmesh;
  let browser: TestBrowser;
  let ann: Person;
  let ben: Person;
  let tablet: Person;
  let liveId = '';

  before(async () => {
    castmesh = await Castmesh.start();
    browser = await TestBrowser.launch();
    [ann, ben] = (await people(browser, castmesh.url, 'ann', 'ben')) as [Person, Person];
    tablet = await Person.signIn(browser, castmesh.url, ann.name);
  });

  after(async () => {
    await browser?.close();
    await castmesh?.close();
  });

  it('a call is picked up while the browser still asks for the camera', async () => {
    await ben.page.evaluate(holdDevices);
    await ann.call(ben);
    await ben.isCalledBy(ann);
    await ben.see('accept-call').click();
    await ben.page.locator('[data-testid="call-stage"][data-phase="opening"]').waitFor();
    assert.equal(await ben.see('incoming-call').count(), 0);
    await ben.page.evaluate(() => (globalThis as unknown as Held).allow());
    await seesFrames(ann.see('remote-video'), 10_000, 'the caller');
    await ben.see('hangup').click();
    await ann.see('call-stage').waitFor({ state: 'detached' });
  });

  it('a microphone that is unplugged in a call is missed, and can be tried again', async () => {
    await ben.page.evaluate(noteDevices);
    await ann.call(ben);
    await ben.isCalledBy(ann);
    await ben.see('accept-call').click();
    await seesFrames(ann.see('remote-video'), 10_000, 'the caller');
    await ben.page.evaluate(unplugMicrophone);
    await ben.page.locator('[data-testid="device-problem"][data-why="lost"]').waitFor();
    await ben.see('device-retry').click();
    await ben.see('device-problem').waitFor({ state: 'detached' });
    await ben.see('hangup').click();
    await ann.see('call-stage').waitFor({ state: 'detached' });
  });

  it("one's own live can be watched on another device", async () => {
    liveId = await ann.goLive('A walk by the river');
    await tablet.watch(liveId);
  });

  it('a live is played on a click where the browser plays nothing without one', async () => {
    await ben.page.evaluate(refuseToPlay);
    await ben.goTo('lives');
    await ben.liveCard(liveId).click();
    await ben.see('play-button').click();
    await ben.see('play-button').waitFor({ state: 'detached' });
    await seesFrames(ben.see('watch-video'), 10_000, 'the viewer');
  });

  it('who is live is asked before signing out', async () => {
    await ann.see('account-menu').click();
    await ann.see('sign-out').click();
    await ann.see('confirm-leave').waitFor();
    await ann.page.keyboard.press('Escape');
    await ann.see('confirm-leave').waitFor({ state: 'detached' });
    assert.equal(await ann.see('on-air').count(), 1);
    await ann.see('account-menu').click();
    await ann.see('sign-out').click();
    await ann.see('confirm-leave').click();
    await ann.see('submit').waitFor();
    await ben.page.locator('[data-testid="live-ended"] [data-reason="stopped"]').waitFor();
  });

  it('and no page has complained', () => {
    for (const person of [ann, ben, tablet]) assert.deepEqual(person.complaints, []);
  });
});
