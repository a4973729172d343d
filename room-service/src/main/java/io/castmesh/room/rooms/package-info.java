/**
 * Rooms of peers that connect to each other: who is in them, who is the host, and what they send to
 * each other. A change is computed in {@link io.castmesh.room.rooms.Room} and written by one script
 * that also numbers the events and keeps them, so that whoever missed some can have them.
 */
package io.castmesh.room.rooms;
