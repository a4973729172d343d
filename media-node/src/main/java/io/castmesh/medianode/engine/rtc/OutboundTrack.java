package io.castmesh.medianode.engine.rtc;

import static io.castmesh.medianode.engine.track.PacketPath.stage;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.loop.MediaLoop;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.sdp.LocalDescription;
import io.castmesh.medianode.engine.sdp.NegotiatedMedia;
import io.castmesh.medianode.engine.track.JoinLimits;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.PacketPath;
import io.castmesh.medianode.engine.track.TrackSink;
import io.castmesh.medianode.engine.track.TrackSource;
import io.castmesh.medianode.engine.track.WallClock;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What one peer gets of one kind. Sources and their layers come and go; the peer sees one stream
 * with one SSRC. {@link LayerChoice} says what is best for it, {@link OutboundStream} which packets
 * that means, {@link PacketWriter} sends them. Owned by the loop.
 */
final class OutboundTrack implements TrackSink {
  /** Below 2^15, so that nobody mistakes an early loss for a wrap-around. */
  private static final int MAX_FIRST_SEQUENCE = 0x4000;

  /**
   * Who could not be sent anything for so long begins anew: nothing of it can be repeated, and of
   * too many numbers at once SRTP loses count (RFC 3711 section 3.3.1).
   */
  private static final long AWAY = TimeUnit.SECONDS.toNanos(3);

  private final MediaKind kind;
  private final int ssrc;
  private final EngineCounters counters;
  private final LayerChoice choice = new LayerChoice();
  private final OutboundStream stream;
  private final PacketWriter writer;
  private final JoinLimits joins;
  private final CatchUp catchUp = new CatchUp();
  private final OutboundPacket packet = new OutboundPacket();
  private final PacketPath<OutboundPacket> path;
  private TrackSource source;
  private boolean joining;
  private long budget = Long.MAX_VALUE;
  private long packets;
  private long bytes;

  /**
   * @param names under which it was announced
   * @param onForeignFormat told when the source sends what the peer did not agree to receive
   */
  OutboundTrack(
      MediaKind kind,
      LocalDescription.Outgoing names,
      MediaContext context,
      MediaTransport transport,
      OutboundHeader header,
      Consumer<MediaFormat> onForeignFormat) {
    this.kind = kind;
    this.ssrc = names.ssrc();
    this.counters = context.counters();
    this.joins = context.shard().joins();
    this.stream =
        new OutboundStream(
            kind, context.random().nextInt(1, MAX_FIRST_SEQUENCE), context.random().nextInt());
    this.writer =
        new PacketWriter(ssrc, names.rtxSsrc(), transport, header, counters, onForeignFormat);
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
    join(now);
  }

  private void wantKeyFrame() {
    if (source != null && writer.isReady() && !choice.isPaused()) {
      source.requestKeyFrame(choice.layer());
    }
  }

  /** With what has come since the last keyframe, from the next tick on, or with a new one. */
  private void join(long now) {
    if (source == null || !writer.isReady() || choice.isPaused() || catchUp.isActive()) {
      return;
    }
    long first = kind == MediaKind.VIDEO ? source.joinAt(choice.layer(), joins, now) : -1;
    if (first >= 0) {
      catchUp.begin(choice.layer(), first);
    } else {
      source.requestKeyFrame(choice.layer());
    }
  }

  /** Whether {@link #tick} has something to do. */
  boolean isCatchingUp() {
    return catchUp.isActive();
  }

  /** Each tick of the loop, while no packets wait to be passed on. */
  void tick(long now) {
    if (!catchUp.isActive()) {
      return;
    }
    MediaPacket next = catchUp.take(source, now);
    if (!stream.isRunning()) {
      MediaPacket newest = source.find(catchUp.layer(), source.newest(catchUp.layer()), now);
      if (next == null || newest == null || !next.keyFrameStart()) {
        catchUp.stop();
        wantKeyFrame();
        return;
      }
      stream.begin(next, newest, choice, now);
    }
    for (int sent = 1; next != null; sent++) {
      run(next, now);
      next = sent < CatchUp.PACKETS_A_TICK && catchUp.isActive() ? catchUp.take(source, now) : null;
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
    catchUp.stop();
    writer.forgetFormat();
    choice.reset(source, budget, MediaLoop.now());
    join(MediaLoop.now());
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
      stop();
    } else if (choice.layer() != before || wasPaused) {
      wantKeyFrame();
    }
  }

  /** Begins anew with what comes next. */
  private void stop() {
    stream.stop();
    catchUp.stop();
  }

  LayerChoice choice() {
    return choice;
  }

  @Override
  public void onPacket(MediaPacket source, long now) {
    if (!writer.isReady() && now - stream.lastSentAt() > AWAY) {
      stop();
    }
    if (catchUp.covers(source)) {
      return;
    }
    run(source, now);
    if (joining) {
      joining = false;
      join(now);
    }
    if (catchUp.isActive() && stream.isRunning() && stream.layer() != catchUp.layer()) {
      catchUp.stop(); // a better layer has begun meanwhile
    }
  }

  private void run(MediaPacket source, long now) {
    packet.source = source;
    packet.now = now;
    path.run(packet);
  }

  private boolean synchronise(OutboundPacket p) {
    boolean fits = stream.synchronise(p, choice);
    joining = !fits && !stream.isRunning() && p.source.layer() == choice.layer();
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

  /** Whether {@link #sendProbe} can send anything. */
  boolean canProbe() {
    return writer.canProbe();
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
