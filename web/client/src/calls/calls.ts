import { Emitter } from '../emitter.js';
import type { LinkContext } from '../media/peer-link.js';
import { isUncertain } from '../errors.js';
import { Reconciliation } from '../session/reconciliation.js';
import type { CallEndReason, CallItem } from '../types.js';
import { Call, type CallPeer } from './call.js';

/** What {@link Calls} tells. */
export interface CallsEvents {
  incoming: Call;
}

/** Said of a call whose invitation has not been answered yet. */
interface Early {
  callId: string;
  act: (call: Call) => void;
}

const MAX_EARLY = 32;
/** Calls whose end may come before a list in which they still ring. */
const MAX_OVER = 32;
const OVER: Record<string, CallEndReason> = {
  busy: 'busy',
  rejected: 'rejected',
  timeout: 'timeout',
  ended: 'failed',
};

/** Inviting and being invited. */
export class Calls extends Emitter<CallsEvents> {
  readonly #context: LinkContext;
  readonly #known = new Map<string, Call>();
  #early: Early[] = [];
  #inviting = 0;
  #over: string[] = [];

  constructor(context: LinkContext) {
    super();
    this.#context = context;
    const { events } = context.session;
    events.on('call.incoming', ({ callId, from, video }) => this.#ring(callId, from, video));
    events.on('call.ended', ({ callId }) => this.#isOver(callId));
    // Nobody waited for these any more: the invitation arrived after it had been given up.
    events.on('call.ringing', ({ callId }) => this.#strange(callId, 'ringing'));
    events.on('call.accepted', ({ callId }) => this.#strange(callId, 'accepted'));
    events.on('call.rejected', ({ callId }) => this.#later(callId, (c) => c.finish('rejected')));
    events.on('call.ended', ({ callId, reason }) => this.#later(callId, (c) => c.finish(reason)));
    new Reconciliation<CallItem>(context.session, {
      method: 'call.list',
      idOf: (item) => item.callId,
      known: () => [...this.#known.keys()],
      found: (item) => this.#found(item),
      missing: (callId) => this.#known.get(callId)?.finish('session_lost'),
    });
  }

  /** The calls that are not over. */
  get active(): Call[] {
    return [...this.#known.values()];
  }

  /**
   * Calls somebody on all their devices.
   *
   * @throws CastmeshError USER_NOT_FOUND, USER_OFFLINE, USER_BUSY
   */
  async invite(to: string | CallPeer, { video = true } = {}): Promise<Call> {
    const peer = typeof to === 'string' ? { nickname: to } : to;
    this.#inviting += 1;
    try {
      const params = { to: peer.nickname, video };
      const { callId, state } = await this.#context.session.request<{
        callId: string;
        state: string;
      }>('call.invite', params);
      const call = new Call(this.#context, { callId, direction: 'outgoing', peer, video });
      this.#keep(call);
      const over = OVER[state];
      if (over) call.finish(over);
      // What overtook the reply: nobody knew the call by its id then.
      for (const early of this.#early) if (early.callId === callId) early.act(call);
      return call;
    } catch (error) {
      const call = isUncertain(error) && (await this.#madeAllTheSame(peer));
      if (call) return call;
      throw error;
    } finally {
      this.#inviting -= 1;
      if (this.#inviting === 0) this.#early = [];
    }
  }

  /** The invitation may have arrived although its reply did not. */
  async #madeAllTheSame(peer: CallPeer): Promise<Call | undefined> {
    try {
      const { items } = await this.#context.session.request<{ items: CallItem[] }>('call.list');
      const made = items.find(
        (item) =>
          !item.incoming && item.peer.nickname === peer.nickname && !this.#known.has(item.callId),
      );
      if (!made) return undefined;
      const { callId, video } = made;
      const call = new Call(this.#context, { callId, direction: 'outgoing', peer, video });
      this.#keep(call).correct(made.state);
      return call;
    } catch {
      return undefined;
    }
  }

  #found({ callId, state, peer, incoming, video }: CallItem): void {
    const call = this.#known.get(callId);
    if (call) call.correct(state);
    else if (incoming && state === 'ringing') this.#ring(callId, peer, video);
    else this.#strange(callId, state);
  }

  /** A call of this session that nobody here knows would keep the other side waiting: it ends. */
  #strange(callId: string, state: string): void {
    if (this.#inviting > 0 || this.#known.has(callId) || this.#over.includes(callId)) return;
    this.#isOver(callId);
    const peer = { nickname: '' };
    const call = new Call(this.#context, { callId, direction: 'outgoing', peer, video: false });
    const ending = state === 'ringing' ? call.cancel() : call.hangup();
    ending.catch(() => undefined);
  }

  /** The server repeats an invitation to a session that comes anew. */
  #ring(callId: string, from: CallPeer, video: boolean): void {
    if (this.#known.has(callId) || this.#over.includes(callId)) return;
    const call = new Call(this.#context, { callId, direction: 'incoming', peer: from, video });
    this.emit('incoming', this.#keep(call));
  }

  #keep(call: Call): Call {
    this.#known.set(call.callId, call);
    call.on('ended', ({ reason }) => {
      this.#known.delete(call.callId);
      // The server may not have heard yet of what was done here; a new session it may ring again.
      if (reason !== 'session_lost') this.#isOver(call.callId);
    });
    return call;
  }

  #isOver(callId: string): void {
    this.#over = [callId, ...this.#over].slice(0, MAX_OVER);
  }

  #later(callId: string, act: (call: Call) => void): void {
    if (this.#inviting === 0 || this.#known.has(callId)) return;
    if (this.#early.length < MAX_EARLY) this.#early.push({ callId, act });
  }
}
