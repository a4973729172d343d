import { Emitter } from '../emitter.js';
import type { Presence, PresenceState, User } from '../types.js';
import { rereading } from './rereading.js';
import type { Session } from './session.js';

/** What {@link PresenceWatch} tells. */
export interface PresenceEvents {
  /** Everything known, after the first question and after every new beginning. */
  snapshot: Presence[];
  changed: { user: User; state: PresenceState };
}

/** Whose presence is of interest. */
export type PresenceWish = { users: string[] } | { everyone: true };

/**
 * Who is online; asked for once, kept up to date by the server, asked for anew when changes may
 * have been missed: also by a session that was closed and is open again.
 */
export class PresenceWatch extends Emitter<PresenceEvents> {
  readonly #session: Session;
  #wish: PresenceWish | undefined;
  /** Questions on their way: they wait for the connection by themselves. */
  #asking = 0;
  /** What the last snapshot contains; older changes may still be on their way. */
  #snapshotVersion = 0;
  /** Since then, by user: changes of one person may come in the wrong order. */
  readonly #versions = new Map<string, number>();

  constructor(session: Session) {
    super();
    this.#session = session;
    session.events.on('presence.changed', ({ user, state, version }) => {
      if (this.#wish && this.#isNews(user.id, version)) this.emit('changed', { user, state });
    });
    session.on('reset', ({ cause }) => cause === 'events-lost' && this.#watchAgain());
    session.on('ready', ({ resumed }) => !resumed && this.#asking === 0 && this.#watchAgain());
  }

  /** Starts watching, or changes whom. */
  async watch(wish: PresenceWish): Promise<Presence[]> {
    this.#wish = wish;
    this.#asking += 1;
    const { users, version = 0 } = await this.#session
      .request<{ users: Presence[]; version?: number }>('presence.watch', wish)
      .finally(() => (this.#asking -= 1));
    this.#snapshotVersion = version;
    this.#versions.clear();
    this.emit('snapshot', users);
    return users;
  }

  #watchAgain(): void {
    const wish = this.#wish;
    if (!wish) return;
    const isWanted = () => this.#wish === wish;
    void rereading(isWanted, () => this.watch(wish));
  }

  #isNews(userId: string, version: number | undefined): boolean {
    if (version === undefined) return true;
    if (version < (this.#versions.get(userId) ?? this.#snapshotVersion)) return false;
    this.#versions.set(userId, version);
    return true;
  }
}
