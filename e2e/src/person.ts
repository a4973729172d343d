import assert from 'node:assert/strict';
import type { BrowserContext, Locator, Page, WebSocketRoute } from 'playwright-core';
import { PASSWORD, type Tokens, nickname } from './api.ts';
import type { TestBrowser } from './browser.ts';
import { ensure } from './ensure.ts';
import { eventually } from './eventually.ts';
import { PageLog } from './page-log.ts';
import type { Event } from './rpc.ts';

/** What the fake camera gives, whatever the page asks for. */
export interface Camera {
  width: number;
  height: number;
  frameRate: number;
}

/** Runs in the page. */
function useCamera(camera: Camera): void {
  const { mediaDevices } = navigator;
  if (!mediaDevices) return;
  const real = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = (wanted) =>
    real(wanted?.video ? { ...wanted, video: { ...camera } } : wanted);
}

/** Somebody who uses the web application: everything they do goes through its pages. */
export class Person {
  readonly name: string;
  readonly page: Page;
  readonly events: Event[] = [];
  /** What the page complains about in its console, and what went wrong unseen. */
  readonly complaints: string[] = [];
  readonly #context: BrowserContext;
  readonly #log: PageLog;
  readonly #sockets = new Set<WebSocketRoute>();
  /** The media sessions that the page was given, the newest last. */
  readonly mediaIds: string[] = [];
  #isCut = false;
  opened = 0;
  sessionId = '';
  /** How often another gateway has carried the session on, without its events. */
  takenOver = 0;
  /** How often a session was lost with everything in it. */
  lost = 0;

  private constructor(name: string, page: Page, context: BrowserContext) {
    this.name = name;
    this.page = page;
    this.#context = context;
    this.#log = new PageLog(page);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  /** Opens the application and signs up; with a name that nobody else has unless one is given. */
  static async signUp(
    browser: TestBrowser,
    url: string,
    stem: string,
    name = nickname(stem),
    camera?: Camera,
  ): Promise<Person> {
    const person = await Person.#open(browser, name, camera);
    await person.page.goto(`${url}/sign-in?mode=register`);
    await person.enter(PASSWORD);
    return person;
  }

  /** Opens the application and signs in to an account that is there. */
  static async signIn(
    browser: TestBrowser,
    url: string,
    name: string,
    password = PASSWORD,
  ): Promise<Person> {
    const person = await Person.#open(browser, name);
    await person.page.goto(`${url}/sign-in`);
    await person.enter(password);
    return person;
  }

  /** Fills the form to sign in or up. */
  async enter(password: string): Promise<void> {
    await this.see('nickname').fill(this.name);
    await this.see('password').fill(password);
    await this.see('submit').click();
    try {
      await this.see('account-name').waitFor();
    } catch (cause) {
      throw new Error(`${this.name} is not let in: ${await this.#log.told()}`, { cause });
    }
  }

  static async #open(browser: TestBrowser, name: string, camera?: Camera): Promise<Person> {
    const { context, page } = await browser.person();
    const person = new Person(name, page, context);
    await person.#routeSockets();
    if (camera) await page.addInitScript(useCamera, camera);
    await page.addInitScript(() => {
      const peers: RTCPeerConnection[] = [];
      const Real = RTCPeerConnection;
      Object.assign(globalThis, {
        peers,
        RTCPeerConnection: class extends Real {
          constructor(configuration?: RTCConfiguration) {
            super(configuration);
            peers.push(this);
          }
        },
      });
    });
    return person;
  }

  /** What carries this `data-testid`. */
  see(testId: string): Locator {
    return this.page.getByTestId(testId);
  }

  async goTo(place: 'lives' | 'studio' | 'videos' | 'people' | 'admin'): Promise<void> {
    await this.see(`nav-${place}`).first().click();
  }

  // ---- lives

  /** Goes live with the camera and returns the live's id. */
  async goLive(title: string): Promise<string> {
    await this.goTo('studio');
    await this.see('local-preview').waitFor();
    await this.see('live-title').fill(title);
    await this.see('start-live').click();
    const link = await this.see('copy-link').getAttribute('data-link');
    const id = /\/live\/([^/]+)$/.exec(link ?? '')?.[1];
    ensure(id, `the link of the live, not ${link}`);
    return id;
  }

  async stopLive(): Promise<void> {
    await this.see('stop-live').click();
    await this.see('confirm-stop').click();
    await this.see('studio-ended').waitFor();
  }

  /** The card of a live in the list. */
  liveCard(liveId: string): Locator {
    return this.page.locator(`[data-testid="live-card"][data-live-id="${liveId}"]`);
  }

  /**
   * Clicks the live in the list.
   *
   * @returns milliseconds from the click to the first frame on the screen
   */
  async watch(liveId: string): Promise<number> {
    await this.goTo('lives');
    const card = this.liveCard(liveId);
    await card.waitFor();
    return card.evaluate((element) => {
      const begin = performance.now();
      return new Promise<number>((resolve, reject) => {
        setTimeout(() => reject(new Error('no frame after 15 s')), 15_000);
        const find = (): void => {
          const video = document.querySelector<HTMLVideoElement>('[data-testid="watch-video"]');
          if (!video) requestAnimationFrame(find);
          else video.requestVideoFrameCallback(() => resolve(performance.now() - begin));
        };
        (element as HTMLElement).click();
        find();
      });
    });
  }

