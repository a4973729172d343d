/** The parts of a browser's media that connections handle: tracks, streams, senders. */
export type Kind = 'audio' | 'video';

let nextId = 0;

export class FakeTrack extends EventTarget {
  readonly id = `track-${nextId++}`;
  readonly muted = false;
  contentHint = '';
  readyState: 'live' | 'ended' = 'live';

  constructor(
    readonly kind: Kind,
    readonly height = 0,
  ) {
    super();
  }

  getSettings(): { height: number } {
    return { height: this.height };
  }

  stop(): void {
    this.readyState = 'ended';
  }
}

export class FakeStream {
  readonly id = `stream-${nextId++}`;
  #tracks: FakeTrack[];

  constructor(tracks: FakeTrack[] = []) {
    this.#tracks = [...tracks];
  }

  getTracks(): FakeTrack[] {
    return [...this.#tracks];
  }

  getAudioTracks(): FakeTrack[] {
    return this.#tracks.filter((track) => track.kind === 'audio');
  }

  getVideoTracks(): FakeTrack[] {
    return this.#tracks.filter((track) => track.kind === 'video');
  }

  addTrack(track: FakeTrack): void {
    if (!this.#tracks.includes(track)) this.#tracks.push(track);
  }

  removeTrack(track: FakeTrack): void {
    this.#tracks = this.#tracks.filter((one) => one !== track);
  }
}

type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** What `RTCRtpTransceiver` is made of. */
export class FakeTransceiver {
  mid: string | null = null;
  /** What the last offer or answer said of it. */
  negotiated: Direction | undefined;
  hasReceived = false;
  hasSent = false;
  readonly receiver: { track: FakeTrack };
  readonly sender: FakeSender;

  constructor(
    readonly kind: Kind,
    public direction: Direction,
    track: FakeTrack | null,
    readonly encodings: RTCRtpEncodingParameters[],
    isClosed: () => boolean,
    readonly isAdded: boolean,
  ) {
    this.receiver = { track: new FakeTrack(kind) };
    this.sender = new FakeSender(kind, track, isClosed);
  }

  get sends(): boolean {
    return this.direction.startsWith('send');
  }
}

class FakeSender {
  readonly #kind: Kind;
  readonly #isClosed: () => boolean;

  constructor(
    kind: Kind,
    public track: FakeTrack | null,
    isClosed: () => boolean,
  ) {
    this.#kind = kind;
    this.#isClosed = isClosed;
  }

  /** W3C WebRTC section 5.2, replaceTrack. */
  async replaceTrack(track: FakeTrack | null): Promise<void> {
    if (track && track.kind !== this.#kind) throw new TypeError('another kind');
    await Promise.resolve();
    if (this.#isClosed()) throw new DOMException('closed', 'InvalidStateError');
    this.track = track;
  }
}
