import { Emitter } from '../emitter.js';
import { whenSessionIsLost } from '../media/live-handles.js';
import { CastmeshError, isFailure } from '../errors.js';
import { LocalTracks, MEDIA_KINDS, type MediaKind } from '../media/local-tracks.js';
import { asFailure, OFFER_ATTEMPTS } from '../media/media.js';
import { DEFAULT_MAX_VIDEO_BITRATE } from '../media/peer-factory.js';
import { PeerLink, type Answer, type LinkContext, type LinkState } from '../media/peer-link.js';
import type { MediaStats } from '../media/stats.js';
import { insisting } from '../session/rereading.js';
import type { CallEndReason, CallItem } from '../types.js';

/** Where a call stands. */
export type CallState = 'ringing' | 'accepted' | 'ended';

/** The other side of a call; of somebody one has called, the nickname is all that is known. */
export interface CallPeer {
  nickname: string;
  id?: string;
  avatar?: string;
}

/** What a {@link Call} tells. */
export interface CallEvents {
  state: CallState;
  /** How the media gets through, once {@link Call.connect} has been called. */
  media: LinkState;
  ended: { reason: CallEndReason };
}

/** What a call is made of. */
export interface CallFacts {
  callId: string;
  direction: 'incoming' | 'outgoing';
  peer: CallPeer;
  video: boolean;
}

const OFFER_TIMEOUT_MS = 15_000;
/** Nobody looks at a phone for longer that does not do what it is told. */
const ACCEPT_MS = 10_000;

/** One call from its first ring to its end. */
export class Call extends Emitter<CallEvents> {
  readonly callId: string;
  readonly direction: 'incoming' | 'outgoing';
  readonly peer: CallPeer;
  /** Whether it was offered with a picture. */
  readonly video: boolean;

  readonly #context: LinkContext;
  readonly #offs: (() => void)[];
  #state: CallState = 'ringing';
  #endReason: CallEndReason | undefined;
  #accepting: Promise<void> | undefined;
  #link: PeerLink | undefined;
  #local: MediaStream | undefined;
  #connecting: Promise<void> | undefined;

  /** Made by {@link Calls}. */
  constructor(context: LinkContext, facts: CallFacts) {
    super();
    this.#context = context;
    this.callId = facts.callId;
    this.direction = facts.direction;
    this.peer = facts.peer;
    this.video = facts.video;
    const { events } = context.session;
    const mine = (e: { callId: string }) => e.callId === this.callId;
    this.#offs = [
      events.on('call.accepted', (e) => mine(e) && this.#accepted()),
      events.on('call.rejected', (e) => mine(e) && this.finish('rejected')),
      events.on('call.ended', (e) => mine(e) && this.finish(e.reason)),
      ...whenSessionIsLost(context, () => this.finish('session_lost')),
    ];
  }

  get state(): CallState {
    return this.#state;
  }

  /** Why it ended, once it has. */
  get endReason(): CallEndReason | undefined {
    return this.#endReason;
  }

  /** The other side's picture and sound, once {@link connect} has been called. */
  get remote(): MediaStream | undefined {
    return this.#link?.remote;
  }

