import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { PASSWORD } from './api.ts';
import { root } from './machine.ts';
import type { Person } from './person.ts';

/** Somebody's page in which the SDK is used directly, for what the application has no page for. */
export class SdkPage {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** Signs the person in a second time, beside the application. */
  static async of(person: Person): Promise<SdkPage> {
    const { page } = person;
    await page.route('**/sdk/**', async (route) => {
      const path = new URL(route.request().url()).pathname.replace(/^\/sdk\//, '');
      const body = await readFile(join(root, 'web', 'client', 'dist', path), 'utf8');
      await route.fulfill({ body, contentType: 'text/javascript' });
    });
    await page.evaluate(
      async ({ name, password }) => {
        const sdk = (await import('/sdk/index.js' as string)) as SdkModule;
        const client = new sdk.CastmeshClient();
        await client.auth.login(name, password);
        client.connect();
        const scope = globalThis as unknown as SdkScope;
        Object.assign(scope, { sdk, client, heard: [] });
      },
      { name: person.name, password: PASSWORD },
    );
    return new SdkPage(page);
  }

  /** Enters a room, or makes one, and connects to everybody in it. */
  enter(roomId?: string): Promise<string> {
    return this.#page.evaluate(async (id) => {
      const scope = globalThis as unknown as SdkScope;
      const room = await scope.client.rooms.join(id ? { roomId: id } : { name: 'Tea' });
      scope.room = room;
      for (const event of ['peerJoined', 'peerLeft', 'hostChanged', 'data', 'ended'] as const) {
        room.on(event, (told: unknown) => scope.heard.push({ event, told }));
      }
      const mesh = scope.client.mesh(room, await scope.sdk.openCamera());
      mesh.on('stream', ({ stream }) => {
        document.querySelector('[data-testid=mesh-video]')?.remove();
        const video = Object.assign(document.createElement('video'), {
          srcObject: stream,
          muted: true,
          autoplay: true,
        });
        video.dataset.testid = 'mesh-video';
        Object.assign(video.style, {
          position: 'fixed',
          inset: '0',
          zIndex: '999',
          width: '640px',
        });
        document.body.append(video);
      });
      return room.roomId;
    }, roomId);
  }

  /** The first signal of this kind never arrives, though the page believes that it did. */
  losesFirst(kind: 'offer' | 'answer'): Promise<void> {
    return this.#page.evaluate((lost) => {
      const { session } = (globalThis as unknown as SdkScope).client;
      const request = session.request.bind(session);
      session.request = ((method: string, params: { kind?: string } = {}, timeoutMs?: number) => {
        if (method !== 'room.signal' || params.kind !== lost) {
          return request(method, params, timeoutMs);
        }
        session.request = request;
        return Promise.resolve({});
      }) as typeof session.request;
    }, kind);
  }

  /** Does something with the room. */
  inRoom<T>(act: (scope: SdkScope) => Promise<T> | T): Promise<T> {
    return this.#page.evaluate(`(${act.toString()})(globalThis)`);
  }

  get video(): Locator {
    return this.#page.getByTestId('mesh-video');
  }
}

type SdkModule = typeof import('../../web/client/src/index.js');
type Client = InstanceType<SdkModule['CastmeshClient']>;

/** What the page holds. */
export interface SdkScope {
  sdk: SdkModule;
  client: Client;
  room: InstanceType<SdkModule['Room']>;
  heard: { event: string; told: unknown }[];
  /** Every peer connection of the page. */
  peers: RTCPeerConnection[];
}
