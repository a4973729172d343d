package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.track.LayerRates;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.PacketHistory;
import io.castmesh.medianode.engine.track.SenderClock;
import io.castmesh.medianode.engine.track.TrackSink;
import io.castmesh.medianode.engine.track.TrackSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LayerChoiceTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final LayerChoice choice = new LayerChoice();
  private final PacketHistory history = new PacketHistory(64);
  private long now = 100 * SECOND;
  private long sequence;

  /** Layers of these rates, each of three temporal layers with 40, 60 and 100 % of it. */
  private static TrackSource layers(long... rates) {
    return source(rates, new double[] {0.4, 0.6, 1, 1});
  }

  private static TrackSource source(long[] rates, double[] shares) {
    return new Source(
        rates.length,
        (layer, temporal, now) -> (long) (rates[layer] * shares[Math.min(3, temporal)]));
  }

  private interface Rates {
    long bitrate(int layer, int temporalLayer, long now);
  }

  private record Source(int layers, Rates rates) implements TrackSource {
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
      throw new UnsupportedOperationException();
    }

    @Override
    public void remove(TrackSink sink) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void requestKeyFrame() {
      throw new UnsupportedOperationException();
    }

    @Override
    public MediaPacket find(long sequence, long now) {
      return null;
    }

    @Override
    public SenderClock clock() {
      return new SenderClock(90_000);
    }

    @Override
    public long bitrate(int layer, int temporalLayer, long now) {
      return rates.bitrate(layer, temporalLayer, now);
    }
  }

  private String choose(TrackSource source, long budget) {
    choice.choose(source, budget, false, now);
    return choice.layer() + "/" + choice.temporal();
  }

  @Test
  void theBestThatFitsIsTaken() {
    TrackSource source = layers(150_000, 500_000, 1_500_000);
    choice.reset(source, 5_000_000, now);
    assertThat(choose(source, 5_000_000)).isEqualTo("2/3");
    assertThat(choice.wanted()).isZero();
  }

  @Test
  void picturesAreLeftOutBeforeTheLayerIsGivenUp() {
    TrackSource source = layers(150_000, 500_000, 1_500_000);
    choice.reset(source, 5_000_000, now);
    assertThat(choose(source, 1_000_000)).isEqualTo("2/1");
    assertThat(choice.wanted()).isEqualTo(1_500_000);
    assertThat(choose(source, 700_000)).isEqualTo("1/3");
    assertThat(choose(source, 250_000)).isEqualTo("0/3");
    assertThat(choose(source, 70_000)).isEqualTo("0/0");
  }

  @Test
  void layersMayComeInAnyOrder() {
    TrackSource source = layers(1_500_000, 150_000, 500_000);
    choice.reset(source, 5_000_000, now);
    assertThat(choose(source, 5_000_000)).isEqualTo("0/3");
    assertThat(choose(source, 700_000)).as("seven pictures a second are few").isEqualTo("2/3");
    assertThat(choose(source, 200_000)).isEqualTo("1/3");
  }

  @Test
  void aLayerThatIsSwitchedOffIsNotWaitedFor() {
    TrackSource source = layers(150_000, 500_000, 0);
    choice.reset(source, 5_000_000, now);
    assertThat(choose(source, 5_000_000)).isEqualTo("1/3");
  }

  @Test
  void aLayerThatStopsIsLeftWhenTheOthersGoOnWithoutIt() {
    // given
    long[] rates = {150_000, 500_000, 1_500_000};
    TrackSource source = source(rates, new double[] {1, 1, 1, 1});
    choice.reset(source, 5_000_000, now);
    assertThat(choose(source, 5_000_000)).isEqualTo("2/3");

    // when
    rates[2] = 0;

    // then
    assertThat(choose(source, 5_000_000)).isEqualTo("2/3");
    now += SECOND;
    assertThat(choose(source, 5_000_000)).isEqualTo("1/3");
  }

  @Test
  void whoRoseTooEarlyWaitsLongerEachTime() {
    // given: it goes up and has to come down at once
    TrackSource source = layers(150_000, 500_000, 1_500_000);
    choice.reset(source, 200_000, now);
    assertThat(choose(source, 600_000)).isEqualTo("1/3");
    now += 2 * SECOND;
    assertThat(choose(source, 200_000)).isEqualTo("0/3");

    // then
    now += 2 * SECOND;
    assertThat(choose(source, 600_000)).isEqualTo("0/3");
    assertThat(choice.wanted()).as("nothing is tried meanwhile").isZero();
    now += 4 * SECOND;
    assertThat(choose(source, 600_000)).isEqualTo("1/3");
  }

  @Test
  void withoutLayersThePictureIsPausedOnlyWhenTheSoundSuffersForLong() {
    // given: nothing to leave out
    TrackSource source = source(new long[] {1_000_000}, new double[] {1, 1, 1, 1});
    choice.reset(source, 5_000_000, now);

    // then: too little, but nothing is lost
    now += 10 * SECOND;
    assertThat(choose(source, 200_000)).isEqualTo("0/3");
    assertThat(choice.isPaused()).isFalse();

    // when: much is lost, too
    for (int i = 0; i < 40; i++) {
      now += SECOND / 10;
      choice.choose(source, 200_000, true, now);
    }
    assertThat(choice.isPaused()).isTrue();
    assertThat(choice.wanted()).isEqualTo(1_000_000);

    // when
    choice.choose(source, 1_500_000, false, now);
    assertThat(choice.isPaused()).isFalse();
  }

  @Test
  void aPausedPictureIsTriedAgainAfterARestThatGrows() {
    // given: without pictures the estimate does not grow to what they need
    TrackSource source = source(new long[] {1_000_000}, new double[] {1, 1, 1, 1});
    choice.reset(source, 5_000_000, now);
    List<Long> begun = new ArrayList<>();
    boolean before = true;

    // when
    long start = now;
    while (now - start < 200 * SECOND) {
      now += SECOND / 10;
      choice.choose(source, 140_000, true, now);
      if (before && !choice.isPaused()) {
        begun.add((now - start) / SECOND);
      }
      before = choice.isPaused();
    }

    // then: three seconds each
    assertThat(begun).containsExactly(0L, 13L, 36L, 79L, 142L);

    // when: nothing is lost any more
    start = now;
    while (now - start < 70 * SECOND) {
      now += SECOND / 10;
      choice.choose(source, 140_000, choice.isPaused(), now);
    }

    // then
    assertThat(choice.isPaused()).isFalse();
  }

  /** Pictures of this size, 30 a second, as packets come. */
  private void sendPicture(LayerRates rates, int bytes) {
    MediaFormat vp8 = new MediaFormat(MediaCodec.VP8, "");
    byte[] payload = new byte[1_250];
    for (int sent = 0; sent < bytes; sent += payload.length) {
      MediaPacket packet =
          history.store(vp8, sequence++, 0, false, false, payload, 0, payload.length, now);
      rates.onPacket(packet, now);
    }
  }

  @Test
  void aKeyFrameIsNoReasonToFall() {
    // given: 1.6 Mbit/s with headers and 160 kbit/s, and room for both
    LayerRates small = new LayerRates();
    LayerRates large = new LayerRates();
    TrackSource source =
        new Source(2, (layer, temporal, at) -> (layer == 0 ? small : large).bitrate(temporal, at));
    List<String> choices = new ArrayList<>();

    // when
    for (int i = 0; i < 300; i++) {
      now += SECOND / 30;
      sendPicture(small, i % 2 == 0 ? 1_250 : 0);
      sendPicture(large, i == 100 ? 56_000 : 6_250);
      if (i == 30) {
        choice.reset(source, 1_900_000, now);
      } else if (i > 30 && i % 3 == 0) {
        choices.add(choose(source, 1_900_000));
      }
    }

    // then
    assertThat(large.bitrate(3, now)).isBetween(1_500_000L, 1_700_000L);
    assertThat(choices).hasSize(89).containsOnly("1/3");
  }

  @Test
  void aKeyFrameOfASmallerLayerIsNoReasonToTakeIt() {
    // given: 630 and 940 kbit/s with headers, and room for both
    LayerRates small = new LayerRates();
    LayerRates large = new LayerRates();
    TrackSource source =
        new Source(2, (layer, temporal, at) -> (layer == 0 ? small : large).bitrate(temporal, at));
    List<String> choices = new ArrayList<>();
    long dearest = 0;

    // when: somebody else needs a keyframe of the small one
    for (int i = 0; i < 300; i++) {
      now += SECOND / 30;
      sendPicture(small, i == 100 ? 30_000 : 2_083);
      sendPicture(large, 2_700);
      if (i == 30) {
        choice.reset(source, 5_000_000, now);
      } else if (i > 30 && i % 3 == 0) {
        dearest = Math.max(dearest, small.bitrate(3, now));
        choices.add(choose(source, 5_000_000));
      }
    }

    // then
    assertThat(dearest).isGreaterThan(large.bitrate(3, now));
    assertThat(choices).hasSize(89).containsOnly("1/3");
  }

  @Test
  void layersOfAboutTheSameRateAreNoReasonToChange() {
    // given: one of 150 kbit/s, and one of 148 to 172
    long begun = now;
    TrackSource source =
        new Source(
            2,
            (layer, temporal, at) ->
                layer == 0
                    ? 150_000
                    : 160_000 + Math.round(12_000 * Math.sin((at - begun) * Math.PI / 3 / SECOND)));
    choice.reset(source, 5_000_000, now);
    List<String> choices = new ArrayList<>();

    // when
    for (int i = 0; i < 300; i++) {
      now += SECOND / 10;
      choices.add(choose(source, 5_000_000));
    }

    // then
    assertThat(choices).containsOnly("1/3");
  }

  @Test
  void aPictureASecondIsNoReasonToTakeAnotherLayer() {
    // given: packets of the small layer come first
    LayerRates small = new LayerRates();
    LayerRates large = new LayerRates();
    TrackSource source =
        new Source(2, (layer, temporal, at) -> (layer == 0 ? small : large).bitrate(temporal, at));
    List<String> choices = new ArrayList<>();

    // when
    for (int i = 0; i < 100; i++) {
      now += SECOND / 10;
      sendPicture(small, i % 10 == 0 ? 1_250 : 0);
      sendPicture(large, i % 10 == 1 ? 2_500 : 0);
      if (i == 3) {
        choice.reset(source, 5_000_000, now);
      } else if (i > 3) {
        choices.add(choose(source, 5_000_000));
      }
    }

    // then
    assertThat(choices).hasSize(96).containsOnly("1/3");
  }

  @Test
  void whatIsTooMuchForLongerThanAKeyFrameFalls() {
    // given
    long[] rate = {1_500_000};
    TrackSource source = new Source(2, (layer, temporal, at) -> layer == 0 ? 150_000 : rate[0]);
    choice.reset(source, 1_900_000, now);
    assertThat(choose(source, 1_900_000)).isEqualTo("1/3");

    // when: the pictures need more from now on
    rate[0] = 2_500_000;

    // then
    assertThat(choose(source, 1_900_000)).isEqualTo("1/3");
    now += SECOND;
    assertThat(choose(source, 1_900_000)).isEqualTo("0/3");
  }

  @Test
  void aLineThatNarrowsIsFollowedAtOnce() {
    // given
    TrackSource source = layers(150_000, 1_500_000);
    choice.reset(source, 1_900_000, now);
    assertThat(choose(source, 1_900_000)).isEqualTo("1/3");

    // then
    assertThat(choose(source, 600_000)).isEqualTo("0/3");
  }
}
