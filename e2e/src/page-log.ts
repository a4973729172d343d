import type { Page, Request } from 'playwright-core';

/** How much of a page's text tells where it stands. */
const TEXT_LENGTH = 300;
/** So many answers that were no success are remembered. */
const REFUSED_AT_MOST = 20;

/** What a page has asked for and shows: said when a test waits for something that does not come. */
export class PageLog {
  readonly #page: Page;
  readonly #pending = new Map<Request, number>();
  readonly #refused: string[] = [];

  constructor(page: Page) {
    this.#page = page;
    page.on('request', (request) => this.#pending.set(request, performance.now()));
    page.on('requestfinished', (request) => this.#pending.delete(request));
    page.on('requestfailed', (request) => {
      this.#pending.delete(request);
      this.#refuse(`${brief(request)} ${request.failure()?.errorText ?? 'failed'}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400)
        this.#refuse(`${brief(response.request())} ${response.status()}`);
    });
  }

  #refuse(what: string): void {
    this.#refused.push(what);
    if (this.#refused.length > REFUSED_AT_MOST) this.#refused.shift();
  }

  /** Where the page is, what it shows, and which of its requests were refused or are unanswered. */
  async told(): Promise<string> {
    const now = performance.now();
    const unanswered = [...this.#pending].map(
      ([request, since]) => `${brief(request)} for ${((now - since) / 1_000).toFixed(1)} s`,
    );
    const text = await this.#page
      .evaluate(() => document.body.innerText)
      .catch((error: unknown) => String(error));
    return [
      `at ${this.#page.url()}`,
      `shows "${text.replace(/\s+/g, ' ').slice(0, TEXT_LENGTH)}"`,
      `refused: ${this.#refused.join(', ') || 'nothing'}`,
      `unanswered: ${unanswered.join(', ') || 'nothing'}`,
    ].join('; ');
  }
}

function brief(request: Request): string {
  return `${request.method()} ${new URL(request.url()).pathname}`;
}
