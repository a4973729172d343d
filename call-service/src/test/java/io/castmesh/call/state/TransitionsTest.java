package io.castmesh.call.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TransitionsTest {
  /** What is allowed, in words; all of the other steps must be refused. */
  private static final Map<String, String> ALLOWED =
      Map.ofEntries(
          Map.entry("RINGING ACCEPT CALLEE", "ACCEPTED null"),
          Map.entry("RINGING REJECT CALLEE", "ENDED rejected"),
          Map.entry("RINGING CANCEL CALLER", "ENDED cancelled"),
          Map.entry("RINGING TIME_OUT CLOCK", "ENDED timeout"),
          Map.entry("RINGING LEAVE CALLER", "ENDED cancelled"),
          Map.entry("RINGING LEAVE CALLEE", "ENDED failed"),
          Map.entry("RINGING LOSE CALLER", "ENDED failed"),
          Map.entry("RINGING LOSE CALLEE", "ENDED failed"),
          Map.entry("ACCEPTED HANG_UP CALLER", "ENDED hangup"),
          Map.entry("ACCEPTED HANG_UP CALLEE", "ENDED hangup"),
          Map.entry("ACCEPTED LEAVE CALLER", "ENDED hangup"),
          Map.entry("ACCEPTED LEAVE CALLEE", "ENDED hangup"),
          Map.entry("ACCEPTED LOSE CALLER", "ENDED failed"),
          Map.entry("ACCEPTED LOSE CALLEE", "ENDED failed"),
          Map.entry("RINGING MODERATE CLOCK", "ENDED moderated"),
          Map.entry("ACCEPTED MODERATE CLOCK", "ENDED moderated"));

  record Cell(Phase phase, Action action, Side side) {
    String words() {
      return phase + " " + action + " " + side;
    }
  }

  static Stream<Cell> everyStep() {
    return Stream.of(Phase.values())
        .flatMap(
            phase ->
                Stream.of(Action.values())
                    .flatMap(
                        action ->
                            Stream.of(Side.values()).map(side -> new Cell(phase, action, side))));
  }

  @ParameterizedTest
  @MethodSource("everyStep")
  void everyStepIsAllowedAsWrittenOrRefused(Cell cell) {
    // given
    String expected = ALLOWED.get(cell.words());

    // when, then
    if (expected == null) {
      assertThatThrownBy(() -> Transitions.of(cell.phase(), cell.action(), cell.side()))
          .isInstanceOfSatisfying(
              FailureException.class, e -> assertThat(e.failure()).isEqualTo(Failure.CALL_STATE));
    } else {
      Transitions.Outcome outcome = Transitions.of(cell.phase(), cell.action(), cell.side());
      assertThat(outcome.phase() + " " + outcome.reason()).isEqualTo(expected);
    }
  }
}
