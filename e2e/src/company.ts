import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { ensure } from './ensure.ts';
import { eventually } from './eventually.ts';
import { Member, type Said } from './member.ts';

const HEARD_MS = 15_000;
const STREAMING_MS = 60_000;
/** Every so often a number goes to one member alone. */
const ALONE_EVERY = 4;

/** Members of one room of whom some send numbers all the time. */
export class Company {
  readonly members: Member[];
  readonly #senders: Member[];
  readonly #everyMs: number;
  #stream: Promise<unknown> = Promise.resolve();
  #streams = false;

  private constructor(members: Member[], senders: number, everyMs: number) {
    this.members = members;
    this.#senders = members.slice(0, senders);
    this.#everyMs = everyMs;
  }

  /**
   * Meets in a new room.
   *
   * @param bases where each one connects
   * @param senders how many of them send
   * @param everyMs how often each of these does
   */
  static async meet(bases: string[], senders: number, everyMs: number): Promise<Company> {
    const members: Member[] = [];
    for (const [at, base] of bases.entries()) {
      members.push(await Member.signUp(base, `member${at + 1}`));
    }
    const [first, ...others] = members;
    ensure(first, 'members');
    const room = await first.join();
    for (const other of others) await other.join(room);
    return new Company(members, senders, everyMs);
  }

  /** Begins to send, each on a beat of its own; a member that waits for an answer misses beats. */
  start(): void {
    this.#streams = true;
    this.#stream = Promise.all(this.#senders.map((sender) => this.#send(sender)));
    this.#stream.catch(() => undefined); // told by stop()
  }

  /** Ends sending once everything is acknowledged. */
  async stop(): Promise<void> {
    this.#streams = false;
    await this.#stream;
  }

  /** From now on {@link longestSendMs} counts anew. */
  forget(): void {
    for (const member of this.members) member.longestSendMs = 0;
  }

  get longestSendMs(): number {
    return Math.round(Math.max(...this.members.map((member) => member.longestSendMs)));
  }

  get acknowledged(): number {
    const sums = this.members.map((member) => [...member.acknowledged.values()].reduce(sum, 0));
    return sums.reduce(sum, 0);
  }

  get repeated(): number {
    return this.members.map((member) => member.repeated).reduce(sum, 0);
  }

  /** Waits until everybody is connected and every sender is acknowledged again. */
  async flows(): Promise<void> {
    const before = this.#senders.map((sender) => acknowledged(sender));
    await eventually(
      'the members talk',
      () => {
        for (const member of this.members) ensure(member.isConnected, `${member.name} is away`);
        this.#senders.forEach((sender, at) => {
          const more = acknowledged(sender) - (before[at] ?? 0);
          ensure(more >= 3, `${sender.name}: ${more} acknowledged`);
        });
      },
      { within: STREAMING_MS },
    );
  }

  /** How many events were heard after a later one of the same sender. */
  get overtaken(): number {
    let count = 0;
    for (const member of this.members) {
      for (const all of [...member.heard.values(), ...member.heardAlone.values()]) {
        count += all.filter(({ n }, at) => n < (all[at - 1]?.n ?? 0)).length;
      }
    }
    return count;
  }

  /**
   * Holds what everybody has heard against what was acknowledged: everything, once, and in order by
   * the numbers of the room. The stream stands still for that.
   *
   * @returns how many events were expected and heard since the company has met
   */
  async heardEverything(): Promise<number> {
    await this.stop();
    let count = 0;
    await eventually(
      'everybody has heard everything once and in order',
      () => {
        count = 0;
        for (const sender of this.#senders) {
          for (const member of this.members) {
            if (member === sender) continue;
            const all = member.heard.get(sender.name) ?? [];
            isComplete(`${member.name} of ${sender.name}`, all, sender.acknowledged.get('') ?? 0);
            const alone = member.heardAlone.get(sender.name) ?? [];
            const sent = sender.acknowledged.get(member.name) ?? 0;
            isComplete(`${member.name} alone of ${sender.name}`, alone, sent);
            count += all.length + alone.length;
          }
        }
      },
      { within: HEARD_MS },
    );
    assert.deepEqual(
      this.members.flatMap((member) => member.complaints),
      [],
    );
    return count;
  }

  async leave(): Promise<void> {
    await this.stop();
    for (const member of this.members) await member.leave();
  }

  close(): void {
    this.#streams = false;
    for (const member of this.members) member.close();
  }

  async #send(sender: Member): Promise<void> {
    for (let turn = 1; this.#streams; turn++) {
      const next = performance.now() + this.#everyMs;
      const others = this.members.filter((one) => one !== sender);
      const to =
        turn % ALONE_EVERY === 0 ? others[(turn / ALONE_EVERY) % others.length] : undefined;
      await sender.send(to);
      await pause(Math.max(0, next - performance.now()));
    }
  }
}

function sum(one: number, other: number): number {
  return one + other;
}

function acknowledged(member: Member): number {
  return [...member.acknowledged.values()].reduce(sum, 0);
}

/** Each number up to the last one that was acknowledged, as the room has ordered them. */
function isComplete(what: string, heard: Said[], last: number): void {
  const ordered = [...heard].sort((one, other) => one.roomSeq - other.roomSeq);
  const broken = ordered.findIndex(({ n }, at) => n !== at + 1);
  if (broken >= 0) {
    const around = ordered.slice(Math.max(0, broken - 3), broken + 4).map(({ n }) => n);
    throw new Error(`${what}: missing, doubled or in another order: … ${around.join(' ')} …`);
  }
  if (heard.length !== last) throw new Error(`${what}: ${heard.length} of ${last}`);
}
