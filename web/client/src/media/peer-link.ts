import { Backoff } from '../backoff.js';
import { Emitter } from '../emitter.js';
import { CastmeshError, isFailure } from '../errors.js';
import type { Session } from '../session/session.js';
import { watchNetwork } from '../transport/network.js';
import { CandidateExchange } from './candidate-exchange.js';
import type { MediaHub, MediaListener } from './media-hub.js';
import { makePeer, type PeerPlan } from './peer-factory.js';
import { withStartBitrate } from './start-bitrate.js';
import { StatsReader, type MediaStats } from './stats.js';

/** How media gets through at the moment. */
export type LinkState = 'connecting' | 'connected' | 'reconnecting' | 'closed';

/** What a {@link PeerLink} tells. */
export interface PeerLinkEvents {
  state: LinkState;
  /** The server says that media flows. */
  flowing: void;
  /** Every attempt to get media through again has failed; the link is closed by then. */
  failed: CastmeshError;
}

/** What links share with their client. */
export interface LinkContext {
  session: Session;
  hub: MediaHub;
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
/** DTLS and ICE through TURN over TCP included. */
const CONNECT_PATIENCE_MS = 12_000;
const OFFER_TIMEOUT_MS = 15_000;
const MAX_ATTEMPTS = 6;
/** Half of what 720p may take: a good picture from the start, a short retreat where it is too much. */
const START_BITRATE_KBPS = 1_200;

/**
 * Media between this page and the server that survives a change of network.
 *
 * The first {@link start} makes the media session on the server. When its connection fails, a new
 * peer connection is offered through `media.restart`: the server gives the media session a new
 * endpoint, which is quicker and surer than an ICE restart of the old one. {@link remote} stays the
 * same stream object over all of them, so a `<video>` keeps playing.
 */
export class PeerLink extends Emitter<PeerLinkEvents> {
  /** What comes back from the server. */
  readonly remote = new MediaStream();

