import { Calls } from './calls/calls.js';
import { AuthApi, LivesApi, RoomsApi, VideosApi } from './http/api.js';
import { AdminApi } from './http/admin-api.js';
import { Http } from './http/http.js';
import { MemoryTokenStore, type TokenStore } from './http/token-store.js';
import type { LiveHandle, ViewHandle } from './media/live-handles.js';
import { MediaHub } from './media/media-hub.js';
import { publish, view, type PublishOptions } from './media/media.js';
import type { LinkContext } from './media/peer-link.js';
import { rereading } from './session/rereading.js';
import { Mesh } from './rooms/mesh.js';
import type { Room } from './rooms/room.js';
import { Rooms } from './rooms/rooms.js';
import { PresenceWatch } from './session/presence.js';
import type { SessionOptions } from './session/session-types.js';
import { Session } from './session/session.js';

/** How a {@link CastmeshClient} is made; in a page served by the gateway nothing is needed. */
export interface ClientOptions extends Partial<
  Pick<
    SessionOptions,
    'backoff' | 'inbox' | 'socketFactory' | 'requestTimeoutMs' | 'connectTimeoutMs' | 'traceparent'
  >
> {
  /** Origin of the gateway, such as `https://live.example.org`; the page's own when left out. */
  baseUrl?: string;
  /** Where tokens are kept; in memory when left out. */
  tokens?: TokenStore;
  /** Told when the account can no longer be used and somebody has to sign in again. */
  onSignedOut?: () => void;
  fetch?: typeof fetch;
}

/** ICE servers told longer ago are asked for again: their credentials expire. */
const ICE_SERVERS_FRESH_MS = 5 * 60_000;

/**
 * Everything a page does with castmesh.
 *
 * @example
 * ```ts
 * const client = new CastmeshClient();
 * await client.auth.login('ann', 'secret');
 * client.connect();
 * const live = await client.publish(await openCamera(), { title: 'Hello' });
 * video.srcObject = live.preview;
 * ```
 */
export class CastmeshClient {
  /** Signing up, in and out. */
  readonly auth: AuthApi;
  readonly lives: LivesApi;
  readonly videos: VideosApi;
  /** For administrators alone; everybody else gets FORBIDDEN. */
  readonly admin: AdminApi;
  /** Rooms seen from outside; {@link rooms} is for those inside. */
  readonly roomList: RoomsApi;
  /** The conversation with the server and its events. */
  readonly session: Session;
  readonly presence: PresenceWatch;
  readonly calls: Calls;
  readonly rooms: Rooms;

  readonly #http: Http;
  readonly #context: LinkContext;

  constructor(options: ClientOptions = {}) {
    const baseUrl = (options.baseUrl ?? '').replace(/\/$/, '');
    const tokens = options.tokens ?? new MemoryTokenStore();
    this.#http = new Http({
      baseUrl,
      tokens,
      fetch: options.fetch,
      onSignedOut: options.onSignedOut,
      traceparent: options.traceparent,
    });
    this.auth = new AuthApi(this.#http, tokens);
    this.lives = new LivesApi(this.#http);
    this.videos = new VideosApi(this.#http);
    this.roomList = new RoomsApi(this.#http);
    this.admin = new AdminApi(this.#http);
    this.session = new Session({
      ...options,
      url: socketUrl(baseUrl || location.origin),
      token: (fresh) => this.#http.accessToken(fresh),
    });
    this.presence = new PresenceWatch(this.session);
    this.#context = {
      session: this.session,
      hub: new MediaHub(this.session),
      lives: this.lives,
      iceServers: () => this.#iceServers(),
    };
    this.calls = new Calls(this.#context);
    this.rooms = new Rooms(this.#context);
    let readings = 0;
    this.session.on('reset', () => {
      const mine = ++readings;
      const isWanted = () => mine === readings && this.session.state !== 'closed';
      void rereading(isWanted, () => this.lives.list());
    });
  }

  /** Opens the session; from then on it looks after itself. See {@link Session.on} `state`. */
  connect(): void {
    this.session.open();
  }

  /** Leaves: the server releases at once what this session holds. */
  disconnect(): void {
    this.session.close();
  }

  /** Goes live. See {@link publish} for the failures. */
  publish(stream: MediaStream, options: PublishOptions = {}): Promise<LiveHandle> {
    return publish(this.#context, stream, options);
  }

  /** Watches a live. Fails with LIVE_NOT_FOUND once it is over. */
  view(liveId: string): Promise<ViewHandle> {
    return view(this.#context, liveId);
  }

  /**
   * Connects to every peer of a room directly, and shows them the own stream.
   *
   * @param local - may be left out by who only watches; whoever opened it stops it
   */
  mesh(room: Room, local?: MediaStream): Mesh {
    return new Mesh(room, { local, iceServers: () => this.#iceServers() });
  }

  async #iceServers(): Promise<RTCIceServer[]> {
    const { servers, at } = this.session.iceServers;
    if (Date.now() - at < ICE_SERVERS_FRESH_MS) return servers;
    try {
      const answer = await this.#http.authorized<{ iceServers: RTCIceServer[] }>({
        method: 'GET',
        path: '/ice-servers',
      });
      return answer.iceServers ?? servers;
    } catch {
      // Old servers are better than none: on most networks STUN is all that is needed.
      return servers;
    }
  }
}

function socketUrl(origin: string): string {
  return `${origin.replace(/^http/, 'ws')}/ws`;
}
