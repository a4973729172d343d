package io.castmesh.medianode.engine.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What somebody sees who takes one of two layers. */
class BestLayerTest {
  private static final MediaFormat VP8 = new MediaFormat(MediaCodec.VP8, "");

  private final BurstEnd bursts = new BurstEnd();
  private final Fanout fanout = new Fanout(bursts);
  private final Camera camera = new Camera();
  private final List<Integer> seen = new ArrayList<>();
  private long now = TimeUnit.HOURS.toNanos(1);

  /** Two layers, each with timestamps and a clock of its own, as browsers send them. */
  private final class Camera implements TrackSource {
    private final PacketHistory[] histories = {new PacketHistory(64, 0), new PacketHistory(64, 1)};
    private final SenderClock[] clocks = {new SenderClock(90_000), new SenderClock(90_000)};
    private final long[] rates = {100_000, 0};
    private final BestLayer best = new BestLayer(this, fanout);

    void send(int layer, long sequence, boolean keyFrame) {
      MediaPacket packet =
          histories[layer].store(VP8, sequence, 0, true, keyFrame, new byte[100], 0, 100, now);
      best.onPacket(packet, now);
      fanout.add(packet, false, now);
    }

    @Override
    public MediaKind kind() {
      return MediaKind.VIDEO;
    }

    @Override
    public int clockRate() {
      return 90_000;
    }

    @Override
    public MediaCodec codec() {
      return MediaCodec.VP8;
    }

    @Override
    public void add(TrackSink sink) {
      fanout.add(sink, this);
    }

    @Override
    public void remove(TrackSink sink) {
      fanout.remove(sink, this);
    }

    @Override
    public void requestKeyFrame() {}

    @Override
    public MediaPacket find(long sequence, long time) {
      return null;
    }

    @Override
    public SenderClock clock() {
      return clocks[best.current()];
    }

    @Override
    public int layers() {
      return 2;
    }

    @Override
    public long bitrate(int layer, int temporalLayer, long time) {
      return rates[layer];
    }
  }

  private final class Recorder implements TrackSink {
    private TrackSource source;

    @Override
    public TrackSource source() {
      return source;
    }

    @Override
    public void onSource(TrackSource newSource) {
      source = newSource;
    }

    @Override
    public void onPacket(MediaPacket packet, long time) {
      assertThat(source.clock())
          .as("the clock of its layer")
          .isSameAs(camera.clocks[packet.layer()]);
      seen.add(packet.layer());
    }
  }

  @Test
  void eachPacketComesWithTheClockOfItsLayerAlsoAtAChange() {
    // given: the small layer alone
    camera.best.begin();
    camera.add(new Recorder());
    camera.send(0, 1, true);
    pass(400);
    camera.send(0, 2, true);
    camera.send(0, 3, false);
    bursts.run(now);
    assertThat(seen).containsExactly(0, 0);

    // when: the large one comes, its keyframe together with a picture of the small one
    camera.rates[1] = 1_000_000;
    pass(600);
    camera.send(1, 1, false);
    camera.send(0, 4, false);
    camera.send(1, 2, true);
    camera.send(0, 5, false);
    bursts.run(now);

    // then
    assertThat(seen).containsExactly(0, 0, 0, 1);
  }

  @Test
  void aPictureASecondIsNoReasonToTakeAnotherLayer() {
    // given: the large one
    camera.rates[1] = 1_000_000;
    camera.best.begin();
    camera.add(new Recorder());
    camera.send(1, 1, true);
    pass(400);
    camera.send(1, 2, true);
    bursts.run(now);
    assertThat(seen).containsExactly(1);

    // when: packets of the small one come first, and the large one has no rate any more
    for (int i = 3; i < 8; i++) {
      pass(1000);
      camera.rates[1] = 0;
      camera.send(0, i, true);
      camera.rates[1] = 1_000_000;
      camera.send(1, i, false);
      bursts.run(now);
    }

    // then
    assertThat(seen).hasSize(6).containsOnly(1);
  }

  private void pass(long millis) {
    now += TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
