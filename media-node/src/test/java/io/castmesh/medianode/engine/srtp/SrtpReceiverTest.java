package io.castmesh.medianode.engine.srtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.rtp.Rtp;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SrtpReceiverTest {
  private static final int SSRC = 0x12345678;

  private static SrtpKeys.Master master(SrtpProfile profile) {
    byte[] key = new byte[SrtpProfile.KEY_LENGTH];
    byte[] salt = new byte[profile.saltLength()];
    Random random = new Random(profile.number());
    random.nextBytes(key);
    random.nextBytes(salt);
    return new SrtpKeys.Master(key, salt);
  }

  private static byte[] seal(SrtpSender sender, long index, String text) {
    return seal(sender, SSRC, index, text);
  }

  private static byte[] seal(SrtpSender sender, int ssrc, long index, String text) {
    byte[] packet = new byte[200];
    Rtp.writeHeader(packet, 0, false, false, 96, (int) index, 0, ssrc);
    byte[] payload = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    int length = sender.sealRtp(payload, 0, payload.length, packet, 0, 12, ssrc, index);
    return Arrays.copyOf(packet, length);
  }

  private static String open(SrtpReceiver receiver, byte[] packet) {
    byte[] copy = packet.clone();
    int length = receiver.openRtp(copy, 0, copy.length, 12);
    return length < 0
        ? null
        : new String(copy, 12, length - 12, java.nio.charset.StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource(SrtpProfile.class)
  void theRolloverCounterFollowsThreeWrapArounds(SrtpProfile profile) {
    // given
    SrtpSender sender = new SrtpSender(profile, master(profile));
    SrtpReceiver receiver = new SrtpReceiver(profile, master(profile));

    // when / then
    for (long index = 60_000; index < 60_000 + 3 * 65_536; index += 1000) {
      assertThat(open(receiver, seal(sender, index, "n" + index))).isEqualTo("n" + index);
    }
  }

  @ParameterizedTest
  @EnumSource(SrtpProfile.class)
  void packetsOutOfOrderAroundTheWrapAroundAreTaken(SrtpProfile profile) {
    // given
    SrtpSender sender = new SrtpSender(profile, master(profile));
    SrtpReceiver receiver = new SrtpReceiver(profile, master(profile));
    open(receiver, seal(sender, 65_530, "first"));

    // then
    assertThat(open(receiver, seal(sender, 65_540, "after"))).isEqualTo("after");
    assertThat(open(receiver, seal(sender, 65_535, "before"))).isEqualTo("before");
  }

  @ParameterizedTest
  @EnumSource(SrtpProfile.class)
  void replaysAndPacketsBehindTheWindowAreRefused(SrtpProfile profile) {
    // given
    SrtpSender sender = new SrtpSender(profile, master(profile));
    SrtpReceiver receiver = new SrtpReceiver(profile, master(profile));
    byte[] packet = seal(sender, 10, "once");
    byte[] late = seal(sender, 11, "late");

    // then
    assertThat(open(receiver, packet)).isEqualTo("once");
    assertThat(open(receiver, packet)).isNull();
    assertThat(open(receiver, seal(sender, 11 + ReplayWindow.SIZE, "far"))).isEqualTo("far");
    assertThat(open(receiver, late)).isNull();
    assertThat(open(receiver, seal(sender, 12, "just in time"))).isEqualTo("just in time");
  }

  @ParameterizedTest
  @EnumSource(SrtpProfile.class)
  void forgeriesAreRefusedAndLeaveNoTrace(SrtpProfile profile) {
    // given
    SrtpSender sender = new SrtpSender(profile, master(profile));
    SrtpReceiver receiver = new SrtpReceiver(profile, master(profile));
    byte[] good = seal(sender, 5, "good");

    // when / then: no single bit may differ
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] forged = good.clone();
      forged[bit / 8] ^= (byte) (1 << bit % 8);
      int length = receiver.openRtp(forged, 0, forged.length, 12);
      assertThat(length).as("bit %d", bit).isEqualTo(-1);
    }
    for (int length = 0; length < good.length; length++) {
      assertThat(receiver.openRtp(good.clone(), 0, length, Math.min(12, length))).isEqualTo(-1);
    }
    assertThat(open(receiver, good)).isEqualTo("good");
  }

  @ParameterizedTest
  @EnumSource(SrtpProfile.class)
  void aSenderThatIsStartedAgainAndAgainIsHeardEachTime(SrtpProfile profile) {
    // given
    SrtpSender sender = new SrtpSender(profile, master(profile));
    SrtpReceiver receiver = new SrtpReceiver(profile, master(profile));
    byte[] once = seal(sender, 7, "one that stays");

    // when / then: one stream goes on, the others follow each other
    assertThat(open(receiver, once)).isEqualTo("one that stays");
    for (int start = 1; start <= 3 * SrtpReceiver.MAX_STREAMS; start++) {
      int ssrc = SSRC + start;
      byte[] packet = seal(sender, ssrc, 100, "start " + start);
      assertThat(open(receiver, packet)).isEqualTo("start " + start);
      assertThat(open(receiver, packet)).isNull();
      assertThat(open(receiver, seal(sender, 7 + start, "goes on"))).isEqualTo("goes on");
      byte[] report = report(sender, ssrc);
      assertThat(receiver.openRtcp(report, 0, report.length)).isEqualTo(32);
    }
    assertThat(open(receiver, once)).isNull();
  }

  /** A receiver report, with something in it. */
  private static byte[] report(SrtpSender sender, int ssrc) {
    byte[] packet = new byte[100];
    packet[0] = (byte) 0x80;
    packet[1] = (byte) 201;
    Rtp.putInt(packet, 4, ssrc);
    return Arrays.copyOf(packet, sender.sealRtcp(packet, 0, 32));
  }

  @ParameterizedTest
  @EnumSource(SrtpProfile.class)
  void aPacketThatIsSealedAgainIsTheSame(SrtpProfile profile) {
    // given
    SrtpSender sender = new SrtpSender(profile, master(profile));
    byte[] first = seal(sender, 7, "lost");

    // then: with nothing in between
    assertThat(seal(sender, 7, "lost")).isEqualTo(first);
    assertThat(seal(sender, 7, "lost")).isEqualTo(first);
    assertThat(open(new SrtpReceiver(profile, master(profile)), first)).isEqualTo("lost");
  }

  @ParameterizedTest
  @EnumSource(SrtpProfile.class)
  void controlPacketsGoThereAndBackOnceOnly(SrtpProfile profile) {
    // given
    SrtpSender sender = new SrtpSender(profile, master(profile));
    SrtpReceiver receiver = new SrtpReceiver(profile, master(profile));
    byte[] packet = new byte[100];
    packet[0] = (byte) 0x80;
    packet[1] = (byte) 201;
    Rtp.putInt(packet, 4, SSRC);
    for (int i = 8; i < 32; i++) {
      packet[i] = (byte) i;
    }
    byte[] clear = Arrays.copyOf(packet, 32);

    // when
    int length = sender.sealRtcp(packet, 0, 32);
    byte[] sealed = Arrays.copyOf(packet, length);
    byte[] replay = sealed.clone();
    byte[] forged = sealed.clone();
    forged[10] ^= 1;

    // then
    assertThat(Arrays.copyOf(sealed, 32)).isNotEqualTo(clear);
    assertThat(receiver.openRtcp(forged, 0, length)).isEqualTo(-1);
    assertThat(receiver.openRtcp(sealed, 0, length)).isEqualTo(32);
    assertThat(Arrays.copyOf(sealed, 32)).isEqualTo(clear);
    assertThat(receiver.openRtcp(replay, 0, length)).isEqualTo(-1);
    for (int cut = 0; cut < 40; cut++) {
      assertThat(receiver.openRtcp(new byte[cut], 0, cut)).isEqualTo(-1);
    }
  }
}
