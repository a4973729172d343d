package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.container.VideoFormat;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.TrackSink;
import io.castmesh.medianode.engine.track.TrackSource;
import io.castmesh.medianode.engine.track.WallClock;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Decides when a recording begins and what goes into it, at which time. Owned by the loop.
 *
 * <p>It begins with the first keyframe. Audio alone begins it when no video is connected, or none
 * has come {@link #VIDEO_PATIENCE} after the first audio; video that comes later joins.
 */
final class Recording {
  /** A camera that was agreed on may be off. */
  static final long VIDEO_PATIENCE = TimeUnit.SECONDS.toNanos(3);

  /** Video is often connected just after audio. */
  private static final long CONNECT_PATIENCE = TimeUnit.MILLISECONDS.toNanos(500);

  /** How far apart the places are that one can seek to. */
  private static final long KEY_FRAME_INTERVAL = TimeUnit.SECONDS.toNanos(5);

  /** Nothing came: what waits is written. */
  private static final long IDLE_FLUSH = TimeUnit.SECONDS.toNanos(1);

  private static final int MAX_EARLY_AUDIO = 300;

  /** A packet of sound that this many others have overtaken still finds its place. */
  private static final int MAX_OVERTAKEN = 15;

  private final RecordingFile file;
  private final WallClock wallClock;
  private final Consumer<String> warnings;
  private final RecordingClock clock = new RecordingClock();
  private final AudioSink audio = new AudioSink();
  private final VideoSink video = new VideoSink();
  private final Deque<EarlyAudio> earlyAudio = new ArrayDeque<>();
  private boolean active;
  private boolean waitingForKeyFrame;
  private long resumedAt;
  private long firstAudioAt;
  private long lastFrameAt;
  private long lastKeyFrameAt;
  private boolean flushed = true;
  private boolean diskIsSlow;

  private record EarlyAudio(long captureMicros, byte[] packet) {}

  /**
   * @param warnings told when something is not recorded while the rest goes on
   */
  Recording(RecordingFile file, WallClock wallClock, Consumer<String> warnings) {
    this.file = file;
    this.wallClock = wallClock;
    this.warnings = warnings;
  }

  TrackSink sink(MediaKind kind) {
    return kind == MediaKind.AUDIO ? audio : video;
  }

  /** Starts, or goes on after a pause. */
  void resume(long now) {
    active = true;
    resumedAt = now;
    firstAudioAt = 0;
    lastKeyFrameAt = now;
    waitingForKeyFrame = true;
    video.restart();
  }

  /** What was recorded so far is written: a pause may be long. */
  void pause() {
    active = false;
    earlyAudio.clear();
    flush();
  }

  void stop() {
    active = false;
    earlyAudio.clear();
  }

  /** Nothing of what came was written: the next one begins at its own beginning. */
  void discard() {
    stop();
    clock.reset();
  }

  void tick(long now) {
    if (!active) {
      return;
    }
    video.tick(now);
    if (waitingForKeyFrame && videoIsNotToBeExpected(now)) {
      begin(earlyAudio.isEmpty() ? 0 : earlyAudio.peek().captureMicros());
    }
    if (video.isExpected() && now - lastKeyFrameAt > KEY_FRAME_INTERVAL) {
      lastKeyFrameAt = now;
      video.source.requestKeyFrame();
    }
    if (now - lastFrameAt > IDLE_FLUSH) {
      flush();
    }
  }

  private void flush() {
    if (!flushed) {
      flushed = true;
      file.flush();
    }
  }

  private boolean videoIsNotToBeExpected(long now) {
    if (firstAudioAt == 0) {
      return false;
    }
    return !video.isExpected()
        ? now - resumedAt > CONNECT_PATIENCE
        : now - firstAudioAt > VIDEO_PATIENCE;
  }

  private void begin(long captureMicros) {
    waitingForKeyFrame = false;
    clock.start(captureMicros);
    for (EarlyAudio early : earlyAudio) {
      if (early.captureMicros() >= captureMicros) {
        add(MediaCodec.OPUS, early.captureMicros(), true, early.packet());
      }
    }
    earlyAudio.clear();
  }

  /** Returns false when the disk did not take it. */
  private boolean add(MediaCodec codec, long captureMicros, boolean keyFrame, byte[] data) {
    long millis = clock.millis(codec.kind(), captureMicros);
    if (millis < 0) {
      return true;
    }
    flushed = false;
    boolean taken = file.add(new MediaFrame(codec, millis, keyFrame, data));
    if (!taken && !diskIsSlow) {
      diskIsSlow = true;
      warnings.accept("the disk does not keep up: parts of the recording are missing");
    }
    return taken;
  }

  /** Whether pictures may be written; after a disk was too slow, when it has caught up. */
  private boolean diskHasRoom() {
    diskIsSlow = diskIsSlow && !file.hasCaughtUp();
    return !diskIsSlow;
  }

  /** What one track may be: settled by its first frame, as files cannot change it later. */
  private final class TrackCodec {
    private MediaCodec current;
    private MediaCodec settled;
    private boolean refused;

    /** Returns whether another codec comes from now on. */
    boolean changesTo(MediaCodec codec) {
      if (codec == current) {
        return false;
      }
      current = codec;
      refused = codec != null && (!file.holds(codec) || (settled != null && settled != codec));
      if (refused && settled != null) {
        warnings.accept(
            "%s changed to %s: it is left out until it is %s again, as a file has one codec"
                .formatted(codec.kind(), codec, settled));
      } else if (refused) {
        warnings.accept(
            "%s is left out: %s files hold no %s without transcoding"
                .formatted(codec.kind(), file.formatName(), codec));
      }
      return true;
    }

    boolean isUsable() {
      return current != null && !refused;
    }

    void settle() {
      settled = current;
    }
  }

  private final class AudioSink implements TrackSink {
    private final TrackTimeline timeline = new TrackTimeline(48_000);
    private final TrackCodec codec = new TrackCodec();
    private TrackSource source;
    private long lastSequence = Integer.MIN_VALUE;

    @Override
    public TrackSource source() {
      return source;
    }

    @Override
    public void onSource(TrackSource newSource) {
      source = newSource;
      timeline.reset();
      lastSequence = Integer.MIN_VALUE;
    }

    @Override
    public void onPacket(MediaPacket packet, long now) {
      // Opus packets stand for themselves; one that comes much too late is left out.
      boolean late = packet.sequence() <= lastSequence - MAX_OVERTAKEN;
      if (!active || packet.length() == 0 || late) {
        return;
      }
      codec.changesTo(packet.format().codec());
      if (!codec.isUsable()) {
        return;
      }
      codec.settle();
      lastSequence = Math.max(lastSequence, packet.sequence());
      lastFrameAt = now;
      long capture =
          timeline.captureMicros(
              packet.timestamp(), wallClock.micros(packet.arrivedAt()), source.clock());
      byte[] data = Arrays.copyOf(packet.payload(), packet.length());
      if (!waitingForKeyFrame) {
        add(MediaCodec.OPUS, capture, true, data);
        return;
      }
      if (firstAudioAt == 0) {
        firstAudioAt = now;
      }
      if (earlyAudio.size() == MAX_EARLY_AUDIO) {
        earlyAudio.remove();
      }
      earlyAudio.add(new EarlyAudio(capture, data));
    }
  }

  private final class VideoSink implements TrackSink, FrameAssembler.Output {
    private final TrackTimeline timeline = new TrackTimeline(90_000);
    private final TrackCodec codec = new TrackCodec();
    private FrameAssembler assembler;
    private TrackSource source;

    @Override
    public TrackSource source() {
      return source;
    }

    /** Connected, and nothing that the file cannot hold. */
    boolean isExpected() {
      return source != null && !codec.refused;
    }

    @Override
    public void onSource(TrackSource newSource) {
      source = newSource;
      timeline.reset();
      restart();
    }

    private void restart() {
      if (assembler != null) {
        assembler.reset();
      }
      onKeyFrameNeeded();
    }

    @Override
    public void onKeyFrameNeeded() {
      if (active && isExpected()) {
        source.requestKeyFrame();
      }
    }

    @Override
    public void onPacket(MediaPacket packet, long now) {
      if (!active) {
        return;
      }
      if (codec.changesTo(packet.format().codec()) && codec.isUsable()) {
        Depacketizer depacketizer = Depacketizer.of(codec.current);
        if (assembler == null) {
          assembler = new FrameAssembler(this, depacketizer);
        } else {
          assembler.codec(depacketizer);
        }
      }
      if (codec.isUsable()) {
        lastFrameAt = now;
        assembler.onPacket(packet, now);
      }
    }

    void tick(long now) {
      if (assembler != null) {
        assembler.tick(now);
      }
    }

    @Override
    public void onFrame(byte[] frame, boolean keyFrame, int timestamp, long arrivedAt) {
      // Without this frame the next ones cannot be shown; the next keyframe comes by itself.
      if (!diskHasRoom() || (codec.settled == null && !startsFile(frame, keyFrame))) {
        assembler.reset();
        return;
      }
      codec.settle();
      long capture = timeline.captureMicros(timestamp, wallClock.micros(arrivedAt), source.clock());
      if (keyFrame) {
        lastKeyFrameAt = arrivedAt;
        if (waitingForKeyFrame) {
          begin(capture);
        }
      }
      if (!add(codec.current, capture, keyFrame, frame)) {
        assembler.reset();
      }
    }

    private boolean startsFile(byte[] frame, boolean keyFrame) {
      return keyFrame && VideoFormat.of(new MediaFrame(codec.current, 0, true, frame)).isPresent();
    }
  }
}
