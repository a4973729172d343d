package io.castmesh.medianode.engine.rtcp;

/** Packet types and feedback formats. */
final class RtcpType {
  static final int SENDER_REPORT = 200;
  static final int RECEIVER_REPORT = 201;
  static final int SOURCE_DESCRIPTION = 202;
  static final int BYE = 203;
  static final int TRANSPORT_FEEDBACK = 205;
  static final int PAYLOAD_FEEDBACK = 206;

  /** Formats of {@link #TRANSPORT_FEEDBACK}. */
  static final int NACK = 1;

  static final int TRANSPORT_CC = 15;

  /** Formats of {@link #PAYLOAD_FEEDBACK}. */
  static final int PLI = 1;

  static final int FIR = 4;
  static final int APPLICATION = 15;

  static final int REMB_MAGIC = 0x52454D42;

  private RtcpType() {}
}
