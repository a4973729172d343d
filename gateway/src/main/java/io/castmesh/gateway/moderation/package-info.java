/**
 * Who may not speak and who may not come in: mutes and bans. Kept in MySQL; every gateway has a
 * copy of all that hold, which is read at its start, told of changes at once and looked through for
 * them every few seconds. What follows from a change for the sessions of this gateway is done by
 * {@link io.castmesh.gateway.moderation.Sanctions}'s listener, {@code session.Discipline}.
 *
 * <p>A muted person may watch, but not publish, call, be in rooms or write. A banned one is not let
 * in. Both are about an account, guests included; a guest who comes back under another account, or
 * a person who only looks at what strangers may see, is not recognised.
 */
package io.castmesh.gateway.moderation;
