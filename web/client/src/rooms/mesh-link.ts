import { LocalTracks } from '../media/local-tracks.js';
import { makePeer, DEFAULT_MAX_VIDEO_BITRATE } from '../media/peer-factory.js';
import type { SignalKind } from './room-types.js';

/** So long the polite side waits for the other one's offer of another way. */
const POLITE_MS = 3_000;

/** What a {@link MeshLink} is made of. */
export interface MeshLinkOptions {
  local: MediaStream | undefined;
  iceServers(): Promise<RTCIceServer[]>;
  /** Whether this side begins. */
  offers: boolean;
  /** Whether this side takes its offer back when two of them cross. */
  isPolite: boolean;
  /** Brings something to the other peer. */
  send(kind: SignalKind, payload: unknown): Promise<void>;
  stream(stream: MediaStream): void;
  state(state: RTCPeerConnectionState): void;
}

/** A connection to one peer of a mesh, negotiated perfectly (W3C WebRTC section 10.7). */
export class MeshLink {
  readonly #options: MeshLinkOptions;
  /** Signals are taken in and sent one after the other: their order is their meaning. */
  #receiving: Promise<void>;
  #sending: Promise<void> = Promise.resolve();
  #peer: RTCPeerConnection | undefined;
  #stream: MediaStream | undefined;
  #isMakingOffer = false;
  #isIgnoring = false;
  #isClosed = false;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  /** The origin of the last offer that was taken; the same one may come twice. */
  #lastOffer: string | undefined;
  /** Candidates that came before the description they belong to. */
  #early: RTCIceCandidateInit[] = [];

  constructor(options: MeshLinkOptions) {
    this.#options = options;
    this.#receiving = this.#open().catch(() => undefined);
  }

  /** What the other peer shows, once something has come. */
  get stream(): MediaStream | undefined {
    return this.#stream;
  }

  /** Takes in what the other peer has sent. */
  take(kind: SignalKind, payload: unknown): void {
    this.#receiving = this.#receiving
      .then(() => this.#take(kind, payload))
      // What this browser does not understand is no reason to end what works.
      .catch(() => undefined);
  }

  /**
   * Looks for another way when the last one does not lead anywhere. Both sides notice: the polite
   * one lets the other begin. Of two renewals that cross, one is taken back, and in Chromium the
   * picture of whoever does that stands still from then on.
   */
  renewIfBroken(): void {
    if (!this.#isBroken) return;
    if (!this.#options.isPolite) {
      this.#peer?.restartIce();
      return;
    }
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(() => {
      if (this.#isBroken && this.#peer?.signalingState === 'stable') this.#peer.restartIce();
    }, POLITE_MS);
  }

  get #isBroken(): boolean {
    const state = this.#peer?.connectionState;
    return state === 'disconnected' || state === 'failed';
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#renewal);
    this.#peer?.close();
    this.#peer = undefined;
    for (const track of this.#stream?.getTracks() ?? []) this.#stream?.removeTrack(track);
  }

  async #open(): Promise<void> {
    const { local, offers, iceServers } = this.#options;
    const servers = await iceServers();
    if (this.#isClosed) return;
    // Whoever answers takes the transceivers of the offer.
    const tracks = new LocalTracks(local);
    const plan = { local: tracks, receive: true, maxVideoBitrate: DEFAULT_MAX_VIDEO_BITRATE };
    const peer = offers ? makePeer(plan, servers) : new RTCPeerConnection({ iceServers: servers });
    this.#peer = peer;
    peer.onnegotiationneeded = () => void this.#offer(peer).catch(() => undefined);
    peer.onicecandidate = ({ candidate }) => candidate && this.#send('candidate', candidate);
    peer.ontrack = ({ track }) => this.#adopt(track);
    peer.onconnectionstatechange = () => {
      this.#options.state(peer.connectionState);
      if (peer.connectionState === 'failed') this.renewIfBroken();
    };
    if (!offers) for (const track of local?.getTracks() ?? []) peer.addTrack(track, local!);
  }

  async #offer(peer: RTCPeerConnection): Promise<void> {
    try {
      this.#isMakingOffer = true;
      await peer.setLocalDescription();
      this.#send('offer', peer.localDescription);
    } finally {
      this.#isMakingOffer = false;
    }
  }

  async #take(kind: SignalKind, payload: unknown): Promise<void> {
    const peer = this.#peer;
    if (!peer) return;
    if (kind === 'candidate') return this.#takeCandidate(peer, payload as RTCIceCandidateInit);
    const description = payload as RTCSessionDescriptionInit;
    const isCrossing =
      kind === 'offer' && (this.#isMakingOffer || peer.signalingState !== 'stable');
    this.#isIgnoring = !this.#options.isPolite && isCrossing;
    if (this.#isIgnoring) {
      // Before anything has come of it: the other side may have begun to listen after it was sent.
      const isFirst = !this.#isMakingOffer && peer.remoteDescription === null;
      if (isFirst) this.#send('offer', peer.localDescription);
      return;
    }
    if (kind === 'offer') {
      const origin = originOf(description);
      if (origin === this.#lastOffer) return;
      this.#lastOffer = origin;
    }
    await peer.setRemoteDescription(description);
    for (const candidate of this.#early.splice(0)) await peer.addIceCandidate(candidate);
    if (kind !== 'offer') return;
    await peer.setLocalDescription();
    this.#send('answer', peer.localDescription);
  }

  async #takeCandidate(peer: RTCPeerConnection, candidate: RTCIceCandidateInit): Promise<void> {
    if (this.#isIgnoring) return;
    if (peer.remoteDescription) await peer.addIceCandidate(candidate);
    else this.#early.push(candidate);
  }

  #send(kind: SignalKind, payload: { toJSON(): unknown } | null): void {
    const json = payload?.toJSON();
    this.#sending = this.#sending
      .then(() => (this.#isClosed ? undefined : this.#options.send(kind, json)))
      // Whoever has left needs nothing; whoever is there is offered anew when nothing connects.
      .catch(() => undefined);
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

/** A description's line with its session and version (RFC 8866 section 5.2). */
function originOf({ sdp }: RTCSessionDescriptionInit): string | undefined {
  return /^o=.*$/m.exec(sdp ?? '')?.[0];
}
