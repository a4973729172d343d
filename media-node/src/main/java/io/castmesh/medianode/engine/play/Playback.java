package io.castmesh.medianode.engine.play;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.MediaPlayer;
import io.castmesh.medianode.engine.MediaPlayer.Info;
import io.castmesh.medianode.engine.MediaPlayer.Listener;
import io.castmesh.medianode.engine.MediaPlayer.State;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.track.WallClock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Decides which frame is sent when. The file's time runs with the loop's while it plays; when the
 * disk does not keep up, it waits. Owned by the loop; time is in nanoseconds and passed in.
 */
final class Playback implements ReadAhead.Events {
  /** What is read before its time has come. */
  private static final long AHEAD_MILLIS = 1000;

  /** However little time they take. */
  private static final int AHEAD_FRAMES = 300;

  private static final long AHEAD_BYTES = 4 << 20;

  /** Nothing was there to be sent for this long: the disk is slow. */
  private static final long STARVED_MILLIS = 200;

  private static final long FLOW_ENDS_AFTER = TimeUnit.SECONDS.toNanos(2);

  private final Function<ReadAhead.Events, ReadAhead> files;
  private final WallClock wallClock;
  private final Consumer<Consumer<Listener>> listener;
  private final PlayedTrack[] tracks = {
    new PlayedTrack(MediaKind.AUDIO), new PlayedTrack(MediaKind.VIDEO)
  };
  private final boolean[] flowing = new boolean[tracks.length];
  private final long[] sentAt = new long[tracks.length];
  private final Deque<MediaFrame> frames = new ArrayDeque<>();
  private long bytes;

  private State state = State.STOPPED;
  private ReadAhead file;
  private ReadAhead.Opened opened;
  private boolean failed;
  private boolean reading;
  private boolean seeking;
  private boolean end;

  /** Paused elsewhere than before: the picture of this place is to be seen. */
  private boolean stillWanted;

  private List<Runnable> waiting = new ArrayList<>();

  /** Whether the file's time runs; then this time of it was at that time of the loop. */
  private boolean running;

  private long anchorMillis;

  private long lastTick;
  private long anchorAt;

  /** Time of the latest frame that was sent. */
  private long lastDue;

  Playback(
      Function<ReadAhead.Events, ReadAhead> files,
      WallClock wallClock,
      Consumer<Consumer<Listener>> listener) {
    this.files = files;
    this.wallClock = wallClock;
    this.listener = listener;
  }

  PlayedTrack track(MediaKind kind) {
    return tracks[kind.ordinal()];
  }

  void play() {
    openFile();
    stillWanted = false;
    enter(State.PLAYING);
  }

  void pause(long now) {
    stillWanted |= openFile();
    anchorMillis = position(now);
    running = false;
    enter(State.PAUSED);
  }

  void stop() {
    closeFile();
    enter(State.STOPPED);
  }

  /** Returns whether it was closed, or could not be opened before. */
  private boolean openFile() {
    if (failed) {
      closeFile();
    }
    if (file != null) {
      return false;
    }
    file = files.apply(this);
    file.open();
    return true;
  }

  private void closeFile() {
    if (file != null) {
      file.close();
      file = null;
    }
    opened = null;
    failed = false;
    reading = false;
    seeking = false;
    end = false;
    running = false;
    stillWanted = false;
    anchorMillis = 0;
    forgetFrames();
    answerThoseWhoWait();
  }

  private void forgetFrames() {
    frames.clear();
    bytes = 0;
    for (PlayedTrack track : tracks) {
      track.forget();
    }
  }

  void close() {
    closeFile();
    for (PlayedTrack track : tracks) {
      track.removeAll();
    }
  }

  private void enter(State newState) {
    if (state != newState) {
      state = newState;
      listener.accept(l -> l.onState(newState));
    }
  }

