package io.castmesh.contract;

import java.time.Duration;
import java.util.List;

/** What services ask gateways to tell their clients, and what gateways tell of their sessions. */
public final class Clients {
  private Clients() {}

  /** To the sessions that one gateway holds: use {@code DELIVER.at(node)}. */
  public static final Topic<Delivery> DELIVER = new Topic<>("gateway.deliver", Delivery.class);

  /** To every session of every gateway. */
  public static final Topic<ClientEvent> BROADCAST =
      new Topic<>("gateway.broadcast", ClientEvent.class);

  /** A session has ended: closed on purpose, or not resumed in time. Its state can be released. */
  public static final Topic<SessionEnded> SESSION_ENDED =
      new Topic<>("gateway.session.ended", SessionEnded.class);

  /** A session is at another gateway from now on; its id, and what belongs to it, stay. */
  public static final Topic<SessionMoved> SESSION_MOVED =
      new Topic<>("gateway.session.moved", SessionMoved.class);

  /**
   * Asked at the gateway that holds a session by the one that its client has come to: it hands the
   * session over with the events that the client has not seen.
   */
  public static final Endpoint<TakeOver, Handed> TAKE_OVER =
      Endpoint.of("gateway.takeOver", TakeOver.class, Handed.class)
          .within(Duration.ofSeconds(3))
          .asRepeatable();

  /** Somebody has signed out: the sessions of that sign-in end, on every gateway. */
  public static final Topic<SignedOut> SIGNED_OUT =
      new Topic<>("gateway.signedOut", SignedOut.class);

  /** An administrator sends somebody away: the sessions of that person end, on every gateway. */
  public static final Topic<Kicked> KICKED = new Topic<>("gateway.kicked", Kicked.class);

  /** Whether somebody is muted or banned has changed: to be read again. */
  public static final Topic<Sanctioned> SANCTIONED =
      new Topic<>("gateway.sanctioned", Sanctioned.class);

  /**
   * @param reason for that person; may be null
   * @param sessionIds those of that person as far as presence knows: some may be on their way from
   *     one gateway to another
   */
  public record Kicked(String userId, String reason, List<String> sessionIds) {
    /** An older gateway does not tell the sessions. */
    public Kicked {
      sessionIds = sessionIds == null ? List.of() : sessionIds;
    }
  }

  public record Sanctioned(String userId) {}

  /**
   * @param signIn as in the access tokens of that sign-in
   */
  public record SignedOut(String signIn) {}

  /**
   * A notification for clients.
   *
   * @param method such as {@code live.started}
   * @param params a JSON object as text, encoded once however many receive it
   */
  public record ClientEvent(String method, String params) {}

  /**
   * @param moves how often it has changed gateways, this time included
   */
  public record SessionMoved(String sessionId, String node, int moves) {}

  /**
   * @param lastSeq the last event that the client has seen
   * @param node that takes it over
   */
  public record TakeOver(String sessionId, String userId, long lastSeq, String node) {}

  /**
   * @param found false: no session of that user is held there
   * @param complete whether the missed events are all there
   * @param missed the frames of the events after {@code lastSeq}, as they go to the client
   * @param lastSeq the number of the last event of the session
   * @param watched whose presence the client wants to hear of
   */
  public record Handed(
      boolean found,
      boolean complete,
      List<String> missed,
      long lastSeq,
      boolean watchesEveryone,
      List<String> watched) {}

  public record Delivery(List<String> sessionIds, ClientEvent event) {}

  /**
   * @param reason closed, expired, replaced, kicked or banned
   */
  public record SessionEnded(SessionRef session, User user, String reason) {
    /** An administrator has ended it: so what it held ends for that reason. */
    public boolean moderated() {
      return reason.equals("kicked") || reason.equals("banned");
    }
  }
}
