package io.castmesh.medianode.engine.play;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.container.Av1Sequence;
import io.castmesh.medianode.engine.container.VideoFormat;
import java.util.ArrayList;
import java.util.List;

/**
 * RTP Payload Format for AV1, section 4: each packet holds one OBU, without its size, or a piece of
 * one.
 */
final class Av1Packetizer implements Packetizer {
  private static final int CONTINUES = 0x80;
  private static final int TO_BE_CONTINUED = 0x40;
  private static final int ONE_ELEMENT = 0x10;
  private static final int NEW_SEQUENCE = 0x08;

  private final MediaFormat format;

  Av1Packetizer(VideoFormat video) {
    byte[] record = video.configuration();
    int profile = record.length > 1 ? record[1] >> 5 & 7 : 0;
    format = new MediaFormat(MediaCodec.AV1, "profile=" + profile);
  }

  @Override
  public void packetize(byte[] frame, boolean keyFrame, Output out) {
    List<byte[]> units = units(frame);
    for (int i = 0; i < units.size(); i++) {
      byte[] unit = units.get(i);
      boolean lastUnit = i == units.size() - 1;
      int sequence = keyFrame && i == 0 ? NEW_SEQUENCE : 0;
      Pieces.cut(
          0,
          unit.length,
          1,
          (at, size, first, last) -> {
            byte[] payload = new byte[1 + size];
            payload[0] =
                (byte)
                    (ONE_ELEMENT | (first ? sequence : CONTINUES) | (last ? 0 : TO_BE_CONTINUED));
            System.arraycopy(unit, at, payload, 1, size);
            out.packet(payload, last && lastUnit);
          });
    }
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
      if (size < 0 || content + size > frame.length) {
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
