package io.castmesh.room.rooms;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Rooms;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A room as it is kept in Redis, as JSON. Immutable: a change makes a new one, with what has to be
 * told.
 *
 * @param owner the user who is the host whenever in the room; null until the first peer comes
 * @param host a peer id; null while nobody is in it
 * @param password hashed; null: none
 * @param banned users who were sent away, the last ones
 * @param version counts the changes
 */
record Room(
    String id,
    String name,
    String mode,
    String owner,
    String host,
    boolean locked,
    String password,
    List<Member> members,
    List<String> banned,
    Instant createdAt,
    long version) {

  private static final int BANNED = 100;

  /** Who goes for another reason knows it, or cannot be told. */
  private static final Set<String> SENT_AWAY = Set.of("kicked", "moderated");

  /** What a change makes of a room. */
  record Step(Room room, List<RoomEvent> events) {}

  static Room fresh(String id, String name, String mode, String owner, String password, Instant t) {
    return new Room(id, name, mode, owner, null, false, password, List.of(), List.of(), t, 0);
  }

  boolean empty() {
    return members.isEmpty();
  }

  Optional<Member> member(String sessionId) {
    return members.stream().filter(m -> m.isOf(sessionId)).findFirst();
  }

  /**
   * The membership of who asks.
   *
   * @throws io.castmesh.contract.FailureException {@link Failure#NOT_IN_ROOM}
   */
  Member of(Caller caller) {
    return member(caller.sessionId())
        .filter(m -> m.user().id().equals(caller.userId()))
        .orElseThrow(Failure.NOT_IN_ROOM::exception);
  }

  /**
   * @throws io.castmesh.contract.FailureException {@link Failure#PEER_NOT_FOUND}
   */
  Member peer(String peerId) {
    return members.stream()
        .filter(m -> m.id().equals(peerId))
        .findFirst()
        .orElseThrow(Failure.PEER_NOT_FOUND::exception);
  }

  /**
   * @throws io.castmesh.contract.FailureException {@link Failure#FORBIDDEN} for anybody but the
   *     host
   */
  Member hosted(Caller caller) {
    Member self = of(caller);
    if (!self.id().equals(host)) {
      throw Failure.FORBIDDEN.exception("for the host");
    }
    return self;
  }

  /**
   * Somebody comes in. The owner becomes the host; without one the first who comes is it.
   *
   * @param size the most peers
   * @throws io.castmesh.contract.FailureException FORBIDDEN for who was sent away, ROOM_LOCKED,
   *     ROOM_FULL
   */
  Step join(Member member, int size) {
    boolean owns = member.user().id().equals(owner);
    if (banned.contains(member.user().id())) {
      throw Failure.FORBIDDEN.exception("you were sent away");
    }
    if (locked && !owns) {
      throw Failure.ROOM_LOCKED.exception();
    }
    if (members.size() >= size) {
      throw Failure.ROOM_FULL.exception("at most " + size + " peers");
    }
    List<Member> all = new ArrayList<>(members);
    all.add(member);
    List<RoomEvent> events = new ArrayList<>();
    events.add(RoomEvent.joined(id, member));
    boolean leads = host == null || (owns && !isOwners(host));
    if (leads && host != null) {
      events.add(RoomEvent.hostChanged(id, member.id()));
    }
    Room after =
        with(all, leads ? member.id() : host, locked)
            .owned(owner == null ? member.user().id() : owner);
    return new Step(after, events);
  }

  private boolean isOwners(String peerId) {
    return members.stream().anyMatch(m -> m.id().equals(peerId) && m.user().id().equals(owner));
  }

  /** A member speaks through another gateway now. */
  Room moved(Member member, SessionRef session) {
    return with(
        members.stream()
            .map(m -> m == member ? new Member(m.id(), session, m.user(), m.joinedAt()) : m)
            .toList(),
        host,
        locked);
  }

  /**
   * Some go. The host moves on to who has been there for longest; a room in which nobody is left is
   * not locked any more.
   *
   * @param reason left, gone, kicked or moderated
   */
  Step leave(List<Member> gone, String reason) {
    List<Member> rest = members.stream().filter(m -> !gone.contains(m)).toList();
    List<RoomEvent> events = new ArrayList<>();
    gone.forEach(m -> events.add(RoomEvent.left(id, m, reason)));
    String next = host;
    if (gone.stream().anyMatch(m -> m.id().equals(host))) {
      next = rest.isEmpty() ? null : rest.get(0).id();
      if (next != null) {
        events.add(RoomEvent.hostChanged(id, next));
      }
    }
    if (!gone.isEmpty() && SENT_AWAY.contains(reason)) {
      events.add(RoomEvent.closed(id, gone, reason));
    }
    return new Step(with(rest, next, locked && !rest.isEmpty()), events);
  }

  /** All devices of a person go and do not come back. */
  Step kick(User user) {
    Step left =
        leave(members.stream().filter(m -> m.user().id().equals(user.id())).toList(), "kicked");
    List<String> all = new ArrayList<>(banned);
    all.remove(user.id());
    all.add(user.id());
    List<String> last = all.subList(Math.max(0, all.size() - BANNED), all.size());
    Room room = left.room();
    return new Step(
        new Room(
            id,
            name,
            mode,
            owner,
            room.host(),
            room.locked(),
            password,
            room.members(),
            List.copyOf(last),
            createdAt,
            room.version()),
        left.events());
  }

  /**
   * An administrator ends it: everybody goes, the owner loses it, and so nobody comes in until its
   * number is forgotten.
   */
  Step close() {
    return new Step(
        new Room(
            id, name, mode, null, null, true, password, List.of(), banned, createdAt, version + 1),
        empty() ? List.of() : List.of(RoomEvent.closed(id, members, "moderated")));
  }

  Step lock(boolean wanted) {
    return wanted == locked
        ? new Step(this, List.of())
        : new Step(with(members, host, wanted), List.of(RoomEvent.locked(id, wanted)));
  }

  /** The room is another peer's from now on. */
  Step host(Member next) {
    return next.id().equals(host)
        ? new Step(this, List.of())
        : new Step(
            with(members, next.id(), locked).owned(next.user().id()),
            List.of(RoomEvent.hostChanged(id, next.id())));
  }

  private Room with(List<Member> others, String newHost, boolean newLocked) {
    return new Room(
        id,
        name,
        mode,
        owner,
        newHost,
        newLocked,
        password,
        List.copyOf(others),
        banned,
        createdAt,
        version + 1);
  }

  private Room owned(String user) {
    return new Room(
        id, name, mode, user, host, locked, password, members, banned, createdAt, version);
  }

  /** As those see it who are not in it. */
  Rooms.Room summary() {
    return new Rooms.Room(id, name, mode, locked, password != null, members.size(), createdAt);
  }
}
