package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.codec.H264Payload;

/**
 * RFC 6184, packetization modes 0 and 1: single NAL units, STAP-A and FU-A become units with four
 * bytes of length before each.
 */
final class H264Depacketizer implements Depacketizer {
  /** Access unit delimiters say nothing in a file. */
  private static final int DELIMITER = 9;

  @Override
  public boolean startsFrame(byte[] payload, int length) {
    boolean continues =
        length > 1 && H264Payload.type(payload[0]) == H264Payload.FU_A && (payload[1] & 0x80) == 0;
    return length > 0 && !continues;
  }

  @Override
  public byte[] frame(Packets packets) {
    FrameBuffer out = new FrameBuffer(packets);
    int fragmentAt = -1;
    for (int i = 0; i < packets.count(); i++) {
      byte[] data = packets.payload(i);
      int length = packets.length(i);
      if (length < 2) {
        continue;
      }
      int type = H264Payload.type(data[0]);
      if (type == H264Payload.STAP_A) {
        aggregate(out, data, length);
      } else if (type == H264Payload.FU_A) {
        if ((data[1] & 0x80) != 0) {
          fragmentAt = out.length();
          out.put(new byte[4], 0, 4);
          out.octet(data[0] & 0xE0 | data[1] & 0x1F);
        }
        if (fragmentAt < 0) {
          return null;
        }
        out.put(data, 2, length - 2);
        out.patchInt(fragmentAt, out.length() - fragmentAt - 4);
      } else if (type < H264Payload.STAP_A && type != DELIMITER) {
        unit(out, data, 0, length);
      }
    }
    return out.length() == 0 ? null : out.toByteArray();
  }

  private static void aggregate(FrameBuffer out, byte[] data, int length) {
    for (int at = 1; at + 2 < length; ) {
      int size = (data[at] & 0xFF) << 8 | data[at + 1] & 0xFF;
      at += 2;
      if (size == 0 || at + size > length) {
        return;
      }
      if ((data[at] & 0x1F) != DELIMITER) {
        unit(out, data, at, size);
      }
      at += size;
    }
  }

  private static void unit(FrameBuffer out, byte[] data, int offset, int size) {
    int at = out.length();
    out.put(new byte[4], 0, 4);
    out.patchInt(at, size);
    out.put(data, offset, size);
  }
}
