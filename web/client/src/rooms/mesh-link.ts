import { Backoff } from '../backoff.js';
import {
  MEDIA_KINDS,
  takesTrack,
  type LocalTracks,
  type MediaKind,
} from '../media/local-tracks.js';
import { makePeer, DEFAULT_MAX_VIDEO_BITRATE } from '../media/peer-factory.js';
import { pause } from '../session/rereading.js';
import type { SignalKind } from './room-types.js';

/** How long a {@link MeshLink} waits for what does not come; in milliseconds. */
export interface MeshPatience {
  /** For a connection, or for the answer to an offer; from then on up to four times as long. */
  connectMs?: number;
  /** How much longer the polite side waits, for the other one's offer of another way. */
  politeMs?: number;
  /** For what the other side said while this one was away. */
  missedMs?: number;
}

/** DTLS and ICE through TURN over TCP included. */
const CONNECT_MS = 16_000;
const POLITE_MS = 3_000;
const MISSED_MS = 1_000;

/** What a {@link MeshLink} is made of. */
export interface MeshLinkOptions {
  local: LocalTracks;
  iceServers(): Promise<RTCIceServer[]>;
  /** Whether this side begins. */
  offers: boolean;
  /** Whether this side takes its offer back when two of them cross. */
  isPolite: boolean;
  /** Brings something to the other peer, again and again while it is wanted. */
  send(kind: SignalKind, payload: unknown, isWanted: () => boolean): Promise<void>;
  /** Whether something sent now may arrive. */
  isReachable(): boolean;
  whenReachable(): Promise<void>;
  stream(stream: MediaStream): void;
  state(state: RTCPeerConnectionState): void;
  patience?: MeshPatience;
}

/** A description as it is sent: an answer names the offer that it answers. */
interface Description extends RTCSessionDescriptionInit {
  offer?: string;
}

/**
 * A connection to one peer of a mesh, negotiated perfectly (W3C WebRTC section 10.7).
 *
 * What is said may get lost all the same: a connection that does not come about, and an offer that
 * nobody answers, are offered anew.
 */
export class MeshLink {
  readonly #options: MeshLinkOptions;
  readonly #patience: Required<MeshPatience>;
  readonly #backoff: Backoff;
  /** Signals are taken in and sent one after the other: their order is their meaning. */
  #receiving: Promise<void>;
  #sending: Promise<void> = Promise.resolve();
  #peer: RTCPeerConnection | undefined;
  #stream: MediaStream | undefined;
  #isMakingOffer = false;
  #isIgnoring = false;
  #isClosed = false;
  #isRenewing = false;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  /** The origin of the last offer that was taken; the same one may come twice. */
  #lastOffer: string | undefined;
  /** What was said to that. */
  #lastAnswer: Description | undefined;
  /** Candidates that came before the description they belong to. */
  #early: RTCIceCandidateInit[] = [];

  constructor(options: MeshLinkOptions) {
    const {
      connectMs = CONNECT_MS,
      politeMs = POLITE_MS,
      missedMs = MISSED_MS,
    } = options.patience ?? {};
    this.#options = options;
    this.#patience = { connectMs, politeMs, missedMs };
    this.#backoff = new Backoff({ firstMs: connectMs, maxMs: 4 * connectMs });
    this.#receiving = this.#open().catch(() => undefined);
  }

  /** What the other peer shows, once something has come. */
  get stream(): MediaStream | undefined {
    return this.#stream;
  }

  /** Takes in what the other peer has sent. */
  take(kind: SignalKind, payload: unknown): void {
    // What this browser does not understand is no reason to end what works.
    void this.#inTurn(() => this.#take(kind, payload)).catch(() => undefined);
  }

  /** Brings what is sent now; negotiates only what was not sent before. */
  async replaceTrack(kind: MediaKind): Promise<void> {
    const peer = this.#peer;
    // One that is made later takes what it finds.
    if (!peer) return;
    const { local } = this.#options;
    const track = local.track(kind);
    if (!(await takesTrack(peer, local, kind)) && track) peer.addTrack(track, ...local.streams);
  }

