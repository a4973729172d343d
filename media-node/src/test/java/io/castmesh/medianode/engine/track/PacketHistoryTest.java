package io.castmesh.medianode.engine.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Where somebody who joins can begin. */
class PacketHistoryTest {
  private static final MediaFormat VP8 = new MediaFormat(MediaCodec.VP8, "");
  private static final long NOW = TimeUnit.SECONDS.toNanos(100);
  private static final JoinLimits LIMITS =
      new JoinLimits(TimeUnit.SECONDS.toNanos(1), 100_000, 100);

  private final PacketHistory history = new PacketHistory(256);

  private void arrives(long sequence, boolean keyFrame, int bytes, long millisAgo) {
    arrives(VP8, sequence, keyFrame, bytes, millisAgo);
  }

  private void arrives(
      MediaFormat format, long sequence, boolean keyFrame, int bytes, long millisAgo) {
    history.store(
        format,
        sequence,
        0,
        false,
        keyFrame,
        new byte[bytes],
        0,
        bytes,
        NOW - TimeUnit.MILLISECONDS.toNanos(millisAgo));
  }

  private long joinAt() {
    return history.joinAt(LIMITS, NOW);
  }

  @Test
  void itIsTheLastKeyFrame() {
    assertThat(joinAt()).isEqualTo(-1);
    arrives(10, true, 1000, 900);
    arrives(11, false, 1000, 890);
    assertThat(joinAt()).isEqualTo(10);
    arrives(12, true, 1000, 500);
    arrives(13, false, 1000, 490);
    assertThat(joinAt()).isEqualTo(12);
    assertThat(history.newest()).isEqualTo(13);
  }

  @Test
  void anOldOrALargeGroupIsNoHelp() {
    // too old
    arrives(10, true, 1000, 1000);
    assertThat(joinAt()).isEqualTo(-1);

    // too many bytes
    arrives(20, true, 1000, 500);
    for (int i = 21; i < 99; i++) {
      arrives(i, false, 1280, 400);
    }
    assertThat(joinAt()).isEqualTo(-1);

    // too many packets
    arrives(120, true, 100, 300);
    arrives(219, false, 100, 0);
    assertThat(joinAt()).isEqualTo(120);
    arrives(220, false, 100, 0);
    assertThat(joinAt()).isEqualTo(-1);
  }

  @Test
  void aGapIsForgivenAsLongAsItMayBeRepaired() {
    arrives(10, true, 1000, 600);
    arrives(11, false, 1000, 500);
    arrives(13, false, 1000, 200);
    assertThat(joinAt()).isEqualTo(10);

    // what came after the gap is old by now: nobody repairs it
    arrives(20, true, 1000, 600);
    arrives(22, false, 1000, 400);
    assertThat(joinAt()).isEqualTo(-1);

    // or it is repaired
    arrives(21, false, 1000, 0);
    assertThat(joinAt()).isEqualTo(20);
  }

  @Test
  void anotherCodecOrAnotherStreamBeginsAnew() {
    arrives(10, true, 1000, 100);
    arrives(new MediaFormat(MediaCodec.VP9, ""), 11, false, 1000, 50);
    assertThat(joinAt()).isEqualTo(-1);

    arrives(20, true, 1000, 100);
    history.clear();
    assertThat(joinAt()).isEqualTo(-1);
    assertThat(history.newest()).isEqualTo(-1);
  }
}
