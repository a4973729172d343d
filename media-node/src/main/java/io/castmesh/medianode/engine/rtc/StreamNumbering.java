package io.castmesh.medianode.engine.rtc;

/**
 * How the numbers of source packets become those of one outgoing stream, and back. The stream
 * changes between layers, and pictures are left out of it; each such place begins a new entry, and
 * a gap that the network made stays a gap, into which a recovered packet fits. Owned by the loop.
 */
final class StreamNumbering {
  /** Some seconds of pictures left out. A power of two. */
  private static final int REMEMBERED = 64;

  private final int[] layers = new int[REMEMBERED];
  private final long[] fromSource = new long[REMEMBERED];
  private final long[] fromOut = new long[REMEMBERED];
  private final int[] timestampOffsets = new int[REMEMBERED];
  private final int[] pictureOffsets = new int[REMEMBERED];
  private final int[] baseLayerOffsets = new int[REMEMBERED];
  private long count;

  /** Nothing of before is known any more. */
  void clear() {
    count = 0;
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
