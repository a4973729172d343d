import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TestBrowser } from '../src/browser.ts';
import { seesFrames } from '../src/frames.ts';
import { type Person, people } from '../src/person.ts';
import { Castmesh } from '../src/server.ts';

const RING_SECONDS = 15;

describe('a call', () => {
  let castmesh: Castmesh;
  let browser: TestBrowser;
  let ann: Person;
  let ben: Person;
  let cleo: Person;

  before(async () => {
    castmesh = await Castmesh.start({ CASTMESH_CALL_RING_TIMEOUT: String(RING_SECONDS) });
    browser = await TestBrowser.launch();
    [ann, ben, cleo] = (await people(browser, castmesh.url, 'ann', 'ben', 'cleo')) as [
      Person,
      Person,
      Person,
    ];
  });

  after(async () => {
    await browser?.close();
    await castmesh?.close();
  });

  async function ended(...those: Person[]): Promise<void> {
    for (const person of those) {
      await person.see('call-stage').waitFor({ state: 'detached' });
      await person.see('incoming-call').waitFor({ state: 'detached' });
    }
  }

  it('is offered and refused', async () => {
    await ann.call(ben);
    await ben.isCalledBy(ann);
    await ben.see('reject-call').click();
    await ann.isTold(new RegExp(`${ben.name} has declined`));
    await ended(ann, ben);
  });

  it('is offered and cancelled', async () => {
    await ann.call(ben);
    await ben.isCalledBy(ann);
    await ann.see('cancel-call').click();
    await ben.isTold(new RegExp(`missed a call from ${ann.name}`));
    await ended(ann, ben);
  });

  it('times out when nobody answers', async () => {
    await ann.call(ben);
    await ben.isCalledBy(ann);
    await ann.isTold(new RegExp(`${ben.name} did not answer`), (RING_SECONDS + 20) * 1_000);
    await ended(ann, ben);
  });

  it('is offered again and accepted: both see each other', async () => {
    await ann.call(ben);
    await ben.isCalledBy(ann);
    await ben.see('accept-call').click();
    await seesFrames(ann.see('remote-video'), 10_000, 'the caller');
    await seesFrames(ben.see('remote-video'), 10_000, 'the called');
    await seesFrames(ann.see('local-video'), 5_000, "the caller's own picture");
  });

  it('a third who calls meanwhile hears that it is busy', async () => {
    await cleo.call(ann);
    await cleo.isTold(/is in another call/);
    await ended(cleo);
    assert.equal(await ann.see('incoming-call').count(), 0);
    await seesFrames(ann.see('remote-video'), 5_000, 'the call goes on');
  });

  it('ends for both when one hangs up', async () => {
    await ben.see('hangup').click();
    await ann.isTold(/call has ended/);
    await ended(ann, ben);
  });

  it('can be made again afterwards, in the other direction', async () => {
    await ben.call(ann);
    await ann.isCalledBy(ben);
    await ann.see('accept-call').click();
    await seesFrames(ann.see('remote-video'), 10_000, 'the called');
    await seesFrames(ben.see('remote-video'), 10_000, 'the caller');
    await ben.see('hangup').click();
    await ended(ann, ben);
  });

  it('ends for the other when a page is closed for good', async () => {
    await ann.call(cleo);
    await cleo.isCalledBy(ann);
    await cleo.see('accept-call').click();
    await seesFrames(ann.see('remote-video'), 10_000, 'the caller');
    await cleo.close();
    await ann.see('call-stage').waitFor({ state: 'detached', timeout: 62_000 });
  });

  it('and no page has complained', () => {
    for (const person of [ann, ben, cleo]) assert.deepEqual(person.complaints, []);
  });
});
