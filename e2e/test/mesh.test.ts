import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { TestBrowser } from '../src/browser.ts';
import { ensure } from '../src/ensure.ts';
import { eventually } from '../src/eventually.ts';
import { seesFrames } from '../src/frames.ts';
import { type Person, people } from '../src/person.ts';
import { SdkPage, type SdkScope } from '../src/sdk-page.ts';
import { Castmesh } from '../src/server.ts';

/** Within the time for which a session waits for its client. */
const AWAY_MS = 35_000;

describe('two peers of a room whose signals get lost', () => {
  let castmesh: Castmesh;
  let browser: TestBrowser;
  let persons: Person[];
  let pages: SdkPage[];

  before(async () => {
    castmesh = await Castmesh.start();
    browser = await TestBrowser.launch();
    persons = await people(browser, castmesh.url, 'ann', 'ben');
    pages = await Promise.all(persons.map((person) => SdkPage.of(person)));
  });

  after(async () => {
    await browser?.close();
    await castmesh?.close();
  });

  it('connect although the first offer and the first answer never come', async () => {
    const [ann, ben] = pages as [SdkPage, SdkPage];
    await ann.losesFirst('answer');
    await ben.losesFirst('offer');
    await ben.enter(await ann.enter());
    for (const page of pages) await seesFrames(page.video, 90_000, 'who has lost a signal');
  });

  it('connect again after the one that is not polite was cut off', async () => {
    // given
    const names = await Promise.all(pages.map((page) => page.inRoom(({ room }) => room.self)));
    const person = persons[names[0]! < names[1]! ? 0 : 1]!;
    const way = ({ peers }: SdkScope) =>
      /a=ice-ufrag:(\S+)/.exec(peers.at(-1)!.currentRemoteDescription!.sdp)?.[1];
    const before = await Promise.all(pages.map((page) => page.inRoom(way)));
    // when
    await person.cutSocket();
    const losesItsWay = ({ peers }: SdkScope) => {
      const peer = peers.at(-1)!;
      Object.defineProperty(peer, 'connectionState', { value: 'failed', configurable: true });
      peer.dispatchEvent(new Event('connectionstatechange'));
    };
    for (const page of pages) await page.inRoom(losesItsWay);
    await pause(AWAY_MS);
    const findsItsWay = ({ peers }: SdkScope) => {
      delete (peers.at(-1) as { connectionState?: unknown }).connectionState;
    };
    for (const page of pages) await page.inRoom(findsItsWay);
    person.healSocket();
    // then
    await eventually(
      'both have another way, and agree',
      async () => {
        const now = await Promise.all(pages.map((page) => page.inRoom(way)));
        ensure(now[0] !== before[0] && now[1] !== before[1], `still ${now.join(' and ')}`);
        for (const page of pages) {
          const state = await page.inRoom(({ peers }) => peers.at(-1)!.signalingState);
          ensure(state === 'stable', `one is in ${state}`);
        }
      },
      { within: 60_000 },
    );
    for (const page of pages) await seesFrames(page.video, 15_000, 'who was cut off, or the other');
  });
});
