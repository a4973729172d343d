import { MemoryStorage } from './helpers.ts';

/**
 * What the stores need of a browser's page: imported before them, it lets them run in Node. Devices
 * answer as a test wishes; there is no server, so a test lets the client's own events happen.
 */

/** A device's picture or sound. */
export class FakeTrack extends EventTarget {
  readonly kind: 'audio' | 'video';
  readonly displaySurface: string | undefined;
  enabled = true;
  contentHint = '';
  readyState: 'live' | 'ended' = 'live';

  constructor(kind: 'audio' | 'video', displaySurface?: string) {
    super();
    this.kind = kind;
    this.displaySurface = displaySurface;
  }

  getSettings(): { displaySurface: string | undefined } {
    return { displaySurface: this.displaySurface };
  }

  stop(): void {
    this.readyState = 'ended';
  }

  /** The device is unplugged, or the sharing ended in the browser's own bar. */
  end(): void {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }
}

export class FakeStream {
  readonly #tracks: FakeTrack[];

  constructor(tracks: FakeTrack[] | FakeStream = []) {
    this.#tracks = [...(tracks instanceof FakeStream ? tracks.#tracks : tracks)];
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
    const at = this.#tracks.indexOf(track);
    if (at >= 0) this.#tracks.splice(at, 1);
  }
}

/** What a page asks its devices for. */
export interface Wish {
  audio: unknown;
  video: unknown;
}

/** The devices of the page: by default there is one of each, and the reader lets the page use it. */
class FakeDevices extends EventTarget {
  /** What was asked for, in order. */
  asked: Wish[] = [];
  answer: (wish: Wish) => Promise<FakeStream> = async (wish) => tracksFor(wish);
  answerScreen: () => Promise<FakeStream> = async () =>
    new FakeStream([new FakeTrack('video', 'monitor')]);

  getUserMedia(wish: Wish): Promise<FakeStream> {
    this.asked.push(wish);
    return this.answer(wish);
  }

  getDisplayMedia(): Promise<FakeStream> {
    return this.answerScreen();
  }

  enumerateDevices(): Promise<never[]> {
    return Promise.resolve([]);
  }
}

/** The sound and the picture of a wish. */
export function tracksFor(wish: Wish): FakeStream {
  return new FakeStream([
    ...(wish.audio ? [new FakeTrack('audio')] : []),
    ...(wish.video ? [new FakeTrack('video')] : []),
  ]);
}

/** Refuses whatever wants one of these. */
export function without(kinds: ('audio' | 'video')[], why: string) {
  return async (wish: Wish): Promise<FakeStream> => {
    if (kinds.some((kind) => wish[kind])) throw new DOMException('', why);
    return tracksFor(wish);
  };
}

class SilentAudio {
  readonly currentTime = 0;
  readonly destination = {};
  state = 'running';

  createOscillator() {
    return {
      frequency: { value: 0 },
      connect: (next: object) => next,
      start: () => undefined,
      stop: () => undefined,
    };
  }

  createGain() {
    const ramp = () => undefined;
    const gain = {
      setValueAtTime: ramp,
      linearRampToValueAtTime: ramp,
      exponentialRampToValueAtTime: ramp,
    };
    return { gain, connect: (next: object) => next };
  }

  async close(): Promise<void> {
    this.state = 'closed';
    SilentAudio.closed += 1;
  }

  static closed = 0;
}

export const devices = new FakeDevices();
/** Things that have rung and have stopped. */
export const silenced = () => SilentAudio.closed;

const window = new EventTarget();

const page = {
  localStorage: new MemoryStorage(),
  sessionStorage: new MemoryStorage(),
  location: new URL('https://castmesh.example/'),
  addEventListener: window.addEventListener.bind(window),
  dispatchEvent: window.dispatchEvent.bind(window),
  AudioContext: SilentAudio,
  MediaStream: FakeStream,
  navigator: { onLine: true, languages: ['en'], mediaDevices: devices },
};
for (const [name, value] of Object.entries(page)) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** What waits for nothing but itself happens. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
