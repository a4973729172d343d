package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.rtp.Vp8Payload;

/** RFC 7741: a frame is its packets without their descriptors. */
final class Vp8Depacketizer implements Depacketizer {
  @Override
  public boolean startsFrame(byte[] payload, int length) {
    return Vp8Payload.startsFrame(payload, 0, length);
  }

  @Override
  public byte[] frame(Packets packets) {
    FrameBuffer out = new FrameBuffer(packets);
    for (int i = 0; i < packets.count(); i++) {
      int length = packets.length(i);
      int descriptor = Vp8Payload.descriptorLength(packets.payload(i), 0, length);
      if (descriptor > 0) {
        out.put(packets.payload(i), descriptor, length - descriptor);
      }
    }
    return out.toByteArray();
  }
}
