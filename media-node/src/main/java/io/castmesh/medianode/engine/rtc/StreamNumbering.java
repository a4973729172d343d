package io.castmesh.medianode.engine.rtc;

/**
 * How the numbers of source packets become those of one outgoing stream, and back. The stream
 * changes between layers, and pictures are left out of it; each such place begins a new entry, and
 * a gap that the network made stays a gap, into which a recovered packet fits. Owned by the loop.
 */
final class StreamNumbering {
  /** Some seconds of pictures left out. A power of two. */
  private static final int REMEMBERED = 64;

  /** A second becomes 4 ms: less than a frame, and two frames are never the same. */
  private static final int PAST_SHORTENED = 256;

  /** No longer than a frame, it stays as it is: films that stand repeat pictures within that. */
  private static final int SHORT_PAST = 3_600;

  private final int[] layers = new int[REMEMBERED];
  private final long[] fromSource = new long[REMEMBERED];
  private final long[] fromOut = new long[REMEMBERED];
  private final int[] timestampOffsets = new int[REMEMBERED];
  private final int[] pictureOffsets = new int[REMEMBERED];
  private final int[] baseLayerOffsets = new int[REMEMBERED];

  /** The last packet, and its timestamp, that was there before somebody joined. */
  private final long[] pastUpTo = new long[REMEMBERED];

  private final int[] pastTimestamps = new int[REMEMBERED];
  private final int[] pastShortenings = new int[REMEMBERED];
  private long count;

  /** Nothing of before is known any more. */
  void clear() {
    count = 0;
  }

  /**
   * What begins with the newest entry is in the past up to this packet: it is sent to be decoded,
   * not to be looked at, so all of it happens within a moment.
   *
   * @param shortening see {@link #shortening}
   */
  void past(long source, int timestamp, int shortening) {
    pastUpTo[newest()] = source;
    pastTimestamps[newest()] = timestamp;
    pastShortenings[newest()] = shortening;
  }

  /** From this packet of a layer on, source numbers are counted from {@code out}. */
  void begin(
      int layer,
      long source,
      long out,
      int timestampOffset,
      int pictureOffset,
      int baseLayerOffset) {
    int at = (int) count++ & (REMEMBERED - 1);
    layers[at] = layer;
    fromSource[at] = source;
    fromOut[at] = out;
    timestampOffsets[at] = timestampOffset;
    pictureOffsets[at] = pictureOffset;
    baseLayerOffsets[at] = baseLayerOffset;
    pastUpTo[at] = -1;
  }

  /**
   * The newest packet of the source is left out.
   *
   * @param newPicture whether it begins one
   */
  void leaveOut(long source, boolean newPicture) {
    int at = newest();
    long offset = fromOut[at] - fromSource[at];
    int picture = pictureOffsets[at] - (newPicture ? 1 : 0);
    if (fromSource[at] == source) {
      fromSource[at]++;
      pictureOffsets[at] = picture;
    } else {
      begin(
          layers[at],
          source + 1,
          source + offset,
          timestampOffsets[at],
          picture,
          baseLayerOffsets[at]);
      past(pastUpTo[at], pastTimestamps[at], pastShortenings[at]);
    }
  }

  private int newest() {
    return (int) (count - 1) & (REMEMBERED - 1);
  }

  /** The entry for a source packet; -1 when it has no place in the stream. */
  int ofSource(int layer, long source) {
    long end = Long.MAX_VALUE;
    for (long i = count - 1; i >= Math.max(0, count - REMEMBERED); i--) {
      int at = (int) i & (REMEMBERED - 1);
      if (layers[at] == layer && source >= fromSource[at]) {
        return out(at, source) < end ? at : -1;
      }
      end = fromOut[at];
    }
    return -1;
  }

  /** The entry for a packet of the outgoing stream; -1 when it is forgotten. */
  int ofOut(long out) {
    for (long i = count - 1; i >= Math.max(0, count - REMEMBERED); i--) {
      int at = (int) i & (REMEMBERED - 1);
      if (out >= fromOut[at]) {
        return at;
      }
    }
    return -1;
  }

  long out(int entry, long source) {
    return source - fromSource[entry] + fromOut[entry];
  }

  long source(int entry, long out) {
    return out - fromOut[entry] + fromSource[entry];
  }

  int layer(int entry) {
    return layers[entry];
  }

  /** The outgoing timestamp of a source packet. */
  int timestamp(int entry, long source, int sourceTimestamp) {
    return timestampOffsets[entry]
        + (source <= pastUpTo[entry]
            ? pastTimestamps[entry]
                - (pastTimestamps[entry] - sourceTimestamp) / pastShortenings[entry]
            : sourceTimestamp);
  }

  /** By what a span in the past is divided; frames stay apart and in order. */
  static int shortening(int span) {
    return span >= 0 && span <= SHORT_PAST ? 1 : PAST_SHORTENED;
  }

  int timestampOffset(int entry) {
    return timestampOffsets[entry];
  }

  /** To be added to picture ids, see {@link Vp8Rewriter}. */
  int pictureOffset(int entry) {
    return pictureOffsets[entry];
  }

  int baseLayerOffset(int entry) {
    return baseLayerOffsets[entry];
  }
}
