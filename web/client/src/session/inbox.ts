import type { Notification } from '../transport/rpc-socket.js';

/** An event that carries its place in the session's order. */
interface Held {
  seq: number;
  event: Notification;
}

/** How an {@link Inbox} is bounded. */
export interface InboxOptions {
  /** How long a gap may stay open before what follows it is delivered all the same. */
  gapMs?: number;
  /** How many events may wait behind a gap. */
  capacity?: number;
}

/**
 * Puts a session's events in order by their `seq`, each delivered once.
 *
 * After a resumption the server repeats what it cannot know to have arrived; what was seen is
 * dropped here. An event from beyond a gap waits for the missing ones, but not for ever: a live
 * picture of the present is worth more than completeness, so the gap is given up and reported.
 */
export class Inbox {
  readonly #deliver: (event: Notification) => void;
  readonly #onGap: (from: number, to: number) => void;
  readonly #gapMs: number;
  readonly #capacity: number;
  #held: Held[] = [];
  #lastSeq: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param deliver - receives the events in order
   * @param onGap - told the first and last number of events that never came
   */
  constructor(
    deliver: (event: Notification) => void,
    onGap: (from: number, to: number) => void,
    { gapMs = 2_000, capacity = 512 }: InboxOptions = {},
  ) {
    this.#deliver = deliver;
    this.#onGap = onGap;
    this.#gapMs = gapMs;
    this.#capacity = capacity;
  }

  /** The number of the last event delivered; 0 before the first. */
  get lastSeq(): number {
    return this.#lastSeq ?? 0;
  }

  /** Takes an event from the wire. One without a number is delivered at once. */
  accept(event: Notification): void {
    const seq = event.params.seq;
    if (typeof seq !== 'number') {
      this.#deliver(event);
      return;
    }
    // A session's first event says where its numbering begins.
    this.#lastSeq ??= seq - 1;
    if (seq <= this.#lastSeq || this.#held.some((h) => h.seq === seq)) return;
    this.#held.push({ seq, event });
    this.#held.sort((a, b) => a.seq - b.seq);
    this.#drain();
    if (this.#held.length > this.#capacity) this.#giveUpGap();
  }

  /** Forgets everything; a new session counts anew. */
  reset(): void {
    this.#clearTimer();
    this.#held = [];
    this.#lastSeq = undefined;
  }

  #drain(): void {
    let next = this.#held[0];
    while (next && next.seq === this.lastSeq + 1) {
      this.#held.shift();
      this.#lastSeq = next.seq;
      this.#deliver(next.event);
      next = this.#held[0];
    }
    if (!next) this.#clearTimer();
    else this.#timer ??= setTimeout(() => this.#giveUpGap(), this.#gapMs);
  }

  #giveUpGap(): void {
    this.#clearTimer();
    const first = this.#held[0];
    if (!first) return;
    const missing = this.lastSeq + 1;
    this.#lastSeq = first.seq - 1;
    this.#onGap(missing, first.seq - 1);
    this.#drain();
  }

  #clearTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
