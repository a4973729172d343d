package io.castmesh.medianode.engine.mp4;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.container.MediaFileWriter;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.container.VideoFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Writes one fragmented MP4 file. It begins when both tracks are known, or when one has waited for
 * the other for {@link #PATIENCE_MILLIS}. A track that comes later joins: the tracks are told at
 * the beginning of the file, where there is room for it.
 */
public final class Mp4Writer implements MediaFileWriter {
  /** A camera is a moment behind its microphone. */
  static final long PATIENCE_MILLIS = 2000;

  /** Of what stands before the fragments, with both tracks. */
  private static final int HEADER_BYTES = 4096;

  private static final long MAX_FRAGMENT_BYTES = 8 << 20;
  private static final long ASSUMED_VIDEO_MILLIS = 33;
  private static final long ASSUMED_AUDIO_MILLIS = 20;

  /** Where a reader finds a keyframe: what mfra is made of. */
  private record Place(long timeMillis, long at) {}

  private final FileChannel file;
  private final Deque<MediaFrame> early = new ArrayDeque<>();
  private final List<Place> places = new ArrayList<>();
  private final long[] lastTime = {-1, -1};
  private final long[] lastLength = {ASSUMED_AUDIO_MILLIS, ASSUMED_VIDEO_MILLIS};
  private Mp4Fragment fragment = new Mp4Fragment();
  private VideoFormat video;
  private boolean audio;
  private boolean begun;
  private long position;
  private int sequence = 1;

  /**
   * Creates the file, empty; an older one of that name is overwritten.
   *
   * @throws IOException when it cannot be written
   */
  public Mp4Writer(Path path) throws IOException {
    file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
  }

  @Override
  public void write(MediaFrame frame) throws IOException {
    if (begun) {
      add(frame);
      return;
    }
    if (!tellsItsTrack(frame)) {
      return;
    }
    early.add(frame);
    boolean complete = video != null && audio;
    if (complete || frame.timeMillis() - early.peek().timeMillis() >= PATIENCE_MILLIS) {
      begin();
    }
  }

  /** Whether the frame's track is known, now at the latest. */
  private boolean tellsItsTrack(MediaFrame frame) {
    if (frame.kind() == MediaKind.AUDIO) {
      audio = true;
    } else if (video == null && frame.keyFrame()) {
      video = VideoFormat.of(frame).orElse(null);
    }
    return frame.kind() == MediaKind.AUDIO || video != null;
  }

  private void begin() throws IOException {
    begun = true;
    writeHeader();
    position = HEADER_BYTES;
    for (MediaFrame frame : early) {
      add(frame);
    }
    early.clear();
  }

  private void add(MediaFrame frame) throws IOException {
    boolean isVideo = frame.kind() == MediaKind.VIDEO;
    boolean known = isVideo ? video != null : audio;
    if (!tellsItsTrack(frame)) {
      return;
    }
    if (!known) {
      writeHeader(); // before any fragment has a part of this track
    }
    long time = frame.timeMillis();
    boolean full =
        !fragment.isEmpty()
            && (time - fragment.start() >= MAX_UNWRITTEN_MILLIS / 2
                || fragment.bytes() > MAX_FRAGMENT_BYTES
                || (isVideo && frame.keyFrame()));
    if (full) {
      writeFragment(isVideo ? time : -1, isVideo ? -1 : time);
    }
    fragment.add(frame);
    int track = frame.kind().ordinal();
    if (lastTime[track] >= 0) {
      lastLength[track] = Math.max(1, Math.min(1000, time - lastTime[track]));
    }
    lastTime[track] = time;
  }

  /**
   * @param nextVideo the time of the next frame; -1 while it is not known
   */
  private void writeFragment(long nextVideo, long nextAudio) throws IOException {
    if (fragment.isEmpty()) {
      return;
    }
    if (fragment.startsWithKeyFrame() || video == null) {
      places.add(new Place(fragment.start(), position));
    }
    byte[] bytes =
        fragment.encode(
            sequence++,
            nextVideo >= 0 ? nextVideo : end(MediaKind.VIDEO),
            nextAudio >= 0 ? nextAudio : end(MediaKind.AUDIO));
    writeAt(bytes, position);
    position += bytes.length;
    fragment = new Mp4Fragment();
    writeHeader();
  }

  private void writeHeader() throws IOException {
    writeAt(Mp4Header.of(video, audio, durationMillis(), HEADER_BYTES), 0);
  }

  /** When the last frame of a track is over. */
  private long end(MediaKind kind) {
    int track = kind.ordinal();
    return lastTime[track] < 0 ? 0 : lastTime[track] + lastLength[track];
  }

  @Override
  public void flush() throws IOException {
    if (!begun && !early.isEmpty()) {
      begin();
    }
    writeFragment(-1, -1);
  }

  /** Adds the index (mfra, section 8.8.9) that readers look for at the end. */
  @Override
  public void finish() throws IOException {
    flush();
    if (begun) {
      Mp4Boxes out = new Mp4Boxes(64 + 20 * places.size());
      out.box(
          "mfra",
          mfra -> {
            mfra.fullBox(
                "tfra",
                1,
                0,
                tfra -> {
                  tfra.u32(video != null ? Mp4Header.VIDEO_TRACK : Mp4Header.AUDIO_TRACK);
                  tfra.u32(0).u32(places.size());
                  for (Place place : places) {
                    tfra.u64(place.timeMillis()).u64(place.at()).u8(1).u8(1).u8(1);
                  }
                });
            mfra.fullBox("mfro", 0, 0, mfro -> mfro.u32(mfro.length() + 4));
          });
      writeAt(out.toByteArray(), position);
    }
    file.force(true);
    file.close();
  }

  @Override
  public long durationMillis() {
    return Math.max(end(MediaKind.AUDIO), end(MediaKind.VIDEO));
  }

  private void writeAt(byte[] bytes, long at) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long next = at;
    while (buffer.hasRemaining()) {
      next += file.write(buffer, next);
    }
  }

  /** Closes the file as it is. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
