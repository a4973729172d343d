import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { Answers } from './answers.ts';
import { Api, type Video, nickname } from './api.ts';
import { TestBrowser } from './browser.ts';
import type { Cluster } from './cluster.ts';
import { Company } from './company.ts';
import { ensure } from './ensure.ts';
import { eventually } from './eventually.ts';
import { seesFrames, watchForGaps } from './frames.ts';
import { type Camera, Person } from './person.ts';
import { probe } from './recordings.ts';
import { Rpc } from './rpc.ts';
import { Whereabouts } from './whereabouts.ts';

/** Small, so that the processors are left to what is tested. */
const CAMERA: Camera = { width: 320, height: 240, frameRate: 15 };
const VIEWERS = 3;
const MEMBERS = 4;
const SENDERS = 2;
/** Twenty events a second. */
const SEND_EVERY_MS = 100;
const PICTURE_MS = 40_000;
const WHOLE_MS = 120_000;
const LISTED_MS = 45_000;
/** Of a recording: buffers at both ends. */
const LENGTH_TOLERANCE_SECONDS = 1;

/** What was seen while something was broken. */
export interface Seen {
  /** How long a picture stood still at most. */
  stillMs: number;
  /** The longest time to an acknowledgement in the room. */
  sendMs: number;
  /** By name: for how long nothing answered at most. */
  silentMs: Record<string, number>;
  /** From the fault until every process was ready again. */
  wholeMs: number;
}

/** How long somebody was live, in seconds: from frames to click at least, from click to end at most. */
export interface Length {
  least: number;
  most: number;
}

/**
 * People who use a cluster while it is broken: a presenter whose live is recorded, three viewers, two
 * who call each other, and a room with a steady stream of events.
 */
export class Scene {
  readonly cluster: Cluster;
  readonly api: Api;
  readonly browser: TestBrowser;
  readonly presenter: Person;
  readonly viewers: Person[];
  readonly ann: Person;
  readonly ben: Person;
  readonly company: Company;
  readonly whereabouts: Whereabouts;
  /** Empty while nobody is live. */
  liveId = '';
  #calls = false;
  #clickedAt = 0;
  #seenAt = 0;

  private constructor(cluster: Cluster, browser: TestBrowser, people: Person[], company: Company) {
    this.cluster = cluster;
    this.api = new Api(cluster.url);
    this.browser = browser;
    [this.presenter, this.ann, this.ben] = people as [Person, Person, Person];
    this.viewers = people.slice(3);
    this.company = company;
    this.whereabouts = new Whereabouts(cluster);
  }

