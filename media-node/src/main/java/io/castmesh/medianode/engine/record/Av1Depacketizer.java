package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.codec.Av1Payload;
import io.castmesh.medianode.engine.container.Av1Sequence;
import java.util.Arrays;

/**
 * RTP Payload Format for AV1 (v1.0, section 4): OBU elements, some of them in pieces, become a
 * temporal unit as files hold it: OBUs with their sizes, without temporal delimiters.
 */
final class Av1Depacketizer implements Depacketizer {
  @Override
  public boolean startsFrame(byte[] payload, int length) {
    return length > 1 && !Av1Payload.continues(payload, 0, length);
  }

  @Override
  public byte[] frame(Packets packets) {
    FrameBuffer out = new FrameBuffer(packets);
    FrameBuffer unit = new FrameBuffer(packets);
    byte[] pending = null;
    for (int i = 0; i < packets.count(); i++) {
      byte[] data = packets.payload(i);
      int length = packets.length(i);
      if (length < 2) {
        continue;
      }
      boolean continues = Av1Payload.continues(data, 0, length);
      boolean goesOn = Av1Payload.isContinued(data, 0, length);
      int count = Av1Payload.elements(data, 0);
      int at = 1;
      for (int element = 1; at < length; element++) {
        boolean last = element == count;
        int size = length - at;
        if (!last) {
          long prefix = Av1Sequence.leb128(data, at, length);
          if (prefix < 0) {
            return null;
          }
          at += (int) (prefix >> 32);
          size = (int) prefix;
        }
        if (size < 0 || size > length - at) { // the sum might overflow
          return null;
        }
        if (element == 1 && continues != (pending != null)) {
          return null;
        }
        unit.clear();
        if (element == 1 && pending != null) {
          unit.put(pending, 0, pending.length);
          pending = null;
        }
        unit.put(data, at, size);
        at += size;
        if (at >= length && goesOn) {
          pending = Arrays.copyOf(unit.data(), unit.length());
        } else if (!append(out, unit.data(), unit.length())) {
          return null;
        }
      }
    }
    return pending != null || out.length() == 0 ? null : out.toByteArray();
  }

  /** False for a unit that lies about its size: no file is to hold it. */
  private static boolean append(FrameBuffer out, byte[] unit, int length) {
    if (length == 0) {
      return true;
    }
    int header = unit[0] & 0xFF;
    int type = Av1Sequence.type(header);
    if (type == Av1Sequence.TEMPORAL_DELIMITER
        || type == Av1Sequence.TILE_LIST
        || type == Av1Sequence.PADDING) {
      return true;
    }
    int headerLength = (header & 4) != 0 ? 2 : 1;
    if ((header & 2) != 0) { // has its size already
      long prefix = Av1Sequence.leb128(unit, headerLength, length);
      int content = headerLength + (int) (prefix >> 32);
      if (prefix < 0 || (int) prefix != length - content) {
        return false;
      }
      out.put(unit, 0, length);
      return true;
    }
    if (length < headerLength) {
      return false;
    }
    out.octet(header | 2);
    if (headerLength == 2) {
      out.octet(unit[1]);
    }
    int size = length - headerLength;
    for (int rest = size; ; rest >>>= 7) {
      boolean more = rest > 0x7F;
      out.octet(rest & 0x7F | (more ? 0x80 : 0));
      if (!more) {
        break;
      }
    }
    out.put(unit, headerLength, size);
    return true;
  }
}