  /**
   * Picks up; picking up twice is picking up once. Fails with CALL_STATE when another device was
   * faster or the caller is gone.
   */
  accept(): Promise<void> {
    this.#accepting ??= this.#accept().catch((error: unknown) => {
      this.#accepting = undefined;
      throw error;
    });
    return this.#accepting;
  }

  async #accept(): Promise<void> {
    try {
      await this.#ask('call.accept');
    } catch (error) {
      if (!isFailure(error) || !error.retryable || this.#state === 'ended') throw error;
      await this.#acceptAgain();
    }
    this.#accepted();
  }

  /** Nobody knows whether the first attempt arrived; if it did, another one is refused. */
  async #acceptAgain(): Promise<void> {
    try {
      await insisting(() => this.#ask('call.accept'), ACCEPT_MS);
    } catch (error) {
      if (!isFailure(error, 'CALL_STATE') || !(await this.#isTalking())) throw error;
    }
  }

  /** Whether this device is one of the two that talk, as the server says. */
  async #isTalking(): Promise<boolean> {
    const { items } = await this.#context.session.request<{ items: CallItem[] }>('call.list');
    return items.some((one) => one.callId === this.callId && one.state === 'accepted');
  }

  /**
   * Declines an incoming call. Like {@link cancel} and {@link hangup} it frees this side at once,
   * and is told to the server until that has heard it; resolves then.
   */
  reject(reason?: string): Promise<void> {
    return this.#leave('call.reject', 'rejected', reason);
  }

  /** Takes an outgoing call back while it rings; ends it when it is answered in the same moment. */
  cancel(): Promise<void> {
    return this.#leave('call.cancel', 'cancelled');
  }

  /** Ends an accepted call. */
  hangup(): Promise<void> {
    return this.#leave('call.hangup', 'hangup');
  }

  /**
   * Brings the own media up and the other side's down; both sides do so after the acceptance. Asked
   * for again, it goes on with the same connection and the tracks of the later stream.
   *
   * @param local - may lack sound or picture; whoever opened it stops it
   * @throws CastmeshError CALL_STATE once the call is over
   */
  async connect(local: MediaStream): Promise<void> {
    if (this.#state === 'ended') throw notThere('The call is over');
    const before = this.#local;
    this.#local = local;
    if (!this.#link || this.#link.state === 'closed') this.#connecting = this.#connect(local);
    else if (before !== local) await this.#replaceTracks(local);
    await this.#connecting;
  }

  /**
   * Shows another camera or a screen from now on, or nothing for a while (null). Whoever opened a
   * track stops it.
   *
   * @throws CastmeshError CALL_STATE before {@link connect} and once the call is over
   */
  async replaceTrack(kind: MediaKind, track: MediaStreamTrack | null): Promise<void> {
    if (!this.#link || this.#state === 'ended') throw notThere('The call has no media');
    await this.#link.replaceTrack(kind, track);
  }

  async #replaceTracks(local: MediaStream): Promise<void> {
    const tracks = new LocalTracks(local);
    for (const kind of MEDIA_KINDS) await this.#link?.replaceTrack(kind, tracks.track(kind));
  }

  async #connect(local: MediaStream): Promise<void> {
    const link = new PeerLink(this.#context, {
      local: new LocalTracks(local),
      receive: true,
      maxVideoBitrate: DEFAULT_MAX_VIDEO_BITRATE,
    });
    this.#link = link;
    this.#offs.push(
      link.on('state', (state) => this.emit('media', state)),
      link.on('failed', (error) => {
        const reason = isFailure(error, 'CALL_NOT_FOUND') ? 'session_lost' : 'failed';
        void this.#leave('call.hangup', reason).catch(() => undefined);
      }),
    );
    const { callId } = this;
    try {
      await link.start(
        (sdpOffer) =>
          this.#context.session.request<Answer>(
            'call.connect',
            { callId, sdpOffer },
            OFFER_TIMEOUT_MS,
          ),
        OFFER_ATTEMPTS,
      );
    } catch (error) {
      throw asFailure(error);
    }
  }

  /** Figures of both directions. */
  async stats(): Promise<MediaStats> {
    return this.#link ? this.#link.stats() : { roundTripMs: undefined };
  }

  /** Follows what the server says of it; for {@link Calls}, after events were missed. */
  correct(state: string): void {
    if (state === 'accepted') this.#accepted();
    else if (state === 'ended') this.finish('session_lost');
  }

  /** Marks it as over and lets go of the media; for {@link Calls} and the events of the server. */
  finish(reason: CallEndReason): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#endReason = reason;
    this.#offs.forEach((off) => off());
    this.#link?.close();
    this.emit('state', 'ended');
    this.emit('ended', { reason });
  }

  #accepted(): void {
    if (this.#state !== 'ringing') return;
    this.#state = 'accepted';
    this.emit('state', 'accepted');
  }

  async #leave(method: string, reason: CallEndReason, why?: string): Promise<void> {
    if (this.#state === 'ended') return;
    const told = this.#tell(method, why);
    // This side is free at once, even if the server cannot be asked at the moment.
    this.finish(reason);
    await told;
  }

  /** The other side would wait for somebody who is gone. */
  async #tell(method: string, why?: string): Promise<void> {
    try {
      await insisting(() => this.#ask(method, why));
    } catch (error) {
      if (isFailure(error, 'CALL_NOT_FOUND')) return;
      if (!isFailure(error, 'CALL_STATE')) throw error;
      // It is over already, or was answered in the same moment: then it has to be ended.
      const isTalking = await insisting(() => this.#isTalking());
      if (isTalking) await this.#tell('call.hangup');
    }
  }

  async #ask(method: string, reason?: string): Promise<void> {
    const params = reason ? { callId: this.callId, reason } : { callId: this.callId };
    await this.#context.session.request(method, params);
  }
}

function notThere(what: string): CastmeshError {
  return CastmeshError.local('CALL_STATE', what);
}
