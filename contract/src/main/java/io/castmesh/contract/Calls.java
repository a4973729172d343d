package io.castmesh.contract;

import java.time.Duration;
import java.util.List;

/** Calls between two people: owned by call-service. */
public final class Calls {
  private Calls() {}

  public static final Endpoint<Invite, Invited> INVITE =
      Endpoint.of("call.invite", Invite.class, Invited.class);
  public static final Endpoint<OfCall, State> ACCEPT =
      Endpoint.of("call.accept", OfCall.class, State.class);
  public static final Endpoint<OfCall, State> REJECT =
      Endpoint.of("call.reject", OfCall.class, State.class);
  public static final Endpoint<OfCall, State> CANCEL =
      Endpoint.of("call.cancel", OfCall.class, State.class);
  public static final Endpoint<OfCall, State> HANGUP =
      Endpoint.of("call.hangup", OfCall.class, State.class);

  /** Own media up, the other side's down, in one peer connection. */
  public static final Endpoint<Connect, Media.Answer> CONNECT =
      Endpoint.of("call.connect", Connect.class, Media.Answer.class).within(Duration.ofSeconds(12));

  /** The call in which a session is: it rings here, or rang first here, or is talked in here. */
  public static final Endpoint<OfSession, Mine> LIST =
      Endpoint.of("call.list", OfSession.class, Mine.class).asRepeatable();

  public record OfSession(Caller caller) {}

  public record Mine(List<Going> items) {}

  /**
   * A call that is not over.
   *
   * @param state ringing or accepted
   * @param peer the other side
   * @param incoming the other side called
   */
  public record Going(String callId, String state, User peer, boolean incoming, boolean video) {}

  /**
   * @param to a nickname
   */
  public record Invite(Caller caller, String to, boolean video) {}

  public record Invited(String callId, String state) {}

  /**
   * @param reason said to the other side; may be null
   */
  public record OfCall(Caller caller, String callId, String reason) {}

  /**
   * @param state ringing, accepted or ended
   */
  public record State(String state) {}

  public record Connect(Caller caller, String callId, String sdpOffer) {}
}
