import type { Live, Page, Video, VideoQuery } from '../types.js';
import type {
  AdminAction,
  AdminCall,
  AdminPerson,
  AdminRoom,
  HistoryPoint,
  MeshView,
  PeopleShown,
  SanctionOptions,
} from './admin-types.js';
import type { Http } from './http.js';

/** What administrators see and do. Everybody else gets FORBIDDEN. */
export class AdminApi {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** `q` is a part of the nickname of who is online; of all others its beginning. */
  people(
    query: { show?: PeopleShown; q?: string; page?: number; size?: number } = {},
  ): Promise<Page<AdminPerson> & { complete: boolean }> {
    return this.#get('/people', query);
  }

  /** Ends all sessions of a person, who may come again. Fails with OWN_ACCOUNT. */
  kick(userId: string, reason?: string): Promise<void> {
    return this.#send('POST', `/people/${userId}/kick`, { reason });
  }

  /** Lets a person watch, but not be seen, heard or read. Fails with OWN_ACCOUNT. */
  mute(userId: string, options: SanctionOptions = {}): Promise<void> {
    return this.#send('PUT', `/people/${userId}/mute`, options);
  }

  unmute(userId: string): Promise<void> {
    return this.#send('DELETE', `/people/${userId}/mute`);
  }

  /** Ends all sessions of a person and lets them in no more. Fails with OWN_ACCOUNT. */
  ban(userId: string, options: SanctionOptions = {}): Promise<void> {
    return this.#send('PUT', `/people/${userId}/ban`, options);
  }

  unban(userId: string): Promise<void> {
    return this.#send('DELETE', `/people/${userId}/ban`);
  }

  async lives(): Promise<Live[]> {
    return (await this.#get<{ items: Live[] }>('/lives')).items;
  }

  endLive(liveId: string, reason?: string): Promise<void> {
    return this.#send('POST', `/lives/${liveId}/end`, { reason });
  }

  rooms(query: { page?: number; size?: number } = {}): Promise<Page<AdminRoom>> {
    return this.#get('/rooms', query);
  }

  endRoom(roomId: string, reason?: string): Promise<void> {
    return this.#send('POST', `/rooms/${roomId}/end`, { reason });
  }

  calls(): Promise<{ items: AdminCall[]; total: number }> {
    return this.#get('/calls');
  }

  endCall(callId: string, reason?: string): Promise<void> {
    return this.#send('POST', `/calls/${callId}/end`, { reason });
  }

  videos(query: VideoQuery = {}): Promise<Page<Video>> {
    return this.#get('/videos', { ...query });
  }

  deleteVideo(id: string): Promise<void> {
    return this.#send('DELETE', `/videos/${id}`);
  }

  /** Shows a notice to everybody who is online. */
  broadcast(text: string, level: 'info' | 'warning' = 'info'): Promise<void> {
    return this.#send('POST', '/broadcast', { text, level });
  }

  mesh(): Promise<MeshView> {
    return this.#get('/mesh');
  }

  /** Has a process hand over what it holds and end. Fails with NODE_ALONE. */
  drainNode(node: string): Promise<void> {
    return this.#send('POST', `/nodes/${node}/drain`);
  }

  /** Takes a media server out of use, or into use again. */
  drainMediaServer(url: string, draining: boolean): Promise<void> {
    return this.#send('POST', '/media-servers/drain', { url, draining });
  }

  /** The last hour, the oldest first. */
  history(): Promise<{ everySeconds: number; items: HistoryPoint[] }> {
    return this.#get('/history');
  }

  /** The newest first. */
  actions(
    query: { before?: number; size?: number } = {},
  ): Promise<{ items: AdminAction[]; more: boolean }> {
    return this.#get('/actions', query);
  }

  #get<T>(path: string, query?: Record<string, string | number | undefined>): Promise<T> {
    return this.#http.authorized({ method: 'GET', path: `/admin${path}`, query });
  }

  async #send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<void> {
    await this.#http.authorized({ method, path: `/admin${path}`, body });
  }
}
