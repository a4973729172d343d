/** How a {@link Heartbeat} measures. */
export interface HeartbeatOptions {
  /** Between two pings, in milliseconds. */
  everyMs: number;
  /** A ping not answered within this time means that nobody is there. */
  deadlineMs: number;
}

/**
 * Asks the other side again and again whether it is there.
 *
 * A TCP connection whose network has vanished stays "open" for minutes; only the silence after a
 * question tells.
 */
export class Heartbeat {
  readonly #ping: (deadlineMs: number) => Promise<unknown>;
  readonly #dead: () => void;
  readonly #options: HeartbeatOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /**
   * @param ping - asks once; rejects when no answer comes in time
   * @param dead - told once when an answer is missing; the heartbeat has stopped by then
   */
  constructor(
    ping: (deadlineMs: number) => Promise<unknown>,
    dead: () => void,
    options: HeartbeatOptions,
  ) {
    this.#ping = ping;
    this.#dead = dead;
    this.#options = options;
    this.#schedule();
  }

  /** Asks at once with a shorter patience; for moments at which the network may have changed. */
  probe(deadlineMs: number): void {
    clearTimeout(this.#timer);
    void this.#beat(Math.min(deadlineMs, this.#options.deadlineMs));
  }

  /** Ends it; nothing is told afterwards. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(
      () => void this.#beat(this.#options.deadlineMs),
      this.#options.everyMs,
    );
  }

  async #beat(deadlineMs: number): Promise<void> {
    if (this.#stopped) return;
    try {
      await this.#ping(deadlineMs);
      this.#schedule();
    } catch {
      if (this.#stopped) return;
      this.stop();
      this.#dead();
    }
  }
}
