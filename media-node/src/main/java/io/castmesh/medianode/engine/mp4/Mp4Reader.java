package io.castmesh.medianode.engine.mp4;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.container.FileInput;
import io.castmesh.medianode.engine.container.MediaFileReader;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.container.VideoFormat;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads fragmented MP4 files, as {@link Mp4Writer} and most live encoders write them. A file that
 * was cut off is read up to its last whole fragment. Files that keep all their samples in one movie
 * box are refused.
 */
public final class Mp4Reader implements MediaFileReader {
  private static final int MAX_HEADER = 4 << 20;
  private static final int MAX_FRAME = 16 << 20;

  private final FileInput in;
  private final Mp4Tracks tracks = new Mp4Tracks();

  /** Offset of the fragment by the time of the keyframe that it begins with. */
  private final TreeMap<Long, Long> index = new TreeMap<>();

  private final Deque<Mp4Tracks.Sample> samples = new ArrayDeque<>();
  private long firstFragment = -1;

  /** Where reading goes on behind the samples that wait. */
  private long nextBox;

  private long duration;

  /**
   * Reads the tracks and looks through the fragments' headers.
   *
   * @throws IOException when it is not a file of this kind
   */
  public Mp4Reader(Path path) throws IOException {
    in = new FileInput(path);
    try {
      lookThrough();
      if (firstFragment < 0 && !tracks.areKnown()) {
        throw new IOException("not a fragmented MP4 file");
      }
      in.seek(firstFragment < 0 ? in.size() : firstFragment);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private String type() throws IOException {
    return new String(in.bytes(4), java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  private void lookThrough() throws IOException {
    try {
      while (in.remaining() >= 8) {
        long start = in.position();
        long size = in.number(4);
        String type = type();
        if (start == 0 && !type.equals("ftyp")) {
          throw new IOException("not an MP4 file");
        }
        if (size == 1) {
          size = in.number(8);
        }
        if (size < 8 || size > in.size() - start) {
          return;
        }
        long end = start + size;
        if (type.equals("moov")) {
          tracks.readMovie(content(end));
        } else if (type.equals("moof")) {
          noteFragment(start, content(end), end);
        }
        in.seek(end);
      }
    } catch (EOFException cutOff) {
      // Played as far as it goes.
    }
  }

  private Mp4Box content(long end) throws IOException {
    long length = end - in.position();
    if (length < 0 || length > MAX_HEADER) {
      throw new IOException("a header of %d bytes".formatted(length));
    }
    return new Mp4Box(in.bytes((int) length));
  }

  private void noteFragment(long start, Mp4Box moof, long end) {
    List<Mp4Tracks.Sample> found = tracks.samples(moof, start);
    long mediaEnd = found.stream().mapToLong(s -> s.at() + s.size()).max().orElse(end);
    if (mediaEnd > in.size()) {
      return; // cut off
    }
    if (firstFragment < 0) {
      firstFragment = start;
    }
    boolean hasVideo = tracks.video() != null;
    found.stream()
        .filter(s -> !hasVideo || s.codec().kind() == MediaKind.VIDEO)
        .findFirst()
        .filter(Mp4Tracks.Sample::keyFrame)
        .ifPresent(s -> index.putIfAbsent(s.timeMillis(), start));
    for (Mp4Tracks.Sample sample : found) {
      duration = Math.max(duration, sample.timeMillis() + sample.lengthMillis());
    }
  }

  @Override
  public Optional<VideoFormat> video() {
    return Optional.ofNullable(tracks.video());
  }

  @Override
  public boolean hasAudio() {
    return tracks.hasAudio();
  }

  @Override
  public long durationMillis() {
    return duration;
  }

  @Override
  public long seek(long timeMillis) {
    samples.clear();
    Map.Entry<Long, Long> place = index.floorEntry(timeMillis);
    if (place == null || timeMillis <= 0) {
      in.seek(firstFragment < 0 ? in.size() : firstFragment);
      return 0;
    }
    in.seek(place.getValue());
    return place.getKey();
  }

  @Override
  public MediaFrame next() throws IOException {
    try {
      while (samples.isEmpty()) {
        if (in.remaining() < 8) {
          return null;
        }
        nextFragment();
      }
      Mp4Tracks.Sample sample = samples.remove();
      in.seek(sample.at());
      byte[] data = in.bytes(sample.size());
      if (samples.isEmpty()) {
        in.seek(nextBox);
      }
      return new MediaFrame(sample.codec(), sample.timeMillis(), sample.keyFrame(), data);
    } catch (EOFException cutOff) {
      return null;
    }
  }

  private void nextFragment() throws IOException {
    long start = in.position();
    long size = in.number(4);
    String type = type();
    if (size == 1) {
      size = in.number(8);
    }
    if (size < 8 || size > in.size() - start) {
      throw new EOFException();
    }
    if (type.equals("moof")) {
      List<Mp4Tracks.Sample> found = new ArrayList<>(tracks.samples(content(start + size), start));
      found.removeIf(s -> s.size() <= 0 || s.size() > MAX_FRAME);
      found.sort(Comparator.comparingLong(Mp4Tracks.Sample::timeMillis));
      samples.addAll(found);
    }
    nextBox = start + size;
    in.seek(nextBox);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
