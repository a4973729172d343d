import { Emitter } from '../emitter.js';
import type { Presence, PresenceState, User } from '../types.js';
import type { Session } from './session.js';

/** What {@link PresenceWatch} tells. */
export interface PresenceEvents {
  /** Everything known, after the first question and after every new beginning. */
  snapshot: Presence[];
  changed: { user: User; state: PresenceState };
}

/** Whose presence is of interest. */
export type PresenceWish = { users: string[] } | { everyone: true };

/** Who is online; asked for once, kept up to date by the server, asked for anew after a reset. */
export class PresenceWatch extends Emitter<PresenceEvents> {
  readonly #session: Session;
  #wish: PresenceWish | undefined;

  constructor(session: Session) {
    super();
    this.#session = session;
    session.events.on('presence.changed', ({ user, state }) => {
      if (this.#wish) this.emit('changed', { user, state });
    });
    session.on('reset', () => {
      if (this.#wish) this.watch(this.#wish).catch(() => undefined);
    });
  }

  /** Starts watching, or changes whom. */
  async watch(wish: PresenceWish): Promise<Presence[]> {
    this.#wish = wish;
    const { users } = await this.#session.request<{ users: Presence[] }>('presence.watch', wish);
    this.emit('snapshot', users);
    return users;
  }
}
