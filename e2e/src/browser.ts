import {
  type Browser,
  type BrowserContext,
  type BrowserServer,
  type Page,
  chromium,
} from 'playwright-core';
import { chromiumPath } from './machine.ts';

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

/** A Chromium of our own with a fake camera and microphone; every person in it is a context. */
export class TestBrowser {
  readonly #server: BrowserServer;
  readonly #browser: Browser;

  private constructor(server: BrowserServer, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
  }

  static async launch(): Promise<TestBrowser> {
    const server = await chromium.launchServer({
      executablePath: chromiumPath(),
      headless: true,
      chromiumSandbox: false,
      args: FLAGS,
    });
    return new TestBrowser(server, await chromium.connect(server.wsEndpoint()));
  }

  /** Somebody with cookies, storage and language of their own. */
  async person(): Promise<{ context: BrowserContext; page: Page }> {
    const context = await this.#browser.newContext({
      locale: 'en-US',
      viewport: { width: 1280, height: 800 },
      permissions: ['camera', 'microphone'],
    });
    context.setDefaultTimeout(15_000);
    // The TypeScript loader marks functions with their names; those we send into pages, too.
    await context.addInitScript('globalThis.__name ??= (target) => target;');
    return { context, page: await context.newPage() };
  }

  /** Like a crash: no page can say good-bye. */
  async kill(): Promise<void> {
    await this.#server.kill();
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
  }
}
