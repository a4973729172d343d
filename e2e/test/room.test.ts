import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { TestBrowser } from '../src/browser.ts';
import { ensure } from '../src/ensure.ts';
import { eventually } from '../src/eventually.ts';
import { seesFrames, watchForGaps } from '../src/frames.ts';
import { type Person, people } from '../src/person.ts';
import { SdkPage, type SdkScope } from '../src/sdk-page.ts';
import { Castmesh } from '../src/server.ts';

describe('a room of peers who connect to each other', () => {
  let castmesh: Castmesh;
  let browser: TestBrowser;
  let persons: Person[];
  let ann: SdkPage;
  let ben: SdkPage;
  let roomId: string;

  before(async () => {
    castmesh = await Castmesh.start();
    browser = await TestBrowser.launch();
    persons = await people(browser, castmesh.url, 'ann', 'ben');
    ann = await SdkPage.of(persons[0]!);
    ben = await SdkPage.of(persons[1]!);
  });

  after(async () => {
    await browser?.close();
    await castmesh?.close();
  });

  it('is made by the first and found by its number; both see each other', async () => {
    roomId = await ann.enter();
    assert.equal(await ben.enter(roomId), roomId);
    await seesFrames(ben.video, 15_000, 'who came later');
    await seesFrames(ann.video, 15_000, 'who was there');
    assert.equal(await ann.inRoom(({ room }) => room.isHost), true);
    assert.equal(await ben.inRoom(({ room }) => room.peers[0]?.id === room.host), true);
  });

  it('carries data from one to the other', async () => {
    await ben.inRoom(({ room }) => room.send('reaction', { symbol: 'wave' }));
    await eventually('the first hears it', async () => {
      const told = await ann.inRoom(({ heard }) =>
        heard.filter((one) => one.event === 'data').map((one) => one.told),
      );
      assert.deepEqual(told, [
        {
          from: await ben.inRoom(({ room }) => room.self),
          topic: 'reaction',
          payload: { symbol: 'wave' },
        },
      ]);
    });
  });

  it('goes on when both believe at the same time that the way is lost', async () => {
    // given
    const seen = await Promise.all([ann, ben].map((one) => watchForGaps(one.video)));
    const way = ({ peers }: SdkScope) =>
      /a=ice-ufrag:(\S+)/.exec(peers.at(-1)!.currentRemoteDescription!.sdp)?.[1];
    const before = await Promise.all([ann.inRoom(way), ben.inRoom(way)]);
    // when
    const losesItsWay = ({ peers }: SdkScope) => {
      const peer = peers.at(-1)!;
      Object.defineProperty(peer, 'connectionState', { value: 'failed', configurable: true });
      peer.dispatchEvent(new Event('connectionstatechange'));
      setTimeout(() => delete (peer as { connectionState?: unknown }).connectionState, 1_000);
    };
    await Promise.all([ann.inRoom(losesItsWay), ben.inRoom(losesItsWay)]);
    // then
    await eventually('both have another way', async () => {
      const now = await Promise.all([ann.inRoom(way), ben.inRoom(way)]);
      ensure(now[0] !== before[0] && now[1] !== before[1], `still ${now.join(' and ')}`);
    });
    await pause(3_500);
    for (const told of seen) {
      const { longestGapMs } = await told();
      ensure(longestGapMs < 2_500, `a picture stood still for ${longestGapMs} ms`);
    }
  });

  it('is left by who is sent away, and stays closed for them', async () => {
    await ann.inRoom(({ room }) => room.kick(room.peers[0]!.id));
    await eventually('both know', async () => {
      assert.equal(await ben.inRoom(({ room }) => room.ended), 'kicked');
      assert.equal(await ann.inRoom(({ room }) => room.peers.length), 0);
    });
    const refused = await ben.inRoom(({ client, room }) =>
      client.rooms.join({ roomId: room.roomId }).catch((error: Error) => error.name),
    );
    assert.equal(refused, 'FORBIDDEN');
  });

  it('and no page has complained', () => {
    for (const person of persons) assert.deepEqual(person.complaints, []);
  });
});
