import { Emitter } from '../emitter.js';
import { isFailure, type CastmeshError } from '../errors.js';
import { tellSurely } from '../session/rereading.js';
import type { LiveEndReason, Viewer } from '../types.js';
import type { MediaKind } from './local-tracks.js';
import type { LinkContext, LinkState, PeerLink } from './peer-link.js';
import type { MediaStats } from './stats.js';

/** What a {@link LiveHandle} tells. */
export interface LiveHandleEvents {
  state: LinkState;
  viewerJoined: Viewer & { viewers: number };
  viewerLeft: Viewer & { viewers: number };
  viewers: number;
  /** Told once, also after {@link LiveHandle.stop}; `failure` says more where media failed. */
  ended: { reason: LiveEndReason; failure?: CastmeshError };
}

/** What a {@link ViewHandle} tells. */
export interface ViewHandleEvents {
  state: LinkState;
  viewers: number;
  /** Told once, but not after {@link ViewHandle.leave}; `failure` says more where media failed. */
  ended: { reason: LiveEndReason; failure?: CastmeshError };
}

/** The own running live. */
export class LiveHandle extends Emitter<LiveHandleEvents> {
  readonly liveId: string;
  /** What was published; whoever opened it stops it. See {@link replaceTrack}. */
  readonly local: MediaStream;

  readonly #context: LinkContext;
  readonly #link: PeerLink;
  readonly #offs: (() => void)[];
  #viewers = 0;
  #ended: LiveEndReason | undefined;

