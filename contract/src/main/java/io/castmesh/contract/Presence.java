package io.castmesh.contract;

import java.time.Duration;
import java.util.List;

/** Who is online: owned by room-service, asserted by the gateways that hold the sessions. */
public final class Presence {
  private Presence() {}

  /**
   * A gateway says which sessions it holds: at once for a new one, again before leases run out.
   * Answers which of them are not its own: another gateway has taken them over, or they were
   * withdrawn.
   */
  public static final Endpoint<Assertion, Asserted> ASSERT =
      Endpoint.of("presence.assert", Assertion.class, Asserted.class).asRepeatable();

  public static final Endpoint<Withdrawal, Done> WITHDRAW =
      Endpoint.of("presence.withdraw", Withdrawal.class, Done.class).asRepeatable();

  /** The sessions of some users: where to deliver what is meant for them. */
  public static final Endpoint<Lookup, Found> FIND =
      Endpoint.of("presence.find", Lookup.class, Found.class).asRepeatable();

  /** Which of these sessions are still alive. */
  public static final Endpoint<AliveQuery, Alive> ALIVE =
      Endpoint.of("presence.alive", AliveQuery.class, Alive.class).asRepeatable();

  /** Who holds each of these sessions, and for whom; those without a lease are missing. */
  public static final Endpoint<HoldersQuery, Holders> HOLDERS =
      Endpoint.of("presence.holders", HoldersQuery.class, Holders.class).asRepeatable();

  /** The people who are online now. */
  public static final Endpoint<ListQuery, People> LIST =
      Endpoint.of("presence.list", ListQuery.class, People.class).asRepeatable();

  /** A page of the people who are online, by nickname; for administrators. */
  public static final Endpoint<SearchQuery, SearchPage> SEARCH =
      Endpoint.of("presence.search", SearchQuery.class, SearchPage.class).asRepeatable();

  /** The presence of one person has changed. */
  public static final Topic<Changed> CHANGED = new Topic<>("presence.changed", Changed.class);

  /** So long a person is busy unless it is said again. */
  public static final Duration BUSY_LEASE = Duration.ofSeconds(60);

  /**
   * call-service says that a person has become busy, and again before {@link #BUSY_LEASE} runs out,
   * or free.
   */
  public static final Endpoint<Busy, Done> BUSY =
      Endpoint.of("presence.busy", Busy.class, Done.class).asRepeatable();

  /**
   * A session as the gateway that asserts it knows it.
   *
   * @param moves how often it has changed gateways. Who takes it over asserts one more than {@link
   *     Holder#moves()}: of several gateways the one with the most moves holds it, and of those
   *     with as many the first.
   */
  public record Session(String sessionId, User user, int moves) {
    /** One that has never changed gateways. */
    public Session(String sessionId, User user) {
      this(sessionId, user, 0);
    }
  }

  public record Assertion(String node, List<Session> sessions) {}

  /**
   * @param lost sessions that this gateway does not hold: it must forget them without ending them
   * @param begun sessions that nobody was known to hold until now: they are new, or were taken for
   *     gone meanwhile
   * @param leaseMillis for so long it counts; 0: not told
   */
  public record Asserted(List<String> lost, List<String> begun, long leaseMillis) {
    /** An older room-service does not tell what has begun. */
    public Asserted {
      begun = begun == null ? List.of() : begun;
    }

    /** All are this gateway's, or these are not. */
    public static Asserted losing(List<String> lost) {
      return new Asserted(lost, List.of(), 0);
    }
  }

  /**
   * A session has ended on this node. Changes nothing when another gateway holds it, with more
   * moves.
   */
  public record Withdrawal(String node, String sessionId, String userId, int moves) {
    /** Of one that has never changed gateways. */
    public Withdrawal(String node, String sessionId, String userId) {
      this(node, sessionId, userId, 0);
    }
  }

  public record HoldersQuery(List<String> sessionIds) {}

  public record Holders(List<Holder> items) {}

  /**
   * @param node the gateway that last asserted the session, alive or not
   */
  public record Holder(String sessionId, String node, String userId, int moves) {}

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

  /**
   * @param version changes with a lower one are in it already
   */
  public record People(List<Person> users, long version) {}

  /**
   * @param words that the nickname holds, in any case; null: everybody
   * @param page from 0
   * @param size 1 to 100
   */
  public record SearchQuery(String words, int page, int size) {}

  /**
   * @param total how many match
   * @param complete false: there are more people than are looked through at once
   */
  public record SearchPage(List<User> items, int page, int size, int total, boolean complete) {}

  /**
   * @param state online, busy or offline
   */
  public record Person(String id, String nickname, String avatar, String state) {}

  /**
   * @param version grows with each change of anybody, also when Redis has lost everything
   *     meanwhile: of two changes of one person that come in the wrong order the lower is dropped
   */
  public record Changed(User user, String state, long version) {}

  public record Busy(String userId, boolean busy) {}
}
