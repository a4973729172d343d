package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerLoopTest {
  @Test
  void anElementThatFailsHoldsUpNobodyElse() {
    // given
    Set<String> elements = new LinkedHashSet<>(List.of("one", "fails", "two"));
    List<String> seen = new ArrayList<>();

    // when
    PeerLoop.tickEach(
        elements,
        (element, now) -> {
          if (element.equals("fails")) {
            throw new StackOverflowError(element);
          }
          seen.add(element + now);
        },
        7);

    // then
    assertThat(seen).containsExactly("one7", "two7");
  }
}
