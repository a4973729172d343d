package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.sdp.Direction;
import io.castmesh.medianode.engine.sdp.NegotiatedCodec;
import io.castmesh.medianode.engine.sdp.NegotiatedMedia;
import io.castmesh.medianode.engine.track.BurstEnd;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.TrackSink;
import io.castmesh.medianode.engine.track.TrackSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InboundTrackTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final MediaFormat VP8 = new MediaFormat(MediaCodec.VP8, "");

  private final BurstEnd bursts = new BurstEnd();
  private final InboundTrack track = new InboundTrack(MediaKind.VIDEO, bursts);
  private final InboundPacket packet = new InboundPacket();
  private long now = 1_000 * MILLI;

  /** Writes down what it gets: layer, number, and where a source begins anew. */
  private static final class Notes implements TrackSink {
    final List<String> notes = new ArrayList<>();
    private final boolean allLayers;
    private TrackSource source;

    Notes(boolean allLayers) {
      this.allLayers = allLayers;
    }

    @Override
    public TrackSource source() {
      return source;
    }

    @Override
    public void onSource(TrackSource newSource) {
      source = newSource;
      notes.add("anew");
    }

    @Override
    public void onPacket(MediaPacket got, long time) {
      notes.add(got.layer() + (got.keyFrameStart() ? " key" : "") + " " + got.sequence());
    }

    @Override
    public boolean takesLayers() {
      return allLayers;
    }
  }

  private void negotiate(String... rids) {
    track.negotiated(
        new NegotiatedMedia(
            MediaKind.VIDEO,
            "v",
            Direction.RECVONLY,
            List.of(new NegotiatedCodec(VP8, 96, 97, List.of("nack"))),
            List.of(rids),
            true,
            0,
            1,
            2,
            0,
            0));
  }

  /** A packet as it comes out of the ciphers; returns whether it was of use. */
  private boolean arrives(int ssrc, String rid, int sequence, boolean keyFrame, int size) {
    byte[] name = rid.getBytes(StandardCharsets.US_ASCII);
    packet.data = new byte[size];
    packet.data[0] = 0x10;
    packet.data[1] = (byte) (keyFrame ? 0 : 1);
    packet.payloadLength = size;
    packet.length = size;
    packet.ssrc = ssrc;
    packet.sequence = sequence & 0xFFFF;
    packet.format = VP8;
    packet.now = now;
    packet.stream = track.stream(ssrc, false, name, 0, name.length);
    boolean used =
        packet.stream != null && track.claim(packet.stream, packet) && track.store(packet);
    if (used) {
      track.forward(packet.stored, now);
      bursts.run(now);
    }
    return used;
  }

  @Test
  void layersAreToldApartByTheirNamesAndThenByTheirSources() {
    // given
    negotiate("q", "f");
    Notes viewer = new Notes(true);
    track.add(viewer);

    // when: names stand in the first packets only
    arrives(11, "q", 5, true, 100);
    arrives(22, "f", 900, true, 1000);
    arrives(11, "", 6, false, 100);
    arrives(22, "", 901, false, 1000);

    // then
    assertThat(viewer.notes)
        .containsExactly("anew", "0 key 65541", "1 key 66436", "0 65542", "1 66437");
    assertThat(arrives(33, "", 1, true, 100)).as("a stranger").isFalse();
    byte[] f = {'f'};
    assertThat(track.stream(44, true, f, 0, 1)).isSameAs(track.streams()[1]);
    assertThat(track.stream(44, true, f, 0, 0)).as("known by now").isSameAs(track.streams()[1]);
  }

  @Test
  void aCrowdGetsWholePicturesAndWhatComesLateAtOnce() {
    // given
    negotiate();
    Notes viewer = new Notes(true);
    track.add(viewer);
    for (int i = 0; i < 40; i++) {
      track.add(new Notes(true));
    }

    // when: the second of three packets was lost
    arrives(11, "", 5, true, 100);
    assertThat(viewer.notes).containsOnly("anew");
    packet.marker = true;
    arrives(11, "", 7, false, 100);
    assertThat(viewer.notes).endsWith("0 key 65541", "0 65543");
    packet.marker = false;
    arrives(11, "", 6, false, 100);

    // then
    assertThat(viewer.notes).endsWith("0 65543", "0 65542");
  }

  @Test
  void whoTakesOneLayerGetsTheRichestFromAKeyFrameOn() {
    // given
    negotiate("q", "f");
    Notes recorder = new Notes(false);
    track.add(recorder);

    // when: both flow for a second, with a keyframe in the middle
    for (int i = 0; i < 50; i++) {
      now += 20 * MILLI;
      arrives(11, "q", i, i == 0 || i == 25, 100);
      arrives(22, "f", 100 + i, i == 0 || i == 25, 1000);
    }

    // then
    assertThat(recorder.notes.subList(0, 3)).containsExactly("anew", "anew", "1 key 65661");
    assertThat(recorder.notes).filteredOn(note -> note.startsWith("0")).isEmpty();
    assertThat(track.codec()).isEqualTo(MediaCodec.VP8);

    // when: the presenter's line gets too narrow for it
    for (int i = 50; i < 200; i++) {
      now += 20 * MILLI;
      arrives(11, "q", i, i == 180, 100);
    }

    // then
    assertThat(recorder.notes.subList(recorder.notes.size() - 21, recorder.notes.size()))
        .startsWith("anew", "0 key 65716");
  }

  @Test
  void oneStreamGoesThroughWrapAroundsForHours() {
    // given
    negotiate();
    Notes viewer = new Notes(true);
    track.add(viewer);

    // when: numbers wrap three times; each thousandth packet comes behind its follower
    for (int i = 0; i < 200_000; i++) {
      now += 5 * MILLI;
      int sequence = i % 1000 == 10 ? i + 1 : i % 1000 == 11 ? i - 1 : i;
      assertThat(arrives(7, "", sequence, false, 50)).isTrue();
    }

    // then
    assertThat(viewer.notes).hasSize(200_001).doesNotHaveDuplicates();
    assertThat(track.streams()[0].stats().lost()).isZero();
    assertThat(track.streams()[0].stats().packets()).isEqualTo(200_000);
    assertThat(arrives(7, "", 199_999, false, 50)).as("a duplicate").isFalse();
  }

  @Test
  void anotherSourceTakesOverOnlyWhenTheFirstIsSilent() {
    // given
    negotiate();
    Notes viewer = new Notes(true);
    track.add(viewer);
    arrives(7, "", 1, true, 50);

    // then
    assertThat(arrives(8, "", 1, true, 50)).isFalse();
    now += 600 * MILLI;
    assertThat(arrives(8, "", 60_000, true, 50)).isTrue();
    assertThat(viewer.notes).containsExactly("anew", "0 key 65537", "anew", "0 key 125536");
  }

  @Test
  void aSenderThatWasRestartedCountsFromElsewhere() {
    // given: the same SSRC each time
    negotiate();
    Notes viewer = new Notes(true);
    track.add(viewer);
    arrives(7, "", 60_000, true, 50);

    // then: it goes on, and numbers of long ago are none of a new beginning
    assertThat(arrives(7, "", 40_000, true, 50)).isFalse();

    // when
    now += 600 * MILLI;

    // then
    assertThat(arrives(7, "", 59_999, false, 50)).as("a late one").isTrue();
    now += 600 * MILLI;
    assertThat(arrives(7, "", 40_000, true, 50)).isTrue();
    assertThat(arrives(7, "", 40_001, false, 50)).isTrue();
    assertThat(viewer.notes)
        .containsExactly("anew", "0 key 125536", "0 125535", "anew", "0 key 105536", "0 105537");
  }
}
