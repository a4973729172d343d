import { Backoff } from '../backoff.js';
import { Emitter } from '../emitter.js';
import { CastmeshError, FAILURE_CODES, isFailure } from '../errors.js';
import { pause } from '../session/rereading.js';
import type { Session } from '../session/session.js';
import { watchNetwork } from '../transport/network.js';
import type { Live, ServerMediaState } from '../types.js';
import { CandidateExchange } from './candidate-exchange.js';
import type { MediaHub, MediaListener } from './media-hub.js';
import { MEDIA_KINDS, takesTrack, type MediaKind } from './local-tracks.js';
import { makePeer, type PeerPlan } from './peer-factory.js';
import { Recovery } from './recovery.js';
import { RemoteTracks } from './remote-tracks.js';
import { withStartBitrate } from './start-bitrate.js';
import { StatsReader, type MediaStats } from './stats.js';

/**
 * How media gets through at the moment. `moving` is a reconnection because the media server was
 * lost: the network is not to blame, and another server takes over.
 */
export type LinkState = 'connecting' | 'connected' | 'reconnecting' | 'moving' | 'closed';

/** What a {@link PeerLink} tells. */
export interface PeerLinkEvents {
  state: LinkState;
  /** The server says that media flows. */
  flowing: void;
  /**
   * Every attempt to get media through again has failed; the link is closed by then. With a
   * failure like MEDIA_NOT_FOUND the server no longer has the media session, or what it is for.
   */
  failed: CastmeshError;
}

/** What links share with their client. */
export interface LinkContext {
  session: Session;
  hub: MediaHub;
  /** Tells the list of running lives whenever it has been read. */
  lives: Pick<Emitter<{ listed: Live[] }>, 'on'>;
  /** Servers with credentials that are valid now. */
  iceServers(): Promise<RTCIceServer[]>;
}

/** The server's answer to an offer. */
export interface Answer {
  mediaId: string;
  sdpAnswer: string;
}

/** A short hole in the air heals by itself; a longer one is worth a new connection. */
const DISCONNECTED_PATIENCE_MS = 3_000;
const RESTART_TIMEOUT_MS = 10_000;
/** Half of what 720p may take: a good picture from the start, a short retreat where it is too much. */
const START_BITRATE_KBPS = 1_200;
/** The same beside smaller copies. */
const LAYERED_START_KBPS = 2_000;

/**
 * Media between this page and the server that survives a change of network.
 *
 * The first {@link start} makes the media session on the server. When its connection fails, a new
 * peer connection is offered through `media.restart`: the server gives the media session a new
 * endpoint, which is quicker and surer than an ICE restart of the old one, and the only way when the
 * media server itself is lost. {@link remote} stays the same stream object over all of them, so a
 * `<video>` keeps playing.
 */
export class PeerLink extends Emitter<PeerLinkEvents> {
  readonly #context: LinkContext;
  #plan: PeerPlan;
  readonly #tracks = new RemoteTracks();
  readonly #recovery: Recovery;
  readonly #unwatch: () => void;
  #state: LinkState = 'connecting';
  #peer: RTCPeerConnection | undefined;
  #listener: MediaListener | undefined;
  #mediaId: string | undefined;
  #isServerLost = false;
  /** Makes the media session anew, where that does no harm. */
  #begin: ((sdpOffer: string) => Promise<Answer>) | undefined;
  #stats = new StatsReader();
  #tellClosed: () => void = () => undefined;
  readonly #whenClosed = new Promise<void>((resolve) => (this.#tellClosed = resolve));

