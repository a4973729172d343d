import { Reconciliation } from '../session/reconciliation.js';
import type { Session } from '../session/session.js';
import type { MediaItem, ServerMediaState } from '../types.js';

/** Who hears what the server says about one media session. */
export interface MediaListener {
  candidate(candidate: RTCIceCandidateInit): void;
  state(state: ServerMediaState): void;
  /** The server no longer has the media session. */
  gone(): void;
}

interface Offer {
  listener: MediaListener;
  /** The media session that it is to renew; unknown while it makes one. */
  mediaId: string | undefined;
  /** Said of media sessions nobody here knows yet: one of them is this offer's, unnamed so far. */
  unknown: { mediaId: string; act: (listener: MediaListener) => void }[];
}

const MAX_UNKNOWN = 256;

/** What of a media session wants an answer even when its event was missed. */
const WANT_RESTART: readonly ServerMediaState[] = ['lost', 'failed'];

/**
 * Brings the server's words about media to the peer connection they are about.
 *
 * A candidate without `mediaId` belongs to the offer in flight on the socket, so there is never
 * more than one: {@link offering} makes the others wait. When events may have been missed, the
 * server is asked what it still has.
 */
export class MediaHub {
  /** Settles when the server knows of every own live that is over: only then may another begin. */
  ending: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Map<string, MediaListener>();
  /** Who watches a live here, or did last, until the server knows that it is over. */
  readonly #watching = new Map<string, object>();
  #offer: Offer | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(session: Session) {
    session.events.on('media.candidate', ({ mediaId, candidate }) => {
      // While a media session is renewed, its candidates are those of the new connection.
      const isOfOffer = mediaId !== undefined && mediaId === this.#offer?.mediaId;
      this.#tell(isOfOffer ? undefined : mediaId, (listener) => listener.candidate(candidate));
    });
    session.events.on('media.state', ({ mediaId, state }) => {
      this.#tell(mediaId, (listener) => listener.state(state));
    });
    new Reconciliation<MediaItem>(session, {
      method: 'media.list',
      idOf: (item) => item.mediaId,
      known: () => [...this.#listeners.keys()],
      found: ({ mediaId, state }) => {
        if (WANT_RESTART.includes(state)) this.#listeners.get(mediaId)?.state(state);
      },
      missing: (mediaId) => this.#listeners.get(mediaId)?.gone(),
    });
  }

  /** Whether somebody here listens to a media session. */
  knows(mediaId: string): boolean {
    return this.#listeners.has(mediaId);
  }

  /** A live is watched from now on; what is still to be told of an earlier time is no longer true. */
  watch(liveId: string, watcher: object): void {
    this.#watching.set(liveId, watcher);
  }

  isLastToWatch(liveId: string, watcher: object): boolean {
    return this.#watching.get(liveId) === watcher;
  }

  /** The server knows that a live is not watched any more. */
  unwatch(liveId: string, watcher: object): void {
    if (this.isLastToWatch(liveId, watcher)) this.#watching.delete(liveId);
  }

  /**
   * Runs one offer and answer; those asked for meanwhile wait in line.
   *
   * @param mediaId - of the media session that is renewed, if it is no new one
   */
  offering<T>(listener: MediaListener, negotiate: () => Promise<T>, mediaId?: string): Promise<T> {
    const run = this.#turn.then(async () => {
      this.#offer = { listener, mediaId, unknown: [] };
      try {
        return await negotiate();
      } finally {
        this.#offer = undefined;
      }
    });
    this.#turn = run.catch(() => undefined);
    return run;
  }

  /** Names the media session of a listener; what was said of it already is told now. */
  register(mediaId: string, listener: MediaListener): void {
    this.#listeners.set(mediaId, listener);
    for (const early of this.#offer?.unknown ?? []) {
      if (early.mediaId === mediaId) early.act(listener);
    }
  }

  /** Ends the listening; another listener of the same session stays. */
  unregister(mediaId: string, listener: MediaListener): void {
    if (this.#listeners.get(mediaId) === listener) this.#listeners.delete(mediaId);
  }

  #tell(mediaId: string | undefined, act: (listener: MediaListener) => void): void {
    const offer = this.#offer;
    if (mediaId === undefined) {
      if (offer) act(offer.listener);
      return;
    }
    const listener = this.#listeners.get(mediaId);
    if (listener) act(listener);
    else if (offer && offer.unknown.length < MAX_UNKNOWN) offer.unknown.push({ mediaId, act });
  }
}
