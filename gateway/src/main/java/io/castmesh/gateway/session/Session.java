package io.castmesh.gateway.session;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Clients.ClientEvent;
import io.castmesh.contract.Presence;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.gateway.GatewayConfig;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A signed-in client, which outlives its sockets: while none is attached, events are kept until the
 * client returns or the resume window is over. Belongs to the gateway's event loop.
 */
public final class Session {
  private static final Logger log = LoggerFactory.getLogger(Session.class);

  private final SessionRef ref;
  private final User user;
  private final String signIn;
  private final int moves;
  private ResumeBuffer events;
  private final GatewayConfig.Limits limits;
  private final SessionMeters meters;
  private final TokenBucket rate;
  private SessionTable table;
  private Connection connection;
  private String address;
  private boolean watchesEveryone;
  private Set<String> watched = Set.of();
  private long timer = -1;
  private boolean begunAnew;
  private boolean said;
  private long saidAt;

  /**
   * @param signIn of which sign-in: its tokens' family
   * @param moves how often it has changed gateways
   */
  Session(
      SessionRef ref,
      User user,
      String signIn,
      int moves,
      GatewayConfig.Limits limits,
      SessionMeters meters) {
    this.ref = ref;
    this.user = user;
    this.signIn = signIn;
    this.moves = moves;
    this.limits = limits;
    this.meters = meters;
    this.rate = rate(limits);
    this.events = history(List.of(), 0);
  }

  private ResumeBuffer history(List<String> frames, long lastSeq) {
    // Half of an outbox: what has been missed fits into the socket of the client that returns.
    return new ResumeBuffer(limits.resumeEvents(), limits.outboxBytes() / 2, frames, lastSeq);
  }

  static TokenBucket rate(GatewayConfig.Limits limits) {
    int perSecond = limits.messagesPerSecond();
    return new TokenBucket(perSecond, perSecond * 3.0, System.nanoTime());
  }

  /** How many messages its client may send, over whichever connections. */
  TokenBucket rate() {
    return rate;
  }

  /** It comes from another gateway, with its latest events. */
  void remember(List<String> frames, long lastSeq) {
    events = history(frames, lastSeq);
  }

  /** Its client has missed too much: it reads its state again, and events count from one. */
  void startOver() {
    events = history(List.of(), 0);
    begunAnew = true;
  }

  /** Its client has said something on the connection that it has now. */
  void heard() {
    begunAnew = false;
  }

  int moves() {
    return moves;
  }

  /**
   * Whether another gateway has taken it over.
   *
   * @param holder as presence says; null: nobody
   * @param here this gateway's node
   */
  boolean isAt(Presence.Holder holder, String here) {
    return holder != null && !holder.node().equals(here) && holder.moves() >= moves;
  }

  Presence.Session presence() {
    return new Presence.Session(ref.sessionId(), user, moves);
  }

  /**
   * Presence has answered that it is held here. When it had been taken for gone, others may have
   * put out what belongs to it, and its client is to read again what it shows.
   *
   * @param sent when presence was asked, in ns
   * @param answered now
   * @param begun whether nobody was known to hold it
   */
  void said(long sent, long answered, long leaseMillis, boolean begun) {
    boolean existed = said || moves > 0;
    // Else Redis has lost it, which puts nobody out.
    boolean ranOut = !said || answered - saidAt > TimeUnit.MILLISECONDS.toNanos(leaseMillis);
    said = true;
    saidAt = sent;
    if (existed && begun && ranOut) {
      log.info("session was taken for gone session={}", ref.sessionId());
      deliver(new ClientEvent("session.stale", "{}"));
    }
  }

  long lastSeq() {
    return events.lastSeq();
  }

  /**
   * The frames after one that the client has seen; empty when they are no longer all there, or when
   * the client may count as before the session began anew: it may not have been told so.
   */
  Optional<List<String>> missed(long lastSeq) {
    return begunAnew ? Optional.empty() : events.after(lastSeq);
  }

  boolean watchesEveryone() {
    return watchesEveryone;
  }

  Set<String> watched() {
    return watched;
  }

  String signIn() {
    return signIn;
  }

  public SessionRef ref() {
    return ref;
  }

  public User user() {
    return user;
  }

  public Caller caller() {
    return new Caller(ref, user, address);
  }

  /** Whose presence this client wants to hear of; replaces what it has said before. */
  public void watch(boolean everyone, Set<String> users) {
    if (table != null) {
      table.unwatch(this);
    }
    watchesEveryone = everyone;
    watched = users;
    if (table != null) {
      table.watch(this);
    }
  }

  /** Where it is kept; null: nowhere. */
  void table(SessionTable now) {
    table = now;
  }

  void deliver(ClientEvent event) {
    String frame = frame(event, events.lastSeq() + 1);
    int gone = events.add(frame);
    meters.event(event.method());
    if (connection != null) {
      connection.send(frame);
    } else {
      meters.dropped(gone);
    }
  }

  boolean canResume(long lastSeq) {
    return events.after(lastSeq).isPresent();
  }

  /** The client speaks over this connection from now on, and gets what it has missed. */
  void attach(Connection fresh, long lastSeq) {
    Connection old = connection;
    connection = fresh;
    address = fresh.address();
    if (old != null) {
      old.close(CloseCode.REPLACED);
    }
    Optional<List<String>> missed = events.after(lastSeq);
    missed.ifPresent(frames -> frames.forEach(fresh::send));
  }

  /** Whether it was this connection over which the client spoke. */
  boolean detach(Connection gone) {
    if (connection != gone) {
      return false;
    }
    connection = null;
    return true;
  }

  Connection connection() {
    return connection;
  }

  long timer() {
    return timer;
  }

  void timer(long id) {
    timer = id;
  }

  private static String frame(ClientEvent event, long seq) {
    String params = event.params();
    String rest = params.length() <= 2 ? "}" : "," + params.substring(1);
    return "{\"jsonrpc\":\"2.0\",\"method\":\""
        + event.method()
        + "\",\"params\":{\"seq\":"
        + seq
        + rest
        + "}";
  }
}
