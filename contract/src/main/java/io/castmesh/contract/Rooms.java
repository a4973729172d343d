package io.castmesh.contract;

import java.time.Instant;
import java.util.List;

/**
 * Rooms, in which peers are told of each other and send each other what they need to connect: owned
 * by room-service.
 *
 * <p>Every event of a room has a number, {@code roomSeq}, given in the same step that makes it; the
 * last of them are kept. A member who has missed some joins again with the number of the last one
 * that was seen and gets them in order. While an instance is dying an event may be told twice, with
 * the same number.
 */
public final class Rooms {
  private Rooms() {}

  /** Enters a room, or returns to it: a session is in a room once, however often it joins. */
  public static final Endpoint<Join, Joined> JOIN =
      Endpoint.of("room.join", Join.class, Joined.class).asRepeatable();

  /** Leaving a room in which one is not changes nothing. */
  public static final Endpoint<OfRoom, Done> LEAVE =
      Endpoint.of("room.leave", OfRoom.class, Done.class).asRepeatable();

  public static final Endpoint<Lock, Done> LOCK =
      Endpoint.of("room.lock", Lock.class, Done.class).asRepeatable();

  /** The host sends a person away: with all devices, and for as long as the room lasts. */
  public static final Endpoint<OfPeer, Done> KICK =
      Endpoint.of("room.kick", OfPeer.class, Done.class);

  /** The host makes another peer the host. */
  public static final Endpoint<OfPeer, Done> HOST =
      Endpoint.of("room.host", OfPeer.class, Done.class);

  public static final Endpoint<Signal, Sent> SIGNAL =
      Endpoint.of("room.signal", Signal.class, Sent.class).asRepeatable();

  /** Answered when the event is in the room's log: from then on no member can miss it. */
  public static final Endpoint<Data, Sent> DATA =
      Endpoint.of("room.data", Data.class, Sent.class).asRepeatable();

  /** The rooms in which a session is. */
  public static final Endpoint<OfSession, Mine> LIST =
      Endpoint.of("room.list", OfSession.class, Mine.class).asRepeatable();

  /** Makes a room that waits for its first peer. */
  public static final Endpoint<Create, Room> CREATE =
      Endpoint.of("room.create", Create.class, Room.class);

  /** The rooms that a person has made, or is in with any device. */
  public static final Endpoint<OfUser, RoomList> OF_USER =
      Endpoint.of("room.ofUser", OfUser.class, RoomList.class).asRepeatable();

  /** A page of all rooms, the newest first; for administrators. */
  public static final Endpoint<AllQuery, All> ALL =
      Endpoint.of("room.all", AllQuery.class, All.class).asRepeatable();

  /**
   * Sends everybody away with the reason {@code moderated}; nobody enters under its number until
   * that is forgotten.
   */
  public static final Endpoint<Close, Done> CLOSE =
      Endpoint.of("room.close", Close.class, Done.class).asRepeatable();

  /** Takes a person out of all rooms, with all devices. */
  public static final Endpoint<Remove, Done> REMOVE =
      Endpoint.of("room.remove", Remove.class, Done.class).asRepeatable();

  /**
   * @param page from 0
   * @param size 1 to 100
   */
  public record AllQuery(int page, int size) {}

  /**
   * @param total how many rooms there are, those in which nobody is included
   */
  public record All(List<Attended> items, int page, int size, long total) {}

  /**
   * @param host null while nobody is in it
   * @param people who are in it, each once
   */
  public record Attended(Room room, User host, List<User> people) {}

  public record Close(String roomId) implements Keyed {
    @Override
    public String orderKey() {
      return roomId;
    }
  }

  public record Remove(String userId) {}

  /**
   * @param roomId null: the system makes one; one that does not exist is made
   * @param name of the room, if this makes it; may be null
   * @param password of the room, or for it; may be null
   * @param mode mesh, or null
   * @param after the number of the last event that was seen, by who returns; may be null
   * @param requestId the same for each attempt of one request
   */
  public record Join(
      Caller caller,
      String roomId,
      String name,
      String password,
      String mode,
      Long after,
      String requestId)
      implements Keyed {
    @Override
    public String orderKey() {
      return roomId;
    }
  }

  /**
   * @param self the caller's peer id, which ends with the membership
   * @param host a peer id
   * @param peers the others, in the order in which they came
   * @param seq the number of the last event that is in this answer
   * @param missed events after the one that was named, in order; at most a page of them
   * @param more whether there are further ones: ask again with {@code seq}
   * @param complete false when some of those are forgotten already: read again what is shown
   * @param forgotten the number of the last event that is forgotten; 0: none is
   */
  public record Joined(
      String roomId,
      String name,
      String mode,
      String self,
      String host,
      boolean locked,
      List<Peer> peers,
      long seq,
      List<Missed> missed,
      boolean more,
      boolean complete,
      long forgotten) {}

  public record Peer(String id, String userId, String nickname, String avatar, Instant joinedAt) {}

  /**
   * @param params a JSON object as text
   */
  public record Missed(String method, String params) {}

  public record OfRoom(Caller caller, String roomId) implements Keyed {
    @Override
    public String orderKey() {
      return roomId;
    }
  }

  public record Lock(Caller caller, String roomId, boolean locked) implements Keyed {
    @Override
    public String orderKey() {
      return roomId;
    }
  }

  public record OfPeer(Caller caller, String roomId, String peer) implements Keyed {
    @Override
    public String orderKey() {
      return roomId;
    }
  }

  /**
   * @param to a peer id
   * @param kind offer, answer or candidate
   * @param payload JSON as text; room-service does not look into it
   * @param clientId the same for each attempt: it is one event
   */
  public record Signal(
      Caller caller, String roomId, String to, String kind, String payload, String clientId)
      implements Keyed {
    @Override
    public String orderKey() {
      return roomId;
    }
  }

  /**
   * @param to a peer id; null: all others
   * @param payload JSON as text
   * @param clientId the same for each attempt: it is one event
   */
  public record Data(
      Caller caller, String roomId, String to, String topic, String payload, String clientId)
      implements Keyed {
    @Override
    public String orderKey() {
      return roomId;
    }
  }

  public record Sent(long roomSeq) {}

  public record OfSession(Caller caller) {}

  public record Mine(List<Membership> items) {}

  public record Membership(
      String roomId,
      String name,
      String mode,
      String self,
      String host,
      boolean locked,
      int peers,
      long seq) {}

  public record Create(Caller caller, String name, String password, String mode) {}

  public record OfUser(Caller caller) {}

  public record RoomList(List<Room> items) {}

  /**
   * @param peers how many are in it
   */
  public record Room(
      String roomId,
      String name,
      String mode,
      boolean locked,
      boolean password,
      int peers,
      Instant createdAt) {}
}
