package io.castmesh.medianode.engine.rtc;

import static io.castmesh.medianode.engine.track.PacketPath.stage;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.sdp.NegotiatedCodec;
import io.castmesh.medianode.engine.sdp.NegotiatedMedia;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.PacketPath;
import io.castmesh.medianode.engine.track.TrackSink;
import io.castmesh.medianode.engine.track.TrackSource;
import io.castmesh.medianode.engine.track.WallClock;
import java.util.function.Consumer;

/**
 * What one peer gets of one kind. Sources come and go; the peer sees one stream with one SSRC whose
 * sequence numbers and timestamps go on without a break. Video begins with a keyframe, after every
 * change of source again.
 *
 * <p>A gap in the source stays a gap: when the missing packet is recovered, it still fits. Owned by
 * the loop.
 */
final class OutboundTrack implements TrackSink {
  private final MediaKind kind;
  private final int ssrc;
  private final MediaTransport transport;
  private final EngineCounters counters;
  private final Consumer<MediaFormat> onForeignFormat;
  private final RetransmissionSender retransmissions;
  private final OutboundPacket packet = new OutboundPacket();

  /** The way of every packet. */
  private final PacketPath<OutboundPacket> path =
      new PacketPath<>(
          stage("gate", this::isOpen),
          stage("agree", this::agree),
          stage("synchronise", this::synchronise),
          stage("renumber", this::renumber),
          stage("encrypt", this::encrypt),
          stage("send", this::send));

  private NegotiatedMedia media;

  /** As what the source's format goes to the peer; null when the peer cannot take it. */
  private NegotiatedCodec codec;

  private MediaFormat format;
  private TrackSource source;
  private boolean synchronised;
  private long firstSequence;
  private long sequenceOffset;
  private int timestampOffset;
  private long highestSent;
  private int lastTimestamp;
  private long lastSentAt;
  private long packets;
  private long bytes;

  /**
   * @param firstSequence of our numbering; below 2^15, so that nobody mistakes an early loss for a
   *     wrap-around
   * @param onForeignFormat told when the source sends what the peer did not agree to receive
   */
  OutboundTrack(
      MediaKind kind,
      int ssrc,
      int rtxSsrc,
      int firstSequence,
      int firstTimestamp,
      MediaTransport transport,
      EngineCounters counters,
      Consumer<MediaFormat> onForeignFormat) {
    this.onForeignFormat = onForeignFormat;
    this.kind = kind;
    this.ssrc = ssrc;
    this.transport = transport;
    this.counters = counters;
    this.highestSent = firstSequence;
    this.lastTimestamp = firstTimestamp;
    this.retransmissions = new RetransmissionSender(rtxSsrc, transport, counters);
  }

  void negotiated(NegotiatedMedia agreed) {
    media = agreed;
    format = null;
  }

  /** The transport came up: the picture should come at once. */
  void onReady() {
    wantKeyFrame();
  }

  private void wantKeyFrame() {
    if (source != null && sends() && transport.isReady()) {
      source.requestKeyFrame();
    }
  }

  private boolean sends() {
    return media != null && media.direction().sends();
  }

  @Override
  public TrackSource source() {
    return source;
  }

  @Override
  public void onSource(TrackSource newSource) {
    source = newSource;
    synchronised = false;
    format = null;
    wantKeyFrame();
  }

  @Override
  public void onPacket(MediaPacket source, long now) {
    packet.source = source;
    packet.now = now;
    path.run(packet);
  }

  private boolean isOpen(OutboundPacket p) {
    return sends() && transport.isReady();
  }

  /** Looks for the codec when it changes, which is rare. */
  private boolean agree(OutboundPacket p) {
    if (p.source.format() != format) {
      format = p.source.format();
      codec = media.codecFor(format);
      if (codec == null) {
        onForeignFormat.accept(format);
      }
    }
    return codec != null;
  }

