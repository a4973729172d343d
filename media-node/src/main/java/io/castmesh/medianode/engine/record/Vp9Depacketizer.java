package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.codec.Vp9Payload;
import java.util.ArrayList;
import java.util.List;

/**
 * RFC 9628: the frames of a picture's spatial layers are put together as a superframe (VP9
 * bitstream specification, annex B).
 */
final class Vp9Depacketizer implements Depacketizer {
  @Override
  public boolean startsFrame(byte[] payload, int length) {
    return Vp9Payload.startsFrame(payload, 0, length);
  }

  @Override
  public byte[] frame(Packets packets) {
    FrameBuffer out = new FrameBuffer(packets);
    List<Integer> sizes = new ArrayList<>(1);
    int start = 0;
    for (int i = 0; i < packets.count(); i++) {
      byte[] payload = packets.payload(i);
      int length = packets.length(i);
      int descriptor = Vp9Payload.descriptorLength(payload, 0, length);
      if (descriptor < 0) {
        continue;
      }
      out.put(payload, descriptor, length - descriptor);
      if (Vp9Payload.endsFrame(payload, 0, length)) {
        sizes.add(out.length() - start);
        start = out.length();
      }
    }
    if (sizes.size() > 1 && sizes.size() <= 8 && start == out.length()) {
      index(out, sizes);
    }
    return out.length() == 0 ? null : out.toByteArray();
  }

  private static void index(FrameBuffer out, List<Integer> sizes) {
    int marker = 0xC0 | 3 << 3 | sizes.size() - 1; // four bytes each
    out.octet(marker);
    for (int size : sizes) {
      for (int shift = 0; shift < 32; shift += 8) {
        out.octet(size >>> shift);
      }
    }
    out.octet(marker);
  }
}
