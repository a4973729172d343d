import { setTimeout as pause } from 'node:timers/promises';
import { Api } from './api.ts';

const EVERY_MS = 100;

/** Asks the same again and again, and knows the longest time for which no answer came. */
export class Answers {
  longestMs = 0;
  answered = 0;
  lastError = '';
  readonly #ask: () => Promise<unknown>;
  readonly #done: Promise<void>;
  #since = performance.now();
  #ends = false;

  /** @param ask fails when it is refused or not answered */
  constructor(ask: () => Promise<unknown>) {
    this.#ask = ask;
    this.#done = this.#run();
  }

  /** What anybody may read of a path, asked with a connection of its own each time. */
  static to(base: string, path: string): Answers {
    const api = new Api(base);
    return new Answers(async () => {
      const response = await api.get(path, undefined, { connection: 'close' });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      await response.arrayBuffer();
    });
  }

  /** @returns milliseconds */
  async end(): Promise<number> {
    this.#ends = true;
    await this.#done;
    return Math.round(Math.max(this.longestMs, performance.now() - this.#since));
  }

  async #run(): Promise<void> {
    while (!this.#ends) {
      try {
        await this.#ask();
        const now = performance.now();
        this.longestMs = Math.max(this.longestMs, now - this.#since);
        this.#since = now;
        this.answered++;
      } catch (error) {
        this.lastError = error instanceof Error ? error.message : String(error);
      }
      await pause(EVERY_MS);
    }
  }
}
