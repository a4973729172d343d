package io.castmesh.contract;

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

  /** Somebody has signed out: the sessions of that sign-in end, on every gateway. */
  public static final Topic<SignedOut> SIGNED_OUT =
      new Topic<>("gateway.signedOut", SignedOut.class);

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

  public record Delivery(List<String> sessionIds, ClientEvent event) {}

  /**
   * @param reason closed, expired or replaced
   */
  public record SessionEnded(SessionRef session, User user, String reason) {}
}
