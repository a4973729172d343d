package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.rtcp.RtcpHandler;
import io.castmesh.medianode.engine.rtcp.RtcpReader;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtcp.TransportFeedbackReader;
import io.castmesh.medianode.engine.rtp.HeaderExtension;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.sdp.Direction;
import io.castmesh.medianode.engine.sdp.NegotiatedCodec;
import io.castmesh.medianode.engine.sdp.NegotiatedMedia;
import io.castmesh.medianode.engine.sdp.Negotiation;
import io.castmesh.medianode.engine.srtp.PlainPackets;
import io.castmesh.medianode.engine.track.BurstEnd;
import io.castmesh.medianode.engine.track.WallClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReceiveSideTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int VIDEO = 96;
  private static final int RTX = 97;
  private static final int TRANSPORT_CC = 5;

  private final ReceiveSide side =
      new ReceiveSide(
          new WallClock(0, 0), new SenderTime(), 1, new EngineCounters(), new BurstEnd());
  private long now = 1_000 * MILLI;
  private int transportNumber;

  /** A simulcast whose layers are told apart by names. */
  private void negotiate() {
    negotiate(true, List.of("transport-cc"));
  }

  private void negotiate(boolean reducedSize, List<String> feedback) {
    NegotiatedMedia video =
        new NegotiatedMedia(
            MediaKind.VIDEO,
            "v",
            Direction.RECVONLY,
            List.of(new NegotiatedCodec(new MediaFormat(MediaCodec.VP8, ""), VIDEO, RTX, feedback)),
            List.of("q", "f"),
            reducedSize,
            0,
            1,
            2,
            TRANSPORT_CC,
            0);
    side.negotiated(
        new Negotiation(
            List.of(new Negotiation.Section(null, Optional.of(video))),
            List.of(),
            null,
            List.of(),
            false));
    side.secured(PlainPackets.INSTANCE);
  }

  private boolean arrives(int type, int ssrc, int sequence) {
    byte[] packet = new byte[200];
    Rtp.writeHeader(packet, 0, true, false, type, sequence, sequence * 90, ssrc);
    int number = transportNumber++;
    HeaderExtension.write(
        packet, Rtp.FIXED_HEADER, TRANSPORT_CC, new byte[] {(byte) (number >>> 8), (byte) number});
    now += MILLI;
    return side.onRtp(packet, packet.length, now);
  }

  /** How many packets our feedback says have come; each report it takes tells of the next ones. */
  private int told() {
    int[] told = new int[2];
    RtcpWriter feedback = new RtcpWriter();
    do {
      told[1] = 0;
      now += 100 * MILLI;
      feedback.clear();
      side.writeFeedback(feedback, now);
      RtcpReader.read(
          feedback.buffer(),
          0,
          feedback.length(),
          new RtcpHandler() {
            @Override
            public void onTransportFeedback(byte[] data, int offset, int length) {
              assertThat(Rtp.getInt(data, offset + 8)).as("the SSRC").isEqualTo(11);
              TransportFeedbackReader.read(
                  data,
                  offset,
                  length,
                  (sequence, arrival) -> {
                    told[1]++;
                    told[0] += arrival < 0 ? 0 : 1;
                  });
            }
          });
    } while (told[1] > 0);
    return told[0];
  }

  @Test
  void whatIsOfNoUseWasNotLostOnTheWay() {
    // given
    negotiate();

    // when: repetitions that do not say of which layer, and a payload type that nobody agreed to
    for (int i = 0; i < 100; i++) {
      assertThat(arrives(VIDEO, 11, i)).isTrue();
      if (i % 5 == 0) {
        assertThat(arrives(RTX, 22, i)).isFalse();
      }
      if (i % 10 == 0) {
        assertThat(arrives(120, 33, i)).isFalse();
      }
    }

    // then
    assertThat(told()).isEqualTo(130);
  }

  /** What each compound packet of half a second begins with, while one of the packets is lost. */
  private List<Integer> firstOfEach() {
    List<Integer> types = new ArrayList<>();
    RtcpWriter feedback = new RtcpWriter();
    for (int i = 0; i < 50; i++) {
      arrives(VIDEO, 11, i < 25 ? i : i + 1);
      now += 9 * MILLI;
      feedback.clear();
      side.writeFeedback(feedback, now);
      if (!feedback.isEmpty()) {
        types.add(feedback.buffer()[1] & 0xFF);
      }
    }
    return types;
  }

  @Test
  void feedbackOfReducedSizeStandsAlone() {
    // given
    negotiate(true, List.of("transport-cc", "nack"));

    // then: generic NACKs and transport feedback
    assertThat(firstOfEach()).contains(205).hasSizeLessThan(40);
  }

  @Test
  void whoAgreedToNoReducedSizeGetsAReportInFrontAndNoneAlone() {
    // given
    negotiate(false, List.of("transport-cc", "nack"));

    // then
    assertThat(firstOfEach()).containsOnly(201).hasSizeBetween(8, 40);
  }

  @Test
  void whoTakesNothingElseIsAskedForKeyFramesByFir() {
    // given
    negotiate(true, List.of("ccm fir"));
    List<String> asked = new ArrayList<>();
    RtcpWriter feedback = new RtcpWriter();
    arrives(VIDEO, 11, 1);

    // when: asked twice
    for (int i = 0; i < 2; i++) {
      now += 600 * MILLI;
      side.track(MediaKind.VIDEO).requestKeyFrame(0);
      feedback.clear();
      side.writeFeedback(feedback, now);
      RtcpReader.read(
          feedback.buffer(),
          0,
          feedback.length(),
          new RtcpHandler() {
            @Override
            public void onFullIntraRequest(int mediaSsrc, int sequence) {
              asked.add(mediaSsrc + " " + sequence);
            }

            @Override
            public void onPictureLoss(int mediaSsrc) {
              asked.add("pli");
            }
          });
    }

    // then
    assertThat(asked).containsExactly("11 1", "11 2");
  }
}
