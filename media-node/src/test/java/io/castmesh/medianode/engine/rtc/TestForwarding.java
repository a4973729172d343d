package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.bandwidth.BandwidthEstimate;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.loop.MediaLoop;
import io.castmesh.medianode.engine.rtp.HeaderExtension;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.sdp.Direction;
import io.castmesh.medianode.engine.sdp.LocalDescription;
import io.castmesh.medianode.engine.sdp.NegotiatedCodec;
import io.castmesh.medianode.engine.sdp.NegotiatedMedia;
import io.castmesh.medianode.engine.srtp.PacketSealer;
import io.castmesh.medianode.engine.srtp.PlainPackets;
import io.castmesh.medianode.engine.track.BurstEnd;
import io.castmesh.medianode.engine.track.JoinLimits;
import io.castmesh.medianode.engine.track.Shard;
import io.castmesh.medianode.engine.track.WallClock;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A camera's track and what of it goes to one viewer: in clear, and in a time of its own. */
final class TestForwarding {
  static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  static final int VIDEO_TYPE = 96;
  static final int RTX_TYPE = 97;
  static final int TRANSPORT_CC = 3;
  static final int VIDEO_SSRC = 1;
  private static final MediaFormat VP8 = new MediaFormat(MediaCodec.VP8, "");

  /** What the viewer gets: packets in clear. */
  final List<byte[]> sent = new ArrayList<>();

  final BandwidthEstimate estimate = new BandwidthEstimate();
  final OutboundHeader header = new OutboundHeader(estimate);
  final InboundTrack camera;
  final OutboundTrack viewer;
  final SendSide sending;

  /** Ahead of the engine's: however long a test takes, nothing is old when somebody joins. */
  long now = MediaLoop.now() + TimeUnit.SECONDS.toNanos(60);

  /** Whether there is a way to the viewer. */
  boolean reachable = true;

  private final BurstEnd bursts = new BurstEnd();
  private final InboundPacket packet = new InboundPacket();

  /**
   * @param rtxType payload type of repetitions at the viewer; -1: they come as the packets were
   * @param joinMillis how old a keyframe may be for the viewer to begin with
   * @param rids of the layers of the camera; none for one without layers
   */
  TestForwarding(int rtxType, int joinMillis, String... rids) {
    MediaContext context =
        new MediaContext(
            new Shard(null, bursts, JoinLimits.ofMillis(joinMillis)),
            new PeerTable<>(),
            new PeerTurns(),
            null,
            null,
            null,
            new WallClock(0, 0),
            new EngineCounters(),
            MediaNodeConfig.PeerLimits.DEFAULT,
            new SecureRandom());
    camera = new InboundTrack(MediaKind.VIDEO, bursts);
    camera.negotiated(media(Direction.RECVONLY, RTX_TYPE, List.of(rids)));
    viewer = outbound(MediaKind.VIDEO, VIDEO_SSRC, context);
    sending =
        new SendSide(
            outbound(MediaKind.AUDIO, VIDEO_SSRC + 2, context),
            viewer,
            header,
            estimate,
            context.wallClock(),
            "viewer");
    viewer.negotiated(media(Direction.SENDONLY, rtxType, List.of()));
    camera.add(viewer);
  }

  private OutboundTrack outbound(MediaKind kind, int ssrc, MediaContext context) {
    return new OutboundTrack(
        kind,
        new LocalDescription.Outgoing(ssrc, ssrc + 1),
        context,
        new Way(),
        header,
        foreign -> {});
  }

  private static NegotiatedMedia media(Direction direction, int rtxType, List<String> rids) {
    return new NegotiatedMedia(
        MediaKind.VIDEO,
        "v",
        direction,
        List.of(
            new NegotiatedCodec(
                VP8, VIDEO_TYPE, rtxType, List.of("transport-cc", "nack", "nack pli"))),
        rids,
        true,
        0,
        0,
        0,
        TRANSPORT_CC,
        0);
  }

  private final class Way implements MediaTransport {
    @Override
    public boolean isReady() {
      return reachable;
    }

    @Override
    public PacketSealer srtp() {
      return PlainPackets.INSTANCE;
    }

    @Override
    public boolean send(byte[] data, int length) {
      sent.add(Arrays.copyOf(data, length));
      return true;
    }
  }

  /** The first packet of a VP8 picture with picture id, TL0PICIDX and temporal layer. */
  static byte[] picture(
      boolean keyFrame, int pictureId, int baseLayerIndex, int temporalLayer, boolean sync) {
    byte[] payload = new byte[200];
    payload[0] = (byte) 0x90; // X and S
    payload[1] = (byte) 0xE0; // I, L and T
    Rtp.putShort(payload, 2, 0x8000 | (pictureId & 0x7FFF));
    payload[4] = (byte) baseLayerIndex;
    payload[5] = (byte) (temporalLayer << 6 | (sync ? 0x20 : 0));
    payload[6] = (byte) (keyFrame ? 0x50 : 0x51);
    return payload;
  }

  static byte[] picture(boolean keyFrame, int pictureId) {
    return picture(keyFrame, pictureId, pictureId, 0, false);
  }

  /** A packet of the camera arrives and is passed on at once. */
  void arrives(int sequence, int timestamp, byte[] payload) {
    arrives(0, sequence, timestamp, payload);
  }

  void arrives(int layer, int sequence, int timestamp, byte[] payload) {
    takes(layer, sequence, timestamp, payload);
    bursts.run(now);
  }

  /** The same, with more to come at once. */
  void takes(int layer, int sequence, int timestamp, byte[] payload) {
    packet.data = payload;
    packet.length = payload.length;
    packet.payloadOffset = 0;
    packet.payloadLength = payload.length;
    packet.ssrc = 100 + layer;
    packet.sequence = sequence & 0xFFFF;
    packet.timestamp = timestamp;
    packet.marker = true;
    packet.format = VP8;
    packet.now = now;
    packet.stream = camera.streams()[layer];
    if (camera.claim(packet.stream, packet) && camera.store(packet)) {
      camera.forward(packet.stored, now);
    }
  }

  void pass(long millis) {
    now += millis * MILLI;
  }

  byte[] last() {
    return sent.get(sent.size() - 1);
  }

  static int sequence(byte[] rtp) {
    return Rtp.sequence(rtp, 0);
  }

  static byte[] payload(byte[] rtp) {
    return Arrays.copyOfRange(rtp, Rtp.headerLength(rtp, 0, rtp.length), rtp.length);
  }

  static int transportNumber(byte[] rtp) {
    int header = Rtp.headerLength(rtp, 0, rtp.length);
    long found = HeaderExtension.find(rtp, 0, header, TRANSPORT_CC);
    if (found == HeaderExtension.ABSENT) {
      throw new AssertionError("no transport-wide number");
    }
    return Rtp.unsignedShort(rtp, HeaderExtension.position(found));
  }
}
