package io.castmesh.medianode.engine.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.PacketHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FrameAssemblerTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final List<String> frames = new ArrayList<>();
  private int keyFramesNeeded;
  private final FrameAssembler assembler =
      new FrameAssembler(
          new FrameAssembler.Output() {
            @Override
            public void onFrame(byte[] frame, boolean keyFrame, int timestamp, long arrivedAt) {
              frames.add((keyFrame ? "key " : "delta ") + timestamp + " " + frame.length);
            }

            @Override
            public void onKeyFrameNeeded() {
              keyFramesNeeded++;
            }
          },
          new Vp8Depacketizer());

  /** Frames of two packets with three bytes of picture each; numbers as a sender gives them. */
  private void packet(long sequence, boolean keyFrame, long millis) {
    boolean first = sequence % 2 == 0;
    byte[] payload = {(byte) (first ? 0x10 : 0x00), (byte) (keyFrame && first ? 0x50 : 0x51), 7, 7};
    MediaPacket packet =
        new PacketHistory(1)
            .store(
                new MediaFormat(MediaCodec.VP8, ""),
                sequence,
                (int) (sequence / 2),
                !first,
                keyFrame && first,
                payload,
                0,
                payload.length,
                millis * MILLI);
    assembler.onPacket(packet, millis * MILLI);
  }

  @Test
  void beginsWithAKeyFrameAndPutsFramesTogetherInAnyOrder() {
    // when
    packet(8, false, 0);
    packet(9, false, 0);
    packet(11, true, 1);
    packet(10, true, 1);
    packet(13, false, 2);
    packet(14, false, 2);
    packet(12, false, 3);
    packet(15, false, 3);

    // then
    assertThat(frames).containsExactly("key 5 6", "delta 6 6", "delta 7 6");
  }

  @Test
  void waitsForARetransmissionInTime() {
    // given
    packet(10, true, 0);
    packet(11, true, 0);
    packet(13, false, 33);
    packet(14, false, 66);
    packet(15, false, 66);
    assertThat(frames).hasSize(1);

    // when
    packet(12, false, 300);

    // then
    assertThat(frames).containsExactly("key 5 6", "delta 6 6", "delta 7 6");
    assertThat(keyFramesNeeded).isZero();
  }

  @Test
  void skipsToTheNextKeyFrameWhenAPacketIsLostForGood() {
    // given
    packet(10, true, 0);
    packet(11, true, 0);
    packet(13, false, 33);
    packet(14, false, 66);

    // when
    assembler.tick(1000 * MILLI);
    packet(15, false, 1001);
    packet(12, false, 1002);
    packet(16, false, 1010);
    packet(17, false, 1010);

    // then: nothing that builds on the broken picture
    assertThat(keyFramesNeeded).isEqualTo(1);
    assertThat(frames).containsExactly("key 5 6");

    // when
    packet(18, true, 1040);
    packet(19, true, 1040);

    // then
    assertThat(frames).containsExactly("key 5 6", "key 9 6");
  }

  @Test
  void aJumpBeyondTheWindowIsSurvived() {
    // given
    packet(10, true, 0);
    packet(11, true, 0);

    // when
    packet(100_000, false, 10);
    packet(100_001, false, 10);
    packet(100_002, true, 20);
    packet(100_003, true, 20);

    // then
    assertThat(keyFramesNeeded).isEqualTo(1);
    assertThat(frames).containsExactly("key 5 6", "key 50001 6");
  }
}
