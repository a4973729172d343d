/** Takes the pictures of the documentation from a running castmesh: `npm run pictures -w e2e`. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TestBrowser } from '../src/browser.ts';
import { seesFrames } from '../src/frames.ts';
import { root } from '../src/machine.ts';
import { Person } from '../src/person.ts';
import { Castmesh } from '../src/server.ts';

const folder = join(root, 'docs', 'pictures');
const NAMES = ['Mei', 'Jonas', 'Amara', 'Tomás'];

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
} finally {
  await browser.close();
  await castmesh.close();
}
