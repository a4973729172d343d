package io.castmesh.runtime.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Nodes.Missed;
import io.castmesh.contract.Nodes.Sent;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class SentEventsTest {
  private static final Buffer EVENT = Buffer.buffer(new byte[100]);

  private long now;
  private final SentEvents sent = new SentEvents(() -> now++, 1_000);

  @Test
  void allAddressesTogetherKeepNoMoreThanTheirShareAndTheOldestGoFirst() {
    // given a share that is full
    for (int i = 0; i < 5; i++) {
      add("one");
      add("two");
    }

    // when
    for (int i = 0; i < 3; i++) {
      add("three");
    }

    // then
    assertThat(kept("one")).containsExactly(3L, 4L, 5L);
    assertThat(kept("two")).containsExactly(2L, 3L, 4L, 5L);
    assertThat(kept("three")).containsExactly(1L, 2L, 3L);
  }

  @Test
  void whatWasForANodeThatIsGoneMakesRoom() {
    // given
    for (int i = 0; i < 9; i++) {
      add("topic@gone");
    }
    add("one");

    // when
    sent.forget("gone");
    for (int i = 0; i < 9; i++) {
      add("one");
    }

    // then
    assertThat(kept("one")).hasSize(10);
    assertThat(kept("topic@gone")).isEmpty();
  }

  private void add(String address) {
    sent.add(address, null, EVENT, seq -> {});
  }

  private List<Long> kept(String address) {
    return sent.after(new Missed(address, 0, Long.MAX_VALUE - 1)).events().stream()
        .map(Sent::seq)
        .toList();
  }
}
