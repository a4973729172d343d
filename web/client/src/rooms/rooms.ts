import { isUncertain } from '../errors.js';
import type { LinkContext } from '../media/peer-link.js';
import { Reconciliation } from '../session/reconciliation.js';
import { insisting } from '../session/rereading.js';
import { Room } from './room.js';
import type {
  JoinedRoom,
  JoinOptions,
  OfRoom,
  RoomItem,
  RoomWireEvent,
  RoomWireEvents,
} from './room-types.js';

/** More than happens in a room while one question is answered. */
const MAX_EARLY = 256;
const EVENTS: readonly (keyof RoomWireEvents)[] = [
  'room.peerJoined',
  'room.peerLeft',
  'room.hostChanged',
  'room.locked',
  'room.signal',
  'room.data',
  'room.closed',
];

/** Entering rooms, and the rooms one is in. */
export class Rooms {
  readonly #context: LinkContext;
  readonly #rooms = new Map<string, Room>();
  /** Said of rooms that nobody here knows yet: one of them may be the one that is being entered. */
  #early: RoomWireEvent[] = [];
  #joining = 0;
  /** How often a room was entered: what is still to be told of an earlier time is no longer true. */
  readonly #turns = new Map<string, number>();

  constructor(context: LinkContext) {
    this.#context = context;
    const { session } = context;
    for (const method of EVENTS) {
      session.events.on(method, (params: OfRoom) =>
        this.#take({ method, params } as RoomWireEvent),
      );
    }
    new Reconciliation<RoomItem>(session, {
      method: 'room.list',
      idOf: (item) => item.roomId,
      known: () => [...this.#rooms.keys()],
      found: (item) => void this.#rooms.get(item.roomId)?.returnTo(item.self),
      missing: (roomId) => this.#rooms.get(roomId)?.finish('session_lost'),
    });
  }

  /** The rooms this side is in. */
  get active(): Room[] {
    return [...this.#rooms.values()];
  }

  /**
   * Enters a room, or makes one. A session is in a room once: joining again gives the same room.
   *
   * @throws CastmeshError ROOM_NOT_FOUND, ROOM_FULL, ROOM_LOCKED, ROOM_PASSWORD
   */
  async join(options: JoinOptions = {}): Promise<Room> {
    const known = options.roomId === undefined ? undefined : this.#rooms.get(options.roomId);
    if (known) return known;
    this.#joining += 1;
    const { session } = this.#context;
    const { roomId } = options;
    const isLatest = roomId === undefined ? undefined : this.#enters(roomId);
    try {
      const joined = await session.request<JoinedRoom>('room.join', { ...options });
      const meanwhile = this.#rooms.get(joined.roomId);
      if (meanwhile) return meanwhile;
      const stays = isLatest ?? this.#enters(joined.roomId);
      return this.#keep(new Room(this.#context, joined, options.password, stays));
    } catch (error) {
      if (isLatest && isUncertain(error)) {
        // It may have worked: nobody is to stand in a room without knowing it.
        const leave = () => session.request('room.leave', { roomId });
        insisting(leave, undefined, isLatest).catch(() => undefined);
      }
      throw error;
    } finally {
      this.#joining -= 1;
      if (this.#joining === 0) this.#early = [];
    }
  }

  /** @returns whether that is still the last time */
  #enters(roomId: string): () => boolean {
    const turn = (this.#turns.get(roomId) ?? 0) + 1;
    this.#turns.set(roomId, turn);
    return () => this.#turns.get(roomId) === turn;
  }

  #keep(room: Room): Room {
    this.#rooms.set(room.roomId, room);
    room.on('ended', () => {
      if (this.#rooms.get(room.roomId) === room) this.#rooms.delete(room.roomId);
    });
    for (const event of this.#early) if (event.params.roomId === room.roomId) room.take(event);
    return room;
  }

  #take(event: RoomWireEvent): void {
    const room = this.#rooms.get(event.params.roomId);
    if (room) room.take(event);
    else if (this.#joining > 0 && this.#early.length < MAX_EARLY) this.#early.push(event);
  }
}
