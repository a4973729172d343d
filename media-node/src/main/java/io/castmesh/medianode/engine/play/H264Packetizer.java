package io.castmesh.medianode.engine.play;

import io.castmesh.medianode.engine.codec.H264Payload;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.container.H264Parameters;
import io.castmesh.medianode.engine.container.VideoFormat;
import java.util.ArrayList;
import java.util.List;

/**
 * RFC 6184, packetization mode 1: small NAL units alone, large ones as FU-A. Parameter sets that
 * stand only in the file's header are sent before each keyframe.
 */
final class H264Packetizer implements Packetizer {
  private final MediaFormat format;
  private final List<byte[]> parameterSets;

  H264Packetizer(VideoFormat video) {
    byte[] record = video.configuration();
    String profile =
        record.length < 4
            ? "42e01f"
            : "%02x%02x%02x".formatted(record[1] & 0xFF, record[2] & 0xFF, record[3] & 0xFF);
    format =
        new MediaFormat(MediaCodec.H264, "profile-level-id=" + profile + ";packetization-mode=1");
    parameterSets = H264Parameters.sets(record);
  }

  @Override
  public void packetize(byte[] frame, boolean keyFrame, Output out) {
    List<byte[]> units = new ArrayList<>();
    try {
      units.addAll(H264Parameters.units(frame));
    } catch (IndexOutOfBoundsException damaged) {
      return;
    }
    boolean told =
        units.stream().anyMatch(u -> H264Payload.type(u[0]) == H264Payload.SEQUENCE_PARAMETERS);
    if (keyFrame && !told) {
      units.addAll(0, parameterSets);
    }
    for (int i = 0; i < units.size(); i++) {
      unit(units.get(i), i == units.size() - 1, out);
    }
  }

  private static void unit(byte[] unit, boolean lastUnit, Output out) {
    if (unit.length <= MAX_PAYLOAD) {
      out.packet(unit, lastUnit);
      return;
    }
    Pieces.cut(
        1,
        unit.length - 1,
        2,
        (at, size, first, last) -> {
          byte[] payload = new byte[2 + size];
          payload[0] = (byte) (unit[0] & 0xE0 | H264Payload.FU_A);
          payload[1] = (byte) ((first ? 0x80 : 0) | (last ? 0x40 : 0) | unit[0] & 0x1F);
          System.arraycopy(unit, at, payload, 2, size);
          out.packet(payload, last && lastUnit);
        });
  }

  @Override
  public MediaFormat format() {
    return format;
  }
}
