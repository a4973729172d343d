import type { PresenceState, User } from '../types.js';
import type { RoomInfo } from '../rooms/room-types.js';

/** A mute or a ban that holds. */
export interface Restriction {
  reason?: string;
  /** An administrator's nickname. */
  by: string;
  /** ISO-8601. */
  since: string;
  /** ISO-8601; missing: for good. */
  until?: string;
}

/** Somebody as administrators see them. */
export interface AdminPerson {
  user: User;
  state: PresenceState;
  /** How many devices are there. */
  sessions: number;
  guest: boolean;
  admin: boolean;
  mute?: Restriction;
  ban?: Restriction;
}

/** Whom to list. */
export type PeopleShown = 'online' | 'all' | 'sanctioned';

/** A room and who is in it. */
export interface AdminRoom {
  room: RoomInfo;
  host?: User;
  people: User[];
}

/** A call that goes on. */
export interface AdminCall {
  callId: string;
  state: 'ringing' | 'accepted';
  caller: User;
  callee: User;
  video: boolean;
  startedAt: string;
  answeredAt?: string;
}

/** How much a process has to do. */
export interface NodeLoad {
  sessions: number;
  lives: number;
  viewers: number;
  calls: number;
  requestsPerSecond: number;
  /** Of all processors of its machine, 0 to 1; below 0: not known. */
  cpu: number;
  /** Bytes. */
  heapUsed: number;
  heapMax: number;
}

/** A process of the mesh. */
export interface MeshNode {
  node: string;
  service: string;
  version: string;
  startedAt: string;
  state: 'running' | 'draining' | (string & {});
  load?: NodeLoad;
}

/** A media server. */
export interface MediaServer {
  url: string;
  up: boolean;
  draining: boolean;
  sessions: number;
}

/** The mesh as one of its gateways sees it. */
export interface MeshView {
  /** The node that answers. */
  self: string;
  /** False: everything is one process, which nobody may drain. */
  drainable: boolean;
  nodes: MeshNode[];
  mediaServers: MediaServer[];
}

/** The mesh at one moment. */
export interface HistoryPoint {
  time: string;
  nodes: number;
  sessions: number;
  lives: number;
  viewers: number;
  calls: number;
  requestsPerSecond: number;
  cpu: number;
  /** Bytes, of all nodes. */
  heap: number;
}

/** Something that an administrator did. */
export interface AdminAction {
  id: number;
  time: string;
  admin: string;
  action: string;
  target: string;
  targetName: string;
  details?: string;
  /** `done`, or the name of the failure; missing: not known. */
  outcome?: string;
}

/** How long, and why. */
export interface SanctionOptions {
  /** Told to the person. */
  reason?: string;
  /** Missing: for good. */
  seconds?: number;
}
