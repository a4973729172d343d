/** How waits between attempts grow. */
export interface BackoffOptions {
  /** The first wait's ceiling, in milliseconds. */
  firstMs?: number;
  /** No wait is longer, in milliseconds. */
  maxMs?: number;
  /** A source of numbers in [0, 1); replaced in tests. */
  random?: () => number;
}

/**
 * Exponential back-off with jitter.
 *
 * A wait lies between half of its ceiling and the ceiling, so that thousands of clients of one
 * restarted gateway do not come back in the same instant, and none comes back at once either.
 */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #attempt = 0;

  constructor({ firstMs = 500, maxMs = 15_000, random = Math.random }: BackoffOptions = {}) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
    this.#random = random;
  }

  /** How often {@link next} was asked since the last {@link reset}. */
  get attempt(): number {
    return this.#attempt;
  }

  /** The next wait in milliseconds. */
  next(): number {
    const ceiling = Math.min(this.#maxMs, this.#firstMs * 2 ** Math.min(this.#attempt, 30));
    this.#attempt += 1;
    return Math.round(ceiling / 2 + (this.#random() * ceiling) / 2);
  }

  /** Starts again with the shortest wait; called after a success. */
  reset(): void {
    this.#attempt = 0;
  }
}