  constructor(context: LinkContext, plan: PeerPlan) {
    super();
    this.#context = context;
    this.#plan = plan;
    this.#recovery = new Recovery(context.session, {
      negotiate: () => this.#restart(),
      failed: (error) => this.#fail(error),
    });
    this.#unwatch = watchNetwork(() => {
      const { connectionState } = this.#peer ?? {};
      if (connectionState && connectionState !== 'connected') this.#recover();
    });
  }

  /** What comes back from the server. */
  get remote(): MediaStream {
    return this.#tracks.stream;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** The server's name for the media session, once there is one. */
  get mediaId(): string | undefined {
    return this.#mediaId;
  }

  /** Whether the last thing heard is that the media server was lost. */
  get isServerLost(): boolean {
    return this.#isServerLost;
  }

  /**
   * Makes the media session; `offer` carries the offer to the server in the right method.
   *
   * @param attempts - more than one where the server lets a second offer take the place of the
   *   first: then a connection that goes before the answer came, or a part of the server that dies
   *   over it or is late, costs nothing but time, and a media session that the server has lost is made anew
   */
  async start<A extends Answer>(offer: (sdpOffer: string) => Promise<A>, attempts = 1): Promise<A> {
    if (attempts > 1) this.#begin = offer;
    const backoff = new Backoff({ firstMs: 1_000 });
    for (let left = attempts - 1; ; left--) {
      try {
        const answer = await this.#negotiate(offer);
        if (this.#state === 'connecting') this.#recovery.started();
        return answer;
      } catch (error) {
        const isAway = isFailure(error, 'UNAVAILABLE') || isFailure(error, 'MEDIA_UNAVAILABLE');
        const again =
          left > 0 && !this.#isClosed && (isAway || isFailure(error, 'CONNECTION_LOST'));
        if (!again) {
          this.close();
          throw error;
        }
        if (isAway) await pause(backoff.next());
      }
    }
  }

  /**
   * Sends another track from now on, or nothing for a while (null), without negotiation where this
   * kind is sent already. Else another connection is made.
   */
  async replaceTrack(kind: MediaKind, track: MediaStreamTrack | null): Promise<void> {
    const { local } = this.#plan;
    if (this.#isClosed || !local) throw closed();
    local.replace(kind, track);
    // The first connection, while it is being made, looks after itself.
    if (this.#peer && !(await takesTrack(this.#peer, local, kind))) this.#recover();
  }

  /** Figures of now and of the time since the last call. */
  async stats(): Promise<MediaStats> {
    return this.#stats.read(this.#peer);
  }

  /** Lets go of everything on this side; the server is told by the link's owner. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#setState('closed');
    this.#tellClosed();
    this.#unwatch();
    this.#recovery.stop();
    this.#drop(this.#peer, this.#listener);
    this.#peer = this.#listener = undefined;
    this.#tracks.close();
  }

  async #negotiate<A extends Answer>(
    offer: (sdpOffer: string) => Promise<A>,
    mediaId?: string,
  ): Promise<A> {
    let offered = '';
    const answer = await this.#attempt((sdpOffer) => {
      offered = sdpOffer;
      return offer(sdpOffer);
    }, mediaId);
    if (!hasLayers(offered) || hasLayers(answer.sdpAnswer)) return answer;
    // A server that passes over the layers may not find the picture in them: it gets it whole.
    this.#plan = { ...this.#plan, layers: false };
    await this.#attempt(this.#restarting(answer.mediaId), answer.mediaId);
    return answer;
  }

  async #attempt<A extends Answer>(
    offer: (sdpOffer: string) => Promise<A>,
    mediaId?: string,
  ): Promise<A> {
    const iceServers = await this.#context.iceServers();
    const peer = makePeer(this.#plan, iceServers);
    const version = this.#plan.local?.version;
    const exchange = new CandidateExchange({
      send: (candidate, mediaId) => this.#sendCandidate(candidate, mediaId),
      // A candidate of a kind this browser does not know is no reason to end what works.
      apply: (candidate) => void peer.addIceCandidate(candidate).catch(() => undefined),
    });
    const listener: MediaListener = {
      candidate: (candidate) => exchange.remote(candidate),
      state: (state) => this.#serverSays(listener, state),
      gone: () => this.#listener === listener && this.#gone(),
    };
    peer.onicecandidate = ({ candidate }) => candidate && exchange.local(candidate.toJSON());
    peer.ontrack = ({ track }) => this.#tracks.add(peer, track);
    try {
      const negotiate = async () => {
        if (this.#isClosed) throw closed();
        await peer.setLocalDescription();
        const reply = offer(peer.localDescription!.sdp);
        exchange.offerSent();
        const answer = await reply;
        if (this.#isClosed) throw closed();
        exchange.named(answer.mediaId);
        this.#replace(peer, listener, answer.mediaId);
        const start = this.#plan.layers ? LAYERED_START_KBPS : START_BITRATE_KBPS;
        const sdp = this.#plan.local ? withStartBitrate(answer.sdpAnswer, start) : answer.sdpAnswer;
        // A peer that is closed over it leaves the promise as it is; the next offer waits for this.
        await Promise.race([peer.setRemoteDescription({ type: 'answer', sdp }), this.#whenClosed]);
        if (this.#isClosed) throw closed();
        exchange.answerApplied();
        return answer;
      };
      const answer = await this.#context.hub.offering(listener, negotiate, mediaId);
      if (version !== this.#plan.local?.version) await this.#catchUp(peer);
      return answer;
    } catch (error) {
      if (this.#peer !== peer) this.#drop(peer, listener);
      throw error;
    }
  }

  /** Tracks were replaced while a connection was being made. */
  async #catchUp(peer: RTCPeerConnection): Promise<void> {
    const { local } = this.#plan;
    for (const kind of MEDIA_KINDS) {
      const isIn = !local || (await takesTrack(peer, local, kind));
      // Once whoever has asked for this connection knows that it is there.
      if (!isIn) setTimeout(() => this.#peer === peer && this.#recover());
    }
  }

  /** The new connection takes the place of the old one, whose endpoint is gone on the server. */
  #replace(peer: RTCPeerConnection, listener: MediaListener, mediaId: string): void {
    this.#drop(this.#peer, this.#listener);
    this.#peer = peer;
    this.#listener = listener;
    this.#mediaId = mediaId;
    this.#stats = new StatsReader();
    this.#context.hub.register(mediaId, listener);
    peer.onconnectionstatechange = () => this.#connectionChanged(peer);
    this.#connectionChanged(peer);
  }

  #connectionChanged(peer: RTCPeerConnection): void {
    if (this.#peer !== peer || this.#state === 'closed') return;
    switch (peer.connectionState) {
      case 'connected':
        this.#recovery.succeeded();
        this.#isServerLost = false;
        return this.#setState('connected');
      case 'disconnected':
        this.#setAway();
        return this.#recovery.within(DISCONNECTED_PATIENCE_MS);
      case 'failed':
        return this.#recover();
      default:
        return;
    }
  }

  #serverSays(listener: MediaListener, state: ServerMediaState): void {
    if (this.#listener !== listener || this.#state === 'closed') return;
    if (state === 'flowing') this.emit('flowing', undefined);
    if (state === 'failed') this.#recover();
    if (state === 'lost') {
      this.#isServerLost = true;
      this.#recover();
    }
  }

  #recover(): void {
    if (this.#state === 'closed') return;
    this.#setAway();
    this.#recovery.now();
  }

  #setAway(): void {
    // Once the server is known to be lost, a connection that fails is no news.
    this.#setState(this.#isServerLost ? 'moving' : 'reconnecting');
  }

  async #restart(): Promise<void> {
    const mediaId = this.#mediaId;
    if (this.#isClosed || !mediaId) throw closed();
    this.#setAway();
    try {
      await this.#negotiate(this.#restarting(mediaId), mediaId);
    } catch (error) {
      if (!this.#begin || !isFailure(error, 'MEDIA_NOT_FOUND')) throw error;
      // What it belongs to may well go on: the live that is watched, or the call.
      await this.#negotiate(this.#begin);
    }
  }

  /** Offers another connection for a media session that there is. */
  #restarting(mediaId: string): (sdpOffer: string) => Promise<Answer> {
    return async (sdpOffer) => {
      const answer = await this.#context.session.request<{ sdpAnswer: string }>(
        'media.restart',
        { mediaId, sdpOffer },
        RESTART_TIMEOUT_MS,
      );
      return { ...answer, mediaId };
    };
  }

  /** The server says that it no longer has the media session. */
  #gone(): void {
    if (this.#begin) this.#recover();
    else this.#fail(gone());
  }

  #fail(error: CastmeshError): void {
    // Closed meanwhile, also by what failed here.
    if (this.#isClosed) return;
    this.close();
    this.emit('failed', error);
  }

  #sendCandidate(candidate: RTCIceCandidateInit, mediaId: string | undefined): void {
    const { candidate: line, sdpMid, sdpMLineIndex } = candidate;
    const wire = { candidate: line, sdpMid, sdpMLineIndex };
    this.#context.session.notify(
      'media.candidate',
      mediaId === undefined ? { candidate: wire } : { mediaId, candidate: wire },
    );
  }

  #drop(peer: RTCPeerConnection | undefined, listener: MediaListener | undefined): void {
    if (this.#mediaId && listener) this.#context.hub.unregister(this.#mediaId, listener);
    if (!peer) return;
    peer.onicecandidate = peer.ontrack = peer.onconnectionstatechange = null;
    this.#tracks.forget(peer);
    // Its last frame is still on the screen: whoever takes its place closes it.
    if (!this.#tracks.shows(peer)) peer.close();
  }

  get #isClosed(): boolean {
    return this.#state === 'closed';
  }

  #setState(state: LinkState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.emit('state', state);
  }
}

function hasLayers(sdp: string): boolean {
  return sdp.includes('a=simulcast:');
}

function closed(): CastmeshError {
  return CastmeshError.local('CLIENT_CLOSED', 'It was closed meanwhile');
}

function gone(): CastmeshError {
  return new CastmeshError({
    name: 'MEDIA_NOT_FOUND',
    code: FAILURE_CODES.MEDIA_NOT_FOUND,
    message: 'The server no longer has this media session',
    retryable: false,
  });
}
