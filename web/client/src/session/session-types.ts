import type { BackoffOptions } from '../backoff.js';
import type { SocketFactory } from '../transport/rpc-socket.js';
import type { User } from '../types.js';
import type { InboxOptions } from './inbox.js';

/** Where a session stands. */
export type SessionState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'closed';

/** Why a session does not come back by itself. */
export type SessionEnd = 'closed' | 'replaced' | 'unauthenticated' | 'forbidden';

/** What a session tells about itself. */
export interface SessionEvents {
  state: { state: SessionState; end?: SessionEnd };
  /** Authenticated on a new socket; `resumed` says that nothing was lost in between. */
  ready: { user: User; resumed: boolean };
  /** What was held on the server is gone: read the state again, publish and view anew. */
  reset: { cause: 'not-resumed' | 'events-lost' };
}

/** What `session.authenticate` answers. */
export interface Welcome {
  sessionId: string;
  user: User;
  resumed: boolean;
  iceServers: RTCIceServer[];
  heartbeatSeconds: number;
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
}
