package io.castmesh.medianode.engine.codec;

/** The VP9 payload descriptor (RFC 9628 section 4.2). */
public final class Vp9Payload {
  private static final int PICTURE_ID = 0x80;
  private static final int INTER_PREDICTED = 0x40;
  private static final int LAYER_INDICES = 0x20;
  private static final int FLEXIBLE = 0x10;
  private static final int START_OF_FRAME = 0x08;
  private static final int END_OF_FRAME = 0x04;
  private static final int SCALABILITY_STRUCTURE = 0x02;

  private Vp9Payload() {}

  /** Whether this packet holds the first bytes of a frame, that is of one layer's picture. */
  public static boolean startsFrame(byte[] data, int offset, int length) {
    return length > 0 && (data[offset] & START_OF_FRAME) != 0;
  }

  public static boolean endsFrame(byte[] data, int offset, int length) {
    return length > 0 && (data[offset] & END_OF_FRAME) != 0;
  }

  /** Whether this packet starts a picture that refers to no other, with its lowest layer. */
  public static boolean startsKeyFrame(byte[] data, int offset, int length) {
    return startsFrame(data, offset, length)
        && (data[offset] & INTER_PREDICTED) == 0
        && spatialLayer(data, offset, length) == 0;
  }

  /** 0 without layers; -1 when the descriptor is cut off. */
  public static int spatialLayer(byte[] data, int offset, int length) {
    int at = layerIndices(data, offset, length);
    return at <= 0 ? at : data[at] >>> 1 & 0x07;
  }

  /** Where the byte with the layer indices is; 0 when there is none, -1 when it is cut off. */
  private static int layerIndices(byte[] data, int offset, int length) {
    if (length < 1) {
      return -1;
    }
    if ((data[offset] & LAYER_INDICES) == 0) {
      return 0;
    }
    int at = offset + 1;
    if ((data[offset] & PICTURE_ID) != 0) {
      if (length < 2) {
        return -1;
      }
      at += data[at] < 0 ? 2 : 1;
    }
    return at < offset + length ? at : -1;
  }

  /** Length of the descriptor; -1 when the payload is too short for what it announces. */
  public static int descriptorLength(byte[] data, int offset, int length) {
    if (length < 1) {
      return -1;
    }
    int flags = data[offset];
    int end = offset + length;
    int at = offset + 1;
    if ((flags & PICTURE_ID) != 0) {
      if (at >= end) {
        return -1;
      }
      at += data[at] < 0 ? 2 : 1;
    }
    if ((flags & LAYER_INDICES) != 0) {
      at += (flags & FLEXIBLE) != 0 ? 1 : 2; // without flexible mode TL0PICIDX follows
    }
    if ((flags & FLEXIBLE) != 0 && (flags & INTER_PREDICTED) != 0) {
      for (int references = 0; references < 3; references++) {
        if (at >= end) {
          return -1;
        }
        if ((data[at++] & 1) == 0) {
          break;
        }
      }
    }
    if ((flags & SCALABILITY_STRUCTURE) != 0) {
      at = afterStructure(data, at, end);
    }
    return at >= 0 && at < end ? at - offset : -1;
  }

  /** Section 4.2.1: sizes of the layers, then a description of the group of pictures. */
  private static int afterStructure(byte[] data, int start, int end) {
    if (start >= end) {
      return -1;
    }
    int flags = data[start] & 0xFF;
    int at = start + 1;
    if ((flags & 0x10) != 0) {
      at += 4 * ((flags >>> 5) + 1);
    }
    if ((flags & 0x08) != 0) {
      if (at >= end) {
        return -1;
      }
      int pictures = data[at++] & 0xFF;
      for (int i = 0; i < pictures; i++) {
        if (at >= end) {
          return -1;
        }
        at += 1 + (data[at] >>> 2 & 0x03);
      }
    }
    return at;
  }
}