  /**
   * Looks for another way when the last one does not lead anywhere. Both sides notice: the polite
   * one lets the other begin. Of two renewals that cross, one is taken back, and in Chromium the
   * picture of whoever does that stands still from then on.
   */
  renewIfBroken(): void {
    const state = this.#peer?.connectionState;
    if (state === 'disconnected' || state === 'failed') this.#renewSoon();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#renewal);
    clearTimeout(this.#watchdog);
    this.#peer?.close();
    this.#peer = undefined;
    for (const track of this.#stream?.getTracks() ?? []) this.#stream?.removeTrack(track);
  }

  async #open(): Promise<void> {
    const servers = await this.#options.iceServers();
    if (!this.#isClosed) this.#make(servers, this.#options.offers);
  }

  #make(servers: RTCIceServer[], offers: boolean): RTCPeerConnection {
    const { local } = this.#options;
    // Whoever answers takes the transceivers of the offer.
    const plan = { local, receive: true, maxVideoBitrate: DEFAULT_MAX_VIDEO_BITRATE };
    const peer = offers ? makePeer(plan, servers) : new RTCPeerConnection({ iceServers: servers });
    this.#peer = peer;
    peer.onnegotiationneeded = () => void this.#offer(peer).catch(() => undefined);
    peer.onicecandidate = ({ candidate }) =>
      candidate && this.#send('candidate', candidate.toJSON());
    peer.ontrack = ({ track }) => this.#adopt(track);
    peer.onsignalingstatechange = () => this.#watch();
    peer.onconnectionstatechange = () => {
      this.#options.state(peer.connectionState);
      if (peer.connectionState === 'failed') this.renewIfBroken();
      this.#watch();
    };
    if (!offers) addTracks(peer, local);
    this.#watch();
    return peer;
  }

  /**
   * Takes the first offer back and answers with a connection that never made one. Rolled back, it
   * would keep what it made for its offer, beside what the other side's makes (RFC 9429 section
   * 5.10), and never show a picture in Chromium.
   */
  #answerInstead(peer: RTCPeerConnection): RTCPeerConnection {
    const { iceServers = [] } = peer.getConfiguration();
    peer.close();
    return this.#make(iceServers, false);
  }

