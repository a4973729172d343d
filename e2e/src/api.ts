import { randomUUID } from 'node:crypto';

export interface User {
  id: string;
  nickname: string;
  avatar: string;
}

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
  user: User;
}

export interface Video {
  id: string;
  liveId: string;
  title: string;
  owner: User;
  recordedAt: string;
  durationSeconds: number;
  sizeBytes: number;
  contentUrl: string;
  thumbnailUrl: string;
}

export interface Problem {
  status: number;
  name: string;
  code: number;
  details?: string;
}

export const PASSWORD = 'correct horse';

/** A nickname that nobody else has. */
export function nickname(stem: string): string {
  return `${stem}-${randomUUID().slice(0, 8)}`;
}

/** The HTTP interface, as any program would use it. */
export class Api {
  readonly base: string;

  constructor(base: string) {
    this.base = base;
  }

  async register(name: string, password = PASSWORD): Promise<Tokens> {
    return this.#json(await this.post('/auth/register', { nickname: name, password }));
  }

  async videos(query: Record<string, string> = {}): Promise<{ items: Video[]; total: number }> {
    return this.#json(await this.get(`/videos?${new URLSearchParams(query)}`));
  }

  async lives(): Promise<{ items: { liveId: string; title: string; viewers: number }[] }> {
    return this.#json(await this.get('/lives'));
  }

  get(path: string, token?: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send('GET', path, undefined, token, headers);
  }

  post(path: string, body?: unknown, token?: string): Promise<Response> {
    return this.#send('POST', path, body, token);
  }

  patch(path: string, body: unknown, token?: string): Promise<Response> {
    return this.#send('PATCH', path, body, token);
  }

  delete(path: string, token?: string): Promise<Response> {
    return this.#send('DELETE', path, undefined, token);
  }

  async #json<T>(response: Response): Promise<T> {
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }

  #send(
    method: string,
    path: string,
    body: unknown,
    token?: string,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(`${this.base}/api/v1${path}`, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }
}

/** The problem document of a refused request (RFC 9457). */
export async function problem(response: Response): Promise<Problem> {
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('application/problem+json')) {
    throw new Error(`not a problem: ${response.status} ${type} ${await response.text()}`);
  }
  return (await response.json()) as Problem;
}
