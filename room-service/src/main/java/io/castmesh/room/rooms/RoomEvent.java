package io.castmesh.room.rooms;

import io.castmesh.contract.Rooms;
import io.castmesh.contract.SessionRef;
import io.castmesh.runtime.bus.Json;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Something that happened in a room, before it has a number.
 *
 * @param audience {@link #ALL}, {@link #but} somebody, a peer id, or {@link #away} some who are not
 *     in the room any more
 * @param params JSON object with at least one member
 */
record RoomEvent(String audience, String method, String params) {
  static final String ALL = "*";

  private record Joined(String roomId, Rooms.Peer peer) {}

  private record Left(String roomId, String peer, String reason) {}

  private record Closed(String roomId, String reason) {}

  private record Host(String roomId, String host) {}

  private record Locked(String roomId, boolean locked) {}

  private record Signal(String roomId, String from, String kind) {}

  private record Data(String roomId, String from, String to, String topic) {}

  /** Everybody but this peer. */
  static String but(String peer) {
    return "!" + peer;
  }

  /** Those whom the room itself does not know any more: {@code =session@node,session@node}. */
  private static String away(List<Member> gone) {
    return gone.stream()
        .map(m -> m.session().sessionId() + "@" + m.session().node())
        .collect(Collectors.joining(",", "=", ""));
  }

  static RoomEvent joined(String room, Member member) {
    return of(but(member.id()), "room.peerJoined", new Joined(room, member.peer()));
  }

  /**
   * @param reason left, gone, kicked or moderated
   */
  static RoomEvent left(String room, Member member, String reason) {
    return of(ALL, "room.peerLeft", new Left(room, member.id(), reason));
  }

  /**
   * To those who were sent away, after everybody else has been told.
   *
   * @param reason kicked or moderated
   */
  static RoomEvent closed(String room, List<Member> gone, String reason) {
    return of(away(gone), "room.closed", new Closed(room, reason));
  }

  static RoomEvent hostChanged(String room, String host) {
    return of(ALL, "room.hostChanged", new Host(room, host));
  }

  static RoomEvent locked(String room, boolean locked) {
    return of(ALL, "room.locked", new Locked(room, locked));
  }

  /**
   * @param kind offer, answer or candidate
   * @param payload JSON as text
   */
  static RoomEvent signal(String room, Member from, Member to, String kind, String payload) {
    return of(to.id(), "room.signal", new Signal(room, from.id(), kind)).carrying(payload);
  }

  /**
   * @param to null: to all others
   * @param payload JSON as text
   */
  static RoomEvent data(String room, Member from, Member to, String topic, String payload) {
    String peer = to == null ? null : to.id();
    return of(
            peer == null ? but(from.id()) : peer,
            "room.data",
            new Data(room, from.id(), peer, topic))
        .carrying(payload);
  }

  private RoomEvent carrying(String payload) {
    String open = params.substring(0, params.length() - 1);
    return new RoomEvent(audience, method, open + ",\"payload\":" + payload + "}");
  }

  static RoomEvent of(String audience, String method, Object params) {
    return new RoomEvent(audience, method, Json.text(params));
  }

  /** What a client gets when the event has its number. */
  static String numbered(long seq, String params) {
    return "{\"roomSeq\":" + seq + "," + params.substring(1);
  }

  /** Whom an event is for. */
  static List<SessionRef> recipients(String audience, List<Member> members) {
    if (!audience.startsWith("=")) {
      return members.stream().filter(m -> concerns(audience, m.id())).map(Member::session).toList();
    }
    return Arrays.stream(audience.substring(1).split(","))
        .map(one -> one.split("@", 2))
        .map(one -> new SessionRef(one[0], one[1]))
        .toList();
  }

  static boolean concerns(String audience, String peer) {
    return audience.equals(ALL)
        || audience.equals(peer)
        || (audience.startsWith("!") && !audience.substring(1).equals(peer));
  }
}
