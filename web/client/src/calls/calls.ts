import { Emitter } from '../emitter.js';
import type { LinkContext } from '../media/peer-link.js';
import type { CallEndReason } from '../types.js';
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

  constructor(context: LinkContext) {
    super();
    this.#context = context;
    const { events } = context.session;
    events.on('call.incoming', ({ callId, from, video }) => {
      // The server repeats an invitation to a session that comes anew.
      if (this.#known.has(callId)) return;
      const call = new Call(context, { callId, direction: 'incoming', peer: from, video });
      this.emit('incoming', this.#keep(call));
    });
    events.on('call.rejected', ({ callId }) => this.#later(callId, (c) => c.finish('rejected')));
    events.on('call.ended', ({ callId, reason }) => this.#later(callId, (c) => c.finish(reason)));
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
    } finally {
      this.#inviting -= 1;
      if (this.#inviting === 0) this.#early = [];
    }
  }

  #keep(call: Call): Call {
    this.#known.set(call.callId, call);
    call.on('ended', () => this.#known.delete(call.callId));
    return call;
  }

  #later(callId: string, act: (call: Call) => void): void {
    if (this.#inviting === 0 || this.#known.has(callId)) return;
    if (this.#early.length < MAX_EARLY) this.#early.push({ callId, act });
  }
}
