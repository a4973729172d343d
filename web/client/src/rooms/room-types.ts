/** Somebody in a room, with one device. */
export interface RoomPeer {
  /** Given by the room; it ends with the membership. */
  id: string;
  userId: string;
  nickname: string;
  avatar: string;
  /** ISO-8601. */
  joinedAt: string;
}

/** What peers send each other to connect. */
export type SignalKind = 'offer' | 'answer' | 'candidate';

/** Why a peer is no longer there. A newer server may name further reasons. */
export type RoomLeaveReason = 'left' | 'gone' | 'kicked' | 'moderated' | (string & {});

/** Why a room is over for this side. A newer server may name further reasons. */
export type RoomEndReason = 'left' | 'kicked' | 'moderated' | 'session_lost' | (string & {});

/** The events of rooms on the wire; `roomSeq` is the room's own number. */
export interface RoomWireEvents {
  'room.peerJoined': OfRoom & { peer: RoomPeer };
  'room.peerLeft': OfRoom & { peer: string; reason: RoomLeaveReason };
  'room.hostChanged': OfRoom & { host: string };
  'room.locked': OfRoom & { locked: boolean };
  'room.signal': OfRoom & { from: string; kind: SignalKind; payload: unknown };
  'room.data': OfRoom & { from: string; to?: string; topic: string; payload: unknown };
  'room.closed': OfRoom & { reason: RoomEndReason };
}

/** What every event of a room carries. */
export interface OfRoom {
  roomId: string;
  roomSeq: number;
}

/** One event by its name. */
export interface RoomWireEvent {
  method: keyof RoomWireEvents;
  params: RoomWireEvents[keyof RoomWireEvents];
}

/** What `room.join` answers. */
export interface JoinedRoom {
  roomId: string;
  name?: string | null;
  mode: string;
  /** The own peer id. */
  self: string;
  host: string;
  locked: boolean;
  /** The others, in the order in which they came. */
  peers: RoomPeer[];
  /** The number of the last event that is in this answer. */
  seq: number;
  /** Events after the one that was named, in order, at most a page of them. */
  missed?: RoomWireEvent[];
  /** Whether there are further ones, after `seq`. */
  more?: boolean;
  /** False when some of those are forgotten already. */
  complete?: boolean;
  /** The number of the last event that is forgotten. */
  forgotten?: number;
}

/** A room in which this session is, as `room.list` tells. */
export interface RoomItem {
  roomId: string;
  self: string;
}

/** How a room is entered. */
export interface JoinOptions {
  /** A room's number; left out, the server makes a room. */
  roomId?: string;
  /** Of the room, if this makes it. */
  name?: string;
  /** Of the room, if this makes it, or for it. */
  password?: string;
}

/** A room, seen from outside. */
export interface RoomInfo {
  roomId: string;
  name: string;
  mode: string;
  locked: boolean;
  /** Whether one is needed to enter. */
  password: boolean;
  /** How many are in it. */
  peers: number;
  /** ISO-8601. */
  createdAt: string;
}
