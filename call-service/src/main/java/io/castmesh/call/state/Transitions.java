package io.castmesh.call.state;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import java.util.Map;

/**
 * The life of a call as a table: who may do what in which phase, and what comes of it. Whatever is
 * not in the table is refused with {@link Failure#CALL_STATE}.
 */
public final class Transitions {
  private Transitions() {}

  /**
   * @param reason why the call has ended; null while it has not
   */
  public record Outcome(Phase phase, String reason) {}

  record Step(Phase phase, Action action, Side side) {}

  static final Map<Step, Outcome> TABLE =
      Map.ofEntries(
          ringing(Action.ACCEPT, Side.CALLEE, new Outcome(Phase.ACCEPTED, null)),
          ringing(Action.REJECT, Side.CALLEE, ended("rejected")),
          ringing(Action.CANCEL, Side.CALLER, ended("cancelled")),
          ringing(Action.TIME_OUT, Side.CLOCK, ended("timeout")),
          ringing(Action.LEAVE, Side.CALLER, ended("cancelled")),
          ringing(Action.LEAVE, Side.CALLEE, ended("failed")),
          ringing(Action.LOSE, Side.CALLER, ended("failed")),
          ringing(Action.LOSE, Side.CALLEE, ended("failed")),
          accepted(Action.HANG_UP, Side.CALLER, ended("hangup")),
          accepted(Action.HANG_UP, Side.CALLEE, ended("hangup")),
          accepted(Action.LEAVE, Side.CALLER, ended("hangup")),
          accepted(Action.LEAVE, Side.CALLEE, ended("hangup")),
          accepted(Action.LOSE, Side.CALLER, ended("failed")),
          accepted(Action.LOSE, Side.CALLEE, ended("failed")),
          ringing(Action.MODERATE, Side.CLOCK, ended("moderated")),
          accepted(Action.MODERATE, Side.CLOCK, ended("moderated")));

  /**
   * What comes of an action.
   *
   * @throws FailureException {@link Failure#CALL_STATE} when the phase does not allow it
   */
  public static Outcome of(Phase phase, Action action, Side side) {
    Outcome outcome = TABLE.get(new Step(phase, action, side));
    if (outcome == null) {
      throw Failure.CALL_STATE.exception("it is " + phase.word());
    }
    return outcome;
  }

  private static Map.Entry<Step, Outcome> ringing(Action action, Side side, Outcome outcome) {
    return Map.entry(new Step(Phase.RINGING, action, side), outcome);
  }

  private static Map.Entry<Step, Outcome> accepted(Action action, Side side, Outcome outcome) {
    return Map.entry(new Step(Phase.ACCEPTED, action, side), outcome);
  }

  private static Outcome ended(String reason) {
    return new Outcome(Phase.ENDED, reason);
  }
}
