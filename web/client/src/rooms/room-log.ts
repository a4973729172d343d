/** So many of its last events a room keeps for those who have missed some. */
const KEPT = 1_024;
/** A loss is told long before: what is older and has not been seen was for others. */
const LATE_MS = 300_000;
/** How exactly the age of events is known. */
const MARK_MS = 10_000;

/**
 * Which events of a room have been seen, by their numbers.
 *
 * The numbers are the room's: those of events for other peers never come here, so a missing number
 * says nothing. While an instance of the server dies, an event may come twice, or late.
 */
export class RoomLog {
  readonly #now: () => number;
  /** Everything up to here is known. */
  #known: number;
  #highest: number;
  #seen = new Set<number>();
  /** The highest number at some times, the oldest first. */
  #marks: { at: number; highest: number }[] = [];

  /** @param now - in milliseconds, from any origin */
  constructor(known: number, now: () => number = () => performance.now()) {
    this.#known = this.#highest = known;
    this.#now = now;
    this.#mark();
  }

  /** From where on missed events are to be asked for; some of them may have been seen. */
  get after(): number {
    this.#mark();
    return Math.max(this.#known, this.#highest - KEPT);
  }

  /** Whether an event with this number is seen for the first time; from now on it has been. */
  isNews(seq: number): boolean {
    if (seq <= this.#known || this.#seen.has(seq)) return false;
    this.#seen.add(seq);
    this.#highest = Math.max(this.#highest, seq);
    this.#mark();
    if (this.#highest - this.#known > 2 * KEPT) this.knowUpTo(this.#highest - KEPT);
    while (this.#seen.delete(this.#known + 1)) this.#known++;
    return true;
  }

  /** Whether everything up to a number has been seen. */
  hasAll(upTo: number): boolean {
    return this.#known >= upTo;
  }

  /** Everything up to a number has been told, or is too old to come. */
  knowUpTo(seq: number): void {
    this.#known = Math.max(this.#known, seq);
    this.#highest = Math.max(this.#highest, seq);
    for (const seen of this.#seen) if (seen <= this.#known) this.#seen.delete(seen);
  }

  #mark(): void {
    const now = this.#now();
    const last = this.#marks.at(-1);
    if (!last || now - last.at >= MARK_MS) this.#marks.push({ at: now, highest: this.#highest });
    while (this.#marks.length > 0 && now - this.#marks[0]!.at >= LATE_MS) {
      this.knowUpTo(this.#marks.shift()!.highest);
    }
  }
}
