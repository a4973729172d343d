package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.sdp.Direction;
import io.castmesh.medianode.engine.sdp.NegotiatedCodec;
import io.castmesh.medianode.engine.sdp.NegotiatedMedia;
import io.castmesh.medianode.engine.sdp.Negotiation;
import io.castmesh.medianode.engine.srtp.PlainPackets;
import io.castmesh.medianode.engine.track.BurstEnd;
import io.castmesh.medianode.engine.track.SenderClock;
import io.castmesh.medianode.engine.track.WallClock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What sender reports say of when something was captured. */
class SenderReportTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  /** The sender's clock, when ours is at 0: an hour of 2024. */
  private static final long SENDER_MICROS = 1_709_000_000_000_000L;

  private final SenderTime senderTime = new SenderTime();
  private final ReceiveSide sound = side(MediaKind.AUDIO, MediaCodec.OPUS);
  private final ReceiveSide pictures = side(MediaKind.VIDEO, MediaCodec.VP8);
  private long now = 3_600_000 * MILLI;

  /** One session of two that an endpoint of plain RTP has. */
  private ReceiveSide side(MediaKind kind, MediaCodec codec) {
    ReceiveSide side =
        new ReceiveSide(new WallClock(0, 0), senderTime, 1, new EngineCounters(), new BurstEnd());
    NegotiatedMedia media =
        new NegotiatedMedia(
            kind,
            "m",
            Direction.RECVONLY,
            List.of(new NegotiatedCodec(new MediaFormat(codec, ""), 96, -1, List.of())),
            List.of(),
            false,
            0,
            0,
            0,
            0,
            0);
    side.negotiated(
        new Negotiation(
            List.of(new Negotiation.Section(null, Optional.of(media))),
            List.of(),
            null,
            List.of(),
            false));
    side.secured(PlainPackets.INSTANCE);
    return side;
  }

  private void arrives(ReceiveSide at, int ssrc, int sequence) {
    byte[] packet = new byte[100];
    Rtp.writeHeader(packet, 0, false, false, 96, sequence, 0, ssrc);
    assertThat(at.onRtp(packet, packet.length, now)).isTrue();
  }

  /** A report of now, that comes later. */
  private void reports(ReceiveSide at, int ssrc, long senderMicros, long lateMillis) {
    at.onSenderReport(ssrc, WallClock.ntp(senderMicros), 0, now + lateMillis * MILLI);
  }

  private long senderMicros() {
    return SENDER_MICROS + now / 1000;
  }

  private SenderClock clock(ReceiveSide of) {
    return of.track(of == sound ? MediaKind.AUDIO : MediaKind.VIDEO).clock();
  }

  @Test
  void soundAndPicturesStayTogetherThoughTheirReportsComeApart() {
    // given
    arrives(sound, 11, 1);
    arrives(pictures, 22, 1);

    // when: of the same moment, and one stood in a queue
    reports(sound, 11, senderMicros(), 20);
    reports(pictures, 22, senderMicros(), 320);

    // then
    assertThat(clock(pictures).wallMicros(0)).isEqualTo(clock(sound).wallMicros(0));
  }

  @Test
  void aSenderWithoutAClockSaysNothingOfTime() {
    // given
    arrives(pictures, 22, 1);

    // when (RFC 3550 section 6.4.1)
    pictures.onSenderReport(22, 0, 90_000, now);

    // then
    assertThat(clock(pictures).isKnown()).isFalse();
  }

  @Test
  void aSenderThatWasRestartedMayHaveAnotherClock() {
    // given
    arrives(pictures, 22, 1);
    reports(pictures, 22, senderMicros(), 20);

    // when: its clock counts from its start
    now += 5_000 * MILLI;
    arrives(pictures, 33, 1);
    reports(pictures, 33, 1_000_000, 20);

    // then
    assertThat(clock(pictures).wallMicros(0)).isBetween(now / 1000, now / 1000 + 20_001);
  }

  @Test
  void anotherTrackOfTheSameSenderHasTheSameClock() {
    // given
    arrives(pictures, 22, 1);
    reports(pictures, 22, senderMicros(), 20);
    long late = clock(pictures).wallMicros(0) - now / 1000;

    // when
    now += 5_000 * MILLI;
    arrives(pictures, 33, 1);
    reports(pictures, 33, senderMicros(), 400);

    // then
    assertThat(clock(pictures).wallMicros(0) - now / 1000).isBetween(late - 1, late + 1);
  }
}
