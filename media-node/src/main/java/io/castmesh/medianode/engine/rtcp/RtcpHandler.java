package io.castmesh.medianode.engine.rtcp;

/** Told what stands in a compound packet. SSRCs are 32 bits in an int. */
public interface RtcpHandler {

  /**
   * @param ntp 32.32 fixed point seconds since 1900
   */
  default void onSenderReport(int ssrc, long ntp, int rtpTimestamp, long packets, long bytes) {}

  /**
   * A report block of a sender or receiver report (RFC 3550 section 6.4.1).
   *
   * @param lost cumulative, may be negative
   * @param jitter in units of the media clock
   * @param lastReport middle 32 bits of the NTP time of our sender report, 0 if none
   * @param sinceLastReport in 1/65536 s
   */
  default void onReportBlock(
      int ssrc,
      int fractionLost,
      int lost,
      long highestSequence,
      long jitter,
      int lastReport,
      long sinceLastReport) {}

  /** A lost packet; called once for each (RFC 4585 section 6.2.1). */
  default void onNack(int mediaSsrc, int sequence) {}

  /** One NACK item was read completely; for counting. */
  default void onNackMessage(int mediaSsrc) {}

  default void onPictureLoss(int mediaSsrc) {}

  default void onFullIntraRequest(int mediaSsrc, int sequence) {}

  /**
   * @param bitsPerSecond what the receiver can take (draft-alvestrand-rmcat-remb-03)
   */
  default void onBitrateEstimate(long bitsPerSecond) {}

  /** Transport-wide feedback, unread: offset and length of the whole RTCP packet. */
  default void onTransportFeedback(byte[] data, int offset, int length) {}

  default void onBye(int ssrc) {}
}