  /** Waits until the audience panel shows exactly these people. */
  async seesViewers(...people: Person[]): Promise<void> {
    const expected = people.map((person) => person.name).sort();
    await eventually(`${this.name} sees ${expected.length} viewers`, async () => {
      const names = await this.#attributes('viewer-item', 'data-nickname');
      assert.deepEqual(names.sort(), expected);
      assert.equal(await this.see('viewer-count').textContent(), String(expected.length));
    });
  }

  /** What has happened in the audience, newest first: joined or left. */
  activity(): Promise<string[]> {
    return this.#attributes('activity-item', 'data-kind');
  }

  // ---- videos

  videoCard(liveId: string): Locator {
    return this.page.locator(`[data-testid="video-card"][data-live-id="${liveId}"]`);
  }

  // ---- calls

  async call(other: Person): Promise<void> {
    await this.goTo('people');
    await this.page
      .locator(`[data-testid="person-row"][data-nickname="${other.name}"]`)
      .getByTestId('call-button')
      .click();
  }

  async isCalledBy(other: Person): Promise<void> {
    await this.page.locator(`[data-testid="incoming-call"][data-from="${other.name}"]`).waitFor();
  }

  async isTold(words: RegExp, ms = 10_000): Promise<void> {
    await this.see('toast').filter({ hasText: words }).first().waitFor({ timeout: ms });
  }

  // ---- the network

  /** Cuts the signalling and keeps it cut; media goes its own way. */
  async cutSocket(): Promise<void> {
    this.#isCut = true;
    await Promise.all(
      [...this.#sockets].map(async (socket) => {
        this.#sockets.delete(socket);
        await socket.close({ code: 4000, reason: 'cut by the test' });
      }),
    );
  }

  /** How many peer connections the page has made, and how many of them are not closed. */
  peers(): Promise<{ made: number; open: number }> {
    return this.page.evaluate(() => {
      const { peers } = globalThis as unknown as { peers: RTCPeerConnection[] };
      const open = peers.filter((peer) => peer.signalingState !== 'closed').length;
      return { made: peers.length, open };
    });
  }

  /** Lets the page hear something that the server has not said. */
  pretend(method: string, params: object): void {
    for (const socket of this.#sockets) {
      socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
    }
  }

  /** Waits until sound that is not silence has come out of a connection that is open. */
  async hears(): Promise<void> {
    await eventually(`${this.name} hears something`, async () => {
      const energy = await this.page.evaluate(async () => {
        const { peers } = globalThis as unknown as { peers: RTCPeerConnection[] };
        let energy = 0;
        for (const peer of peers.filter((one) => one.signalingState !== 'closed')) {
          (await peer.getStats()).forEach((stats) => {
            if (stats.type === 'inbound-rtp' && stats.kind === 'audio') {
              energy += stats.totalAudioEnergy;
            }
          });
        }
        return energy;
      });
      ensure(energy > 0, `${energy} of sound`);
    });
  }

  healSocket(): void {
    this.#isCut = false;
  }

  /**
   * Every event came once and in order, over however many sockets. The numbers begin anew when
   * another gateway has carried the session on, and at no other time.
   */
  assertNothingMissed(): void {
    const seqs = this.events.map((event) => event.params.seq);
    const broken = seqs.findIndex((seq, at) => seq !== 1 && seq !== (seqs[at - 1] ?? 0) + 1);
    assert.equal(broken, -1, `${this.name}: the numbers of the events: ${seqs.join(' ')}`);
    const begun = seqs.filter((seq) => seq === 1).length;
    ensure(begun <= 1 + this.takenOver + this.lost, `${this.name}: ${seqs.join(' ')}`);
  }

  async close(): Promise<void> {
    await this.#context.close();
  }

  /** One attribute of everything that carries the test id, as it is at this moment. */
  #attributes(testId: string, name: string): Promise<string[]> {
    return this.see(testId).evaluateAll(
      (elements, attribute) => elements.map((one) => one.getAttribute(attribute) ?? ''),
      name,
    );
  }

  #welcomed(result: { sessionId?: string; resumed?: boolean } | undefined): void {
    if (!result?.sessionId) return;
    if (this.sessionId && !result.resumed) {
      if (result.sessionId === this.sessionId) this.takenOver++;
      else this.lost++;
    }
    this.sessionId = result.sessionId;
  }

  async #routeSockets(): Promise<void> {
    await this.page.routeWebSocket(/\/ws$/, async (socket) => {
      if (this.#isCut) {
        await socket.close({ code: 4000, reason: 'cut by the test' });
        return;
      }
      this.opened++;
      this.#sockets.add(socket);
      const server = socket.connectToServer();
      server.onMessage((message) => {
        if (!this.#sockets.has(socket)) return;
        const parsed = JSON.parse(String(message)) as Event & {
          result?: { sessionId?: string; mediaId?: string; resumed?: boolean };
        };
        this.#welcomed(parsed.result);
        if (parsed.result?.mediaId) this.mediaIds.push(parsed.result.mediaId);
        if (parsed.method && parsed.params) this.events.push(parsed);
        socket.send(message);
      });
    });
  }
}

/** Signs up several people side by side. */
export async function people(
  browser: TestBrowser,
  url: string,
  ...stems: string[]
): Promise<Person[]> {
  return Promise.all(stems.map((stem) => Person.signUp(browser, url, stem)));
}

export type { Tokens };