  /** Made by the client's `publish` as soon as the server has named the live. */
  constructor(context: LinkContext, link: PeerLink, liveId: string, local: MediaStream) {
    super();
    this.#context = context;
    this.#link = link;
    this.liveId = liveId;
    this.local = local;
    const { events } = context.session;
    this.#offs = [
      link.on('state', (state) => this.emit('state', state)),
      link.on('failed', (error) => this.#failed(error)),
      events.on('live.viewerJoined', (e) => {
        if (e.liveId !== liveId) return;
        this.#count(e.viewers);
        this.emit('viewerJoined', { user: e.user, time: e.time, viewers: e.viewers });
      }),
      events.on('live.viewerLeft', (e) => {
        if (e.liveId !== liveId) return;
        this.#count(e.viewers);
        this.emit('viewerLeft', { user: e.user, time: e.time, viewers: e.viewers });
      }),
      events.on('live.viewers', (e) => e.liveId === liveId && this.#count(e.viewers)),
      ...whenCounted(context, liveId, (viewers) => this.#count(viewers)),
      events.on('live.ended', (e) => e.liveId === liveId && this.#end(e.reason)),
      ...whenSessionIsLost(context, () => this.#end('session_lost')),
    ];
  }

  /** What the server sends back: the picture the audience gets. */
  get preview(): MediaStream {
    return this.#link.remote;
  }

  get state(): LinkState {
    return this.#link.state;
  }

  get viewers(): number {
    return this.#viewers;
  }

  /** Why it ended, once it has. */
  get ended(): LiveEndReason | undefined {
    return this.#ended;
  }

  /**
   * Shows another camera or a screen from now on, or nothing for a while (null). The sizes in which
   * the picture is sent stay as they were published. Whoever opened a track stops it.
   *
   * @throws CastmeshError CLIENT_CLOSED once the live is over
   */
  replaceTrack(kind: MediaKind, track: MediaStreamTrack | null): Promise<void> {
    return this.#link.replaceTrack(kind, track);
  }

  /** Figures of what is sent and of what comes back. */
  stats(): Promise<MediaStats> {
    return this.#link.stats();
  }

  /**
   * Ends the live for everybody. This side lets go at once; resolves when the server has heard it,
   * to which it is told until then.
   */
  async stop(): Promise<void> {
    if (this.#ended) return;
    const told = this.#tellStop();
    this.#end('stopped');
    await told;
  }

  /** Nobody else ends it: the audience would look at a frozen picture. */
  #tellStop(): Promise<void> {
    const { session, hub } = this.#context;
    const ask = () => session.request('live.stop', { liveId: this.liveId });
    const told = tellSurely(ask, ['LIVE_NOT_FOUND']);
    hub.ending = Promise.allSettled([hub.ending, told]);
    return told;
  }

  #count(viewers: number): void {
    if (typeof viewers !== 'number' || viewers === this.#viewers) return;
    this.#viewers = viewers;
    this.emit('viewers', viewers);
  }

  #failed(failure: CastmeshError): void {
    this.#tellStop().catch(() => undefined);
    this.#end(reasonOf(this.#link, failure), failure);
  }

  #end(reason: LiveEndReason, failure?: CastmeshError): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#offs.forEach((off) => off());
    this.#link.close();
    this.emit('ended', failure ? { reason, failure } : { reason });
  }
}

/** Somebody else's live that is being watched. */
export class ViewHandle extends Emitter<ViewHandleEvents> {
  readonly liveId: string;

  readonly #context: LinkContext;
  readonly #link: PeerLink;
  readonly #offs: (() => void)[];
  #viewers: number | undefined;
  #ended: LiveEndReason | undefined;

  /** Made by the client's `view` before it asks, so that no event is missed. */
  constructor(context: LinkContext, link: PeerLink, liveId: string) {
    super();
    this.#context = context;
    this.#link = link;
    this.liveId = liveId;
    context.hub.watch(liveId, this);
    const { events } = context.session;
    this.#offs = [
      link.on('state', (state) => this.emit('state', state)),
      link.on('failed', (error) => this.#failed(error)),
      events.on('live.viewers', (e) => e.liveId === liveId && this.#count(e.viewers)),
      ...whenCounted(context, liveId, (viewers) => this.#count(viewers)),
      events.on('live.ended', (e) => e.liveId === liveId && this.#end(e.reason)),
      ...whenSessionIsLost(context, () => this.#end('session_lost')),
    ];
  }

  /** How many watch, once the server has told. */
  get viewers(): number | undefined {
    return this.#viewers;
  }

  /** The presenter's picture and sound. */
  get stream(): MediaStream {
    return this.#link.remote;
  }

  get state(): LinkState {
    return this.#link.state;
  }

  /** Why it ended, once it has. */
  get ended(): LiveEndReason | undefined {
    return this.#ended;
  }

  stats(): Promise<MediaStats> {
    return this.#link.stats();
  }

  /** Stops watching; resolves when the server has heard it, to which it is told until then. */
  async leave(): Promise<void> {
    if (this.#ended) return;
    this.#ended = 'left';
    this.#release();
    await this.#tellLeave();
  }

  /**
   * Lets go; for the client's `view`, which has failed.
   *
   * @param isCertain - the server has said that it has nothing of it
   */
  abandon(isCertain: boolean): void {
    this.#release();
    if (isCertain) this.#context.hub.unwatch(this.liveId, this);
    else this.#tellLeave().catch(() => undefined);
  }

  /** The presenter would count somebody who is gone. */
  async #tellLeave(): Promise<void> {
    const { session, hub } = this.#context;
    const { liveId } = this;
    const ask = () => session.request('live.leave', { liveId });
    await tellSurely(ask, ['LIVE_NOT_FOUND'], () => hub.isLastToWatch(liveId, this));
    hub.unwatch(liveId, this);
  }

  #count(viewers: number): void {
    if (viewers === this.#viewers) return;
    this.#viewers = viewers;
    this.emit('viewers', viewers);
  }

  #failed(failure: CastmeshError): void {
    this.#tellLeave().catch(() => undefined);
    this.#end(reasonOf(this.#link, failure), failure);
  }

  #end(reason: LiveEndReason, failure?: CastmeshError): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#release();
    if (!failure) this.#context.hub.unwatch(this.liveId, this);
    this.emit('ended', failure ? { reason, failure } : { reason });
  }

  #release(): void {
    this.#offs.forEach((off) => off());
    this.#link.close();
  }
}

/** Watches for the moments at which the server has forgotten what a session held. */
export function whenSessionIsLost(context: LinkContext, lost: () => void): (() => void)[] {
  return [
    context.session.on('reset', ({ cause }) => cause === 'not-resumed' && lost()),
    context.session.on('state', ({ state }) => state === 'closed' && lost()),
  ];
}

/** Why a live is over for this side when its media has been given up. */
function reasonOf(link: PeerLink, failure: CastmeshError): LiveEndReason {
  // What the server has forgotten ended while nobody here could hear of it.
  const isForgotten = isFailure(failure, 'MEDIA_NOT_FOUND') || isFailure(failure, 'LIVE_NOT_FOUND');
  if (isForgotten) return 'session_lost';
  return link.isServerLost ? 'media_server_lost' : 'failed';
}

/** Watches for the number of viewers wherever the list of lives is read. */
function whenCounted(
  context: LinkContext,
  liveId: string,
  counted: (viewers: number) => void,
): (() => void)[] {
  return [
    context.lives.on('listed', (lives) => {
      const live = lives.find((one) => one.liveId === liveId);
      if (live) counted(live.viewers);
    }),
  ];
}
