package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.srtp.SrtpSender;
import io.castmesh.medianode.engine.track.MediaPacket;

/** The packet that is on its way to one viewer: one object, used again and again. */
final class OutboundPacket {
  /** Room for the original sequence number of a retransmission. */
  static final int RTX_HEADER = 2;

  MediaPacket source;
  long now;
  long sequence;
  int timestamp;
  final byte[] data =
      new byte[Rtp.FIXED_HEADER + RTX_HEADER + MediaPacket.MAX_PAYLOAD + SrtpSender.MAX_OVERHEAD];
  int length;
}
