package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.srtp.SrtpSender;
import io.castmesh.medianode.engine.track.MediaPacket;

/** The packet that is on its way to one viewer: one object, used again and again. */
final class OutboundPacket {
  /** Room for the original sequence number of a retransmission. */
  static final int RTX_HEADER = 2;

  /** The block with the transport-wide number. */
  static final int EXTENSION = 8;

  MediaPacket source;
  long now;

  /** Of {@link StreamNumbering}. */
  int entry;

  long sequence;
  int timestamp;

  /** What is sent: the source's payload, or a copy with other numbers in it. */
  byte[] payload;

  final byte[] copy = new byte[MediaPacket.MAX_PAYLOAD];
  final byte[] data =
      new byte
          [Rtp.FIXED_HEADER
              + EXTENSION
              + RTX_HEADER
              + MediaPacket.MAX_PAYLOAD
              + SrtpSender.MAX_OVERHEAD];
  int headerLength;
  int length;
}