  private boolean synchronise(OutboundPacket p) {
    if (synchronised) {
      return p.source.sequence() >= firstSequence;
    }
    if (kind == MediaKind.VIDEO && !p.source.keyFrameStart()) {
      source.requestKeyFrame();
      return false;
    }
    synchronised = true;
    firstSequence = p.source.sequence();
    sequenceOffset = highestSent + 1 - firstSequence;
    long elapsed = lastSentAt == 0 ? 0 : p.now - lastSentAt;
    int step = Math.max(1, (int) (elapsed / 1_000 * source.clockRate() / 1_000_000));
    timestampOffset = lastTimestamp + step - p.source.timestamp();
    return true;
  }

  private boolean renumber(OutboundPacket p) {
    p.sequence = p.source.sequence() + sequenceOffset;
    p.timestamp = p.source.timestamp() + timestampOffset;
    writeHeader(p);
    return true;
  }

  private void writeHeader(OutboundPacket p) {
    Rtp.writeHeader(
        p.data,
        0,
        false,
        p.source.marker(),
        codec.payloadType(),
        (int) p.sequence,
        p.timestamp,
        ssrc);
    if (p.source.isPadded()) {
      Rtp.setPadding(p.data, 0);
    }
  }

  private boolean encrypt(OutboundPacket p) {
    p.length =
        transport
            .srtp()
            .sealRtp(
                p.source.payload(),
                0,
                p.source.wireLength(),
                p.data,
                0,
                Rtp.FIXED_HEADER,
                ssrc,
                p.sequence);
    return true;
  }

  private boolean send(OutboundPacket p) {
    if (p.sequence > highestSent) {
      highestSent = p.sequence;
      lastTimestamp = p.timestamp;
    }
    lastSentAt = p.now;
    packets++;
    bytes += p.source.length();
    boolean sent = transport.send(p.data, p.length);
    if (!sent) {
      counters.packetsDropped.increment();
    }
    return sent;
  }

  /** The peer misses a packet. */
  void onNack(int sequence, long now) {
    counters.nacksReceived.increment();
    if (!synchronised || !transport.isReady()) {
      return;
    }
    long wanted = highestSent + (short) (sequence - (int) highestSent);
    long original = wanted - sequenceOffset;
    if (wanted > highestSent || original < firstSequence) {
      return;
    }
    MediaPacket found = source.find(original, now);
    if (found == null || !retransmissions.allow(wanted, found.length(), now)) {
      return;
    }
    packet.source = found;
    packet.now = now;
    if (!agree(packet)) {
      return;
    }
    packet.sequence = wanted;
    packet.timestamp = found.timestamp() + timestampOffset;
    if (codec.rtxPayloadType() >= 0) {
      retransmissions.send(packet, codec.rtxPayloadType());
    } else {
      writeHeader(packet);
      encrypt(packet);
      retransmissions.sendAgain(packet);
    }
  }

  void onPictureLoss() {
    wantKeyFrame();
  }

  /** A sender report on our clock, when the source's reports allow it. */
  void writeSenderReport(RtcpWriter out, String cname, WallClock wallClock, long now) {
    boolean possible =
        synchronised && packets > 0 && source.clock().isKnown() && transport.isReady();
    if (possible) {
      long wall = wallClock.micros(now);
      int timestamp = source.clock().timestampAt(wall) + timestampOffset;
      out.senderReport(ssrc, WallClock.ntp(wall), timestamp, packets, bytes);
      out.sourceDescription(ssrc, cname);
    }
  }

  boolean canReport() {
    return synchronised && packets > 0 && source.clock().isKnown();
  }

  MediaKind kind() {
    return kind;
  }

  int ssrc() {
    return ssrc;
  }

  long packets() {
    return packets;
  }

  long bytes() {
    return bytes;
  }

  /** 0 before the first packet. */
  long lastSentAt() {
    return lastSentAt;
  }

  PacketPath<OutboundPacket> path() {
    return path;
  }
}
