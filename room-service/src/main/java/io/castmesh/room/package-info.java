/**
 * room-service: who is online ({@link io.castmesh.room.presence}), who watches a live ({@link
 * io.castmesh.room.audience}), and rooms of peers ({@link io.castmesh.room.rooms}).
 *
 * <p>Owns presence, audiences and rooms, all in Redis: any number of instances may run, and any of
 * them answers. What an instance keeps for itself is how fast it tells people, and copies of the
 * rooms that it wrote last, to put back what Redis loses.
 *
 * <p>Answers {@code Presence}, {@code Audience} and {@code Rooms} of the contract; hears {@code
 * Clients.SESSION_ENDED}; emits {@code Presence.CHANGED} and, to clients, {@code
 * live.viewerJoined}, {@code live.viewerLeft}, {@code live.viewers}, {@code live.ended} and {@code
 * room.*}.
 */
package io.castmesh.room;
