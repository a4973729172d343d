import { setTimeout as pause } from 'node:timers/promises';
import { Api, type Tokens, nickname } from './api.ts';
import { Rpc, RpcFailure, type Event } from './rpc.ts';

const ATTEMPT_MS = 5_000;
const PING_MS = 10_000;
/** A ping that is not answered in this time: nobody is there. */
const PONG_MS = 10_000;
/** Between attempts to come back; a person's client waits longer and longer. */
const RETURN_MS = 250;
const RETRY_MS = 200;
/** Numbers of so long are asked for again: one may have been overtaken and lost. A room keeps 60 s. */
const AGAIN_MS = 45_000;
const MARK_MS = 1_000;

interface Welcome {
  sessionId: string;
  resumed: boolean;
}

interface Joined {
  roomId: string;
  self: string;
  seq: number;
  missed: { method: string; params: Record<string, unknown> }[];
  more: boolean;
  complete: boolean;
}

/** A number, and where it stands in the room. */
export interface Said {
  n: number;
  roomSeq: number;
}

/** What one member has heard of the others' numbers, as it came, by their names. */
export type Heard = Map<string, Said[]>;

/**
 * A member of a room on a raw socket, who sends numbers and writes down what it hears. It does what
 * the protocol asks of a client and no more: it resumes its session, enters the room again when
 * events may have been lost, sends what was not acknowledged once more under the same `clientId`,
 * and takes an event with a number that it has seen for the same event.
 */
export class Member {
  readonly name: string;
  readonly heard: Heard = new Map();
  /** The same for what was sent to this member alone. */
  readonly heardAlone: Heard = new Map();
  /** The last number that was acknowledged, to all and to each single one. */
  readonly acknowledged = new Map<string, number>();
  /** What should not have happened. */
  readonly complaints: string[] = [];
  /** The longest time from the first attempt to send one number to its acknowledgement. */
  longestSendMs = 0;
  /** Events that came more than once; harmless, since their number says so. */
  repeated = 0;
  /** How often the room did not have everything any more. */
  forgotten = 0;
  resumed = 0;
  takenOver = 0;
  sessionId = '';
  self = '';

  readonly #base: string;
  readonly #tokens: Tokens;
  readonly #seen = new Set<number>();
  #known = 0;
  #highest = 0;
  /** The highest number every few seconds, the oldest first. */
  readonly #marks: { at: number; highest: number }[] = [];
  #old = 0;
  #rpc: Rpc | undefined;
  #lastSeq = 0;
  #roomId = '';
  /** Events that wait until it is known what comes before them. */
  #held: Event[] | undefined;
  #ends = false;
  #connecting: Promise<void> | undefined;
  #pinging: NodeJS.Timeout;

  private constructor(base: string, tokens: Tokens) {
    this.#base = base;
    this.#tokens = tokens;
    this.name = tokens.user.nickname;
    this.#pinging = setInterval(() => this.#ping(), PING_MS);
    this.#pinging.unref();
  }

  static async signUp(base: string, stem: string): Promise<Member> {
    const member = new Member(base, await new Api(base).register(nickname(stem)));
    await member.#connect();
    return member;
  }

  /** @param roomId undefined: a new room */
  async join(roomId?: string): Promise<string> {
    const joined = await this.#ask<Joined>('room.join', roomId === undefined ? {} : { roomId });
    this.#roomId = joined.roomId;
    this.self = joined.self;
    this.#known = this.#highest = joined.seq;
    return joined.roomId;
  }

