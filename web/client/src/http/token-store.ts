import type { Tokens, User } from '../types.js';

/** Tokens as they are kept between calls and, where wanted, between visits. */
export interface StoredTokens {
  accessToken: string;
  refreshToken: string;
  /** `Date.now()` at which the access token expires. */
  expiresAt: number;
  user: User;
}

/**
 * Keeps the tokens of one account. Several tabs may share a store: what {@link load} returns is
 * always the newest.
 */
export interface TokenStore {
  load(): StoredTokens | undefined;
  save(tokens: StoredTokens): void;
  clear(): void;
}

/** A store that lasts as long as the page. */
export class MemoryTokenStore implements TokenStore {
  #tokens: StoredTokens | undefined;

  load(): StoredTokens | undefined {
    return this.#tokens;
  }

  save(tokens: StoredTokens): void {
    this.#tokens = tokens;
  }

  clear(): void {
    this.#tokens = undefined;
  }
}

/** Dates the server's relative life time. */
export function stored(tokens: Tokens, now: number): StoredTokens {
  const { accessToken, refreshToken, expiresIn, user } = tokens;
  return { accessToken, refreshToken, expiresAt: now + expiresIn * 1_000, user };
}
