package io.castmesh.contract;

import java.time.Duration;
import java.time.Instant;
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

  /** The calls that ring or are talked in, the newest first; for administrators. */
  public static final Endpoint<AllQuery, All> ALL =
      Endpoint.of("call.all", AllQuery.class, All.class).asRepeatable();

  /** Ends a call whosever it is; both sides are told {@code moderated}. */
  public static final Endpoint<EndCall, Done> END =
      Endpoint.of("call.end", EndCall.class, Done.class);

  /** Ends the call that a person is in, if any. */
  public static final Endpoint<EndCallOf, Done> END_OF =
      Endpoint.of("call.endOf", EndCallOf.class, Done.class).asRepeatable();

  /**
   * @param limit at most so many
   */
  public record AllQuery(int limit) {}

  /**
   * @param total how many there are
   */
  public record All(List<Ongoing> items, int total) {}

  /**
   * @param state ringing or accepted
   * @param answeredAt null while it rings
   */
  public record Ongoing(
      String callId,
      String state,
      User caller,
      User callee,
      boolean video,
      Instant startedAt,
      Instant answeredAt) {}

  public record EndCall(String callId) {}

  public record EndCallOf(String userId) {}

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