  /** Sends the next number to everybody or to one member and waits until it is acknowledged. */
  async send(to?: Member): Promise<void> {
    const whom = to?.name ?? '';
    const n = (this.acknowledged.get(whom) ?? 0) + 1;
    const begin = performance.now();
    await this.#ask('room.data', {
      roomId: this.#roomId,
      ...(to ? { to: to.self } : {}),
      topic: 'n',
      payload: { by: this.name, n, ...(to ? { alone: true } : {}) },
      clientId: `${this.sessionId.slice(0, 16)}.${whom}.${n}`,
    });
    this.acknowledged.set(whom, n);
    this.longestSendMs = Math.max(this.longestSendMs, performance.now() - begin);
  }

  get isConnected(): boolean {
    return this.#rpc !== undefined && this.#connecting === undefined;
  }

  async leave(): Promise<void> {
    await this.#ask('room.leave', { roomId: this.#roomId });
    this.close();
  }

  close(): void {
    this.#ends = true;
    clearInterval(this.#pinging);
    this.#rpc?.close();
  }

  #ping(): void {
    const rpc = this.#rpc;
    rpc?.call('session.ping', {}, PONG_MS).catch(() => rpc.drop());
  }

  /** Until it is answered: what may succeed later is asked again, with the same parameters. */
  async #ask<T>(method: string, params: object): Promise<T> {
    for (;;) {
      if (this.#ends) throw new Error(`${this.name} has left`);
      await this.#connecting;
      try {
        const rpc = this.#rpc;
        if (!rpc) throw new Error('not connected');
        return (await rpc.result(method, params, ATTEMPT_MS)) as T;
      } catch (error) {
        if (error instanceof RpcFailure && !error.error.data.retryable) {
          this.complaints.push(`${this.name}: ${method}: ${error.message}`);
          throw error;
        }
      }
      await pause(RETRY_MS);
    }
  }

  #connect(): Promise<void> {
    this.#connecting ??= this.#return().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  async #return(): Promise<void> {
    while (!this.#ends) {
      try {
        await this.#open();
        return;
      } catch (error) {
        if (error instanceof RpcFailure && !error.error.data.retryable) {
          this.complaints.push(`${this.name} cannot return: ${error.message}`);
          throw error;
        }
        await pause(RETURN_MS);
      }
    }
  }

  async #open(): Promise<void> {
    const rpc = await Rpc.open(this.#base, (event) => this.#hear(rpc, event));
    // Events may overtake the answer that says which session they belong to.
    this.#held = [];
    this.#rpc = rpc;
    try {
      const resume = this.sessionId
        ? { resume: { sessionId: this.sessionId, lastSeq: this.#lastSeq } }
        : {};
      const params = { token: this.#tokens.accessToken, ...resume };
      const welcome = (await rpc.result(
        'session.authenticate',
        params,
        ATTEMPT_MS,
      )) as unknown as Welcome;
      if (this.sessionId && welcome.sessionId !== this.sessionId) {
        this.complaints.push(`${this.name} has lost the session ${this.sessionId}`);
      }
      this.sessionId = welcome.sessionId;
      if (welcome.resumed) this.resumed++;
      else {
        if (resume.resume) this.takenOver++;
        this.#lastSeq = 0;
      }
      const missed = resume.resume && !welcome.resumed && this.#roomId;
      if (missed) await this.#readAgain(rpc);
    } catch (error) {
      rpc.drop(); // whoever says good-bye gives the session up
      throw error;
    }
    this.#release();
    void rpc.closed.then(() => {
      if (this.#rpc !== rpc || this.#ends) return;
      this.#rpc = undefined;
      this.#connect().catch(() => undefined);
    });
  }

  async #readAgain(rpc: Rpc): Promise<void> {
    let after = this.#oldest();
    for (;;) {
      const joined = (await rpc.result(
        'room.join',
        { roomId: this.#roomId, after },
        ATTEMPT_MS,
      )) as unknown as Joined;
      if (joined.self !== this.self) this.complaints.push(`${this.name} is another peer by now`);
      // Whether any of them was for this member is seen when everything is held together.
      if (!joined.complete) this.forgotten++;
      for (const { method, params } of joined.missed) this.#take(method, params);
      after = joined.seq;
      if (joined.more) continue;
      this.#known = joined.seq;
      this.#highest = Math.max(this.#highest, joined.seq);
      return;
    }
  }

  /** After which number one may have been lost. */
  #oldest(): number {
    const now = performance.now();
    while (this.#marks[0] && now - this.#marks[0].at > AGAIN_MS) {
      this.#old = Math.max(this.#old, this.#marks.shift()!.highest);
    }
    return Math.max(this.#known, this.#old);
  }

  #hear(rpc: Rpc, event: Event): void {
    if (this.#rpc !== rpc) return;
    if (this.#held) this.#held.push(event);
    else this.#number(event);
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const event of held) this.#number(event);
  }

  /** The session's own number: each once, in order. */
  #number({ method, params }: Event): void {
    if (params.seq !== this.#lastSeq + 1) {
      this.complaints.push(`${this.name}: seq ${params.seq} after ${this.#lastSeq} (${method})`);
    }
    this.#lastSeq = params.seq;
    if (method === 'session.stale' && this.#rpc && this.#roomId) {
      this.#held = [];
      const rpc = this.#rpc;
      void this.#readAgain(rpc)
        .catch(() => rpc.drop())
        .finally(() => this.#release());
    }
    this.#take(method, params);
  }

  #take(method: string, params: Record<string, unknown>): void {
    if (params.roomId !== this.#roomId || typeof params.roomSeq !== 'number') return;
    if (params.roomSeq <= this.#known || this.#seen.has(params.roomSeq)) {
      if (method === 'room.data') this.repeated++;
      return;
    }
    this.#seen.add(params.roomSeq);
    this.#highest = Math.max(this.#highest, params.roomSeq);
    const now = performance.now();
    if (now - (this.#marks.at(-1)?.at ?? -MARK_MS) >= MARK_MS) {
      this.#marks.push({ at: now, highest: this.#highest });
    }
    if (method !== 'room.data') return;
    const { by, n, alone } = params.payload as { by: string; n: number; alone?: boolean };
    const heard = alone ? this.heardAlone : this.heard;
    const said = { n, roomSeq: params.roomSeq };
    const before = heard.get(by);
    if (before) before.push(said);
    else heard.set(by, [said]);
  }
}
