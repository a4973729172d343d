import { Backoff, type BackoffOptions } from '../backoff.js';

/** No server may keep a client away for longer, in milliseconds. */
const MAX_ASKED_WAIT_MS = 60_000;

/**
 * When a session that has lost its socket comes back: with growing, scattered waits, or exactly when
 * a draining server has asked it to. The server gives each client a time of its own, so nothing is
 * added to it.
 */
export class ReturnPlan {
  readonly #backoff: Backoff;
  /** The moment (`Date.now()`) that a server has asked for. */
  #at: number | undefined;
  #isPlanned = false;

  constructor(options: BackoffOptions | undefined) {
    this.#backoff = new Backoff(options);
  }

  /** Whether the present absence was asked for and nothing has failed. */
  get isPlanned(): boolean {
    return this.#isPlanned;
  }

  /** What is left of the wait that was asked for, in milliseconds. */
  get askedWaitMs(): number {
    return Math.max(0, (this.#at ?? 0) - Date.now());
  }

  /** A server asks to come back after this time, in milliseconds. */
  asked(afterMs: unknown): void {
    const waitMs = typeof afterMs === 'number' && afterMs > 0 ? afterMs : 0;
    this.#at = Date.now() + Math.min(waitMs, MAX_ASKED_WAIT_MS);
  }

  /** The socket is gone, or an attempt has failed: how long to wait now, in milliseconds. */
  next(): number {
    if (this.#at === undefined) return this.#backoff.next();
    this.#isPlanned = true;
    return this.askedWaitMs;
  }

  /** An attempt begins; what was asked for holds for one attempt. */
  attempting(): void {
    this.#at = undefined;
  }

  /** The session is back. */
  arrived(): void {
    this.#at = undefined;
    this.#isPlanned = false;
  }

  /** The last connection was a lasting one: the waits are short again. */
  succeeded(): void {
    this.#backoff.reset();
  }

  /** Another story begins. */
  startOver(): void {
    this.arrived();
    this.succeeded();
  }
}
