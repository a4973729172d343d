export { CastmeshClient, type ClientOptions } from './client.js';
export {
  CastmeshError,
  FAILURE_CODES,
  isFailure,
  isUncertain,
  type FailureName,
} from './errors.js';
export { Emitter, type Listener } from './emitter.js';
export {
  MemoryTokenStore,
  stored,
  type StoredTokens,
  type TokenStore,
} from './http/token-store.js';
export { AuthApi, LivesApi, RoomsApi, VideosApi, type LivesEvents } from './http/api.js';
export { AdminApi } from './http/admin-api.js';
export type * from './http/admin-types.js';
export { Session } from './session/session.js';
export type { SessionEnd, SessionEvents, SessionState, Verdict } from './session/session-types.js';
export { PresenceWatch, type PresenceEvents, type PresenceWish } from './session/presence.js';
export {
  LiveHandle,
  ViewHandle,
  type LiveHandleEvents,
  type ViewHandleEvents,
} from './media/live-handles.js';
export type { MediaKind } from './media/local-tracks.js';
export type { PublishOptions } from './media/media.js';
export type { LinkState } from './media/peer-link.js';
export type { DirectionStats, MediaStats, ReceivedStats, SentStats } from './media/stats.js';
export { openCamera, openScreen, stopStream, type CameraOptions } from './media/capture.js';
export { Call, type CallEvents, type CallPeer, type CallState } from './calls/call.js';
export { Calls, type CallsEvents } from './calls/calls.js';
export { Room, type RoomEvents } from './rooms/room.js';
export { Rooms } from './rooms/rooms.js';
export { Mesh, type MeshEvents, type MeshOptions } from './rooms/mesh.js';
export type { MeshPatience } from './rooms/mesh-link.js';
export type {
  JoinOptions,
  RoomEndReason,
  RoomInfo,
  RoomLeaveReason,
  RoomPeer,
  SignalKind,
} from './rooms/room-types.js';
export type * from './types.js';
