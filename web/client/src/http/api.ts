import { Emitter } from '../emitter.js';
import { isFailure, isUncertain } from '../errors.js';
import type { RoomInfo } from '../rooms/room-types.js';
import type { Live, Me, Page, Tokens, User, Video, VideoQuery, Viewer } from '../types.js';
import type { Http } from './http.js';
import { stored, type TokenStore } from './token-store.js';

/** Signing up, in and out. */
export class AuthApi {
  readonly #http: Http;
  readonly #tokens: TokenStore;

  constructor(http: Http, tokens: TokenStore) {
    this.#http = http;
    this.#tokens = tokens;
  }

  /** Who is signed in according to the token store; the server was not asked. */
  get user(): User | undefined {
    return this.#tokens.load()?.user;
  }

  /**
   * Signs up and in. Asked for once more where the answer got lost: nobody is told that the name
   * which they have just got is taken. Fails with NICKNAME_TAKEN or INVALID_REQUEST.
   */
  async register(nickname: string, password: string): Promise<User> {
    const credentials = { nickname, password };
    try {
      return await this.#signIn('/auth/register', credentials);
    } catch (error) {
      if (!isUncertain(error)) throw error;
    }
    try {
      return await this.#signIn('/auth/register', credentials);
    } catch (error) {
      if (!isFailure(error, 'NICKNAME_TAKEN')) throw error;
      return await this.#signIn('/auth/login', credentials).catch((refused: unknown) => {
        throw isFailure(refused, 'BAD_CREDENTIALS') ? error : refused;
      });
    }
  }

  /** Asked for once more where the answer got lost. Fails with BAD_CREDENTIALS. */
  async login(nickname: string, password: string): Promise<User> {
    const signIn = () => this.#signIn('/auth/login', { nickname, password });
    return signIn().catch((error: unknown) => {
      if (!isUncertain(error)) throw error;
      return signIn();
    });
  }

  /**
   * Signs in without an account of one's own; it is gone some time after the sign-in is over. Fails
   * with NICKNAME_TAKEN or INVALID_REQUEST.
   *
   * @param nickname - the server makes one up when left out
   */
  guest(nickname?: string): Promise<User> {
    return this.#signIn('/auth/guest', nickname === undefined ? {} : { nickname });
  }

  /** Revokes the tokens on the server and forgets them here, even when the server is away. */
  async logout(): Promise<void> {
    const tokens = this.#tokens.load();
    // At once: who signs in next is not to be signed out when the server answers.
    this.#tokens.clear();
    if (tokens) await this.#http.revoke(tokens);
  }

  /** The signed-in user as the server knows them. */
  me(): Promise<Me> {
    return this.#http.authorized({ method: 'GET', path: '/me' });
  }

  async #signIn(path: string, body: object): Promise<User> {
    const tokens = await this.#http.open<Tokens>({ method: 'POST', path, body });
    this.#tokens.save(stored(tokens, Date.now()));
    return tokens.user;
  }
}

/** What {@link LivesApi} tells. */
export interface LivesEvents {
  /** The whole list was read; after events were missed, that happens by itself. */
  listed: Live[];
}

/** The running lives. */
export class LivesApi extends Emitter<LivesEvents> {
  readonly #http: Http;

  constructor(http: Http) {
    super();
    this.#http = http;
  }

  /** Every running live. */
  async list(): Promise<Live[]> {
    const { items } = await this.#http.authorized<{ items: Live[] }>({
      method: 'GET',
      path: '/lives',
    });
    this.emit('listed', items);
    return items;
  }

  /** Fails with LIVE_NOT_FOUND once it is over. */
  get(liveId: string): Promise<Live> {
    return this.#http.authorized({ method: 'GET', path: `/lives/${encodeURIComponent(liveId)}` });
  }

  /** The audience; the presenter alone may ask. */
  viewers(liveId: string): Promise<{ viewers: number; items: Viewer[] }> {
    const path = `/lives/${encodeURIComponent(liveId)}/viewers`;
    return this.#http.authorized({ method: 'GET', path });
  }
}

/** The recordings. */
export class VideosApi {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** One page of the videos that match, newest first. */
  list(query: VideoQuery = {}): Promise<Page<Video>> {
    return this.#http.authorized({ method: 'GET', path: '/videos', query: { ...query } });
  }

  /** Fails with VIDEO_NOT_FOUND. */
  get(id: string): Promise<Video> {
    return this.#http.authorized({ method: 'GET', path: path(id) });
  }

  /** Renames; the owner alone may. */
  async rename(id: string, title: string): Promise<void> {
    await this.#http.authorized({ method: 'PATCH', path: path(id), body: { title } });
  }

  /** Deletes with its file; the owner alone may. */
  async remove(id: string): Promise<void> {
    await this.#http.authorized({ method: 'DELETE', path: path(id) });
  }
}

/** The rooms a person has made, or is in; entering them goes by the client's `rooms`. */
export class RoomsApi {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Those one has made, or is in with any device. */
  async list(): Promise<RoomInfo[]> {
    const { items } = await this.#http.authorized<{ items: RoomInfo[] }>({
      method: 'GET',
      path: '/rooms',
    });
    return items;
  }

  /** Makes a room that waits for its first peer. */
  create(options: { name?: string; password?: string } = {}): Promise<RoomInfo> {
    return this.#http.authorized({ method: 'POST', path: '/rooms', body: options });
  }
}

function path(id: string): string {
  return `/videos/${encodeURIComponent(id)}`;
}
