import { FakeStream, FakeTransceiver, type FakeTrack, type Kind } from './fake-media.js';

interface Description {
  type: 'offer' | 'answer' | 'rollback';
  sdp: string;
}

/** What a description of ours says. */
interface Content {
  origin: string;
  ufrag: string;
  media: { mid: string; kind: Kind; direction: FakeTransceiver['direction'] }[];
}

/** A browser that finds a way while none of the two is cut off. */
export class FakeNetwork {
  readonly peers: FakePeerConnection[] = [];
  readonly cut = new Set<FakePeerConnection>();

  /** Makes the globals of a browser; connections made from now on are in this network. */
  install(): void {
    const network = this;
    class Connected extends FakePeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(network, configuration);
        network.peers.push(this);
      }
    }
    Object.assign(globalThis, {
      RTCPeerConnection: Connected,
      RTCRtpReceiver: {},
      MediaStream: FakeStream,
    });
  }

  /** Nothing reaches them any more, or everything does again. */
  setCut(peers: FakePeerConnection[], isCut: boolean): void {
    for (const peer of peers) {
      if (isCut) this.cut.add(peer);
      else this.cut.delete(peer);
    }
    this.check();
  }

  /** Two are connected whose current descriptions are each other's, until one is cut off. */
  check(): void {
    const isAway = (peer: FakePeerConnection) => this.cut.has(peer) || peer.isClosed;
    for (const peer of this.peers) {
      const other = this.peers.find(
        (one) => one.localUfrag === peer.remoteUfrag && one.remoteUfrag === peer.localUfrag,
      );
      if (other && !isAway(peer) && !isAway(other)) peer.connect(other);
      else if (peer.connectedTo && (isAway(peer) || isAway(peer.connectedTo))) peer.fail();
    }
  }
}

let nextSession = 1;
let nextUfrag = 1;

/**
 * An `RTCPeerConnection` with the signalling states, the operations chain, the implicit rollback
 * and the negotiation-needed flag of W3C WebRTC (sections 4.3 and 4.7), and with connections that
 * come about by ICE credentials.
 */
