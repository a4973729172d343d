package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtp.SequenceUnwrapper;

/** Counts a received stream for receiver reports (RFC 3550 section 6.4.1 and appendix A.3, A.8). */
final class ReceptionStats {
  private int clockRate;
  private long first = -1;
  private long highest;
  private long packets;
  private long bytes;
  private long expectedBefore;
  private long packetsBefore;
  private long packetsTaken;
  private long lostTaken;
  private double jitter;
  private long previousTransit;
  private boolean hasTransit;
  private int lastReport;
  private long lastReportAt;

  ReceptionStats(int clockRate) {
    this.clockRate = clockRate;
  }

  void onPacket(long sequence, int timestamp, int length, long now, boolean repaired) {
    if (first < 0) {
      first = sequence;
      highest = sequence;
    }
    first = Math.min(first, sequence);
    highest = Math.max(highest, sequence);
    packets++;
    bytes += length;
    if (!repaired) {
      long arrival = now / 1000 * clockRate / 1_000_000;
      long transit = (int) (arrival - timestamp);
      if (hasTransit) {
        int difference = (int) (transit - previousTransit);
        jitter += (Math.abs((double) difference) - jitter) / 16;
      }
      previousTransit = transit;
      hasTransit = true;
    }
  }

  void onSenderReport(int middleNtp, long now) {
    lastReport = middleNtp;
    lastReportAt = now;
  }

  /** Adds a report block and begins a new interval for the fraction lost. */
  void report(RtcpWriter out, int ssrc, long now) {
    if (first < 0) {
      return;
    }
    long expected = highest - first + 1;
    long expectedNow = expected - expectedBefore;
    long lostNow = expectedNow - (packets - packetsBefore);
    int fraction = expectedNow <= 0 || lostNow <= 0 ? 0 : (int) (lostNow * 256 / expectedNow);
    long delay = lastReport == 0 ? 0 : (now - lastReportAt) / 1000 * 65_536 / 1_000_000;
    boolean written =
        out.reportBlock(
            ssrc,
            Math.min(fraction, 255),
            (int) lost(),
            (int) (highest - SequenceUnwrapper.BASE),
            (int) jitter,
            lastReport,
            (int) delay);
    if (written) {
      expectedBefore = expected;
      packetsBefore = packets;
    }
  }

  long packets() {
    return packets;
  }

  long bytes() {
    return bytes;
  }

  /** Expected minus received. */
  long lost() {
    return first < 0 ? 0 : highest - first + 1 - packets;
  }

  /** Received since the last call. */
  long takePackets() {
    long fresh = packets - packetsTaken;
    packetsTaken = packets;
    return fresh;
  }

  /** Lost beyond what was said before: a loss that is repaired later makes up for another one. */
  long takeLost() {
    long fresh = Math.max(0, lost() - lostTaken);
    lostTaken += fresh;
    return fresh;
  }

  double jitterSeconds() {
    return jitter / clockRate;
  }

  /** A stream that has nothing to do with the one before. */
  void reset(int newClockRate) {
    clockRate = newClockRate;
    first = -1;
    highest = 0;
    packets = 0;
    bytes = 0;
    expectedBefore = 0;
    packetsBefore = 0;
    packetsTaken = 0;
    lostTaken = 0;
    jitter = 0;
    hasTransit = false;
    lastReport = 0;
  }
}
