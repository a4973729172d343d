/** Events of a room this far apart do not overtake each other any more. */
const WINDOW = 1_024;
/** So many of the last numbers are asked for again, in case one of them was overtaken and lost. */
const OVERLAP = 100;

/**
 * Which events of a room have been seen, by their numbers.
 *
 * The numbers are the room's: those of events for other peers never come here, so a missing number
 * says nothing. While an instance of the server dies, an event may come twice, or late.
 */
export class RoomLog {
  /** Everything up to here is known. */
  #known: number;
  #highest: number;
  #seen = new Set<number>();

  constructor(known: number) {
    this.#known = this.#highest = known;
  }

  /** From where on missed events are to be asked for; some of them may have been seen. */
  get after(): number {
    return Math.max(this.#known, this.#highest - OVERLAP);
  }

  /** Whether an event with this number is seen for the first time; from now on it has been. */
  isNews(seq: number): boolean {
    if (seq <= this.#known || this.#seen.has(seq)) return false;
    this.#seen.add(seq);
    this.#highest = Math.max(this.#highest, seq);
    if (this.#highest - this.#known > 2 * WINDOW) this.knowUpTo(this.#highest - WINDOW);
    return true;
  }

  /** Everything up to a number has been told, or is too old to come. */
  knowUpTo(seq: number): void {
    this.#known = Math.max(this.#known, seq);
    this.#highest = Math.max(this.#highest, seq);
    for (const seen of this.#seen) if (seen <= this.#known) this.#seen.delete(seen);
  }
}