  get #isWell(): boolean {
    const { connectionState, signalingState } = this.#peer ?? {};
    return connectionState === 'connected' && signalingState === 'stable';
  }

  /** Whatever does not come about, or waits for an answer, is renewed sooner or later. */
  #watch(): void {
    if (this.#isClosed || this.#isWell) {
      clearTimeout(this.#watchdog);
      this.#watchdog = undefined;
      this.#backoff.reset();
      return;
    }
    this.#watchdog ??= setTimeout(() => {
      this.#watchdog = undefined;
      this.#renewSoon();
      this.#watch();
    }, this.#backoff.next());
  }

  #renewSoon(): void {
    const seen = this.#lastOffer;
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(
      () => void this.#renew(seen).catch(() => undefined),
      this.#options.isPolite ? this.#patience.politeMs : 0,
    );
  }

  /**
   * @param seen - the last offer of the other side by then: whoever has made one since is renewing
   */
  async #renew(seen: string | undefined): Promise<void> {
    const peer = this.#peer;
    if (!peer || this.#isRenewing) return;
    this.#isRenewing = true;
    try {
      if (!this.#options.isReachable()) {
        await this.#options.whenReachable();
        await pause(this.#patience.missedMs);
      }
      const iceServers = await this.#options.iceServers();
      await this.#inTurn(async () => {
        if (this.#isClosed || this.#isWell || this.#lastOffer !== seen) return;
        useServers(peer, iceServers);
        await this.#offer(peer, true);
      });
    } finally {
      this.#isRenewing = false;
    }
  }

  /**
   * @param isRestart - for another way; also in place of an offer that nobody has answered, which
   *   is not rolled back, as in Chromium that costs the picture
   */
  async #offer(peer: RTCPeerConnection, isRestart = false): Promise<void> {
    try {
      this.#isMakingOffer = true;
      if (isRestart) await peer.setLocalDescription(await peer.createOffer({ iceRestart: true }));
      else await peer.setLocalDescription();
      this.#send('offer', peer.localDescription!.toJSON());
    } finally {
      this.#isMakingOffer = false;
    }
  }

  async #take(kind: SignalKind, payload: unknown): Promise<void> {
    let peer = this.#peer;
    if (!peer) return;
    if (kind === 'candidate') return this.#takeCandidate(peer, payload as RTCIceCandidateInit);
    const description = payload as Description;
    if (kind === 'answer') return this.#takeAnswer(peer, description);
    const isCrossing = this.#isMakingOffer || peer.signalingState !== 'stable';
    this.#isIgnoring = !this.#options.isPolite && isCrossing;
    if (this.#isIgnoring) {
      // Before anything has come of it: the other side may have begun to listen after it was sent.
      const isFirst = !this.#isMakingOffer && peer.remoteDescription === null;
      if (isFirst) this.#send('offer', peer.localDescription!.toJSON());
      return;
    }
    const origin = originOf(description);
    if (origin !== undefined && origin === this.#lastOffer) {
      // The answer got lost, or an older client asks twice.
      if (this.#lastAnswer) this.#send('answer', this.#lastAnswer);
      return;
    }
    if (isCrossing && peer.remoteDescription === null) peer = this.#answerInstead(peer);
    await peer.setRemoteDescription(description);
    this.#lastOffer = origin;
    this.#lastAnswer = undefined;
    await this.#takeEarly(peer);
    await peer.setLocalDescription();
    this.#lastAnswer = { ...(peer.localDescription!.toJSON() as Description), offer: origin };
    this.#send('answer', this.#lastAnswer);
  }

  async #takeAnswer(peer: RTCPeerConnection, { offer, ...answer }: Description): Promise<void> {
    if (peer.signalingState !== 'have-local-offer') return;
    // One to an offer that another one has taken the place of.
    if (offer !== undefined && offer !== originOf(peer.localDescription)) return;
    this.#isIgnoring = false;
    await peer.setRemoteDescription(answer);
    await this.#takeEarly(peer);
  }

  async #takeCandidate(peer: RTCPeerConnection, candidate: RTCIceCandidateInit): Promise<void> {
    if (this.#isIgnoring) return;
    if (peer.remoteDescription) await peer.addIceCandidate(candidate);
    else this.#early.push(candidate);
  }

  async #takeEarly(peer: RTCPeerConnection): Promise<void> {
    for (const candidate of this.#early.splice(0)) {
      // Of an offer that never came, or of a kind that this browser does not know.
      await peer.addIceCandidate(candidate).catch(() => undefined);
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#receiving.then(work);
    this.#receiving = done.catch(() => undefined);
    return done;
  }

  #send(kind: SignalKind, payload: object): void {
    const isWanted = () => !this.#isClosed && (kind !== 'offer' || this.#isCurrent(payload));
    this.#sending = this.#sending
      .then(() => (isWanted() ? this.#options.send(kind, payload, isWanted) : undefined))
      // Whoever has left needs nothing; whoever is there is offered anew when nothing connects.
      .catch(() => undefined);
  }

  #isCurrent(offer: object): boolean {
    return originOf(offer as Description) === originOf(this.#peer?.localDescription);
  }

  #adopt(track: MediaStreamTrack): void {
    const isFirst = this.#stream === undefined;
    this.#stream ??= new MediaStream();
    for (const old of this.#stream.getTracks()) {
      if (old.kind === track.kind) this.#stream.removeTrack(old);
    }
    this.#stream.addTrack(track);
    if (isFirst) this.#options.stream(this.#stream);
  }
}

function addTracks(peer: RTCPeerConnection, local: LocalTracks): void {
  for (const kind of MEDIA_KINDS) {
    const track = local.track(kind);
    if (track) peer.addTrack(track, ...local.streams);
  }
}

/** The credentials of servers expire. */
function useServers(peer: RTCPeerConnection, iceServers: RTCIceServer[]): void {
  try {
    peer.setConfiguration({ ...peer.getConfiguration(), iceServers });
  } catch {
    // Old servers are better than none.
  }
}

/** A description's line with its session and version (RFC 8866 section 5.2). */
function originOf(description: RTCSessionDescriptionInit | null | undefined): string | undefined {
  return /^o=.*$/m.exec(description?.sdp ?? '')?.[0];
}
