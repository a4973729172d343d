package io.castmesh.medianode.engine.rtc;

/** What a peer has reported about a stream we send it. */
final class RemoteReport {
  private final int clockRate;
  long lost;
  double jitterSeconds;
  double roundTripSeconds;
  long nacks;
  long pictureLosses;
  long fullIntraRequests;
  long bitrateEstimate;

  RemoteReport(int clockRate) {
    this.clockRate = clockRate;
  }

  /**
   * A report block (RFC 3550 section 6.4.1).
   *
   * @param nowMiddle middle 32 bits of our NTP time now
   * @return the round trip in nanoseconds; 0 when it cannot be told
   */
  long onReportBlock(
      int cumulativeLost, long jitter, int lastReport, long sinceLastReport, int nowMiddle) {
    lost = cumulativeLost;
    jitterSeconds = (double) jitter / clockRate;
    if (lastReport == 0) {
      return 0;
    }
    int trip = nowMiddle - lastReport - (int) sinceLastReport; // in 1/65536 s
    if (trip < 0 || trip > 10 * 65_536) {
      return 0;
    }
    roundTripSeconds = trip / 65_536.0;
    return (long) (roundTripSeconds * 1e9);
  }
}
