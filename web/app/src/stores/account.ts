import type { User } from '@castmesh/client';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { accounts, client, onSignedOut } from '../castmesh/client.ts';

/** Who uses this window. Signing in opens the session, leaving closes it. */
export const useAccount = defineStore('account', () => {
  const user = ref<User | undefined>(accounts.load()?.user);
  const remembered = ref<User[]>(accounts.remembered);

  onSignedOut(() => left());
  client.session.on('state', ({ state, end }) => {
    if (state === 'closed' && end === 'unauthenticated') left();
  });

  function entered(who: User): void {
    // Whoever was here before takes their session along.
    client.disconnect();
    user.value = who;
    remembered.value = accounts.remembered;
    client.connect();
  }

  function left(): void {
    accounts.leave();
    user.value = undefined;
    remembered.value = accounts.remembered;
    client.disconnect();
  }

  async function signIn(nickname: string, password: string): Promise<void> {
    entered(await client.auth.login(nickname, password));
  }

  async function register(nickname: string, password: string): Promise<void> {
    entered(await client.auth.register(nickname, password));
  }

  /** Continues as somebody the device remembers; rejects when the server does not. */
  async function continueAs(userId: string): Promise<void> {
    accounts.choose(userId);
    try {
      entered(await client.auth.me());
    } catch (error) {
      left();
      throw error;
    }
  }

  function forget(userId: string): void {
    accounts.forget(userId);
    remembered.value = accounts.remembered;
  }

  async function signOut(): Promise<void> {
    // The tokens are forgotten here at once; on the server they expire where it cannot be told.
    const told = client.auth.logout().catch(() => undefined);
    left();
    await told;
  }

  /** Opens the session of an account that the window has used before. */
  function resume(): void {
    if (user.value) client.connect();
  }

  return { user, remembered, signIn, register, continueAs, forget, signOut, leave: left, resume };
});
