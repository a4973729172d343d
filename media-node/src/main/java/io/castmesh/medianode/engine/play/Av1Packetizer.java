package io.castmesh.medianode.engine.play;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.container.Av1Sequence;
import io.castmesh.medianode.engine.container.VideoFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * RTP Payload Format for AV1, section 4: OBUs without their own sizes, one after the other, cut
 * where a packet is full.
 */
final class Av1Packetizer implements Packetizer {
  private static final int CONTINUES = 0x80;
  private static final int TO_BE_CONTINUED = 0x40;
  private static final int NEW_SEQUENCE = 0x08;
  private static final int MAX_LENGTH_BYTES = 2;

  /** Enough for the beginning of another OBU. */
  private static final int ROOM_FOR_NEXT = 16;

  private final MediaFormat format;

  Av1Packetizer(VideoFormat video) {
    byte[] record = video.configuration();
    int profile = record.length > 1 ? record[1] >> 5 & 7 : 0;
    format = new MediaFormat(MediaCodec.AV1, "profile=" + profile);
  }

  /**
   * Browsers take a packet that continues nothing for the first of a picture, and one that is not
   * continued for its last: so every packet but the last ends in the middle of an OBU.
   */
  @Override
  public void packetize(byte[] frame, boolean keyFrame, Output out) {
    List<byte[]> units = units(frame);
    byte[] packet = new byte[MAX_PAYLOAD];
    int length = 1;
    int flags = keyFrame ? NEW_SEQUENCE : 0;
    for (int i = 0; i < units.size(); i++) {
      byte[] unit = units.get(i);
      boolean lastUnit = i == units.size() - 1;
      for (int at = 0; at < unit.length; ) {
        int room = MAX_PAYLOAD - length - MAX_LENGTH_BYTES;
        if (room < 1) {
          packet[0] = (byte) (flags | TO_BE_CONTINUED);
          out.packet(Arrays.copyOf(packet, length), false);
          flags = CONTINUES;
          length = 1;
          continue;
        }
        int size = Math.min(room, unit.length - at);
        boolean ends = at + size == unit.length;
        if (ends && !lastUnit && room - size < ROOM_FOR_NEXT && size > 1) {
          size = Math.min(size - 1, room);
        }
        length = element(packet, length, unit, at, size);
        at += size;
        if (at < unit.length && room - size < ROOM_FOR_NEXT) {
          packet[0] = (byte) (flags | TO_BE_CONTINUED);
          out.packet(Arrays.copyOf(packet, length), false);
          flags = CONTINUES;
          length = 1;
        }
      }
    }
    if (length > 1) {
      packet[0] = (byte) flags;
      out.packet(Arrays.copyOf(packet, length), true);
    }
  }

  /** Each element has its length before it (W is 0). */
  private static int element(byte[] packet, int at, byte[] unit, int offset, int size) {
    int next = at;
    if (size > 0x7F) {
      packet[next++] = (byte) (size & 0x7F | 0x80);
      packet[next++] = (byte) (size >> 7);
    } else {
      packet[next++] = (byte) size;
    }
    System.arraycopy(unit, offset, packet, next, size);
    return next + size;
  }

  /** The OBUs of a temporal unit, with their headers and without their sizes. */
  private static List<byte[]> units(byte[] frame) {
    List<byte[]> units = new ArrayList<>(2);
    int at = 0;
    while (at < frame.length) {
      int header = frame[at] & 0xFF;
      int headerLength = (header & 4) != 0 ? 2 : 1;
      int content = at + headerLength;
      int size = frame.length - content;
      if ((header & 2) != 0) {
        long prefix = Av1Sequence.leb128(frame, content, frame.length);
        if (prefix < 0) {
          return units;
        }
        content += (int) (prefix >> 32);
        size = (int) prefix;
      }
      if (size < 0 || size > frame.length - content) { // the sum might overflow
        return units;
      }
      if (Av1Sequence.type(header) != Av1Sequence.TEMPORAL_DELIMITER) {
        byte[] unit = new byte[headerLength + size];
        System.arraycopy(frame, at, unit, 0, headerLength);
        unit[0] = (byte) (header & ~2);
        System.arraycopy(frame, content, unit, headerLength, size);
        units.add(unit);
      }
      at = content + size;
    }
    return units;
  }

  @Override
  public MediaFormat format() {
    return format;
  }
}
