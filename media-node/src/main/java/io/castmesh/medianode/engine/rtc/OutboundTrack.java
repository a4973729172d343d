package io.castmesh.medianode.engine.rtc;

import static io.castmesh.medianode.engine.track.PacketPath.stage;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.sdp.NegotiatedMedia;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.PacketPath;
import io.castmesh.medianode.engine.track.TrackSink;
import io.castmesh.medianode.engine.track.TrackSource;
import io.castmesh.medianode.engine.track.WallClock;
import java.util.function.Consumer;

/**
 * What one peer gets of one kind. Sources and their layers come and go; the peer sees one stream
 * with one SSRC. {@link LayerChoice} says what is best for it, {@link OutboundStream} which packets
 * that means, {@link PacketWriter} sends them. Owned by the loop.
 */
final class OutboundTrack implements TrackSink {
  private final MediaKind kind;
  private final int ssrc;
  private final EngineCounters counters;
  private final LayerChoice choice = new LayerChoice();
  private final OutboundStream stream;
  private final PacketWriter writer;
  private final OutboundPacket packet = new OutboundPacket();
  private final PacketPath<OutboundPacket> path;
  private TrackSource source;
  private long budget = Long.MAX_VALUE;
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
    this.kind = kind;
    this.ssrc = ssrc;
    this.counters = counters;
    this.stream = new OutboundStream(kind, firstSequence, firstTimestamp);
    this.writer = new PacketWriter(ssrc, rtxSsrc, transport, header, counters, onForeignFormat);
    this.path = // the way of every packet
        new PacketPath<>(
            stage("gate", p -> writer.isReady()),
            stage("agree", writer::agree),
            stage("synchronise", this::synchronise),
            stage("thin-out", p -> stream.thinOut(p, choice)),
            stage("renumber", stream::renumber),
            stage("head", writer::writeHeader),
            stage("encrypt", writer::encrypt),
            stage("send", this::send));
  }

  void negotiated(NegotiatedMedia agreed) {
    writer.negotiated(agreed);
  }

  /** The transport came up: the picture should come at once. */
  void onReady(long now) {
    choice.reset(source, budget, now);
    wantKeyFrame();
  }

  private void wantKeyFrame() {
    if (source != null && writer.isReady() && !choice.isPaused()) {
      source.requestKeyFrame(choice.layer());
    }
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
    stream.clear();
    writer.forgetFormat();
    choice.reset(source, budget, stream.lastSentAt());
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
      stream.stop();
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

  private boolean synchronise(OutboundPacket p) {
    boolean fits = stream.synchronise(p, choice);
    if (!fits && !stream.isRunning() && p.source.layer() == choice.layer()) {
      wantKeyFrame();
    }
    return fits;
  }

  private boolean send(OutboundPacket p) {
    stream.onSent(p);
    packets++;
    bytes += p.source.length();
    return writer.send(p);
  }

  /** The peer misses a packet. */
  void onNack(int sequence, long now) {
    counters.nacksReceived.increment();
    if (find(stream.unwrap(sequence), now)) {
      writer.repeat(packet);
    }
  }

  /** Puts a packet of our stream that went by lately into {@link #packet}. */
  private boolean find(long sequence, long now) {
    return source != null && writer.isReady() && stream.find(sequence, source, packet, now);
  }

  /**
   * Repeats recent packets that nobody misses, to see whether they arrive in time.
   *
   * @return bytes that were sent; 0 when there is nothing to send, or nothing to send it as
   */
  int sendProbe(int wantedBytes, long now) {
    int sent = 0;
    for (int i = 0; i < 64 && sent < wantedBytes; i++) {
      if (find(stream.highestSent() - i % 16, now)) {
        sent += writer.probe(packet);
      }
    }
    return sent;
  }

  void onPictureLoss() {
    wantKeyFrame();
  }

  /** A sender report on our clock, when the source's reports allow it. */
  void writeSenderReport(RtcpWriter out, String cname, WallClock wallClock, long now) {
    if (canReport() && writer.isReady()) {
      long wall = wallClock.micros(now);
      int timestamp = stream.timestampOf(source.clock(stream.layer()).timestampAt(wall));
      out.senderReport(ssrc, WallClock.ntp(wall), timestamp, packets, bytes);
      out.sourceDescription(ssrc, cname);
    }
  }

  boolean canReport() {
    return packets > 0 && stream.hasTimestamps() && source.clock(stream.layer()).isKnown();
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
    return stream.lastSentAt();
  }

  PacketPath<OutboundPacket> path() {
    return path;
  }
}
