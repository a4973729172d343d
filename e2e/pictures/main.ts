/** Takes the pictures of the documentation from a running castmesh: `npm run pictures -w e2e`. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeAdmin } from '../src/admin.ts';
import { TestBrowser } from '../src/browser.ts';
import { seesFrames } from '../src/frames.ts';
import { root } from '../src/machine.ts';
import { Person } from '../src/person.ts';
import { redisCommands } from '../src/redis.ts';
import { Castmesh } from '../src/server.ts';

const folder = join(root, 'docs', 'pictures');
const NAMES = ['Mei', 'Jonas', 'Amara', 'Tomás'];

/** An hour of an evening, so that nobody has to wait for one. */
function evening(): string[][] {
  const points = 359;
  const wave = (i: number, mean: number, swing: number, phase: number) =>
    Math.max(
      0,
      mean * (0.55 + (0.45 * i) / points) +
        swing * (Math.sin(i / 26 + phase) + 0.35 * Math.sin(i / 7 + phase)),
    );
  return Array.from({ length: points }, (_, i) => {
    const at = new Date(Date.now() - (points - i) * 10_000).toISOString();
    const point = {
      time: `${at.slice(0, 19)}Z`,
      nodes: 12,
      sessions: Math.round(wave(i, 1_840, 120, 0)),
      lives: Math.round(wave(i, 46, 5, 1)),
      viewers: Math.round(wave(i, 1_260, 140, 0.6)),
      calls: Math.round(wave(i, 38, 6, 2)),
      requestsPerSecond: Math.round(wave(i, 310, 48, 0.3) * 10) / 10,
      cpu: wave(i, 0.34, 0.05, 0.4),
      heap: Math.round(wave(i, 1.9e9, 2.4e8, 3)),
    };
    return ['RPUSH', 'admin:history', JSON.stringify(point)];
  });
}

mkdirSync(folder, { recursive: true });
const castmesh = await Castmesh.start();
const browser = await TestBrowser.launch();
try {
  const [presenter, ...viewers] = (await Promise.all(
    NAMES.map((name) => Person.signUp(browser, castmesh.url, name, name)),
  )) as [Person, ...Person[]];
  const liveId = await presenter.goLive('A walk by the river');
  for (const viewer of viewers) await viewer.watch(liveId);
  await presenter.seesViewers(...viewers);
  await seesFrames(presenter.see('server-preview'), 10_000, 'the preview');
  // The bitrate finds its level in the first seconds.
  await pause(12_000);
  await presenter.page.screenshot({ path: join(folder, 'studio.png') });
  await viewers[0]?.page.screenshot({ path: join(folder, 'watch.png') });
  const admin = await Person.signIn(browser, castmesh.url, 'Ada', await makeAdmin(castmesh, 'Ada'));
  await redisCommands(castmesh.dataDir, [
    // Nobody writes a point of this quiet hour meanwhile.
    ['SET', 'admin:history:writer', 'nobody', 'PX', '60000'],
    ['DEL', 'admin:history'],
    ...evening(),
  ]);
  await admin.goTo('admin');
  await admin.page.locator('[data-testid="admin-charts"][data-points="359"]').waitFor();
  await admin.page.screenshot({ path: join(folder, 'admin.png') });
} finally {
  await browser.close();
  await castmesh.close();
}
