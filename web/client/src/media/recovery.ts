import { Backoff, type BackoffOptions } from '../backoff.js';
import { CastmeshError, isFailure } from '../errors.js';
import { pause } from '../session/rereading.js';
import type { Session } from '../session/session.js';

/** How far a {@link Recovery} goes. */
export interface RecoveryOptions {
  backoff?: BackoffOptions;
  /** How long the server may refuse with retryable failures before it is given up. */
  refusedMs?: number;
  /** How often a connection that was negotiated may fail to come about. */
  maxConnections?: number;
  /** How long after it has denied the media session the server is asked a second time. */
  confirmMs?: number;
  /** How long a connection may take to come about once it is negotiated. */
  connectMs?: number;
}

/** What a {@link Recovery} works on. */
export interface Recoverable {
  /** Offers a new connection for the media session; resolves when the answer is applied. */
  negotiate(): Promise<void>;
  /** Told once, when it is given up. */
  failed(error: CastmeshError): void;
}

/** Without signalling there is nobody to offer to. */
const SIGNALLING_PATIENCE_MS = 120_000;
const REFUSED_MS = 30_000;
const MAX_CONNECTIONS = 6;
/** DTLS and ICE through TURN over TCP included. */
const CONNECT_MS = 12_000;
/** What one part of the server has just lost, another part may still tell it. */
const CONFIRM_MS = 3_000;

/**
 * Decides when media is negotiated anew, and when that is given up: one way for a change of
 * network, a connection that fails, and a media server that is lost.
 *
 * The first attempt is made at once, the next with growing pauses: a server that has just lost
 * another one needs seconds to place what was on it.
 */
export class Recovery {
  readonly #session: Session;
  readonly #recoverable: Recoverable;
  readonly #backoff: Backoff;
  readonly #refusedMs: number;
  readonly #maxConnections: number;
  readonly #connectMs: number;
  readonly #confirmMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refusedSince: number | undefined;
  #connections = 0;
  #successes = 0;
  #isRunning = false;
  #isStopped = false;

  constructor(
    session: Session,
    recoverable: Recoverable,
    {
      backoff = { firstMs: 500, maxMs: 4_000 },
      refusedMs = REFUSED_MS,
      maxConnections = MAX_CONNECTIONS,
      connectMs = CONNECT_MS,
      confirmMs = CONFIRM_MS,
    }: RecoveryOptions = {},
  ) {
    this.#session = session;
    this.#recoverable = recoverable;
    this.#backoff = new Backoff(backoff);
    this.#refusedMs = refusedMs;
    this.#maxConnections = maxConnections;
    this.#connectMs = connectMs;
    this.#confirmMs = confirmMs;
  }

  /** Media gets through: whatever went wrong is over. */
  succeeded(): void {
    clearTimeout(this.#timer);
    this.#backoff.reset();
    this.#refusedSince = undefined;
    this.#connections = 0;
    this.#successes += 1;
  }

  /** The first connection is negotiated: it has to come about in time like those of later. */
  started(): void {
    this.within(this.#connectMs);
  }

  /** Gives the connection time to come about or to heal; then negotiates anew. */
  within(patienceMs: number): void {
    if (this.#isRunning || this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), patienceMs);
  }

  /** Negotiates anew; does nothing while that is under way. */
  now(): void {
    this.within(0);
  }

  /** Nothing is negotiated and nothing told afterwards. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    if (this.#isRunning || this.#isStopped) return;
    this.#isRunning = true;
    const successes = this.#successes;
    const error = await this.#untilNegotiated();
    this.#isRunning = false;
    if (this.#isStopped) return;
    if (!error) {
      if (successes === this.#successes) this.within(this.#connectMs);
      return;
    }
    this.stop();
    this.#recoverable.failed(error);
  }

  /** @returns why it was given up, if it was */
  async #untilNegotiated(): Promise<CastmeshError | undefined> {
    if (this.#connections >= this.#maxConnections) return gaveUp();
    let isDenied = false;
    while (!this.#isStopped) {
      try {
        await this.#session.whenConnected(SIGNALLING_PATIENCE_MS);
      } catch (error) {
        return asGivenUp(error);
      }
      if (this.#backoff.attempt > 0) await pause(this.#backoff.next());
      else this.#backoff.next();
      if (this.#isStopped) return undefined;
      try {
        await this.#recoverable.negotiate();
        this.#refusedSince = undefined;
        this.#connections += 1;
        return undefined;
      } catch (error) {
        if (isFailure(error, 'MEDIA_NOT_FOUND') && !isDenied) {
          isDenied = true;
          await pause(this.#confirmMs);
          continue;
        }
        if (!isFailure(error) || !error.retryable) return asGivenUp(error);
        if (isFailure(error, 'CONNECTION_LOST')) {
          // Nobody refused: the signalling went, and comes back.
          this.#refusedSince = undefined;
          continue;
        }
        this.#refusedSince ??= Date.now();
        if (Date.now() - this.#refusedSince >= this.#refusedMs) return error;
      }
    }
    return undefined;
  }
}

function asGivenUp(error: unknown): CastmeshError {
  return isFailure(error) ? error : gaveUp();
}

function gaveUp(): CastmeshError {
  return CastmeshError.local('UNAVAILABLE', 'Media does not get through');
}