export class FakePeerConnection {
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: object | null }) => void) | null = null;
  ontrack: ((event: { track: FakeTrack }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  onsignalingstatechange: (() => void) | null = null;
  signalingState: RTCSignalingState = 'stable';
  connectionState: RTCPeerConnectionState = 'new';
  connectedTo: FakePeerConnection | undefined;
  /** The credentials whose way was lost. */
  #failed: string | undefined;
  /** What it was given, in the order of time. */
  readonly configurations: RTCConfiguration[];

  readonly #network: FakeNetwork;
  readonly #session = nextSession++;
  #version = 1;
  #transceivers: FakeTransceiver[] = [];
  #chain: Promise<unknown> = Promise.resolve();
  #queued = 0;
  #isNegotiationNeeded = false;
  #wantsRestart = false;
  #currentLocal: Description | null = null;
  #currentRemote: Description | null = null;
  #pendingLocal: Description | null = null;
  #pendingRemote: Description | null = null;

  constructor(network: FakeNetwork, configuration: RTCConfiguration = {}) {
    this.#network = network;
    this.configurations = [configuration];
  }

  get isClosed(): boolean {
    return this.signalingState === 'closed';
  }

  get localUfrag(): string | undefined {
    return this.isClosed || !this.#currentLocal ? undefined : read(this.#currentLocal).ufrag;
  }

  get remoteUfrag(): string | undefined {
    return this.#currentRemote ? read(this.#currentRemote).ufrag : 'nobody';
  }

  get localDescription(): (Description & { toJSON(): Description }) | null {
    const description = this.#pendingLocal ?? this.#currentLocal;
    return description && { ...description, toJSON: () => ({ ...description }) };
  }

  get remoteDescription(): Description | null {
    return this.#pendingRemote ?? this.#currentRemote;
  }

  getTransceivers(): FakeTransceiver[] {
    return [...this.#transceivers];
  }

  getConfiguration(): RTCConfiguration {
    return { ...this.configurations.at(-1) };
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.configurations.push(configuration);
  }

  addTransceiver(
    trackOrKind: FakeTrack | Kind,
    init: { direction?: FakeTransceiver['direction']; sendEncodings?: RTCRtpEncodingParameters[] },
  ): FakeTransceiver {
    const track = typeof trackOrKind === 'string' ? null : trackOrKind;
    const kind = track?.kind ?? (trackOrKind as Kind);
    return this.#make(kind, init.direction ?? 'sendrecv', track, init.sendEncodings);
  }

  addTrack(track: FakeTrack): void {
    if (this.#transceivers.some(({ sender }) => sender.track === track)) {
      throw new DOMException('sent already', 'InvalidAccessError');
    }
    const free = this.#transceivers.find(
      (one) => one.kind === track.kind && !one.sender.track && !one.hasSent,
    );
    if (!free) {
      this.#make(track.kind, 'sendrecv', track, [], true);
      return;
    }
    free.sender.track = track;
    free.direction = free.direction === 'recvonly' ? 'sendrecv' : 'sendonly';
    this.#updateNegotiationNeeded();
  }

  restartIce(): void {
    this.#wantsRestart = true;
    this.#updateNegotiationNeeded();
  }

  createOffer({ iceRestart = false }: RTCOfferOptions = {}): Promise<Description> {
    return this.#enqueue(async () => this.#makeOffer(iceRestart));
  }

  setLocalDescription(description?: Description): Promise<void> {
    return this.#enqueue(async () => {
      if (description?.type === 'rollback') return this.#rollBack();
      const isOffer =
        this.signalingState === 'stable' || this.signalingState === 'have-local-offer';
      const made = description ?? (isOffer ? this.#makeOffer(false) : this.#makeAnswer());
      if (made.type === 'offer') {
        if (!isOffer) throw invalidState(this.signalingState);
        this.#associate(read(made));
        this.#wantsRestart = false;
        this.#pendingLocal = made;
        this.#setState('have-local-offer');
      } else {
        if (this.signalingState !== 'have-remote-offer') throw invalidState(this.signalingState);
        this.#settle(made, this.#pendingRemote!);
      }
      this.#gather(read(made).ufrag);
    });
  }

  setRemoteDescription({ type, sdp }: Description): Promise<void> {
    return this.#enqueue(async () => {
      const description = { type, sdp };
      if (type === 'offer') {
        if (this.signalingState === 'have-local-offer') this.#rollBack();
        else if (this.signalingState === 'have-remote-offer') this.#pendingRemote = null;
        this.#pendingRemote = description;
        this.#receive(read(description));
        this.#setState('have-remote-offer');
      } else {
        if (this.signalingState !== 'have-local-offer') throw invalidState(this.signalingState);
        this.#receive(read(description));
        this.#settle(this.#pendingLocal!, description);
      }
    });
  }

  addIceCandidate(candidate: { usernameFragment?: string }): Promise<void> {
    return this.#enqueue(async () => {
      if (!this.remoteDescription) throw invalidState('no remote description');
      const known = [this.#pendingRemote, this.#currentRemote].some(
        (one) => one && read(one).ufrag === candidate.usernameFragment,
      );
      if (!known) throw new DOMException('another generation', 'OperationError');
    });
  }

  async getStats(): Promise<Map<string, object>> {
    return new Map();
  }

  close(): void {
    this.signalingState = 'closed';
    this.connectionState = 'closed';
    this.#network.check();
  }

  /** The network has found a way. */
  connect(other: FakePeerConnection): void {
    // What has failed wants an ICE restart, even if the way is there again.
    if (this.#failed === this.#pair) return;
    this.connectedTo = other;
    this.#setConnection('connected');
  }

  /** The network has lost it. */
  fail(): void {
    this.#failed = this.#pair;
    this.connectedTo = undefined;
    this.#setConnection('failed');
  }

  get #pair(): string {
    return `${this.localUfrag} ${this.remoteUfrag}`;
  }

  #setConnection(state: RTCPeerConnectionState): void {
    if (this.isClosed || this.connectionState === state) return;
    this.connectionState = state;
    queueMicrotask(() => this.onconnectionstatechange?.());
  }

  #make(
    kind: Kind,
    direction: FakeTransceiver['direction'],
    track: FakeTrack | null,
    encodings: RTCRtpEncodingParameters[] = [],
    isAdded = false,
  ): FakeTransceiver {
    const made = new FakeTransceiver(
      kind,
      direction,
      track,
      encodings,
      () => this.isClosed,
      isAdded,
    );
    this.#transceivers.push(made);
    this.#updateNegotiationNeeded();
    return made;
  }

  #makeOffer(iceRestart: boolean): Description {
    const before = this.#pendingLocal ?? this.#currentLocal;
    const fresh = iceRestart || this.#wantsRestart || !before;
    const media = this.#transceivers.map(({ mid, kind, direction }, index) => ({
      mid: mid ?? String(index),
      kind,
      direction,
    }));
    return this.#describe('offer', fresh ? `u${nextUfrag++}` : read(before).ufrag, media);
  }

  #makeAnswer(): Description {
    if (this.signalingState !== 'have-remote-offer') throw invalidState(this.signalingState);
    const offer = read(this.#pendingRemote!);
    const isSame = this.#currentRemote && read(this.#currentRemote).ufrag === offer.ufrag;
    const ufrag = isSame ? read(this.#currentLocal!).ufrag : `u${nextUfrag++}`;
    const media = offer.media.map(({ mid, kind, direction: offered }) => {
      const mine = this.#transceivers.find((one) => one.mid === mid)!;
      const sends = mine.sends && offered !== 'sendonly';
      const receives = mine.direction !== 'sendonly' && offered.startsWith('send');
      return { mid, kind, direction: directionOf(sends, receives) };
    });
    return this.#describe('answer', ufrag, media);
  }

  #describe(type: 'offer' | 'answer', ufrag: string, media: Content['media']): Description {
    const origin = `o=- ${this.#session} ${this.#version++} IN IP4 127.0.0.1`;
    const lines = media.map(({ mid, kind, direction }) => `m=${kind} ${mid} ${direction}`);
    return { type, sdp: ['v=0', origin, `a=ice-ufrag:${ufrag}`, ...lines, ''].join('\r\n') };
  }

  #associate({ media }: Content): void {
    this.#transceivers.forEach((one, index) => (one.mid ??= media[index]!.mid));
  }

  #receive({ media }: Content): void {
    for (const { mid, kind, direction } of media) {
      let mine = this.#transceivers.find((one) => one.mid === mid);
      // Only what addTrack has made may be taken for what the other side offers (JSEP 5.10).
      mine ??= this.#transceivers.find((one) => !one.mid && one.kind === kind && one.isAdded);
      mine ??= this.#make(kind, 'recvonly', null);
      mine.mid = mid;
      if (direction.startsWith('send') && !mine.hasReceived) {
        mine.hasReceived = true;
        const { track } = mine.receiver;
        queueMicrotask(() => this.ontrack?.({ track }));
      }
    }
  }

  #settle(local: Description, remote: Description): void {
    this.#currentLocal = local;
    this.#currentRemote = remote;
    this.#pendingLocal = this.#pendingRemote = null;
    for (const one of this.#transceivers) {
      if (!one.mid) continue;
      one.negotiated = one.direction;
      one.hasSent ||= one.sends;
    }
    this.#setState('stable');
    this.#isNegotiationNeeded = false;
    this.#updateNegotiationNeeded();
    if (this.connectionState === 'new') this.#setConnection('connecting');
    this.#network.check();
  }

  #rollBack(): void {
    if (this.signalingState === 'stable') throw invalidState('stable');
    this.#pendingLocal = this.#pendingRemote = null;
    for (const one of this.#transceivers) if (!one.negotiated) one.mid = null;
    this.#setState('stable');
    this.#isNegotiationNeeded = false;
    this.#updateNegotiationNeeded();
  }

  #setState(state: RTCSignalingState): void {
    if (this.signalingState === state) return;
    this.signalingState = state;
    queueMicrotask(() => this.onsignalingstatechange?.());
  }

  #gather(usernameFragment: string): void {
    setImmediate(() => {
      const candidate = { candidate: 'candidate:1', sdpMid: '0', usernameFragment };
      if (!this.isClosed) {
        this.onicecandidate?.({ candidate: { ...candidate, toJSON: () => candidate } });
      }
    });
  }

  #enqueue<T>(operation: () => Promise<T>): Promise<T> {
    if (this.isClosed) return Promise.reject(invalidState('closed'));
    this.#queued += 1;
    const done = this.#chain.then(async () => {
      await Promise.resolve();
      // One that is closed over it leaves the promise as it is.
      return this.isClosed ? new Promise<T>(() => undefined) : operation();
    });
    const next = () => {
      this.#queued -= 1;
      if (this.#queued === 0) this.#updateNegotiationNeeded();
    };
    this.#chain = done.then(next, next);
    return done;
  }

  #updateNegotiationNeeded(): void {
    setImmediate(() => {
      if (this.isClosed || this.#queued > 0 || this.signalingState !== 'stable') return;
      const isNeeded =
        this.#wantsRestart ||
        this.#transceivers.some((one) => !one.mid || one.direction !== one.negotiated);
      if (!isNeeded || this.#isNegotiationNeeded) {
        this.#isNegotiationNeeded = isNeeded;
        return;
      }
      this.#isNegotiationNeeded = true;
      this.onnegotiationneeded?.();
    });
  }
}

function directionOf(sends: boolean, receives: boolean): FakeTransceiver['direction'] {
  if (sends) return receives ? 'sendrecv' : 'sendonly';
  return receives ? 'recvonly' : 'inactive';
}

function read({ sdp }: Description): Content {
  const [, origin = '', ufrag = '', ...lines] = sdp.split('\r\n');
  const media = lines.filter(Boolean).map((line) => {
    const [, kind, mid, direction] = /^m=(\w+) (\d+) (\w+)$/.exec(line)!;
    return { mid, kind, direction } as Content['media'][number];
  });
  return { origin, ufrag: ufrag.replace('a=ice-ufrag:', ''), media };
}

function invalidState(state: string): DOMException {
  return new DOMException(`not in ${state}`, 'InvalidStateError');
}
