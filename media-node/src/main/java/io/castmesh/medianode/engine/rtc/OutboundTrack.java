package io.castmesh.medianode.engine.rtc;

import static io.castmesh.medianode.engine.track.PacketPath.stage;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.rtp.Vp8Payload;
import io.castmesh.medianode.engine.sdp.NegotiatedCodec;
import io.castmesh.medianode.engine.sdp.NegotiatedMedia;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.PacketPath;
import io.castmesh.medianode.engine.track.TrackSink;
import io.castmesh.medianode.engine.track.TrackSource;
import io.castmesh.medianode.engine.track.WallClock;
import java.util.function.Consumer;

/**
 * What one peer gets of one kind. Sources and their layers come and go; the peer sees one stream
 * with one SSRC whose sequence numbers, timestamps and picture ids go on without a break. Video
 * begins with a keyframe, after every change of source or layer again.
 *
 * <p>A gap in the source stays a gap: when the missing packet is recovered, it still fits. Owned by
 * the loop.
 */
final class OutboundTrack implements TrackSink {
  private static final int NO_LAYER = -1;

  private final MediaKind kind;
  private final int ssrc;
  private final MediaTransport transport;
  private final OutboundHeader header;
  private final EngineCounters counters;
  private final Consumer<MediaFormat> onForeignFormat;
  private final RetransmissionSender retransmissions;
  private final StreamNumbering numbering = new StreamNumbering();
  private final Vp8Rewriter pictures = new Vp8Rewriter();
  private final LayerChoice choice = new LayerChoice();
  private final OutboundPacket packet = new OutboundPacket();

  /** The way of every packet. */
  private final PacketPath<OutboundPacket> path =
      new PacketPath<>(
          stage("gate", this::isOpen),
          stage("agree", this::agree),
          stage("synchronise", this::synchronise),
          stage("thin-out", this::thinOut),
          stage("renumber", this::renumber),
          stage("encrypt", this::encrypt),
          stage("send", this::send));

  private NegotiatedMedia media;

  /** As what the source's format goes to the peer; null when the peer cannot take it. */
  private NegotiatedCodec codec;

  private MediaFormat format;
  private TrackSource source;
  private long budget = Long.MAX_VALUE;

  /** The layer that is being sent; none until a keyframe comes. */
  private int layer = NO_LAYER;

  private int temporalLayer;

  /** Of the source, in that layer. */
  private long highestSeen;

