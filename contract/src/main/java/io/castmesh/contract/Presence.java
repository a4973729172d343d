package io.castmesh.contract;

import java.time.Duration;
import java.util.List;

/** Who is online: owned by room-service, asserted by the gateways that hold the sessions. */
public final class Presence {
  private Presence() {}

  /** A gateway says which sessions it holds: at once for a new one, again before leases run out. */
  public static final Endpoint<Assertion, Done> ASSERT =
      Endpoint.of("presence.assert", Assertion.class, Done.class);

  public static final Endpoint<Withdrawal, Done> WITHDRAW =
      Endpoint.of("presence.withdraw", Withdrawal.class, Done.class);

  /** The sessions of some users: where to deliver what is meant for them. */
  public static final Endpoint<Lookup, Found> FIND =
      Endpoint.of("presence.find", Lookup.class, Found.class);

  /** Which of these sessions are still alive. */
  public static final Endpoint<AliveQuery, Alive> ALIVE =
      Endpoint.of("presence.alive", AliveQuery.class, Alive.class);

  /** The people who are online now. */
  public static final Endpoint<ListQuery, People> LIST =
      Endpoint.of("presence.list", ListQuery.class, People.class);

  /** The presence of one person has changed. */
  public static final Topic<Changed> CHANGED = new Topic<>("presence.changed", Changed.class);

  /** So long a person is busy unless it is said again. */
  public static final Duration BUSY_LEASE = Duration.ofSeconds(60);

  /**
   * call-service says that a person has become busy, and again before {@link #BUSY_LEASE} runs out,
   * or free.
   */
  public static final Endpoint<Busy, Done> BUSY =
      Endpoint.of("presence.busy", Busy.class, Done.class);

  public record Session(String sessionId, User user) {}

  public record Assertion(String node, List<Session> sessions) {}

  public record Withdrawal(String node, String sessionId, String userId) {}

  public record Lookup(List<String> userIds) {}

  /** Sessions by user; users who are offline are missing. */
  public record Found(List<UserSessions> users) {}

  public record UserSessions(User user, List<SessionRef> sessions, boolean busy) {}

  public record AliveQuery(List<String> sessionIds) {}

  public record Alive(List<String> sessionIds) {}

  /**
   * @param userIds only these; null: everybody
   * @param limit at most so many people
   */
  public record ListQuery(List<String> userIds, int limit) {}

  public record People(List<Person> users) {}

  /**
   * @param state online, busy or offline
   */
  public record Person(String id, String nickname, String avatar, String state) {}

  public record Changed(User user, String state) {}

  public record Busy(String userId, boolean busy) {}
}
