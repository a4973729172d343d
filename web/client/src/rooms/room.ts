import { Emitter } from '../emitter.js';
import { isFailure } from '../errors.js';
import { whenSessionIsLost } from '../media/live-handles.js';
import type { LinkContext } from '../media/peer-link.js';
import { insisting, rereading, tellSurely } from '../session/rereading.js';
import { RoomLog } from './room-log.js';
import type {
  JoinedRoom,
  RoomEndReason,
  RoomLeaveReason,
  RoomPeer,
  RoomWireEvent,
  RoomWireEvents,
  SignalKind,
} from './room-types.js';

/** What a {@link Room} tells. */
export interface RoomEvents {
  peerJoined: RoomPeer;
  peerLeft: { peer: RoomPeer; reason: RoomLeaveReason };
  /** The peer id of the new host. */
  hostChanged: string;
  locked: boolean;
  signal: { from: string; kind: SignalKind; payload: unknown };
  /** `to` is set when it was sent to this peer alone. */
  data: { from: string; to?: string; topic: string; payload: unknown };
  /** Events were missed for good; who is there is right, data has to be asked for among peers. */
  incomplete: undefined;
  /** Told once, also after {@link Room.leave}. */
  ended: { reason: RoomEndReason };
}

/** A session that is away for longer has ended. */
const AWAY_MS = 60_000;
/** More than a room says while a question is answered; a bound against a server that never stops. */
const MAX_HELD = 1_024;

/**
 * A room in which this side is a peer.
 *
 * {@link peers} and {@link host} follow the room's events, each taken in once. When events may have
 * been missed, the room is entered again as the same peer with the number of the last event, and
 * what was missed is told in order.
 */
export class Room extends Emitter<RoomEvents> {
  readonly roomId: string;
  readonly name: string | undefined;
  readonly mode: string;
  /** The own peer id. */
  readonly self: string;

  readonly #context: LinkContext;
  readonly #password: string | undefined;
  readonly #log: RoomLog;
  readonly #offs: (() => void)[];
  readonly #peers = new Map<string, RoomPeer>();
  /** An event about somebody who has left may still be on its way. */
  readonly #left = new Set<string>();
  #host: string;
  #isLocked: boolean;
  #ended: RoomEndReason | undefined;
  /** What comes while the room is entered, to be told when somebody listens and in its order. */
  #held: RoomWireEvent[] | undefined = [];
  #turn = 0;

  readonly #isLatest: () => boolean;

