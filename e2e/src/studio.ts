import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { TestBrowser } from './browser.ts';
import { Kurento, type KurentoEvent } from './kurento.ts';
import { type PeerWishes, type Seen, installPeers } from './peer-page.ts';
import { PoorNetwork } from './poor-network.ts';

const VANISHED_MS = 30_000;

/** A peer connection in a browser, its endpoint at the media server, and the network between. */
export interface Participant {
  endpoint: string;
  network: PoorNetwork;
  /** What the media server reports as `Error`. */
  errors: string[];
  /** The media server's answer. */
  answer: string;
  seen(): Promise<Seen>;
  /** From now on its camera gives pictures of another size. */
  resize(width: number, height: number): Promise<void>;
  close(): Promise<void>;
  /** Goes without a good-bye; the media server hears of it half a minute later. */
  vanish(): Promise<void>;
}

/** Real browsers at a media server that is driven by the Kurento protocol alone. */
export class Studio {
  readonly #page: Page;
  readonly #origin: Server;
  readonly kurento: Kurento;
  readonly pipeline: string;
  #participants = 0;
  readonly #networks = new Set<PoorNetwork>();

  private constructor(page: Page, origin: Server, kurento: Kurento, pipeline: string) {
    this.#page = page;
    this.#origin = origin;
    this.kurento = kurento;
    this.pipeline = pipeline;
  }

  /**
   * @param url of the media server
   * @param equip runs in the page before anything else
   */
  static async open(browser: TestBrowser, url: string, equip?: () => void): Promise<Studio> {
    // Cameras are for secure pages, and localhost is one.
    const origin = createServer((_, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>studio</title>');
    }).listen(0, '127.0.0.1');
    await once(origin, 'listening');
    const address = origin.address();
    const { page } = await browser.person();
    await page.goto(`http://localhost:${typeof address === 'object' ? address?.port : address}/`);
    // Sound that a page makes wants somebody who has touched the page.
    await page.mouse.click(1, 1);
    if (equip) await page.evaluate(equip);
    await page.evaluate(installPeers);
    const kurento = await Kurento.connect(url);
    return new Studio(page, origin, kurento, await kurento.create('MediaPipeline'));
  }

  /**
   * @param presenter whom it sees from the beginning
   */
  async join(wishes: PeerWishes, presenter?: Participant): Promise<Participant> {
    const page = this.#page;
    const { kurento } = this;
    const id = String(this.#participants++);
    const network = await PoorNetwork.open();
    this.#networks.add(network);
    const endpoint = await kurento.create('WebRtcEndpoint', { mediaPipeline: this.pipeline });
    const errors: string[] = [];
    await kurento.listen(endpoint, 'Error', ({ data }) => errors.push(String(data.description)));
    const early: RTCIceCandidateInit[] = [];
    let answered = false;
    const onCandidate = ({ data }: KurentoEvent): void => {
      const found = data.candidate as { candidate: string; sdpMid: string; sdpMLineIndex: number };
      const candidate = network.candidate(found.candidate);
      if (candidate === undefined) return;
      const { sdpMid, sdpMLineIndex } = found;
      const redirected = { candidate, sdpMid, sdpMLineIndex };
      if (answered)
        void page.evaluate(([peer, c]) => window.peers.candidate(peer, c), [
          id,
          redirected,
        ] as const);
      else early.push(redirected);
    };
    await kurento.listen(endpoint, 'IceCandidateFound', onCandidate);
    if (presenter) {
      await kurento.invoke(presenter.endpoint, 'connect', { sink: endpoint });
    }
    const offer = await page.evaluate(([peer, w]) => window.peers.offer(peer, w), [
      id,
      wishes,
    ] as const);
    const answer = String(await kurento.invoke(endpoint, 'processOffer', { offer }));
    await page.evaluate(([peer, sdp]) => window.peers.answer(peer, sdp), [
      id,
      network.redirect(answer),
    ] as const);
    await kurento.invoke(endpoint, 'gatherCandidates');
    answered = true;
    for (const candidate of early) {
      await page.evaluate(([peer, c]) => window.peers.candidate(peer, c), [id, candidate] as const);
    }
    return {
      endpoint,
      network,
      errors,
      answer,
      seen: () => page.evaluate((peer) => window.peers.seen(peer), id),
      resize: (width, height) =>
        page.evaluate(([peer, w, h]) => window.peers.resize(peer, w, h), [
          id,
          width,
          height,
        ] as const),
      close: async () => {
        await page.evaluate((peer) => window.peers.close(peer), id);
        await kurento.release(endpoint);
        this.#cut(network);
      },
      vanish: async () => {
        this.#cut(network);
        await page.evaluate((peer) => window.peers.close(peer), id);
        await pause(VANISHED_MS);
        await kurento.release(endpoint);
      },
    };
  }

  /** Lets a viewer see a presenter. */
  async connect(presenter: Participant, viewer: Participant): Promise<void> {
    await this.kurento.invoke(presenter.endpoint, 'connect', { sink: viewer.endpoint });
  }

  #cut(network: PoorNetwork): void {
    if (this.#networks.delete(network)) network.close();
  }

  /** Also for those whose test has failed. */
  async close(): Promise<void> {
    this.#networks.forEach((network) => this.#cut(network));
    await this.kurento.release(this.pipeline);
    this.kurento.close();
    await this.#page.close();
    this.#origin.close();
  }
}
