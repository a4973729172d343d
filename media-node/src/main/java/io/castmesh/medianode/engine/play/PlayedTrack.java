package io.castmesh.medianode.engine.play;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.track.BurstEnd;
import io.castmesh.medianode.engine.track.Fanout;
import io.castmesh.medianode.engine.track.JoinLimits;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.PacketHistory;
import io.castmesh.medianode.engine.track.SenderClock;
import io.castmesh.medianode.engine.track.TrackSink;
import io.castmesh.medianode.engine.track.TrackSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One track of a player. Its timestamps follow our wall clock, so pauses and jumps in the file are
 * for viewers what a late frame is, and one stream lasts as long as the player.
 *
 * <p>A file gives no keyframe when a viewer asks for one. Who comes between two of them gets the
 * pictures since the last one from the history, also while the player stands; who has lost too much
 * makes all get them again, all at once. Owned by the loop.
 */
final class PlayedTrack implements TrackSource {
  private static final int VIDEO_HISTORY = 2048;
  private static final int AUDIO_HISTORY = 64;

  /** Numbers that come before the first one stay positive. */
  private static final long FIRST_SEQUENCE = 0x10000;

  /** In one tick of the loop, 10 ms: about 11 Mbit/s. More waits, so that no link drowns. */
  private static final int BURST = 12;

  /** However much waits, it is out after a fraction of a second. */
  private static final int BURST_SHARE = 16;

  private static final long REPEAT_INTERVAL = TimeUnit.SECONDS.toNanos(2);

  /** When nothing was sent for so long, a viewer who asks for a picture has the last one. */
  private static final long STANDS_AFTER = TimeUnit.SECONDS.toNanos(1);

  private static final int MAX_REPEATED_FRAMES = 600;
  private static final int MAX_REPEATED_BYTES = 4 << 20;

  /** Between the frames of a repetition: they are decoded and hardly seen. */
  private static final int REPEAT_STEP = 2;

  private record Pending(
      byte[] payload, int timestamp, boolean marker, boolean keyFrameStart, long frame) {}

  private final MediaKind kind;
  private final PacketHistory history;
  private final SenderClock clock;
  private final Deque<Pending> pending = new ArrayDeque<>();

  /** Since the last keyframe; empty when there are too many. */
  private final List<MediaFrame> group = new ArrayList<>();

  /** What is sent in one tick goes out together. */
  private final Fanout fanout = new Fanout(new BurstEnd());

  private Packetizer packetizer;
  private MediaFormat format;
  private long nextSequence = FIRST_SEQUENCE;
  private int groupBytes;
  private boolean keyFrameWanted;
  private long repeatedAt;
  private long sentAt;
  private int lastTimestamp;
  private long frames;

  PlayedTrack(MediaKind kind) {
    this.kind = kind;
    this.history = PacketHistory.ageless(kind == MediaKind.VIDEO ? VIDEO_HISTORY : AUDIO_HISTORY);
    this.clock = new SenderClock(clockRate());
  }

  /** What is played from now on; null for nothing. */
  void open(Packetizer newPacketizer, long now) {
    packetizer = newPacketizer;
    forget();
    if (newPacketizer != null && !newPacketizer.format().equals(format)) {
      format = newPacketizer.format();
      fanout.restart(this, now);
    }
  }

  /** Drops what waits: the player was stopped, or goes on elsewhere. */
  void forget() {
    pending.clear();
    group.clear();
    groupBytes = 0;
    history.forgetKeyFrame();
  }

  /** Sends a frame, in this tick or the next ones. */
  void send(MediaFrame frame, long wallMicros) {
    if (packetizer == null) {
      return;
    }
    // Whole milliseconds of media are whole ticks: the distances of frames stay what they were.
    int timestamp = (int) (wallMicros * (clockRate() / 1000) / 1000);
    if (!clock.isKnown()) {
      clock.onReport(timestamp, wallMicros);
    }
    if (kind == MediaKind.VIDEO) {
      remember(frame);
    }
    enqueue(frame, timestamp);
  }

  private void remember(MediaFrame frame) {
    if (frame.keyFrame()) {
      group.clear();
      groupBytes = 0;
      keyFrameWanted = false;
    } else if (group.isEmpty()) {
      return;
    }
    group.add(frame);
    groupBytes += frame.data().length;
    if (group.size() > MAX_REPEATED_FRAMES || groupBytes > MAX_REPEATED_BYTES) {
      group.clear();
    }
  }

  private void enqueue(MediaFrame frame, int timestamp) {
    lastTimestamp = timestamp;
    long number = frames++;
    boolean video = kind == MediaKind.VIDEO;
    packetizer.packetize(
        frame.data(),
        frame.keyFrame(),
        (payload, last) -> {
          boolean first = pending.isEmpty() || pending.peekLast().frame() != number;
          boolean starts = video && frame.keyFrame() && first;
          pending.add(new Pending(payload, timestamp, video && last, starts, number));
        });
  }

  /** Sends what is due. */
  void tick(long now) {
    if (!pending.isEmpty()) {
      sentAt = now;
    }
    if (keyFrameWanted && !group.isEmpty() && now - repeatedAt > REPEAT_INTERVAL) {
      keyFrameWanted = false;
      if (now - sentAt < STANDS_AFTER || history.joinAt(JoinLimits.LASTING, now) < 0) {
        repeat(now);
      }
    }
    int most = Math.max(BURST, pending.size() / BURST_SHARE);
    for (int i = 0; i < most && !pending.isEmpty(); i++) {
      Pending next = pending.remove();
      MediaPacket packet =
          history.store(
              format,
              nextSequence++,
              next.timestamp(),
              next.marker(),
              next.keyFrameStart(),
              next.payload(),
              0,
              next.payload().length,
              now);
      fanout.add(packet, false, now);
    }
    fanout.flush(now);
  }

  private void repeat(long now) {
    repeatedAt = now;
    pending.clear();
    int timestamp = lastTimestamp;
    for (MediaFrame frame : List.copyOf(group)) {
      timestamp += REPEAT_STEP;
      enqueue(frame, timestamp);
    }
  }

  boolean isIdle() {
    return pending.isEmpty();
  }

  boolean isPlayed() {
    return packetizer != null;
  }

  @Override
  public MediaKind kind() {
    return kind;
  }

  @Override
  public int clockRate() {
    return kind == MediaKind.VIDEO ? 90_000 : 48_000;
  }

  @Override
  public MediaCodec codec() {
    return format == null ? null : format.codec();
  }

  @Override
  public void add(TrackSink sink) {
    fanout.add(sink, this);
  }

  @Override
  public void remove(TrackSink sink) {
    fanout.remove(sink, this);
  }

  void removeAll() {
    fanout.removeAll(this);
  }

  @Override
  public void requestKeyFrame() {
    keyFrameWanted = kind == MediaKind.VIDEO;
  }

  @Override
  public MediaPacket find(long sequence, long now) {
    return history.find(sequence, now);
  }

  @Override
  public long joinAt(int layer, JoinLimits limits, long now) {
    return history.joinAt(JoinLimits.LASTING, now);
  }

  @Override
  public boolean isLasting() {
    return true;
  }

  @Override
  public long newest(int layer) {
    return history.newest();
  }

  @Override
  public SenderClock clock() {
    return clock;
  }
}
