import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Aiortc } from '../src/aiortc.ts';
import { Api, nickname } from '../src/api.ts';
import { TestBrowser } from '../src/browser.ts';
import { ensure } from '../src/ensure.ts';
import { seesFrames } from '../src/frames.ts';
import { Person } from '../src/person.ts';
import { Rpc } from '../src/rpc.ts';
import { Castmesh } from '../src/server.ts';
import { Turn } from '../src/turn.ts';

const SEEN_MS = 15_000;
/** A live of less than a second leaves no recording. */
const KEPT_MS = 2_000;

/** From now on the person's browser uses nothing but relays: a network that lets nothing else out. */
async function isBehindAWall({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    const Real = RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Real {
      constructor(configuration?: RTCConfiguration) {
        super({ ...configuration, iceTransportPolicy: 'relay' });
      }
    };
  });
}

/** From now on the person's browser knows of no way by UDP: a network that lets TCP out alone. */
async function hasNoUdp({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    const Real = RTCPeerConnection;
    const connections: RTCPeerConnection[] = [];
    const isUdp = (line: string): boolean => /candidate:\S+ \d udp /i.test(line);
    globalThis.RTCPeerConnection = class extends Real {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        connections.push(this);
      }

      override setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
        const lines = (description.sdp ?? '').split('\r\n').filter((line) => !isUdp(line));
        return super.setRemoteDescription({ type: description.type, sdp: lines.join('\r\n') });
      }

      override async addIceCandidate(candidate?: RTCIceCandidateInit | null): Promise<void> {
        if (!isUdp(candidate?.candidate ?? '')) await super.addIceCandidate(candidate ?? undefined);
      }
    };
    Object.assign(globalThis, { connections });
  });
}

/** By what the person's connections go that go at all. */
async function transports({ page }: Person): Promise<string[]> {
  return page.evaluate(async () => {
    const { connections } = globalThis as unknown as { connections: RTCPeerConnection[] };
    const used = new Set<string>();
    for (const connection of connections) {
      const reports = await connection.getStats();
      const protocols = new Map<string, string>();
      reports.forEach((report) => protocols.set(report.id, String(report.protocol)));
      reports.forEach((report) => {
        if (report.type === 'candidate-pair' && report.nominated && report.state === 'succeeded') {
          used.add(protocols.get(report.localCandidateId) ?? 'nothing');
        }
      });
    }
    return [...used];
  });
}

describe('peers of different makers see and hear each other', () => {
  let turn: Turn;
  let castmesh: Castmesh;
  let chromium: TestBrowser;
  let firefox: TestBrowser;
  let carl: Person;
  let cora: Person;
  let fay: Person;
  let finn: Person;

  before(async () => {
    turn = await Turn.start();
    castmesh = await Castmesh.start(turn.settings);
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
    await turn?.close();
  });

  /** A live that one of each kind watches, until its recording is there. */
  async function isSeenByAll(presenter: Person, viewers: Person[]): Promise<void> {
    const liveId = await presenter.goLive('Neighbours');
    await seesFrames(presenter.see('server-preview'), SEEN_MS, 'the presenter');
    const kept = pause(KEPT_MS);
    for (const viewer of viewers) {
      await viewer.watch(liveId);
      await seesFrames(viewer.see('watch-video'), SEEN_MS, viewer.name);
      await viewer.hears();
    }
    await presenter.seesViewers(...viewers);
    await kept;
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

  it('aiortc watches Chromium, and presents to Chromium and Firefox', async () => {
    const { accessToken } = await new Api(castmesh.url).register(nickname('aio'));
    const rpc = await Rpc.open(castmesh.url);
    await rpc.result('session.authenticate', { token: accessToken });

    const watching = await Aiortc.start('watch');
    const liveId = await carl.goLive('To a program');
    const viewed = await rpc.result('live.view', { liveId, sdpOffer: watching.offer });
    watching.answer(String(viewed.sdpAnswer));
    await watching.seesAndHears();
    await carl.stopLive();
    await watching.close();

    const presenting = await Aiortc.start('present');
    const published = await rpc.result('live.publish', {
      sdpOffer: presenting.offer,
      title: 'Bar',
    });
    presenting.answer(String(published.sdpAnswer));
    await presenting.seesAndHears();
    for (const viewer of [cora, fay]) {
      await viewer.watch(String(published.liveId));
      await seesFrames(viewer.see('watch-video'), SEEN_MS, viewer.name);
      await viewer.hears();
    }
    await rpc.result('live.stop', { liveId: published.liveId });
    await presenting.close();
    rpc.close();
  });

  it('presents and watches through a relay where a network lets nothing else out', async () => {
    const before = turn.allocations;
    await isBehindAWall(carl);
    await isBehindAWall(fay);
    await isSeenByAll(carl, [fay]);
    ensure(turn.allocations >= before + 2, `${turn.allocations - before} relays in use`);
  });

  it('presents and watches by TCP where a network has no UDP', async () => {
    const [pia, vic] = await Promise.all([
      Person.signUp(chromium, castmesh.url, 'pia'),
      Person.signUp(firefox, castmesh.url, 'vic'),
    ]);
    for (const person of [pia, vic, cora]) await hasNoUdp(person);
    const liveId = await pia.goLive('From a hotel');
    await seesFrames(pia.see('server-preview'), SEEN_MS, 'the presenter');
    for (const viewer of [cora, vic]) {
      await viewer.watch(liveId);
      await seesFrames(viewer.see('watch-video'), SEEN_MS, viewer.name);
      await viewer.hears();
    }
    for (const person of [pia, cora, vic]) {
      assert.deepEqual(await transports(person), ['tcp'], person.name);
      assert.deepEqual(person.complaints, []);
    }
    await pia.stopLive();
  });

  it('and no page has complained', () => {
    for (const person of [carl, cora, fay, finn]) assert.deepEqual(person.complaints, []);
  });
});
