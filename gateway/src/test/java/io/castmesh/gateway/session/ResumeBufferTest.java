package io.castmesh.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResumeBufferTest {
  @Test
  void itHoldsAsManyBytesAsALaterSocketMayBeSent() {
    // given
    String frame = "晚上好".repeat(100);
    ResumeBuffer events = new ResumeBuffer(1_000, 2 * 900, List.of(), 0);

    // when
    events.add(frame);
    events.add(frame);
    int gone = events.add(frame);

    // then
    assertThat(gone).isEqualTo(1);
    assertThat(events.after(1)).contains(List.of(frame, frame));
    assertThat(events.after(0)).isEmpty();
  }
}
