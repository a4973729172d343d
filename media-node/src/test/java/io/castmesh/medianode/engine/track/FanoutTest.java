package io.castmesh.medianode.engine.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FanoutTest {
  private static final MediaFormat VP8 = new MediaFormat(MediaCodec.VP8, "");

  private final BurstEnd bursts = new BurstEnd();
  private final Fanout fanout = new Fanout(bursts);
  private final PacketHistory history = new PacketHistory(64);
  private final List<String> seen = new ArrayList<>();

  private class Viewer implements TrackSink {
    private final String name;
    private TrackSource source;

    Viewer(String name) {
      this.name = name;
    }

    @Override
    public TrackSource source() {
      return source;
    }

    @Override
    public void onSource(TrackSource newSource) {
      source = newSource;
    }

    @Override
    public void onPacket(MediaPacket packet, long now) {
      seen.add(name + packet.sequence() + ":" + packet.wireLength());
    }
  }

  private MediaPacket packet(long sequence, int length) {
    return history.store(VP8, sequence, 0, false, false, new byte[length], 0, length, 1);
  }

  @Test
  void eachViewerGetsTheWholeFrameBeforeTheNextOneGetsAnything() {
    // given
    fanout.add(new Viewer("a"), null);
    fanout.add(new Viewer("b"), null);

    // when
    fanout.add(packet(1, 900), false, 1);
    fanout.add(packet(2, 900), false, 1);
    fanout.add(packet(3, 400), false, 1);
    assertThat(seen).isEmpty();
    bursts.run(1);

    // then
    assertThat(seen).containsExactly("a1:900", "a2:900", "a3:400", "b1:900", "b2:900", "b3:400");
  }

  @Test
  void packetsOfAFrameAreMadeEqualAndStaySoForWhoeverAsksAgain() {
    // given: as browsers cut frames, and a packet that differs by more than padding is worth
    fanout.add(new Viewer("a"), null);
    fanout.add(packet(1, 1050), false, 1);
    fanout.add(packet(2, 1051), false, 1);
    fanout.add(packet(3, 1050), false, 1);
    fanout.add(packet(4, 1050), false, 1);
    fanout.add(packet(5, 200), false, 1);

    // when
    bursts.run(1);

    // then: the last of a run may be shorter
    assertThat(seen).containsExactly("a1:1051", "a2:1051", "a3:1051", "a4:1050", "a5:200");
    MediaPacket again = history.find(3, 2);
    assertThat(again.wireLength()).isEqualTo(1051);
    assertThat(again.length()).isEqualTo(1050);
    assertThat(again.payload()[1050]).isEqualTo((byte) 1);
  }

  @Test
  void paddingCountsItself() {
    // given
    fanout.add(new Viewer("a"), null);
    byte[] payload = new byte[703];
    Arrays.fill(payload, (byte) 7);
    fanout.add(history.store(VP8, 1, 0, false, false, payload, 0, 700, 1), false, 1);
    fanout.add(history.store(VP8, 2, 0, false, false, payload, 0, 703, 1), false, 1);

    // when
    bursts.run(1);

    // then (RFC 3550 section 5.1)
    MediaPacket padded = history.find(1, 2);
    assertThat(padded.isPadded()).isTrue();
    assertThat(Arrays.copyOfRange(padded.payload(), 699, 703)).containsExactly(7, 0, 0, 3);
    assertThat(history.find(2, 2).isPadded()).isFalse();
  }

  @Test
  void aLongBurstIsNotHeldBackToItsEnd() {
    // given
    fanout.add(new Viewer("a"), null);

    // when
    for (int i = 1; i <= 40; i++) {
      fanout.add(packet(i, 100), false, 1);
    }

    // then
    assertThat(seen).hasSize(32);
    bursts.run(1);
    assertThat(seen).hasSize(40).last().isEqualTo("a40:100");
  }

  @Test
  void aCrowdGetsAPictureInOneRun() {
    // given
    join(32);

    // when: it arrives in two bursts
    fanout.add(packet(1, 900), true, 1);
    bursts.run(1);
    assertThat(seen).isEmpty();
    fanout.add(packet(2, 400), false, 2);
    bursts.run(2);

    // then
    assertThat(seen).hasSize(64).startsWith("v1:900", "v2:400", "v1:900", "v2:400");
  }

  @Test
  void theRestOfAPictureIsNotWaitedForLongerThanATick() {
    // given
    join(32);
    fanout.add(packet(1, 900), true, 1);
    bursts.run(1);

    // when
    bursts.runAll(2);

    // then
    assertThat(seen).hasSize(32);
    fanout.add(packet(2, 400), false, 3);
    bursts.run(3);
    assertThat(seen).hasSize(64);
  }

  @Test
  void aFewGetEachPacketAsItComes() {
    // given
    join(31);

    // when
    fanout.add(packet(1, 900), true, 1);
    bursts.run(1);

    // then
    assertThat(seen).hasSize(31);
  }

  @Test
  void whoComesGetsNothingOfWhatCameBefore() {
    // given
    join(32);
    fanout.add(packet(1, 900), true, 1);
    bursts.run(1);

    // when
    fanout.add(new Viewer("late"), null);
    fanout.add(packet(2, 400), false, 2);
    bursts.run(2);

    // then
    assertThat(seen)
        .hasSize(65)
        .filteredOn(got -> got.startsWith("late"))
        .containsOnly("late2:400");
  }

  private void join(int viewers) {
    for (int i = 0; i < viewers; i++) {
      fanout.add(new Viewer("v"), null);
    }
  }

  @Test
  void nobodyGetsTheNewStreamBeforeTheRestOfTheOldOne() {
    // given
    Viewer viewer =
        new Viewer("a") {
          @Override
          public void onSource(TrackSource newSource) {
            super.onSource(newSource);
            seen.add("source");
          }
        };
    fanout.add(viewer, null);
    fanout.add(packet(1, 100), false, 1);

    // when
    fanout.restart(null, 1);

    // then
    assertThat(seen).containsExactly("source", "a1:100", "source");
  }

  @Test
  void whoFailsKeepsNobodyFromGettingPackets() {
    // given
    fanout.add(
        new Viewer("a") {
          @Override
          public void onPacket(MediaPacket packet, long now) {
            throw new AssertionError("a sink that fails");
          }
        },
        null);
    fanout.add(new Viewer("b"), null);

    // when
    fanout.add(packet(1, 100), false, 1);
    bursts.run(1);

    // then
    assertThat(seen).containsExactly("b1:100");
  }
}
