import { CastmeshError, fromProblem, isFailure } from '../errors.js';
import { pause } from '../session/rereading.js';
import { freshTraceparent, traceId } from '../transport/traceparent.js';
import type { Tokens } from '../types.js';
import { exclusively } from './taking-turns.js';
import { stored, type StoredTokens, type TokenStore } from './token-store.js';

/** How an {@link Http} is made. */
export interface HttpOptions {
  /** Origin of the gateway without a slash at the end; empty for the page's own. */
  baseUrl: string;
  tokens: TokenStore;
  /** How long a call may take, in milliseconds. */
  timeoutMs?: number;
  fetch?: typeof fetch;
  /** Told when the account is no longer usable: refresh was refused. */
  onSignedOut?: () => void;
  /** Names the trace of each request; a fresh one when left out. */
  traceparent?: () => string;
}

/** An access token this close to its end is not sent any more; clocks differ and calls take time. */
const EARLY_MS = 15_000;

/**
 * Between the attempts of a read: a gateway that has just gone is noticed by whatever stands before
 * the others within a second or two. In milliseconds.
 */
const READ_AGAIN_AFTER_MS: readonly number[] = [300, 1_500];

interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: object;
  query?: Record<string, string | number | undefined>;
}

/**
 * REST calls with deadlines, typed failures and access tokens that renew themselves.
 *
 * Refresh tokens rotate: each may be used once. So all that need a new token wait for one refresh,
 * and tabs that share a {@link TokenStore} take turns.
 */
export class Http {
  readonly #options: HttpOptions;
  #refreshing: Promise<StoredTokens> | undefined;

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  /** Calls without an account. */
  open<T>(call: Call): Promise<T> {
    return this.#send<T>(call, undefined);
  }

  /** Calls in the name of the signed-in user; a refused token is renewed once. */
  async authorized<T>(call: Call): Promise<T> {
    const token = await this.accessToken(false);
    try {
      return await this.#send<T>(call, token);
    } catch (error) {
      if (!isFailure(error) || error.status !== 401) throw error;
      return this.#send<T>(call, await this.accessToken(true, token));
    }
  }

  /**
   * An access token that is good for a while.
   *
   * @param fresh - whether the last one was refused
   * @param refused - the token that was refused, if known: another one is not refreshed again
   */
  async accessToken(fresh: boolean, refused?: string): Promise<string> {
    const tokens = this.#options.tokens.load();
    if (!tokens) throw notSignedIn();
    const isRefused = fresh && (refused === undefined || refused === tokens.accessToken);
    if (!isRefused && tokens.expiresAt - EARLY_MS > Date.now()) return tokens.accessToken;
    this.#refreshing ??= this.#refresh(tokens.accessToken).finally(() => {
      this.#refreshing = undefined;
    });
    return (await this.#refreshing).accessToken;
  }

  async #refresh(old: string): Promise<StoredTokens> {
    return exclusively(async () => {
      const tokens = this.#options.tokens.load();
      if (!tokens) throw notSignedIn();
      // Another tab was faster.
      if (tokens.accessToken !== old && tokens.expiresAt - EARLY_MS > Date.now()) return tokens;
      const isCurrent = () => this.#options.tokens.load()?.refreshToken === tokens.refreshToken;
      try {
        const kept = await this.#renewed(tokens);
        // Who has signed out meanwhile is not to be signed in again.
        if (isCurrent()) this.#options.tokens.save(kept);
        return kept;
      } catch (error) {
        // Bans end; until then the tokens stay unused.
        const isRefused = isFailure(error) && !error.retryable && error.name !== 'BANNED';
        if (isRefused && isCurrent()) {
          this.#options.tokens.clear();
          this.#options.onSignedOut?.();
        }
        throw error;
      }
    });
  }

  async #renewed(tokens: StoredTokens): Promise<StoredTokens> {
    const renewed = await this.open<Tokens>({
      method: 'POST',
      path: '/auth/refresh',
      body: { refreshToken: tokens.refreshToken },
    });
    // A server may leave out who it is; that does not change.
    return { ...stored(renewed, Date.now()), user: renewed.user ?? tokens.user };
  }

  /** Tells the server that nobody uses these tokens any more; they are forgotten here already. */
  async revoke(tokens: StoredTokens): Promise<void> {
    const revoke = ({ accessToken, refreshToken }: StoredTokens) =>
      this.#send<void>(
        { method: 'POST', path: '/auth/logout', body: { refreshToken } },
        accessToken,
      );
    if (tokens.expiresAt - EARLY_MS <= Date.now()) return revoke(await this.#renewed(tokens));
    try {
      await revoke(tokens);
    } catch (error) {
      if (!isFailure(error) || error.status !== 401) throw error;
      await revoke(await this.#renewed(tokens));
    }
  }

  /** Sends it; a read that did not get through is sent again. */
  async #send<T>(call: Call, token: string | undefined): Promise<T> {
    const pauses = call.method === 'GET' ? READ_AGAIN_AFTER_MS : [];
    for (const pauseMs of pauses) {
      try {
        return await this.#sendOnce<T>(call, token);
      } catch (error) {
        if (!isFailure(error, 'CONNECTION_LOST') && !isFailure(error, 'UNAVAILABLE')) throw error;
        await pause(pauseMs * (1 + Math.random()));
      }
    }
    return this.#sendOnce<T>(call, token);
  }

  async #sendOnce<T>(call: Call, token: string | undefined): Promise<T> {
    const traceparent = (this.#options.traceparent ?? freshTraceparent)();
    const headers: Record<string, string> = { accept: 'application/json', traceparent };
    if (call.body) headers['content-type'] = 'application/json';
    if (token) headers.authorization = `Bearer ${token}`;
    const timeoutMs = this.#options.timeoutMs ?? 10_000;
    const doFetch = this.#options.fetch ?? fetch;
    let response: Response;
    let text: string;
    try {
      response = await doFetch(this.#url(call), {
        method: call.method,
        headers,
        body: call.body ? JSON.stringify(call.body) : undefined,
        signal: AbortSignal.timeout(timeoutMs),
      });
      text = await response.text();
    } catch (error) {
      const trace = traceId(traceparent);
      throw error instanceof Error && error.name === 'TimeoutError'
        ? CastmeshError.local('TIMEOUT', `The server did not answer in ${timeoutMs} ms`, trace)
        : CastmeshError.local('CONNECTION_LOST', 'The server cannot be reached', trace);
    }
    const body = parsed(text);
    if (!response.ok) throw fromProblem(response.status, body);
    if (body === undefined && response.status !== 204) {
      // Of something that stands in between, such as the page of a hotel's network.
      const what = 'The answer is not one of the server';
      throw CastmeshError.local('UNAVAILABLE', what, traceId(traceparent));
    }
    return body as T;
  }

  #url({ path, query }: Call): string {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined && value !== '') search.set(name, String(value));
    }
    const tail = search.toString();
    return `${this.#options.baseUrl}/api/v1${path}${tail && `?${tail}`}`;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notSignedIn(): CastmeshError {
  return new CastmeshError({
    name: 'UNAUTHENTICATED',
    code: 1001,
    message: 'Nobody is signed in',
    retryable: false,
  });
}
