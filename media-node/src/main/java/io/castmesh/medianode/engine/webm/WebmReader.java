package io.castmesh.medianode.engine.webm;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.FileInput;
import io.castmesh.medianode.engine.container.MediaFileReader;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.container.VideoFormat;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads WebM and Matroska files, ours and most others': one video and one audio track that can be
 * passed on, no lacing. A file that was cut off is read as far as it goes; one without an index is
 * looked through once, from cluster to cluster.
 */
public final class WebmReader implements MediaFileReader {
  private static final long UNKNOWN_SIZE = -1;

  /** Larger is no frame of a live picture but damage. */
  private static final int MAX_FRAME = 16 << 20;

  private final FileInput in;

  /** Offset of the cluster by the time of the keyframe in it. */
  private final TreeMap<Long, Long> index = new TreeMap<>();

  private final WebmTracks tracks = new WebmTracks();
  private long segmentContent;
  private long scaleNanos = 1_000_000;
  private double duration;
  private long firstCluster = -1;
  private long cuesAt = -1;
  private long clusterTime;

  /**
   * Reads the header and the index.
   *
   * @throws IOException when it is not a file of this kind
   */
  public WebmReader(Path path) throws IOException {
    in = new FileInput(path);
    try {
      if (in.remaining() < 4 || in.number(4) != (WebmId.EBML & 0xFFFFFFFFL)) {
        throw new IOException("not a WebM file");
      }
      in.skip(size());
      readHeader();
      readIndex();
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** From the file's units; times of damage, too, are none before the beginning. */
  private long millis(long units) {
    return Math.max(0, (long) ((double) units * scaleNanos / 1_000_000));
  }

  private int id() throws IOException {
    int first = in.octet();
    int more = Integer.numberOfLeadingZeros(first) - 24;
    if (more > 3) {
      throw new IOException("damaged at " + in.position());
    }
    return first << 8 * more | (int) in.number(more);
  }

  private long size() throws IOException {
    int first = in.octet();
    int more = Integer.numberOfLeadingZeros(first) - 24;
    if (more > 7) {
      throw new IOException("damaged at " + in.position());
    }
    long value = (first & (0x7FL >> more)) << 8 * more | in.number(more);
    return value == (1L << 7 * (more + 1)) - 1 ? UNKNOWN_SIZE : value;
  }

  /** Everything before the first cluster. */
  private void readHeader() throws IOException {
    try {
      while (in.remaining() > 0 && firstCluster < 0) {
        long start = in.position();
        int id = id();
        long size = size();
        long end = size == UNKNOWN_SIZE ? in.size() : in.position() + size;
        switch (id) {
          case WebmId.SEGMENT -> {
            segmentContent = in.position();
            continue;
          }
          case WebmId.CLUSTER -> firstCluster = start;
          case WebmId.SEEK_HEAD -> readSeekHead(end);
          case WebmId.INFO -> readInfo(end);
          case WebmId.TRACKS -> tracks.read(new WebmElements(in, end));
          case WebmId.CUES -> cuesAt = start;
          default -> {}
        }
        in.seek(end);
      }
    } catch (EOFException cutOff) {
      // Played as far as it goes.
    }
    in.seek(firstCluster < 0 ? in.size() : firstCluster);
  }

  private void readSeekHead(long end) throws IOException {
    WebmElements seeks = new WebmElements(in, end);
    while (seeks.next()) {
      if (seeks.id() != WebmId.SEEK) {
        continue;
      }
      WebmElements seek = seeks.children();
      long target = 0;
      long position = 0;
      while (seek.next()) {
        if (seek.id() == WebmId.SEEK_ID) {
          target = seek.unsigned();
        } else if (seek.id() == WebmId.SEEK_POSITION) {
          position = seek.unsigned();
        }
      }
      if ((int) target == WebmId.CUES) {
        cuesAt = segmentContent + position;
      }
    }
  }

  private void readInfo(long end) throws IOException {
    WebmElements info = new WebmElements(in, end);
    while (info.next()) {
      if (info.id() == WebmId.TIMESTAMP_SCALE) {
        scaleNanos = Math.max(1, info.unsigned());
      } else if (info.id() == WebmId.DURATION) {
        duration = info.number();
      }
    }
  }

  private void readIndex() throws IOException {
    long start = in.position();
    try {
      if (cuesAt > 0 && cuesAt < in.size()) {
        in.seek(cuesAt);
        if (id() == WebmId.CUES) {
          readCues(in.position() + size());
        }
      }
      if (index.isEmpty() && firstCluster >= 0) {
        in.seek(firstCluster);
        lookThrough();
      }
    } catch (IOException cutOff) {
      // Or damaged behind it: what was found so far is good.
    }
    in.seek(start);
  }

  private void readCues(long end) throws IOException {
    WebmElements points = new WebmElements(in, end);
    while (points.next()) {
      if (points.id() != WebmId.CUE_POINT) {
        continue;
      }
      WebmElements point = points.children();
      long time = 0;
      while (point.next()) {
        if (point.id() == WebmId.CUE_TIME) {
          time = millis(point.unsigned());
        } else if (point.id() == WebmId.CUE_TRACK_POSITIONS) {
          WebmElements where = point.children();
          while (where.next()) {
            if (where.id() == WebmId.CUE_CLUSTER_POSITION) {
              index.putIfAbsent(time, segmentContent + where.unsigned());
            }
          }
        }
      }
    }
  }

  /** Every frame is looked at: only blocks know whether they are keyframes. */
  private void lookThrough() throws IOException {
    long clusterAt = firstCluster;
    while (in.remaining() > 0) {
      long start = in.position();
      int id = id();
      long size = size();
      if (id == WebmId.CLUSTER) {
        clusterAt = start;
        continue;
      }
      long end = in.position() + size;
      if (size < 0 || end > in.size()) {
        break;
      }
      if (id == WebmId.TIMESTAMP) {
        clusterTime = in.number((int) size);
      } else if (id == WebmId.SIMPLE_BLOCK || id == WebmId.BLOCK_GROUP) {
        Block block = block(id, end);
        if (block != null) {
          boolean picture = tracks.video() == null || block.codec() == tracks.video().codec();
          if (block.keyFrame() && picture) {
            index.putIfAbsent(block.timeMillis(), clusterAt);
          }
          duration = Math.max(duration, block.timeMillis() * 1e6 / scaleNanos);
        }
      }
      in.seek(end);
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
    return (long) (duration * scaleNanos / 1_000_000);
  }

  @Override
  public long seek(long timeMillis) throws IOException {
    Map.Entry<Long, Long> place = index.floorEntry(timeMillis);
    if (place == null) {
      place = index.firstEntry();
    }
    if (place == null || timeMillis <= 0) {
      in.seek(firstCluster < 0 ? in.size() : firstCluster);
      return 0;
    }
    in.seek(place.getValue());
    return place.getKey();
  }

  @Override
  public MediaFrame next() throws IOException {
    try {
      while (in.remaining() > 0) {
        int id = id();
        long size = size();
        if (id == WebmId.CLUSTER) {
          continue;
        }
        long end = in.position() + size;
        if (size < 0 || end > in.size()) {
          return null;
        }
        if (id == WebmId.TIMESTAMP) {
          clusterTime = in.number((int) size);
        } else if (id == WebmId.SIMPLE_BLOCK || id == WebmId.BLOCK_GROUP) {
          MediaFrame frame = frame(block(id, end));
          if (frame != null) {
            in.seek(end);
            return frame;
          }
        }
        in.seek(end);
      }
    } catch (EOFException cutOff) {
      // The end, for us.
    }
    return null;
  }

  /** Where a frame stands in the file. */
  private record Block(
      MediaCodec codec, long timeMillis, boolean keyFrame, long dataAt, long dataEnd) {
    Block withKeyFrame(boolean isOne) {
      return new Block(codec, timeMillis, isOne, dataAt, dataEnd);
    }
  }

  /** A simple block, or the one of a group; null for a track that is not played. */
  private Block block(int id, long end) throws IOException {
    return id == WebmId.BLOCK_GROUP ? blockOfGroup(end) : blockUntil(end);
  }

  /** RFC 9559 section 5.1.3.5: what refers to no other block is a keyframe. */
  private Block blockOfGroup(long end) throws IOException {
    WebmElements parts = new WebmElements(in, end);
    long blockAt = -1;
    long blockEnd = -1;
    boolean refers = false;
    while (parts.next()) {
      if (parts.id() == WebmId.BLOCK) {
        blockAt = parts.contentAt();
        blockEnd = parts.contentEnd();
      }
      refers |= parts.id() == WebmId.REFERENCE_BLOCK;
    }
    if (blockAt < 0) {
      return null;
    }
    in.seek(blockAt);
    Block block = blockUntil(blockEnd);
    return block == null ? null : block.withKeyFrame(!refers);
  }

  private Block blockUntil(long end) throws IOException {
    MediaCodec codec = tracks.codec((int) size());
    long time = millis(clusterTime + (short) in.number(2));
    int flags = in.octet();
    boolean laced = (flags & 0x06) != 0;
    long length = end - in.position();
    if (codec == null || laced || length <= 0 || length > MAX_FRAME) {
      return null;
    }
    return new Block(codec, time, (flags & 0x80) != 0, in.position(), end);
  }

  private MediaFrame frame(Block block) throws IOException {
    if (block == null) {
      return null;
    }
    in.seek(block.dataAt());
    byte[] data = in.bytes((int) (block.dataEnd() - block.dataAt()));
    return new MediaFrame(block.codec(), block.timeMillis(), block.keyFrame(), data);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
