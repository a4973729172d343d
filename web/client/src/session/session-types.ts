import type { BackoffOptions } from '../backoff.js';
import type { SocketFactory } from '../transport/rpc-socket.js';
import type { User } from '../types.js';
import type { InboxOptions } from './inbox.js';

/** Where a session stands. */
export type SessionState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'closed';

/** Why a session does not come back by itself. */
export type SessionEnd =
  | 'closed'
  | 'replaced'
  | 'unauthenticated'
  | 'forbidden'
  /** By an administrator: {@link Session.open} begins anew. */
  | 'kicked'
  /** By an administrator: nobody is let in until it is over. */
  | 'banned';

/** What an administrator said with a kick, a ban or a mute. */
export interface Verdict {
  reason?: string;
  /** ISO-8601; missing: for good, or a kick. */
  until?: string;
}

/** What a session tells about itself. */
export interface SessionEvents {
  /** `planned` says of a reconnection that the server has asked for it and nothing has failed. */
  state: { state: SessionState; end?: SessionEnd; verdict?: Verdict; planned: boolean };
  /** Authenticated on a new socket; `resumed` says that nothing was lost in between. */
  ready: { user: User; resumed: boolean };
  /**
   * Events were missed: read the state again. After `not-resumed` everything that the session held
   * is gone; after `taken-over` (another gateway carries the session on) and `events-lost` it
   * stands, and lives, calls, rooms and presence watched through this client correct themselves.
   */
  reset: { cause: 'not-resumed' | 'taken-over' | 'events-lost' };
}

/** What `session.authenticate` answers. */
export interface Welcome {
  sessionId: string;
  user: User;
  resumed: boolean;
  iceServers: RTCIceServer[];
  heartbeatSeconds: number;
  /** The largest message that the gateway takes; an older one does not say. */
  maxMessageBytes?: number;
}

/** How a {@link Session} is made. */
export interface SessionOptions {
  /** `ws://` or `wss://` address of the gateway's native WebSocket. */
  url: string;
  /**
   * Gives an access token. With `fresh` the last one was refused and another is wanted. Rejects
   * with a failure that is not retryable when there is none to be had.
   */
  token(fresh: boolean): Promise<string>;
  /** How long a request waits for its reply unless told otherwise, in milliseconds. */
  requestTimeoutMs?: number;
  /** How long opening and authenticating a socket may take together, in milliseconds. */
  connectTimeoutMs?: number;
  backoff?: BackoffOptions;
  inbox?: InboxOptions;
  socketFactory?: SocketFactory;
  /**
   * Names the trace of the next request as a `traceparent` (W3C Trace Context), for pages that trace
   * themselves; a fresh one for each request when left out.
   */
  traceparent?: () => string;
}