  /**
   * Made by {@link Rooms}.
   *
   * @param isLatest - whether the room has not been entered again since
   */
  constructor(
    context: LinkContext,
    joined: JoinedRoom,
    password: string | undefined,
    isLatest: () => boolean,
  ) {
    super();
    this.#context = context;
    this.#isLatest = isLatest;
    this.#password = password;
    this.roomId = joined.roomId;
    this.name = joined.name ?? undefined;
    this.mode = joined.mode;
    this.self = joined.self;
    this.#host = joined.host;
    this.#isLocked = joined.locked;
    this.#log = new RoomLog(joined.seq);
    for (const peer of joined.peers) this.#peers.set(peer.id, peer);
    this.#offs = whenSessionIsLost(context, () => this.finish('session_lost'));
    // Whoever has asked for the room is given the time to listen.
    const mine = this.#turn;
    setTimeout(() => mine === this.#turn && this.#release());
  }

  /** The others, in the order in which they came. */
  get peers(): RoomPeer[] {
    return [...this.#peers.values()];
  }

  /** The host's peer id. */
  get host(): string {
    return this.#host;
  }

  get isHost(): boolean {
    return this.#host === this.self;
  }

  get isLocked(): boolean {
    return this.#isLocked;
  }

  /** Why it is over for this side, once it is. */
  get ended(): RoomEndReason | undefined {
    return this.#ended;
  }

  /**
   * Sends data to everybody else, or to one peer. When it resolves, nobody in the room misses it.
   *
   * @param payload - anything that JSON can carry
   */
  async send(topic: string, payload: unknown, to?: string): Promise<void> {
    const address = to === undefined ? {} : { to };
    await this.#tellRoom('room.data', { ...address, topic, payload, clientId: clientId() });
  }

  /**
   * Sends one peer what it needs to connect. Fails with PEER_NOT_FOUND once it has left.
   *
   * @param isWanted - if given, it is sent again as the same message, for a minute, while this says
   *   so and the failure is one that passes
   */
  async signal(
    to: string,
    kind: SignalKind,
    payload: unknown,
    isWanted?: () => boolean,
  ): Promise<void> {
    const message = { to, kind, payload, clientId: clientId() };
    const send = () => this.#tellRoom('room.signal', message);
    await (isWanted ? insisting(send, undefined, isWanted) : send());
  }

  /** Whether the server can be asked at the moment. */
  get isReachable(): boolean {
    return this.#context.session.state === 'connected';
  }

  /** Resolves when the server can be asked; fails when that takes longer than a session lasts. */
  whenReachable(): Promise<void> {
    return this.#context.session.whenConnected(AWAY_MS);
  }

  /** Lets nobody else in, or lets them in again; the host alone may. */
  async lock(locked = true): Promise<void> {
    await this.#ask('room.lock', { locked });
  }

  /** Sends a person away with all devices; the host alone may. */
  async kick(peer: string): Promise<void> {
    await this.#ask('room.kick', { peer });
  }

  /** Makes another peer the host; the host alone may. */
  async makeHost(peer: string): Promise<void> {
    await this.#ask('room.host', { peer });
  }

  /**
   * Leaves. This side is out at once; resolves when the server has heard it, to which it is told
   * until then.
   */
  async leave(): Promise<void> {
    if (this.#ended) return;
    const told = tellSurely(
      () => this.#ask('room.leave', {}),
      ['ROOM_NOT_FOUND', 'NOT_IN_ROOM'],
      this.#isLatest,
    );
    this.finish('left');
    await told;
  }

  /** Takes an event of this room in; for {@link Rooms}. */
  take(event: RoomWireEvent): void {
    if (this.#ended) return;
    if (this.#held) {
      if (this.#held.length < MAX_HELD) this.#held.push(event);
    } else if (this.#log.isNews(event.params.roomSeq)) {
      this.#tell(event);
    }
  }

  /** Enters again as the same peer and tells what was missed; for {@link Rooms}. Never rejects. */
  async returnTo(self: string): Promise<void> {
    // Somebody else by now: the server has let this peer go and knows nothing of its connections.
    if (self !== this.self) return this.finish('session_lost');
    const mine = ++this.#turn;
    this.#held ??= [];
    const isWanted = () => mine === this.#turn && !this.#ended;
    try {
      let after = this.#log.after;
      let lost = false;
      for (;;) {
        const joined = await rereading(isWanted, () => this.#enterAgain(after));
        if (!joined || !isWanted()) return;
        lost ||= joined.complete === false && !this.#log.hasAll(joined.forgotten ?? Infinity);
        // A page that does not lead on would be asked for without end.
        const isLast = !joined.more || joined.seq <= after;
        after = joined.seq;
        if (!this.#tellMissed(joined)) return;
        if (!isLast) continue;
        this.#correct(joined);
        if (lost || joined.more) this.emit('incomplete', undefined);
        return;
      }
    } finally {
      if (mine === this.#turn) this.#release();
    }
  }

  /** Marks it as over; for {@link Rooms}. */
  finish(reason: RoomEndReason): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#held = undefined;
    this.#offs.forEach((off) => off());
    this.emit('ended', { reason });
  }

  async #enterAgain(after: number): Promise<JoinedRoom | undefined> {
    const params = { roomId: this.roomId, after, ...this.#withPassword };
    try {
      return await this.#context.session.request<JoinedRoom>('room.join', params);
    } catch (error) {
      if (isFailure(error) && !error.retryable) this.finish('session_lost');
      throw error;
    }
  }

  get #withPassword(): object {
    return this.#password === undefined ? {} : { password: this.#password };
  }

  /**
   * Missed events come first, as they are better told than a difference of states.
   *
   * @returns whether this is still the same peer of the room
   */
  #tellMissed(joined: JoinedRoom): boolean {
    if (joined.self !== this.self) {
      void this.leave().catch(() => undefined);
      return false;
    }
    for (const event of joined.missed ?? []) {
      if (this.#log.isNews(event.params.roomSeq)) this.#tell(event);
    }
    return !this.#ended;
  }

  #correct(joined: JoinedRoom): void {
    this.#log.knowUpTo(joined.seq);
    const there = new Set(joined.peers.map((peer) => peer.id));
    for (const peer of this.peers) if (!there.has(peer.id)) this.#peerLeft(peer.id, 'gone');
    for (const peer of joined.peers) this.#peerJoined(peer);
    this.#hostChanged(joined.host);
    this.#locked(joined.locked);
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const event of held) this.take(event);
  }

  #tell({ method, params }: RoomWireEvent): void {
    switch (method) {
      case 'room.peerJoined':
        return this.#peerJoined((params as RoomWireEvents[typeof method]).peer);
      case 'room.peerLeft': {
        const { peer, reason } = params as RoomWireEvents[typeof method];
        return this.#peerLeft(peer, reason);
      }
      case 'room.hostChanged':
        return this.#hostChanged((params as RoomWireEvents[typeof method]).host);
      case 'room.locked':
        return this.#locked((params as RoomWireEvents[typeof method]).locked);
      case 'room.signal': {
        const { from, kind, payload } = params as RoomWireEvents[typeof method];
        return this.emit('signal', { from, kind, payload });
      }
      case 'room.data': {
        const { from, to, topic, payload } = params as RoomWireEvents[typeof method];
        return this.emit('data', { from, ...(to ? { to } : {}), topic, payload });
      }
      case 'room.closed':
        return this.finish((params as RoomWireEvents[typeof method]).reason);
    }
  }

  #peerJoined(peer: RoomPeer): void {
    if (peer.id === this.self || this.#peers.has(peer.id) || this.#left.has(peer.id)) return;
    this.#peers.set(peer.id, peer);
    this.emit('peerJoined', peer);
  }

  #peerLeft(id: string, reason: RoomLeaveReason): void {
    this.#left.add(id);
    if (this.#left.size > MAX_HELD) this.#left.delete(this.#left.values().next().value!);
    const peer = this.#peers.get(id);
    if (!peer) return;
    this.#peers.delete(id);
    this.emit('peerLeft', { peer, reason });
  }

  #hostChanged(host: string): void {
    if (host === this.#host) return;
    this.#host = host;
    this.emit('hostChanged', host);
  }

  #locked(locked: boolean): void {
    if (locked === this.#isLocked) return;
    this.#isLocked = locked;
    this.emit('locked', locked);
  }

  /** The own event does not come back: its number is known by the answer. */
  async #tellRoom(method: string, params: object): Promise<void> {
    const { roomSeq } = await this.#ask<{ roomSeq?: number }>(method, params);
    if (roomSeq !== undefined) this.#log.isNews(roomSeq);
  }

  #ask<T>(method: string, params: object): Promise<T> {
    return this.#context.session.request<T>(method, { roomId: this.roomId, ...params });
  }
}

/** The same for each attempt of one message, and for no other. */
function clientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
