package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.TrackSink;
import io.castmesh.medianode.engine.track.TrackSource;
import io.castmesh.medianode.engine.track.WallClock;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

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

  private final RecordingFile file;
  private final WallClock wallClock;
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

  private record EarlyAudio(long captureMicros, byte[] packet) {}

  Recording(RecordingFile file, WallClock wallClock) {
    this.file = file;
    this.wallClock = wallClock;
  }

  TrackSink sink(MediaKind kind) {
    return kind == MediaKind.AUDIO ? audio : video;
  }

  /** Starts, or goes on after a pause. */
  void resume(long now) {
    active = true;
    resumedAt = now;
    firstAudioAt = 0;
    waitingForKeyFrame = true;
    clock.closeGap();
    video.restart();
  }

  void pause() {
    active = false;
    earlyAudio.clear();
  }

  void stop() {
    active = false;
    earlyAudio.clear();
  }

  void tick(long now) {
    if (!active) {
      return;
    }
    video.assembler.tick(now);
    if (waitingForKeyFrame && videoIsNotToBeExpected(now)) {
      begin(earlyAudio.isEmpty() ? 0 : earlyAudio.peek().captureMicros());
    }
    boolean keyFrameDue = video.source != null && now - lastKeyFrameAt > KEY_FRAME_INTERVAL;
    if (keyFrameDue && !waitingForKeyFrame) {
      lastKeyFrameAt = now;
      video.source.requestKeyFrame();
    }
    if (!flushed && now - lastFrameAt > IDLE_FLUSH) {
      flushed = true;
      file.flush();
    }
  }

  private boolean videoIsNotToBeExpected(long now) {
    if (firstAudioAt == 0) {
      return false;
    }
    return video.source == null
        ? now - resumedAt > CONNECT_PATIENCE
        : now - firstAudioAt > VIDEO_PATIENCE;
  }

  private void begin(long captureMicros) {
    waitingForKeyFrame = false;
    if (!clock.isStarted()) {
      clock.start(captureMicros);
    }
    for (EarlyAudio early : earlyAudio) {
      if (early.captureMicros() >= captureMicros) {
        add(MediaKind.AUDIO, early.captureMicros(), true, early.packet());
      }
    }
    earlyAudio.clear();
  }

  private boolean add(MediaKind kind, long captureMicros, boolean keyFrame, byte[] data) {
    long millis = clock.millis(kind, captureMicros);
    if (millis < 0) {
      return true;
    }
    flushed = false;
    return file.add(new MediaFrame(kind, millis, keyFrame, data));
  }

  private final class AudioSink implements TrackSink {
    private final TrackTimeline timeline = new TrackTimeline(48_000);
    private TrackSource source;
    private long lastSequence = -1;

    @Override
    public TrackSource source() {
      return source;
    }

    @Override
    public void onSource(TrackSource newSource) {
      source = newSource;
      timeline.reset();
      lastSequence = -1;
    }

    @Override
    public void onPacket(MediaPacket packet, long now) {
      // Opus packets stand for themselves; one that comes too late is left out.
      boolean usable = packet.format().codec() == MediaCodec.OPUS && packet.length() > 0;
      if (!active || !usable || packet.sequence() <= lastSequence) {
        return;
      }
      lastSequence = packet.sequence();
      lastFrameAt = now;
      long capture =
          timeline.captureMicros(
              packet.timestamp(), wallClock.micros(packet.arrivedAt()), source.clock());
      byte[] data = Arrays.copyOf(packet.payload(), packet.length());
      if (!waitingForKeyFrame) {
        add(MediaKind.AUDIO, capture, true, data);
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
    private final FrameAssembler assembler = new FrameAssembler(this);
    private TrackSource source;

    @Override
    public TrackSource source() {
      return source;
    }

    @Override
    public void onSource(TrackSource newSource) {
      source = newSource;
      timeline.reset();
      restart();
    }

    private void restart() {
      assembler.reset();
      onKeyFrameNeeded();
    }

    @Override
    public void onKeyFrameNeeded() {
      if (active && source != null) {
        source.requestKeyFrame();
      }
    }

    @Override
    public void onPacket(MediaPacket packet, long now) {
      if (active && packet.format().codec() == MediaCodec.VP8) {
        lastFrameAt = now;
        assembler.onPacket(packet, now);
      }
    }

    @Override
    public void onFrame(byte[] frame, boolean keyFrame, int timestamp, long arrivedAt) {
      long capture = timeline.captureMicros(timestamp, wallClock.micros(arrivedAt), source.clock());
      if (keyFrame) {
        lastKeyFrameAt = arrivedAt;
        if (waitingForKeyFrame) {
          begin(capture);
        }
      }
      if (!add(MediaKind.VIDEO, capture, keyFrame, frame)) {
        restart(); // the disk is slow: without this frame the next ones cannot be shown
      }
    }
  }
}
