import { CastmeshClient } from '@castmesh/client';
import { AccountStore } from './account-store.ts';

/** The accounts this device remembers. */
export const accounts = new AccountStore(localStorage, sessionStorage);

const signedOut = new Set<() => void>();

/** Calls back when the server no longer accepts the account of this window. */
export function onSignedOut(listener: () => void): void {
  signedOut.add(listener);
}

/** The one client of this page. */
export const client = new CastmeshClient({
  tokens: accounts,
  onSignedOut: () => signedOut.forEach((listener) => listener()),
});
