package io.castmesh.room;

import io.castmesh.runtime.config.Settings;
import java.time.Duration;

/**
 * The settings of room-service.
 *
 * @param presenceLease how long a session counts as online without its gateway saying so again
 * @param sweepEvery how often leases that have run out are looked for
 * @param joinRate viewers of one live who are announced one by one in a second
 */
public record RoomConfig(Duration presenceLease, Duration sweepEvery, int joinRate, Rooms rooms) {

  /**
   * Of rooms.
   *
   * @param meshSize the most peers: each sends its picture to every other one
   * @param emptyFor how long a room with nobody in it lasts
   * @param payloadBytes the largest payload of room.data
   */
  public record Rooms(int meshSize, Duration emptyFor, int payloadBytes) {}

  public static RoomConfig read(Settings s) {
    return new RoomConfig(
        s.seconds(
            "room.presence-lease",
            45,
            1,
            600,
            "How long a session is online unless its gateway says so again; gateways say so at"
                + " least three times in it"),
        s.seconds("room.sweep-interval", 2, 1, 60, "How often presence leases are looked through"),
        s.integer(
            "room.join-rate",
            20,
            1,
            1000,
            "Viewers of one live announced one by one in a second; above it only their number is"),
        new Rooms(
            s.integer(
                "room.mesh-size",
                8,
                2,
                64,
                "The most peers of a room: each sends its picture to every other one, and a browser"
                    + " rarely encodes more than seven times"),
            s.seconds(
                "room.empty-for",
                120,
                1,
                86400,
                "How long a room in which nobody is keeps its number and password"),
            s.integer(
                "room.payload-bytes",
                16384,
                256,
                60000,
                "The largest payload of room.data: every member gets each one")));
  }
}
