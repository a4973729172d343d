import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Api, type Video, nickname, problem } from '../src/api.ts';
import { TestBrowser } from '../src/browser.ts';
import { ensure } from '../src/ensure.ts';
import { eventually } from '../src/eventually.ts';
import { seesFrames, shown } from '../src/frames.ts';
import { Person, people } from '../src/person.ts';
import { probe } from '../src/recordings.ts';
import { Castmesh } from '../src/server.ts';

/** The processes of a cluster and the browsers share what processors there are. */
const FIRST_FRAME_MS = process.env.E2E_CLUSTER === undefined ? 2_000 : 6_000;
const LISTED_MS = 5_000;
const LENGTH_TOLERANCE = 0.5;

describe('a live, from the first frame to the recording', () => {
  let castmesh: Castmesh;
  let browser: TestBrowser;
  let api: Api;
  let presenter: Person;
  let viewers: Person[];
  let late: Person;
  let liveId = '';
  let clickedAt = 0;
  let seenAt = 0;
  let least = 0;
  let most = 0;
  let video: Video;

  before(async () => {
    castmesh = await Castmesh.start();
    api = new Api(castmesh.url);
    browser = await TestBrowser.launch();
    [presenter, ...viewers] = (await people(
      browser,
      castmesh.url,
      'presenter',
      'viewer1',
      'viewer2',
      'viewer3',
    )) as [Person, ...Person[]];
  });

  after(async () => {
    await browser?.close();
    await castmesh?.close();
  });

  it('the presenter sees its own stream come back from the server', async () => {
    clickedAt = performance.now();
    liveId = await presenter.goLive('A walk by the river');
    await seesFrames(presenter.see('server-preview'), 10_000, 'the preview');
    seenAt = performance.now();
    const { width, height } = await shown(presenter.see('server-preview'));
    ensure(width >= 320 && height >= 180, `${width}x${height}`);
    const { items } = await api.lives();
    assert.deepEqual(
      items.map((live) => [live.liveId, live.title]),
      [[liveId, 'A walk by the river']],
    );
  });

  it('three viewers see frames soon after clicking', async () => {
    const waits: number[] = [];
    for (const viewer of viewers) waits.push(await viewer.watch(liveId));
    const [, usual = Infinity] = [...waits].sort((one, other) => one - other);
    ensure(usual < FIRST_FRAME_MS, `they waited ${waits.map(Math.round).join(', ')} ms`);
    for (const viewer of viewers) {
      await seesFrames(viewer.see('watch-video'), 5_000, viewer.name);
    }
    await presenter.seesViewers(...viewers);
  });

  it('a fourth who joins late does too', async () => {
    await pause(4_000);
    late = await Person.signUp(browser, castmesh.url, 'late');
    const took = await late.watch(liveId);
    ensure(took < FIRST_FRAME_MS, `${late.name} waited ${Math.round(took)} ms`);
    await seesFrames(late.see('watch-video'), 5_000, late.name);
    await presenter.seesViewers(...viewers, late);
  });

  it('the presenter is told of each join and leave', async () => {
    const [first, second, third] = viewers as [Person, Person, Person];
    await second.goTo('lives');
    await presenter.seesViewers(first, third, late);
    await late.close();
    await eventually(
      'the activity lists four joins and a leave',
      async () => {
        await presenter.see('tab-activity').click();
        const kinds = await presenter.activity();
        assert.equal(kinds.filter((kind) => kind === 'joined').length, 4);
        ensure(kinds.includes('left'), kinds.join(', '));
      },
      { within: 5_000 },
    );
  });

  it('when the presenter stops, viewers are told', async () => {
    const [first, , third] = viewers as [Person, Person, Person];
    least = (performance.now() - seenAt) / 1_000;
    await presenter.stopLive();
    most = (performance.now() - clickedAt) / 1_000;
    for (const viewer of [first, third]) {
      await viewer.see('live-ended').waitFor();
      const reason = viewer.see('live-ended').locator('[data-reason]');
      assert.equal(await reason.getAttribute('data-reason'), 'stopped');
    }
    assert.deepEqual((await api.lives()).items, []);
  });

  it('the recording is listed within five seconds', async () => {
    video = await eventually(
      'the recording is listed',
      async () => {
        const found = (await api.videos()).items.find((one) => one.liveId === liveId);
        ensure(found, 'not in the list');
        return found;
      },
      { within: LISTED_MS },
    );
    assert.equal(video.title, 'A walk by the river');
    assert.equal(video.owner.nickname, presenter.name);
  });

  it('has both tracks and the right length', async () => {
    const { duration, tracks } = await probe(castmesh.url, video);
    assert.deepEqual(tracks.map((track) => [track.kind, track.codec]).sort(), [
      ['audio', 'opus'],
      ['video', 'vp8'],
    ]);
    ensure(
      duration > least - LENGTH_TOLERANCE && duration < most + LENGTH_TOLERANCE,
      `${duration} s were recorded of ${least} to ${most} s`,
    );
    for (const track of tracks) {
      const off = Math.abs(track.length - duration);
      ensure(off <= LENGTH_TOLERANCE, `${track.kind}: ${track.length} s of ${duration} s`);
    }
    ensure(
      Math.abs(video.durationSeconds - duration) <= LENGTH_TOLERANCE,
      `listed with ${video.durationSeconds} s, ffprobe says ${duration} s`,
    );
  });

  it('plays and seeks in the browser', async () => {
    const [viewer] = viewers as [Person];
    await viewer.goTo('videos');
    await viewer.videoCard(liveId).click();
    const player = viewer.see('video-player');
    await seesFrames(player, 5_000, 'the recording');
    const to = video.durationSeconds / 2;
    const landed = await player.evaluate(async (element, time) => {
      const video = element as HTMLVideoElement;
      const seeked = new Promise((resolve) => {
        video.addEventListener('seeked', resolve, { once: true });
      });
      video.currentTime = time;
      await seeked;
      return { at: video.currentTime, duration: video.duration };
    }, to);
    ensure(Math.abs(landed.at - to) < 0.3, `landed at ${landed.at}, not at ${to}`);
    ensure(
      Math.abs(landed.duration - video.durationSeconds) <= LENGTH_TOLERANCE,
      `the player says ${landed.duration} s, the list ${video.durationSeconds} s`,
    );
    await seesFrames(player, 5_000, 'the recording after the seek');
    // Half of it went by in a moment: only ranges can do that.
    ensure((await shown(player)).currentTime > to, 'it went back after the seek');
  });

  it('answers ranges, and refuses one beyond the end', async () => {
    const { sizeBytes: size, contentUrl } = video;
    const range = (value: string): Promise<Response> =>
      fetch(castmesh.url + contentUrl, { headers: { range: value } });
    const head = await range('bytes=0-3');
    assert.equal(head.status, 206);
    assert.equal(head.headers.get('content-range'), `bytes 0-3/${size}`);
    // The first bytes of every EBML file.
    assert.equal(Buffer.from(await head.arrayBuffer()).toString('hex'), '1a45dfa3');
    const tail = await range('bytes=-10');
    assert.equal(tail.status, 206);
    assert.equal((await tail.arrayBuffer()).byteLength, 10);
    const beyond = await range(`bytes=${size}-`);
    assert.equal(beyond.status, 416);
    assert.equal((await problem(beyond)).name, 'RANGE_NOT_SATISFIABLE');
  });

  it('is found by filters', async () => {
    const found = async (query: Record<string, string>): Promise<boolean> =>
      (await api.videos(query)).items.some((one) => one.id === video.id);
    const hour = 3_600_000;
    const ago = new Date(Date.now() - hour).toISOString();
    const ahead = new Date(Date.now() + hour).toISOString();
    const matching: Record<string, string>[] = [
      { q: 'river' },
      { nickname: presenter.name },
      { from: ago, to: ahead },
      { minDuration: '1', maxDuration: '600' },
    ];
    for (const query of matching) {
      ensure(await found(query), JSON.stringify(query));
    }
    const others: Record<string, string>[] = [
      { q: 'mountain' },
      { from: ahead },
      { minDuration: '600' },
    ];
    for (const query of others) {
      ensure(!(await found(query)), JSON.stringify(query));
    }
  });

  it('is deleted by its owner and by nobody else', async () => {
    const stranger = await api.register(nickname('stranger'));
    const refused = await api.delete(`/videos/${video.id}`, stranger.accessToken);
    assert.equal((await problem(refused)).name, 'FORBIDDEN');
    await presenter.goTo('videos');
    await presenter.videoCard(liveId).click();
    await presenter.see('delete-video').click();
    await presenter.see('confirm-delete').click();
    await eventually('it is gone', async () => {
      assert.equal((await problem(await api.get(`/videos/${video.id}`))).name, 'VIDEO_NOT_FOUND');
      assert.equal((await fetch(castmesh.url + video.contentUrl)).status, 404);
    });
  });

  it('a live of less than a second leaves no recording', async () => {
    const { items: before } = await api.videos();
    await presenter.goLive('A blink');
    await presenter.stopLive();
    await pause(LISTED_MS);
    const { items } = await api.videos();
    const blink = items.find((one) => one.title === 'A blink');
    ensure(!blink || blink.durationSeconds >= 1, JSON.stringify(blink));
    ensure(items.length <= before.length + 1, `${items.length} videos`);
  });

  it('and no page has complained', () => {
    for (const person of [presenter, ...viewers]) assert.deepEqual(person.complaints, []);
  });
});
