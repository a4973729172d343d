package io.castmesh.call.state;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import java.time.Instant;
import java.util.List;

/**
 * A call as it is kept in Redis, as JSON. Immutable: a change makes a new one.
 *
 * @param callerSession the device that called
 * @param ringing the callee's devices that ring, or rang until the call was answered or ended
 * @param calleeSession the device that accepted; null before
 * @param reason why it has ended; null before
 * @param version counts the changes: of two copies of a call the higher one is newer
 */
public record Call(
    String id,
    User caller,
    SessionRef callerSession,
    User callee,
    List<SessionRef> ringing,
    SessionRef calleeSession,
    boolean video,
    Phase phase,
    String reason,
    Instant startedAt,
    Instant answeredAt,
    Instant endedAt,
    long version) {

  public static Call ringing(
      String id, Caller caller, User callee, List<SessionRef> ringing, boolean video, Instant now) {
    return new Call(
        id,
        caller.user(),
        caller.session(),
        callee,
        List.copyOf(ringing),
        null,
        video,
        Phase.RINGING,
        null,
        now,
        null,
        null,
        1);
  }

  /** A call that never rang, for the log. */
  public Call neverRang(String why) {
    return new Call(
        id,
        caller,
        callerSession,
        callee,
        List.of(),
        null,
        video,
        Phase.ENDED,
        why,
        startedAt,
        null,
        startedAt,
        version + 1);
  }

  /**
   * On which side a user is.
   *
   * @throws io.castmesh.contract.FailureException {@link Failure#CALL_NOT_FOUND}: a stranger does
   *     not learn that the call exists
   */
  public Side side(String userId) {
    if (caller.id().equals(userId)) {
      return Side.CALLER;
    }
    if (callee.id().equals(userId)) {
      return Side.CALLEE;
    }
    throw Failure.CALL_NOT_FOUND.exception();
  }

  /** The callee takes it on one device. */
  public Call accepted(SessionRef device, Side side, Instant now) {
    Transitions.Outcome outcome = Transitions.of(phase, Action.ACCEPT, side);
    return new Call(
        id,
        caller,
        callerSession,
        callee,
        ringing,
        device,
        video,
        outcome.phase(),
        null,
        startedAt,
        now,
        null,
        version + 1);
  }

  public Call ended(Action action, Side side, Instant now) {
    Transitions.Outcome outcome = Transitions.of(phase, action, side);
    return new Call(
        id,
        caller,
        callerSession,
        callee,
        ringing,
        calleeSession,
        video,
        outcome.phase(),
        outcome.reason(),
        startedAt,
        answeredAt,
        now,
        version + 1);
  }

  /** A device of the callee rings no longer. */
  public Call without(String sessionId) {
    return new Call(
        id,
        caller,
        callerSession,
        callee,
        ringing.stream().filter(s -> !s.sessionId().equals(sessionId)).toList(),
        calleeSession,
        video,
        phase,
        reason,
        startedAt,
        answeredAt,
        endedAt,
        version + 1);
  }

  /** Whether this device is one of the two between which media flow. */
  public boolean connects(String sessionId) {
    return callerSession.sessionId().equals(sessionId)
        || (calleeSession != null && calleeSession.sessionId().equals(sessionId));
  }

  /** Whether this device rings, or waits for an answer, or is one of the two that talk. */
  public boolean concerns(String sessionId) {
    return phase != Phase.ENDED
        && (connects(sessionId) || (phase == Phase.RINGING && rings(sessionId)));
  }

  public boolean rings(String sessionId) {
    return ringing.stream().anyMatch(session -> session.sessionId().equals(sessionId));
  }
}
