/**
 * room-service: who is online ({@link io.castmesh.room.presence}) and who watches a live ({@link
 * io.castmesh.room.audience}).
 *
 * <p>Owns presence and audiences, both in Redis and nowhere else: any number of instances may run,
 * and any of them answers. What an instance keeps for itself is only how fast it tells people.
 *
 * <p>Answers {@code Presence} and {@code Audience} of the contract; hears {@code
 * Clients.SESSION_ENDED}; emits {@code Presence.CHANGED} and, to clients, {@code
 * live.viewerJoined}, {@code live.viewerLeft}, {@code live.viewers} and {@code live.ended}.
 */
package io.castmesh.room;
