import { type Socket, createSocket } from 'node:dgram';
import { once } from 'node:events';

/** What a network does to each datagram of one direction. */
export interface Conditions {
  /** Share of datagrams that vanish, 0 to 1. */
  loss: number;
  /** One way. */
  delayMs: number;
  /** Up to so much more for a share of datagrams, which then arrive behind later ones. */
  reorderMs: number;
  /** Bits per second; what comes faster waits in a queue, and is lost when that is full. */
  bandwidth: number;
}

export const PERFECT: Conditions = {
  loss: 0,
  delayMs: 0,
  reorderMs: 0,
  bandwidth: Number.POSITIVE_INFINITY,
};

const REORDERED = 0.02;
/** Of a router at the edge, as time: longer than that nothing waits. */
const QUEUE_MS = 300;

/** The same chances in every run (mulberry32). */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Direction {
  readonly #chance: () => number;
  #busyUntil = 0;
  conditions = PERFECT;
  passed = 0;
  lost = 0;

  constructor(seed: number) {
    this.#chance = chances(seed);
  }

  take(size: number, deliver: () => void): void {
    const { loss, delayMs, reorderMs, bandwidth } = this.conditions;
    const now = performance.now();
    const begin = Math.max(now, this.#busyUntil);
    if (this.#chance() < loss || begin - now > QUEUE_MS) {
      this.lost++;
      return;
    }
    this.#busyUntil = begin + (size * 8_000) / bandwidth;
    const late = this.#chance() < REORDERED ? this.#chance() * reorderMs : 0;
    const wait = this.#busyUntil - now + delayMs + late;
    this.passed++;
    if (wait < 0.5) deliver();
    else setTimeout(deliver, wait);
  }
}

/**
 * A UDP relay between one browser and one media server that loses, delays, reorders and holds back
 * what goes through it, each direction by itself.
 */
export class PoorNetwork {
  readonly #front: Socket;
  readonly #back: Socket;
  readonly toServer = new Direction(1);
  readonly toBrowser = new Direction(2);
  #browser: { address: string; port: number } | undefined;
  #server: { address: string; port: number } | undefined;
  #closed = false;

  private constructor(front: Socket, back: Socket) {
    this.#front = front;
    this.#back = back;
    front.on('message', (data, { address, port }) => {
      this.#browser = { address, port };
      this.toServer.take(data.length, () => this.#send(back, data, this.#server));
    });
    back.on('message', (data) => {
      this.toBrowser.take(data.length, () => this.#send(front, data, this.#browser));
    });
  }

  static async open(): Promise<PoorNetwork> {
    const sockets = [createSocket('udp4'), createSocket('udp4')] as const;
    for (const socket of sockets) {
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
      socket.setRecvBufferSize(1 << 20);
    }
    return new PoorNetwork(...sockets);
  }

  #send(socket: Socket, data: Buffer, to: { address: string; port: number } | undefined): void {
    if (to && !this.#closed) socket.send(data, to.port, to.address);
  }

  /** Makes a server's candidate, or every one of its answer, lead through here. */
  redirect(sdp: string): string {
    const lines = sdp.split('\r\n');
    return lines
      .map((line) => this.candidate(line))
      .filter((line) => line !== undefined)
      .join('\r\n');
  }

  /** The line itself when it is no candidate; nothing for one that the relay does not serve. */
  candidate(line: string): string | undefined {
    if (!/^(a=)?candidate:/.test(line)) return line;
    const words = line.split(' ');
    const [, , protocol, , address, port] = words;
    if (protocol?.toLowerCase() !== 'udp' || !address?.includes('.')) return undefined;
    this.#server ??= { address, port: Number(port) };
    if (this.#server.port !== Number(port)) return undefined;
    words[4] = '127.0.0.1';
    words[5] = String(this.#front.address().port);
    return words.join(' ');
  }

  /** The same for both directions from now on. */
  set(conditions: Partial<Conditions>): void {
    this.toServer.conditions = { ...PERFECT, ...conditions };
    this.toBrowser.conditions = { ...PERFECT, ...conditions };
  }

  close(): void {
    this.#closed = true;
    this.#front.close();
    this.#back.close();
  }
}