  /**
   * Everybody is there; nothing has begun but the stream in the room.
   *
   * @param doors where the members of the room connect
   */
  static async meet(
    cluster: Cluster,
    doors = Array.from({ length: MEMBERS }, () => cluster.url),
  ): Promise<Scene> {
    const browser = await TestBrowser.launch();
    try {
      const people: Person[] = [];
      const stems = ['presenter', 'ann', 'ben'];
      for (let viewer = 1; viewer <= VIEWERS; viewer++) stems.push(`viewer${viewer}`);
      for (const stem of stems) {
        people.push(await Person.signUp(browser, cluster.url, stem, nickname(stem), CAMERA));
      }
      const company = await Company.meet(doors, SENDERS, SEND_EVERY_MS);
      company.start();
      return new Scene(cluster, browser, people, company);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  static async guest(url: string): Promise<Rpc> {
    const { accessToken } = await new Api(url).register(nickname('guest'));
    return Rpc.signedIn(url, accessToken);
  }

  get people(): Person[] {
    return [this.presenter, ...this.viewers, this.ann, this.ben];
  }

  // ---- what they do

  /** The live runs, by this title if it does not yet, and the call. */
  async isPlaying(title: string): Promise<void> {
    if (!this.liveId) await this.goLive(title);
    if (!this.#calls) await this.call();
    await this.works();
  }

  async goLive(title: string): Promise<void> {
    this.#clickedAt = performance.now();
    this.liveId = await this.presenter.goLive(title);
    await seesFrames(this.presenter.see('server-preview'), PICTURE_MS, 'the presenter');
    this.#seenAt = performance.now();
    for (const viewer of this.viewers) await viewer.watch(this.liveId);
    await this.presenter.seesViewers(...this.viewers);
  }

  async call(): Promise<void> {
    await this.ann.call(this.ben);
    await this.ben.isCalledBy(this.ann);
    await this.ben.see('accept-call').click();
    await seesFrames(this.ann.see('remote-video'), PICTURE_MS, 'the caller');
    await seesFrames(this.ben.see('remote-video'), PICTURE_MS, 'the called');
    this.#calls = true;
  }

  async hangUp(): Promise<void> {
    this.#calls = false;
    await this.ann.see('hangup').click();
    for (const person of [this.ann, this.ben]) {
      await person.see('call-stage').waitFor({ state: 'detached' });
    }
  }

  async stopLive(): Promise<Length> {
    const least = (performance.now() - this.#seenAt) / 1_000;
    await this.presenter.stopLive();
    const most = (performance.now() - this.#clickedAt) / 1_000;
    this.liveId = '';
    for (const viewer of this.viewers) await viewer.see('live-ended').waitFor();
    return { least, most };
  }

  // ---- what is seen of it

  pictures(): Map<string, Locator> {
    return new Map([
      ['the presenter', this.presenter.see('server-preview')],
      ...this.viewers.map((one, at): [string, Locator] => [
        `viewer ${at + 1}`,
        one.see('watch-video'),
      ]),
      ['the caller', this.ann.see('remote-video')],
      ['the called', this.ben.see('remote-video')],
    ]);
  }

  /**
   * Watches while something is broken, until everything works again.
   *
   * @param fault breaks it; returns when it is broken, or healed
   * @param paths that are asked all the time, by what they stand for
   */
  async during(
    fault: () => Promise<void>,
    paths: Record<string, string | (() => Promise<unknown>)> = {},
  ): Promise<Seen> {
    const gaps = await Promise.all([...this.pictures().values()].map(watchForGaps));
    const answers = Object.entries(paths).map(([name, path]): [string, Answers] => [
      name,
      typeof path === 'string' ? Answers.to(this.cluster.url, path) : new Answers(path),
    ]);
    this.company.forget();
    const begin = performance.now();
    try {
      await fault();
      await this.cluster.isWhole(WHOLE_MS);
      const wholeMs = Math.round(performance.now() - begin);
      await this.works();
      const still = await Promise.all(gaps.map((gap) => gap()));
      const silentMs: Record<string, number> = {};
      for (const [name, answer] of answers) silentMs[name] = await answer.end();
      return {
        stillMs: Math.round(Math.max(...still.map((one) => one.longestGapMs))),
        sendMs: this.company.longestSendMs,
        silentMs,
        wholeMs,
      };
    } finally {
      for (const [, answer] of answers) await answer.end();
    }
  }

  /** Begins to count how long a viewer's picture stands still. */
  gapOf(viewer: Person): ReturnType<typeof watchForGaps> {
    return watchForGaps(viewer.see('watch-video'));
  }

  /**
   * Watches the call, and other pictures, but not the live.
   *
   * @returns how long a picture of it stood still at most
   */
  async whileCalling(work: () => Promise<void>, ...also: Locator[]): Promise<number> {
    const videos = [...[this.ann, this.ben].map((one) => one.see('remote-video')), ...also];
    const gaps = await Promise.all(videos.map(watchForGaps));
    await work();
    for (const video of videos) await seesFrames(video, PICTURE_MS, 'who goes on');
    const still = await Promise.all(gaps.map((gap) => gap()));
    return Math.round(Math.max(...still.map((one) => one.longestGapMs)));
  }

  /** Pictures move, the call stands, everybody in the room is heard, every process knows every other. */
  async works(): Promise<void> {
    for (const [who, video] of this.pictures()) await seesFrames(video, PICTURE_MS, who);
    for (const person of [this.ann, this.ben]) {
      assert.equal(await person.see('call-stage').count(), 1, `${person.name} is in the call`);
    }
    await this.company.flows();
    await this.presenter.seesViewers(...this.viewers);
    await this.whereabouts.areMet();
  }

  /** No event was lost or doubled, and nobody has lost a session or complained. */
  async heardEverything(): Promise<number> {
    const count = await this.company.heardEverything();
    for (const person of this.people) {
      person.assertNothingMissed();
      assert.equal(person.lost, 0, `${person.name} has lost a session`);
      assert.deepEqual(person.complaints, []);
    }
    this.company.start();
    return count;
  }

  /** @returns its length as ffprobe tells it, in seconds */
  async isRecorded(liveId: string, { least, most }: Length): Promise<number> {
    const [video] = await this.recordings(liveId, 1);
    ensure(video, 'a recording');
    const { duration, tracks } = await probe(this.cluster.url, video);
    assert.deepEqual(tracks.map((track) => track.kind).sort(), ['audio', 'video']);
    const isWhole =
      duration >= least - LENGTH_TOLERANCE_SECONDS && duration <= most + LENGTH_TOLERANCE_SECONDS;
    ensure(isWhole, `${duration} s recorded of ${least} to ${most} s`);
    ensure(Math.abs(video.durationSeconds - duration) <= 0.5, JSON.stringify(video));
    return duration;
  }

  /** So many recordings of a live are listed, and each of them holds sound and pictures. */
  async arePlayable(liveId: string, count: number): Promise<void> {
    for (const video of await this.recordings(liveId, count)) {
      const { duration, tracks } = await probe(this.cluster.url, video);
      assert.deepEqual(tracks.map((track) => track.kind).sort(), ['audio', 'video']);
      ensure(Math.abs(video.durationSeconds - duration) <= 0.5, JSON.stringify(video));
    }
  }

  /** Waits until so many recordings of a live are listed: one more for each media server it lost. */
  async recordings(liveId: string, count: number): Promise<Video[]> {
    return eventually(
      `${count} recordings of the live are listed`,
      async () => {
        const { items } = await this.api.videos({ size: '100' });
        const own = items.filter(({ liveId: id }) => id === liveId || id.startsWith(`${liveId}.`));
        assert.equal(own.length, count, JSON.stringify(own));
        return own;
      },
      { within: LISTED_MS, every: 100 },
    );
  }

  /** Somebody more, with a camera. */
  newcomer(stem: string): Promise<Person> {
    return Person.signUp(this.browser, this.cluster.url, stem, nickname(stem), CAMERA);
  }

  /** Somebody who looks at the list, to watch later. */
  async latecomer(): Promise<Person> {
    const late = await Person.signUp(this.browser, this.cluster.url, 'late');
    await late.goTo('lives');
    await late.liveCard(this.liveId).waitFor();
    return late;
  }

  /** Waits until who connects to this gateway is heard by others and hears them. */
  async serves(gateway: string, ms: number): Promise<void> {
    await eventually(
      `${gateway} has a part in the cluster`,
      async () => {
        const company = await Company.meet([gateway, this.cluster.url], 2, SEND_EVERY_MS);
        try {
          company.start();
          await company.flows();
          await company.heardEverything();
          await company.leave();
        } finally {
          company.close();
        }
      },
      { within: ms, every: 500 },
    );
  }

  async close(): Promise<void> {
    this.company.close();
    await this.browser.close();
  }
}
