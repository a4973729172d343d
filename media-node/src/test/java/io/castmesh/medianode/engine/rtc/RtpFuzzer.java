package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.MediaNodeConfig.PeerLimits;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.loop.MediaLoop;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.sdp.Negotiation;
import io.castmesh.medianode.engine.sdp.PlainNegotiation;
import io.castmesh.medianode.engine.sdp.SessionDescription;
import io.castmesh.medianode.engine.srtp.SrtpKeys;
import io.castmesh.medianode.engine.srtp.SrtpProfile;
import io.castmesh.medianode.engine.srtp.SrtpReceiver;
import io.castmesh.medianode.engine.track.BurstEnd;
import io.castmesh.medianode.engine.track.JoinLimits;
import io.castmesh.medianode.engine.track.Shard;
import io.castmesh.medianode.engine.track.WallClock;
import io.castmesh.medianode.fuzz.Chunks;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/**
 * RTP and RTCP of a peer who may send: every codec, retransmissions, extensions, feedback. And of
 * one who may not, for ciphers.
 */
public final class RtpFuzzer {
  private static final InetSocketAddress PEER =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 5004);

  private static final String OFFER =
      """
      v=0
      c=IN IP4 127.0.0.1
      m=video 5004 RTP/AVPF 96 97 98 99 100 101
      a=sendrecv
      a=rtpmap:96 VP8/90000
      a=rtpmap:97 rtx/90000
      a=fmtp:97 apt=96
      a=rtpmap:98 VP9/90000
      a=rtpmap:99 H264/90000
      a=rtpmap:100 AV1/90000
      a=rtpmap:101 VP8/90000
      a=rtcp-fb:* nack
      a=rtcp-fb:* nack pli
      a=rtcp-fb:* ccm fir
      a=rtcp-fb:* transport-cc
      a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
      """
          .replace("\n", "\r\n");

  /** Agreed as with browsers, who repeat packets as RTX and number them for feedback. */
  private static final PlainNegotiation.Section SECTION = section();

  private static final SrtpKeys.Master KEY = new SrtpKeys.Master(new byte[16], new byte[14]);

  private RtpFuzzer() {}

  public static void fuzzerTestOneInput(byte[] data) {
    PlainRtpSession session =
        new PlainRtpSession(
            MediaKind.VIDEO, context(), new SenderTime(), "fuzz", report -> {}, foreign -> {});
    session.negotiated(SECTION, Optional.empty());
    long now = MediaLoop.now();
    RtcpWriter feedback = new RtcpWriter();
    for (byte[] packet : Chunks.of(data)) {
      byte[] datagram = Arrays.copyOf(packet, MediaLoop.MAX_DATAGRAM);
      session.onDatagram(datagram, packet.length, PEER, now);
      now += 20_000_000;
      feedback.clear();
      session.receiving().writeFeedback(feedback, now);
      session.sending().writeReports(feedback, now);
      forged(packet);
    }
  }

  private static PlainNegotiation.Section section() {
    PlainNegotiation.Section plain =
        PlainNegotiation.of(OFFER, false).section(MediaKind.VIDEO).orElseThrow();
    String ofBrowser =
        OFFER.replace("RTP/AVPF", "UDP/TLS/RTP/SAVPF")
            + "a=rtcp-mux\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef012345\r\n"
            + ("a=fingerprint:sha-256 " + "AA:".repeat(31) + "AA\r\n");
    return new PlainNegotiation.Section(
        plain.offered(),
        Negotiation.of(SessionDescription.parse(ofBrowser)).media(MediaKind.VIDEO),
        plain.remote());
  }

  private static void forged(byte[] packet) {
    SrtpReceiver receiver = new SrtpReceiver(SrtpProfile.AES128_CM_HMAC_SHA1_80, KEY);
    byte[] copy = packet.clone();
    int header = Rtp.headerLength(copy, 0, copy.length);
    int clear = header < 0 ? -1 : receiver.openRtp(copy, 0, copy.length, header);
    if (clear >= 0 || receiver.openRtcp(packet.clone(), 0, packet.length) >= 0) {
      throw new IllegalStateException("authentic without the key");
    }
  }

  private static MediaContext context() {
    return new MediaContext(
        new Shard(null, new BurstEnd(), JoinLimits.ofMillis(1000)),
        new PeerTable<>(),
        new PeerTurns(),
        null,
        null,
        null,
        new WallClock(0, 0),
        new EngineCounters(),
        new PeerLimits(1, 1_000_000, 1_000_000_000_000L),
        new SecureRandom());
  }
}
