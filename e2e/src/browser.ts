import {
  type Browser,
  type BrowserContext,
  type BrowserServer,
  type Page,
  chromium,
  firefox,
} from 'playwright-core';
import { chromiumPath, firefoxPath } from './machine.ts';

/**
 * How long a page may take to show something. What is promised in time is measured where it is
 * promised; this only ends what would wait for ever, on a machine that several browsers keep busy.
 */
const PATIENCE_MS = 30_000;

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

/**
 * The same for Firefox, which else leaves out the addresses of this very computer, and all but one
 * where a page may not use the camera.
 */
const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.loopback': true,
  'permissions.default.camera': 1,
  'permissions.default.microphone': 1,
  'media.autoplay.default': 0,
};

/** Runs in the page: Firefox's fake camera shows one colour, in which nobody could see a fault. */
function paintCamera(): void {
  const { mediaDevices } = navigator;
  if (!mediaDevices) return;
  const real = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (wanted) => {
    const stream = await real(wanted);
    for (const track of stream.getVideoTracks()) {
      const { width = 640, height = 360, frameRate = 30 } = track.getSettings();
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const context = canvas.getContext('2d');
      const beat = setInterval(() => {
        const at = (performance.now() / 5) % width;
        context?.clearRect(0, 0, width, height);
        if (context) context.fillStyle = '#ffd400';
        context?.fillRect(at, 0, width / 3, height);
      }, 1_000 / frameRate);
      const [painted] = canvas.captureStream(frameRate).getVideoTracks();
      if (!painted) throw new Error('nothing was painted');
      const stop = painted.stop.bind(painted);
      painted.stop = () => {
        clearInterval(beat);
        track.stop();
        stop();
      };
      stream.removeTrack(track);
      stream.addTrack(painted);
    }
    return stream;
  };
}

/** A browser of our own with a fake camera and microphone; every person in it is a context. */
export class TestBrowser {
  /** Not for Firefox. */
  readonly #server: BrowserServer | undefined;
  readonly #browser: Browser;
  readonly #permissions: string[];

  private constructor(browser: Browser, permissions: string[], server?: BrowserServer) {
    this.#server = server;
    this.#browser = browser;
    this.#permissions = permissions;
  }

  static async launch(): Promise<TestBrowser> {
    const server = await chromium.launchServer({
      executablePath: chromiumPath(),
      headless: true,
      chromiumSandbox: false,
      args: FLAGS,
    });
    const browser = await chromium.connect(server.wsEndpoint());
    return new TestBrowser(browser, ['camera', 'microphone'], server);
  }

  /** Firefox as it is sold, driven by the standard's protocol (WebDriver BiDi). */
  static async launchFirefox(): Promise<TestBrowser> {
    const browser = await firefox.launch({
      channel: 'moz-firefox',
      executablePath: firefoxPath(),
      headless: true,
      firefoxUserPrefs: PREFERENCES,
    });
    return new TestBrowser(browser, []);
  }

  /** Somebody with cookies, storage and language of their own. */
  async person(): Promise<{ context: BrowserContext; page: Page }> {
    const context = await this.#browser.newContext({
      locale: 'en-US',
      viewport: { width: 1280, height: 800 },
      permissions: this.#permissions,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    // The TypeScript loader marks functions with their names; those we send into pages, too.
    await context.addInitScript('globalThis.__name ??= (target) => target;');
    if (!this.#server) await context.addInitScript(paintCamera);
    return { context, page: await context.newPage() };
  }

  /** Like a crash: no page can say good-bye. */
  async kill(): Promise<void> {
    await this.#server?.kill();
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server?.close();
  }
}
