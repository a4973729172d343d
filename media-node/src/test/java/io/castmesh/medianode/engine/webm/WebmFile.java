package io.castmesh.medianode.engine.webm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An independent reader of the files under test: everything in memory, by the letter of the RFCs.
 */
public final class WebmFile {
  /** A frame as it stands in the file. */
  public record Frame(int track, long timeMillis, boolean keyFrame, byte[] data) {}

  public final List<Frame> frames = new ArrayList<>();

  /** Codec by track number. */
  public final Map<Integer, String> codecs = new TreeMap<>();

  /** Cluster offset by time. */
  public final Map<Long, Long> cues = new TreeMap<>();

  public final List<Long> clusterOffsets = new ArrayList<>();
  public double duration = -1;
  public long width;
  public long height;
  public long seekToCues = -1;
  public long cuesOffset = -1;
  public boolean segmentSizeKnown;

  private final ByteBuffer in;
  private long segmentContent;
  private long clusterTime;
  private int trackNumber;
  private long seekId;
  private long cueTime;

  private WebmFile(byte[] bytes) {
    in = ByteBuffer.wrap(bytes);
  }

  public static WebmFile read(Path path) throws IOException {
    WebmFile file = new WebmFile(Files.readAllBytes(path));
    file.elements(file.in.limit());
    return file;
  }

  private long vint(boolean keepMarker) {
    int first = in.get() & 0xFF;
    int length = Integer.numberOfLeadingZeros(first) - 23;
    long value = keepMarker ? first : first & ((1 << (8 - length)) - 1);
    for (int i = 1; i < length; i++) {
      value = value << 8 | (in.get() & 0xFF);
    }
    return value;
  }

  private long unsigned(int length) {
    long value = 0;
    for (int i = 0; i < length; i++) {
      value = value << 8 | (in.get() & 0xFF);
    }
    return value;
  }

  private void elements(long end) {
    while (in.position() < end) {
      int start = in.position();
      long id = vint(true);
      long size = vint(false);
      int content = in.position();
      boolean unknown = id == 0x18538067L && size == (1L << 56) - 1;
      long stop = unknown ? in.limit() : content + size;
      if (stop > end) {
        throw new IllegalStateException("element %x at %d is cut".formatted(id, start));
      }
      element(id, start, (int) (stop - content), stop, !unknown);
      in.position((int) stop);
    }
  }

  private void element(long id, int start, int size, long stop, boolean sizeKnown) {
    if (id == 0x18538067L) {
      segmentContent = in.position();
      segmentSizeKnown = sizeKnown;
      elements(stop);
    } else if (id == 0x1F43B675L) {
      clusterOffsets.add(start - segmentContent);
      elements(stop);
    } else if (id == 0x1C53BB6BL) {
      cuesOffset = start - segmentContent;
      elements(stop);
    } else if (List.of(0x114D9B74L, 0x4DBBL, 0x1549A966L, 0x1654AE6BL, 0xAEL, 0xE0L, 0xBBL, 0xB7L)
        .contains(id)) {
      elements(stop);
    } else {
      value(id, size);
    }
  }

  private void value(long id, int size) {
    if (id == 0x4489) {
      duration = in.getDouble();
    } else if (id == 0xD7) {
      trackNumber = (int) unsigned(size);
    } else if (id == 0x86) {
      byte[] codec = new byte[size];
      in.get(codec);
      codecs.put(trackNumber, new String(codec, java.nio.charset.StandardCharsets.US_ASCII));
    } else if (id == 0xB0) {
      width = unsigned(size);
    } else if (id == 0xBA) {
      height = unsigned(size);
    } else if (id == 0x53AB) {
      seekId = unsigned(size);
    } else if (id == 0x53AC && seekId == 0x1C53BB6BL) {
      seekToCues = unsigned(size);
    } else if (id == 0xB3) {
      cueTime = unsigned(size);
    } else if (id == 0xF1) {
      cues.put(cueTime, unsigned(size));
    } else if (id == 0xE7) {
      clusterTime = unsigned(size);
    } else if (id == 0xA3) {
      int track = (int) vint(false);
      long time = clusterTime + in.getShort();
      boolean keyFrame = in.get() < 0;
      byte[] data = new byte[size - 4];
      in.get(data);
      frames.add(new Frame(track, time, keyFrame, data));
    }
  }

  public List<Frame> frames(int track) {
    return frames.stream().filter(frame -> frame.track() == track).toList();
  }
}
