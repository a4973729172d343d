import { pause, rereading } from './rereading.js';
import type { Session } from './session.js';

/** What is compared, and what comes of it. */
export interface Compared<Item> {
  /** The method that lists everything of one kind that this session holds on the server. */
  method: string;
  idOf(item: Item): string;
  /** The ids held here. */
  known(): string[];
  /** Something the server has, as it stands there; also what is not known here. */
  found(item: Item): void;
  /** Something known here that the server does not have. */
  missing(id: string): void;
}

/**
 * What the server lacks, it has to lack twice, this long apart: right after a fault its parts may
 * still be finding out about each other. In milliseconds.
 */
const CONFIRM_MS = 3_000;

/**
 * Brings what is known here in line with the server when events may have been missed while the
 * session itself stands. A server that does not know the method (an older one, in a rolling update)
 * changes nothing.
 */
export class Reconciliation<Item> {
  readonly #session: Session;
  readonly #compared: Compared<Item>;
  readonly #confirmMs: number;
  /** Counts the beginnings; an older run gives way to a newer one. */
  #turn = 0;

  constructor(session: Session, compared: Compared<Item>, confirmMs = CONFIRM_MS) {
    this.#session = session;
    this.#compared = compared;
    this.#confirmMs = confirmMs;
    session.on('reset', ({ cause }) => {
      this.#turn += 1;
      if (cause !== 'not-resumed') void this.run();
    });
  }

  /** Compares once, and what seems to be missing a second time. Never rejects. */
  async run(): Promise<void> {
    const mine = ++this.#turn;
    const suspects = await this.#compare(mine, this.#compared.known());
    if (suspects.length === 0 || mine !== this.#turn) return;
    await pause(this.#confirmMs);
    if (mine !== this.#turn) return;
    for (const id of await this.#compare(mine, suspects)) this.#compared.missing(id);
  }

  /** Which of `expected` the server lacks; none when it cannot say. */
  async #compare(mine: number, expected: string[]): Promise<string[]> {
    const items = await this.#read(mine);
    if (!items || mine !== this.#turn) return [];
    const { idOf, found, known } = this.#compared;
    items.forEach((item) => found(item));
    const there = new Set(items.map(idOf));
    // What was let go of meanwhile is nobody's loss.
    const held = new Set(known());
    return expected.filter((id) => held.has(id) && !there.has(id));
  }

  async #read(mine: number): Promise<Item[] | undefined> {
    const answer = await rereading(
      () => mine === this.#turn,
      () => this.#session.request<{ items?: Item[] }>(this.#compared.method),
    );
    return Array.isArray(answer?.items) ? answer.items : undefined;
  }
}