  /** Answers now, or when a file that is just being opened is open. */
  <T> CompletableFuture<T> whenOpen(Supplier<T> answer) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Runnable complete = () -> result.complete(answer.get());
    if (file != null && opened == null && !failed) {
      waiting.add(complete);
    } else {
      complete.run();
    }
    return result;
  }

  private void answerThoseWhoWait() {
    List<Runnable> answers = waiting;
    waiting = new ArrayList<>();
    answers.forEach(Runnable::run);
  }

  Info info() {
    return opened == null
        ? Info.NONE
        : new Info(opened.durationMillis() > 0, opened.durationMillis());
  }

  long position(long now) {
    return running ? anchorMillis + (now - anchorAt) / 1_000_000 : anchorMillis;
  }

  /** Whether there is something to seek in. */
  boolean seek(long millis) {
    if (opened == null || opened.durationMillis() <= 0) {
      return false;
    }
    forgetFrames();
    running = false;
    stillWanted = state == State.PAUSED;
    anchorMillis = Math.max(0, Math.min(opened.durationMillis(), millis));
    end = millis > opened.durationMillis();
    reading = false;
    seeking = true;
    file.seek(anchorMillis);
    return true;
  }

  @Override
  public void onOpened(ReadAhead.Opened found) {
    opened = found;
    track(MediaKind.AUDIO).open(found.audio() ? new OpusPacketizer() : null, lastTick);
    track(MediaKind.VIDEO)
        .open(found.video() == null ? null : Packetizer.of(found.video()), lastTick);
    answerThoseWhoWait();
  }

  @Override
  public void onFailed(MediaPlayer.Failure failure, String description) {
    failed = true;
    answerThoseWhoWait();
    listener.accept(l -> l.onError(failure, description));
  }

  @Override
  public void onFrames(List<MediaFrame> more, boolean last) {
    reading = false;
    frames.addAll(more);
    more.forEach(frame -> bytes += frame.data().length);
    end = last;
  }

  @Override
  public void onSought(long timeMillis) {
    seeking = false;
    if (!end) {
      anchorMillis = timeMillis;
    }
  }

  void tick(long now) {
    lastTick = now;
    if (opened != null && !seeking && !failed) {
      readAhead();
      if (state == State.PLAYING) {
        sendWhatIsDue(now);
      } else if (stillWanted && !frames.isEmpty()) {
        stillWanted = false;
        sendUpTo(firstPictureAt(), now);
      }
    }
    for (PlayedTrack track : tracks) {
      track.tick(now);
    }
    watchFlow(now);
    boolean over = state == State.PLAYING && end && frames.isEmpty() && !seeking;
    if (over && tracks[0].isIdle() && tracks[1].isIdle()) {
      stop();
      listener.accept(Listener::onEnd);
    }
  }

  private void readAhead() {
    boolean enough =
        frames.size() >= AHEAD_FRAMES
            || bytes >= AHEAD_BYTES
            || (!frames.isEmpty()
                && frames.peekLast().timeMillis() - frames.peekFirst().timeMillis()
                    >= AHEAD_MILLIS);
    if (!reading && !end && !enough) {
      reading = true;
      file.read();
    }
  }

  private void sendWhatIsDue(long now) {
    if (frames.isEmpty()) {
      if (running && !end && position(now) - lastDue > STARVED_MILLIS) {
        anchorMillis = lastDue;
        running = false;
      }
      return;
    }
    if (!running) {
      running = true;
      anchorAt = now;
      lastDue = anchorMillis;
    }
    sendUpTo(position(now), now);
  }

  private long firstPictureAt() {
    return frames.stream()
        .filter(frame -> frame.kind() == MediaKind.VIDEO)
        .mapToLong(MediaFrame::timeMillis)
        .findFirst()
        .orElse(anchorMillis);
  }

  /** Each at its time, as far as the file's time runs; else now. */
  private void sendUpTo(long due, long now) {
    long origin = wallClock.micros(running ? anchorAt : now);
    while (!frames.isEmpty() && frames.peek().timeMillis() <= due) {
      MediaFrame frame = frames.remove();
      bytes -= frame.data().length;
      long wall = origin + (frame.timeMillis() - anchorMillis) * 1000;
      lastDue = Math.max(lastDue, frame.timeMillis());
      int track = frame.kind().ordinal();
      tracks[track].send(frame, wall);
      sentAt[track] = now;
    }
  }

  private void watchFlow(long now) {
    for (int i = 0; i < tracks.length; i++) {
      boolean flows = sentAt[i] != 0 && now - sentAt[i] < FLOW_ENDS_AFTER;
      if (flows != flowing[i]) {
        flowing[i] = flows;
        MediaKind kind = tracks[i].kind();
        listener.accept(l -> l.onFlow(kind, flows));
      }
    }
  }
}