  private int lastSourceTimestamp;
  private int leftOutPicture = -1;
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
      OutboundHeader header,
      EngineCounters counters,
      Consumer<MediaFormat> onForeignFormat) {
    this.onForeignFormat = onForeignFormat;
    this.kind = kind;
    this.ssrc = ssrc;
    this.transport = transport;
    this.header = header;
    this.counters = counters;
    this.highestSent = firstSequence;
    this.lastTimestamp = firstTimestamp;
    this.retransmissions = new RetransmissionSender(rtxSsrc, transport, header, counters);
  }

  void negotiated(NegotiatedMedia agreed) {
    media = agreed;
    format = null;
  }

  /** The transport came up: the picture should come at once. */
  void onReady(long now) {
    choice.reset(source, budget, now);
    wantKeyFrame();
  }

  private void wantKeyFrame() {
    if (source != null && sends() && transport.isReady() && !choice.isPaused()) {
      source.requestKeyFrame(choice.layer());
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
  public boolean takesLayers() {
    return true;
  }

  @Override
  public void onSource(TrackSource newSource) {
    source = newSource;
    layer = NO_LAYER;
    format = null;
    numbering.clear();
    choice.reset(source, budget, lastSentAt);
    wantKeyFrame();
  }

  /**
   * Chooses what to send anew, some times a second.
   *
   * @param bitsPerSecond what the peer can take of this track
   * @param heavyLoss whether much of what is sent does not arrive
   */
  void adapt(long bitsPerSecond, boolean heavyLoss, long now) {
    budget = bitsPerSecond;
    if (source == null || kind == MediaKind.AUDIO) {
      return;
    }
    int before = choice.layer();
    boolean wasPaused = choice.isPaused();
    choice.choose(source, budget, heavyLoss, now);
    if (choice.isPaused()) {
      layer = NO_LAYER;
    } else if (choice.layer() != before || wasPaused) {
      wantKeyFrame();
    }
  }

  LayerChoice choice() {
    return choice;
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

  /** Begins with a keyframe of the chosen layer, and changes to another one at its keyframe. */
  private boolean synchronise(OutboundPacket p) {
    MediaPacket s = p.source;
    if (layer == s.layer()) {
      return true;
    }
    boolean chosen = s.layer() == choice.layer() && !choice.isPaused();
    if (!chosen) {
      return layer != NO_LAYER; // it may be a recovered packet of the layer before
    }
    if (kind == MediaKind.VIDEO && !s.keyFrameStart()) {
      if (layer == NO_LAYER) {
        source.requestKeyFrame(choice.layer());
      }
      return false;
    }
    layer = s.layer();
    temporalLayer = choice.temporal();
    highestSeen = s.sequence() - 1;
    long elapsed = lastSentAt == 0 ? 0 : p.now - lastSentAt;
    int clockRate = s.format().codec().clockRate();
    int step = Math.max(1, (int) (elapsed / 1_000 * clockRate / 1_000_000));
    numbering.begin(
        layer,
        s.sequence(),
        highestSent + 1,
        lastTimestamp + step - s.timestamp(),
        pictures.pictureOffset(s),
        pictures.baseLayerOffset(s));
    return true;
  }

  /** Leaves out pictures of the higher temporal layers when there is not enough bandwidth. */
  private boolean thinOut(OutboundPacket p) {
    MediaPacket s = p.source;
    if (s.layer() == layer && s.sequence() > highestSeen) {
      highestSeen = s.sequence();
      boolean samePicture = s.timestamp() == lastSourceTimestamp;
      if (!samePicture) {
        followTemporalChoice(s);
      }
      int picture = Vp8Rewriter.pictureId(s);
      if (s.temporalLayer() > temporalLayer && picture >= 0 && !samePicture) {
        numbering.leaveOut(s.sequence(), picture != leftOutPicture);
        leftOutPicture = picture;
        return false;
      }
      lastSourceTimestamp = s.timestamp();
      leftOutPicture = -1;
    }
    p.entry = numbering.ofSource(s.layer(), s.sequence());
    return p.entry >= 0;
  }

  /** Fewer at once; more from a picture on that needs none of those left out (RFC 7741, Y). */
  private void followTemporalChoice(MediaPacket s) {
    int wanted = choice.temporal();
    if (wanted < temporalLayer) {
      temporalLayer = wanted;
    } else if (s.temporalLayer() > temporalLayer
        && s.temporalLayer() <= wanted
        && (s.format().codec() != MediaCodec.VP8
            || Vp8Payload.isLayerSync(s.payload(), 0, s.length()))) {
      temporalLayer = s.temporalLayer();
    }
  }

  private boolean renumber(OutboundPacket p) {
    p.sequence = numbering.out(p.entry, p.source.sequence());
    fill(p);
    writeHeader(p);
    return true;
  }

  /** What is sent of a packet, at first and when it is repeated: the same bits. */
  private void fill(OutboundPacket p) {
    MediaPacket s = p.source;
    int pictureOffset = numbering.pictureOffset(p.entry);
    int baseLayerOffset = numbering.baseLayerOffset(p.entry);
    p.timestamp = s.timestamp() + numbering.timestampOffset(p.entry);
    p.payload = s.payload();
    if ((pictureOffset | baseLayerOffset) != 0 && s.length() > 0) {
      System.arraycopy(s.payload(), 0, p.copy, 0, s.wireLength());
      Vp8Rewriter.rewrite(s, p.copy, pictureOffset, baseLayerOffset);
      p.payload = p.copy;
    }
  }

  private void writeHeader(OutboundPacket p) {
    header.write(
        p,
        numberedBy(),
        p.source.marker(),
        codec.payloadType(),
        p.sequence,
        ssrc,
        p.source.wireLength());
    if (p.source.isPadded()) {
      Rtp.setPadding(p.data, 0);
    }
  }

  /**
   * Id of the transport-wide number; 0 for none. A packet that may be repeated as it is must not
   * change by as much as a bit, or two packets were encrypted with one key stream.
   */
  private int numberedBy() {
    boolean repeatedAsItIs = codec.rtxPayloadType() < 0 && codec.feedback().contains("nack");
    return repeatedAsItIs ? 0 : media.transportCcExtension();
  }

  private boolean encrypt(OutboundPacket p) {
    p.length =
        transport
            .srtp()
            .sealRtp(
                p.payload, 0, p.source.wireLength(), p.data, 0, p.headerLength, ssrc, p.sequence);
    return true;
  }

  private boolean send(OutboundPacket p) {
    if (p.sequence > highestSent) {
      highestSent = p.sequence;
      lastTimestamp = p.timestamp;
      pictures.onSent(
          p.source, numbering.pictureOffset(p.entry), numbering.baseLayerOffset(p.entry));
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
    long wanted = highestSent + (short) (sequence - (int) highestSent);
    if (source == null || !transport.isReady() || wanted > highestSent) {
      return;
    }
    if (find(wanted, now) && retransmissions.allow(wanted, packet.source.length(), now)) {
      if (codec.rtxPayloadType() >= 0) {
        for (int i = 0; i < header.repetitions(); i++) {
          retransmissions.send(packet, codec.rtxPayloadType(), media.transportCcExtension());
        }
      } else if (numberedBy() == 0) {
        writeHeader(packet);
        encrypt(packet);
        retransmissions.sendAgain(packet);
      }
    }
  }

  /** Puts a packet of our stream that went by lately into {@link #packet}. */
  private boolean find(long sequence, long now) {
    int entry = numbering.ofOut(sequence);
    if (entry < 0) {
      return false;
    }
    MediaPacket found = source.find(numbering.layer(entry), numbering.source(entry, sequence), now);
    if (found == null) {
      return false;
    }
    packet.source = found;
    packet.now = now;
    packet.entry = entry;
    packet.sequence = sequence;
    if (!agree(packet)) {
      return false;
    }
    fill(packet);
    return true;
  }

  /**
   * Repeats recent packets that nobody misses, to see whether they arrive in time.
   *
   * @return bytes that were sent; 0 when there is nothing to send, or nothing to send it as
   */
  int sendProbe(int wantedBytes, long now) {
    int sent = 0;
    for (int i = 0; i < 64 && sent < wantedBytes; i++) {
      boolean possible = source != null && transport.isReady() && find(highestSent - i % 16, now);
      if (possible && codec.rtxPayloadType() >= 0) {
        retransmissions.send(packet, codec.rtxPayloadType(), media.transportCcExtension());
        sent += packet.length;
      }
    }
    return sent;
  }

  void onPictureLoss() {
    wantKeyFrame();
  }

  /** A sender report on our clock, when the source's reports allow it. */
  void writeSenderReport(RtcpWriter out, String cname, WallClock wallClock, long now) {
    if (canReport() && transport.isReady()) {
      long wall = wallClock.micros(now);
      int offset = numbering.timestampOffset(numbering.ofOut(highestSent));
      int timestamp = source.clock(layer).timestampAt(wall) + offset;
      out.senderReport(ssrc, WallClock.ntp(wall), timestamp, packets, bytes);
      out.sourceDescription(ssrc, cname);
    }
  }

  boolean canReport() {
    return layer != NO_LAYER
        && packets > 0
        && source.clock(layer).isKnown()
        && numbering.ofOut(highestSent) >= 0;
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
