import type { StoredTokens, TokenStore, User } from '@castmesh/client';

const ACCOUNTS = 'castmesh.accounts';
const CURRENT = 'castmesh.account';

/** The part of the Web Storage interface that is used here. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

type Remembered = StoredTokens & { usedAt: number };

/**
 * The accounts of this device, and which of them this window uses.
 *
 * Tokens lie in the device's storage under their user, so that windows of one account share its
 * rotating refresh token. The choice lies in the window's own storage: two windows may be two
 * people, which is what somebody who tries a call on one machine needs.
 */
export class AccountStore implements TokenStore {
  readonly #device: Store;
  readonly #window: Store;

  constructor(device: Store, window: Store) {
    this.#device = device;
    this.#window = window;
  }

  /** Those who can continue without a password, the last one first. */
  get remembered(): User[] {
    return Object.values(this.#accounts())
      .sort((a, b) => b.usedAt - a.usedAt)
      .map((account) => account.user);
  }

  load(): StoredTokens | undefined {
    const id = this.#window.getItem(CURRENT);
    return id ? this.#accounts()[id] : undefined;
  }

  save(tokens: StoredTokens): void {
    this.#write({ ...this.#accounts(), [tokens.user.id]: { ...tokens, usedAt: Date.now() } });
    this.#window.setItem(CURRENT, tokens.user.id);
  }

  /** Forgets this window's account on the device. */
  clear(): void {
    const id = this.#window.getItem(CURRENT);
    if (id) this.forget(id);
    this.leave();
  }

  /** Uses a remembered account in this window. */
  choose(userId: string): void {
    this.#window.setItem(CURRENT, userId);
  }

  /** This window uses no account any more; the device still remembers it. */
  leave(): void {
    this.#window.removeItem(CURRENT);
  }

  /** The device forgets an account. */
  forget(userId: string): void {
    const { [userId]: _gone, ...rest } = this.#accounts();
    this.#write(rest);
  }

  #accounts(): Record<string, Remembered> {
    try {
      const value: unknown = JSON.parse(this.#device.getItem(ACCOUNTS) ?? '{}');
      return typeof value === 'object' && value !== null
        ? (value as Record<string, Remembered>)
        : {};
    } catch {
      return {};
    }
  }

  #write(accounts: Record<string, Remembered>): void {
    this.#device.setItem(ACCOUNTS, JSON.stringify(accounts));
  }
}
