package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.rtcp.RtcpHandler;
import io.castmesh.medianode.engine.track.WallClock;

/** Gives what a peer reports to the side it is about. Owned by the loop. */
final class RtcpDispatcher implements RtcpHandler {
  private final ReceiveSide receiving;
  private final SendSide sending;
  private final WallClock wallClock;
  private long now;

  RtcpDispatcher(ReceiveSide receiving, SendSide sending, WallClock wallClock) {
    this.receiving = receiving;
    this.sending = sending;
    this.wallClock = wallClock;
  }

  /** Before each compound packet. */
  void begin(long time) {
    now = time;
  }

  @Override
  public void onSenderReport(int ssrc, long ntp, int rtpTimestamp, long packets, long bytes) {
    receiving.onSenderReport(ssrc, ntp, rtpTimestamp, now);
  }

  @Override
  public void onReportBlock(
      int ssrc,
      int fractionLost,
      int lost,
      long highestSequence,
      long jitter,
      int lastReport,
      long sinceLastReport) {
    MediaKind kind = sending.kindOf(ssrc);
    if (kind != null) {
      int middle = WallClock.middle(WallClock.ntp(wallClock.micros(now)));
      long roundTrip =
          sending.report(kind).onReportBlock(lost, jitter, lastReport, sinceLastReport, middle);
      if (roundTrip > 0) {
        receiving.onRoundTrip(roundTrip);
      }
    }
  }

  @Override
  public void onNack(int mediaSsrc, int sequence) {
    MediaKind kind = sending.kindOf(mediaSsrc);
    if (kind != null) {
      sending.track(kind).onNack(sequence, now);
    }
  }

  @Override
  public void onNackMessage(int mediaSsrc) {
    MediaKind kind = sending.kindOf(mediaSsrc);
    if (kind != null) {
      sending.report(kind).nacks++;
    }
  }

  @Override
  public void onPictureLoss(int mediaSsrc) {
    if (sending.kindOf(mediaSsrc) == MediaKind.VIDEO) {
      sending.report(MediaKind.VIDEO).pictureLosses++;
      sending.track(MediaKind.VIDEO).onPictureLoss();
    }
  }

  @Override
  public void onFullIntraRequest(int mediaSsrc, int sequence) {
    if (sending.kindOf(mediaSsrc) == MediaKind.VIDEO) {
      sending.report(MediaKind.VIDEO).fullIntraRequests++;
      sending.track(MediaKind.VIDEO).onPictureLoss();
    }
  }

  @Override
  public void onBitrateEstimate(long bitsPerSecond) {
    sending.onBitrateEstimate(bitsPerSecond);
  }

  @Override
  public void onTransportFeedback(byte[] data, int offset, int length) {
    sending.onTransportFeedback(data, offset, length, now);
  }
}
