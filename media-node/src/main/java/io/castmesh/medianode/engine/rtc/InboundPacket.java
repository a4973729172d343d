package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.track.MediaPacket;

/** The packet that is on its way through the receive path: one object, used again and again. */
final class InboundPacket {
  byte[] data;
  int length;
  boolean authentic;
  int headerLength;
  int ssrc;
  int sequence;
  int timestamp;
  boolean marker;
  int payloadOffset;
  int payloadLength;
  long now;
  InboundTrack track;
  InboundStream stream;
  MediaFormat format;
  boolean formatChanged;
  boolean retransmission;
  MediaPacket stored;
}