  readonly #context: LinkContext;
  readonly #plan: PeerPlan;
  readonly #backoff = new Backoff({ firstMs: 500, maxMs: 8_000 });
  readonly #unwatch: () => void;
  #state: LinkState = 'connecting';
  #peer: RTCPeerConnection | undefined;
  #listener: MediaListener | undefined;
  #mediaId: string | undefined;
  #stats = new StatsReader();
  #restarting = false;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(context: LinkContext, plan: PeerPlan) {
    super();
    this.#context = context;
    this.#plan = plan;
    this.#unwatch = watchNetwork(() => {
      if (this.#peer && this.#mediaId && this.#peer.connectionState !== 'connected') {
        this.#restartSoon(0);
      }
    });
  }

  get state(): LinkState {
    return this.#state;
  }

  /** The server's name for the media session, once there is one. */
  get mediaId(): string | undefined {
    return this.#mediaId;
  }

  /** Makes the media session; `offer` carries the offer to the server in the right method. */
  async start<A extends Answer>(offer: (sdpOffer: string) => Promise<A>): Promise<A> {
    try {
      return await this.#negotiate(offer);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Figures of now and of the time since the last call. */
  async stats(): Promise<MediaStats> {
    return this.#stats.read(this.#peer);
  }

  /** Lets go of everything on this side; the server is told by the link's owner. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#setState('closed');
    this.#unwatch();
    clearTimeout(this.#patience);
    this.#drop(this.#peer, this.#listener);
    this.#peer = this.#listener = undefined;
    for (const track of this.remote.getTracks()) this.remote.removeTrack(track);
  }

  async #negotiate<A extends Answer>(offer: (sdpOffer: string) => Promise<A>): Promise<A> {
    const iceServers = await this.#context.iceServers();
    const peer = makePeer(this.#plan, iceServers);
    const exchange = new CandidateExchange({
      send: (candidate, mediaId) => this.#sendCandidate(candidate, mediaId),
      // A candidate of a kind this browser does not know is no reason to end what works.
      apply: (candidate) => void peer.addIceCandidate(candidate).catch(() => undefined),
    });
    const listener: MediaListener = {
      candidate: (candidate) => exchange.remote(candidate),
      state: (state) => this.#serverSays(listener, state),
    };
    peer.onicecandidate = ({ candidate }) => candidate && exchange.local(candidate.toJSON());
    peer.ontrack = ({ track }) => this.#adopt(track);
    try {
      return await this.#context.hub.offering(listener, async () => {
        if (this.#isClosed) throw closed();
        await peer.setLocalDescription();
        const reply = offer(peer.localDescription!.sdp);
        exchange.offerSent();
        const answer = await reply;
        if (this.#isClosed) throw closed();
        exchange.named(answer.mediaId);
        this.#replace(peer, listener, answer.mediaId);
        const sdp = this.#plan.local
          ? withStartBitrate(answer.sdpAnswer, START_BITRATE_KBPS)
          : answer.sdpAnswer;
        await peer.setRemoteDescription({ type: 'answer', sdp });
        exchange.answerApplied();
        return answer;
      });
    } catch (error) {
      if (this.#peer !== peer) this.#drop(peer, listener);
      throw error;
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
    this.#restartIn(CONNECT_PATIENCE_MS);
    this.#connectionChanged(peer);
  }

  #connectionChanged(peer: RTCPeerConnection): void {
    if (this.#peer !== peer || this.#state === 'closed') return;
    switch (peer.connectionState) {
      case 'connected':
        clearTimeout(this.#patience);
        this.#backoff.reset();
        return this.#setState('connected');
      case 'disconnected':
        this.#setState('reconnecting');
        return this.#restartIn(DISCONNECTED_PATIENCE_MS);
      case 'failed':
        return this.#restartSoon(0);
      default:
        return;
    }
  }

  #serverSays(listener: MediaListener, state: string): void {
    if (this.#listener !== listener || this.#state === 'closed') return;
    if (state === 'flowing') this.emit('flowing', undefined);
    if (state === 'failed') this.#restartSoon(0);
  }

  #restartIn(delayMs: number): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => void this.#restart(), delayMs);
  }

  #restartSoon(delayMs: number): void {
    if (this.#state === 'closed' || this.#restarting) return;
    this.#setState('reconnecting');
    this.#restartIn(delayMs);
  }

  async #restart(): Promise<void> {
    const mediaId = this.#mediaId;
    if (this.#state === 'closed' || this.#restarting || !mediaId) return;
    this.#restarting = true;
    this.#setState('reconnecting');
    const { session } = this.#context;
    try {
      // Without signalling there is nobody to offer to; the session's own end closes the link.
      await session.whenConnected(120_000);
      if (this.#backoff.attempt >= MAX_ATTEMPTS) throw gaveUp();
      const waitMs = this.#backoff.attempt === 0 ? 0 : this.#backoff.next();
      if (waitMs === 0) this.#backoff.next();
      else await new Promise((resolve) => setTimeout(resolve, waitMs));
      await this.#negotiate(async (sdpOffer) => {
        const params = { mediaId, sdpOffer };
        const answer = await session.request<{ sdpAnswer: string }>(
          'media.restart',
          params,
          OFFER_TIMEOUT_MS,
        );
        return { ...answer, mediaId };
      });
      this.#restarting = false;
    } catch (error) {
      this.#restarting = false;
      this.#restartFailed(error);
    }
  }

  #restartFailed(error: unknown): void {
    // Closed meanwhile, also by what failed here.
    if (this.#isClosed) return;
    const again = isFailure(error) && error.retryable;
    if (again && this.#backoff.attempt < MAX_ATTEMPTS) return this.#restartIn(0);
    this.close();
    this.emit('failed', isFailure(error) ? error : gaveUp());
  }

  #sendCandidate(candidate: RTCIceCandidateInit, mediaId: string | undefined): void {
    const { candidate: line, sdpMid, sdpMLineIndex } = candidate;
    const wire = { candidate: line, sdpMid, sdpMLineIndex };
    this.#context.session.notify(
      'media.candidate',
      mediaId === undefined ? { candidate: wire } : { mediaId, candidate: wire },
    );
  }

  #adopt(track: MediaStreamTrack): void {
    for (const old of this.remote.getTracks()) {
      if (old.kind === track.kind) this.remote.removeTrack(old);
    }
    this.remote.addTrack(track);
  }

  #drop(peer: RTCPeerConnection | undefined, listener: MediaListener | undefined): void {
    if (this.#mediaId && listener) this.#context.hub.unregister(this.#mediaId, listener);
    if (!peer) return;
    peer.onicecandidate = peer.ontrack = peer.onconnectionstatechange = null;
    peer.close();
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

function closed(): CastmeshError {
  return CastmeshError.local('CLIENT_CLOSED', 'It was closed meanwhile');
}

function gaveUp(): CastmeshError {
  return CastmeshError.local('UNAVAILABLE', 'Media does not get through');
}
