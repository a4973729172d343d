package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.rtp.Vp8Payload;
import io.castmesh.medianode.engine.track.MediaPacket;

/**
 * Keeps the picture ids and TL0PICIDX of a VP8 stream (RFC 7741 section 4.2) without a break when
 * its source changes or pictures are left out: decoders wait for numbers that are missing. Owned by
 * the loop.
 */
final class Vp8Rewriter {
  private int lastPicture = -1;
  private int lastBaseLayer = -1;

  /** The picture id; -1 when there is none. */
  static int pictureId(MediaPacket packet) {
    if (packet.format().codec() != MediaCodec.VP8) {
      return -1;
    }
    byte[] data = packet.payload();
    int at = Vp8Payload.pictureIdAt(data, 0, packet.length());
    if (at < 0) {
      return -1;
    }
    return data[at] < 0 ? Rtp.unsignedShort(data, at) & 0x7FFF : data[at];
  }

  /** TL0PICIDX; -1 when there is none. */
  private static int baseLayer(MediaPacket packet) {
    if (packet.format().codec() != MediaCodec.VP8) {
      return -1;
    }
    int at = Vp8Payload.baseLayerIndexAt(packet.payload(), 0, packet.length());
    return at < 0 ? -1 : packet.payload()[at] & 0xFF;
  }

  /** What to add so that this picture follows the last one. */
  int pictureOffset(MediaPacket first) {
    int id = pictureId(first);
    return id < 0 || lastPicture < 0 ? 0 : lastPicture + 1 - id;
  }

  int baseLayerOffset(MediaPacket first) {
    int index = baseLayer(first);
    return index < 0 || lastBaseLayer < 0 ? 0 : lastBaseLayer + 1 - index;
  }

  /** The newest packet of the stream has been sent with these offsets. */
  void onSent(MediaPacket packet, int pictureOffset, int baseLayerOffset) {
    int id = pictureId(packet);
    if (id >= 0) {
      lastPicture = id + pictureOffset & 0x7FFF;
      int index = baseLayer(packet);
      lastBaseLayer = index < 0 ? lastBaseLayer : index + baseLayerOffset & 0xFF;
    }
  }

  /** Writes the numbers into a copy of the payload. */
  static void rewrite(MediaPacket packet, byte[] copy, int pictureOffset, int baseLayerOffset) {
    int id = pictureId(packet);
    if (id < 0) {
      return;
    }
    int at = Vp8Payload.pictureIdAt(copy, 0, packet.length());
    if (copy[at] < 0) {
      Rtp.putShort(copy, at, 0x8000 | (id + pictureOffset & 0x7FFF));
    } else {
      copy[at] = (byte) (id + pictureOffset & 0x7F);
    }
    int base = Vp8Payload.baseLayerIndexAt(copy, 0, packet.length());
    if (base >= 0) {
      copy[base] += (byte) baseLayerOffset;
    }
  }
}
