package io.castmesh.contract;

import java.time.Duration;

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
