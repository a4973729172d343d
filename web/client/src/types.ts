import type { RoomWireEvents } from './rooms/room-types.js';

/** A signed-up person as everybody sees them. */
export interface User {
  id: string;
  nickname: string;
  /** URL path of the picture. */
  avatar: string;
}

/** The signed-in user as they see themselves. */
export interface Me extends User {
  /** Whether they may do what {@link CastmeshClient.admin} offers. */
  admin: boolean;
  /** Only while they are muted. */
  muted?: { reason?: string; until?: string };
}

/** A running live. */
export interface Live {
  liveId: string;
  title: string;
  presenter: User;
  /** ISO-8601. */
  startedAt: string;
  viewers: number;
  recorded: boolean;
}

/** Somebody in a live's audience. */
export interface Viewer {
  user: User;
  /** ISO-8601 moment of joining. */
  time: string;
}

/** Where a recording was made, as far as the presenter's address told. */
export interface Place {
  country?: string;
  region?: string;
  city?: string;
}

/** A recording that can be played. */
export interface Video {
  id: string;
  liveId: string;
  title: string;
  owner: User;
  /** ISO-8601 moment at which the recording began. */
  recordedAt: string;
  durationSeconds: number;
  location: Place | null;
  sizeBytes: number;
  /** URL path that serves the file with ranges; needs no header, so it fits `<video src>`. */
  contentUrl: string;
  /** URL path of a picture out of the video. */
  thumbnailUrl: string | null;
}

/** What to look for among the videos; every condition given must hold. */
export interface VideoQuery {
  /** ISO-8601: recorded at this moment or later. */
  from?: string;
  /** ISO-8601: recorded before this moment. */
  to?: string;
  /** Seconds. */
  minDuration?: number;
  /** Seconds. */
  maxDuration?: number;
  location?: string;
  /** The presenter's. */
  nickname?: string;
  /** Words of the title. */
  q?: string;
  /** Counted from 0. */
  page?: number;
  size?: number;
}

/** One page of a longer list. */
export interface Page<T> {
  items: T[];
  /** Counted from 0. */
  page: number;
  size: number;
  total: number;
}

/** What registering, signing in and refreshing answer. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** Seconds until the access token expires. */
  expiresIn: number;
  user: User;
}

/** How reachable somebody is. */
export type PresenceState = 'online' | 'busy' | 'offline';

/** Somebody with their reachability. */
export interface Presence extends User {
  state: PresenceState;
}

/** Why a live ended. A newer server may name further reasons. */
export type LiveEndReason =
  | 'stopped'
  | 'presenter_gone'
  | 'media_server_lost'
  | 'moderated'
  | 'failed'
  | 'session_lost'
  | (string & {});

/** Why a call ended. A newer server may name further reasons. */
export type CallEndReason =
  | 'hangup'
  | 'rejected'
  | 'cancelled'
  | 'timeout'
  | 'busy'
  | 'failed'
  | 'answered_elsewhere'
  | 'moderated'
  | 'session_lost'
  | (string & {});

/** How far the media of one peer connection has come, as the server sees it. */
export type ServerMediaState =
  | 'connecting'
  | 'connected'
  | 'flowing'
  | 'failed'
  | 'closed'
  /** The media server has gone; the session stands and wants a new offer. */
  | 'lost'
  | (string & {});

/** A media session that the server holds for this session. */
export interface MediaItem {
  mediaId: string;
  kind: 'presenter' | 'viewer' | 'call' | (string & {});
  liveId?: string;
  callId?: string;
  state: ServerMediaState;
}

/** A call that the server holds for this session. */
export interface CallItem {
  callId: string;
  state: 'ringing' | 'accepted' | (string & {});
  peer: User;
  /** Whether the other side has called. */
  incoming: boolean;
  video: boolean;
}

/** The events of the session protocol by their names on the wire. */
export interface ServerEvents extends RoomWireEvents {
  'live.started': { live: Live };
  'live.ended': { liveId: string; reason: LiveEndReason };
  'live.viewerJoined': { liveId: string; user: User; time: string; viewers: number };
  'live.viewerLeft': { liveId: string; user: User; time: string; viewers: number };
  'live.viewers': { liveId: string; viewers: number };
  'media.state': { mediaId: string; state: ServerMediaState };
  'media.candidate': { mediaId?: string; candidate: RTCIceCandidateInit };
  'call.incoming': { callId: string; from: User; video: boolean };
  'call.ringing': { callId: string };
  'call.accepted': { callId: string };
  'call.rejected': { callId: string; reason?: string };
  'call.ended': { callId: string; reason: CallEndReason };
  'presence.changed': { user: User; state: PresenceState; version?: number };
  'video.ready': { video: Video };
  'account.muted': { reason?: string; until?: string };
  'account.unmuted': Record<string, never>;
  'notice.posted': { text: string; level: 'info' | 'warning' | (string & {}); time: string };
  'session.kicked': { reason?: string };
  'session.banned': { reason?: string; until?: string };
  'session.replaced': Record<string, never>;
  'session.stale': Record<string, never>;
  'server.draining': { reconnectAfterMs?: number };
}
