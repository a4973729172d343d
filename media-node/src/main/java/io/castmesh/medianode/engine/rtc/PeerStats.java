package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.ElementStats;
import io.castmesh.medianode.engine.MediaKind;
import java.util.ArrayList;
import java.util.List;

/** Puts a peer's counters into the form everybody reads. On the loop. */
final class PeerStats {
  private PeerStats() {}

  static ElementStats of(long timestampMillis, ReceiveSide receiving, SendSide sending) {
    List<ElementStats.Stream> inbound = new ArrayList<>();
    List<ElementStats.Stream> outbound = new ArrayList<>();
    for (MediaKind kind : MediaKind.values()) {
      InboundTrack in = receiving.track(kind);
      if (in.isBound()) {
        inbound.add(inbound(kind, in));
      }
      OutboundTrack out = sending.track(kind);
      if (out.packets() > 0) {
        outbound.add(outbound(kind, out, sending.report(kind)));
      }
    }
    return new ElementStats(timestampMillis, List.copyOf(inbound), List.copyOf(outbound));
  }

  private static ElementStats.Stream inbound(MediaKind kind, InboundTrack track) {
    ReceptionStats stats = track.stats();
    return new ElementStats.Stream(
        kind,
        Integer.toUnsignedLong(track.ssrc()),
        stats.packets(),
        stats.bytes(),
        stats.lost(),
        stats.jitterSeconds(),
        0,
        track.nacksSent(),
        track.keyFrameRequestsSent(),
        0,
        0);
  }

  private static ElementStats.Stream outbound(
      MediaKind kind, OutboundTrack track, RemoteReport report) {
    return new ElementStats.Stream(
        kind,
        Integer.toUnsignedLong(track.ssrc()),
        track.packets(),
        track.bytes(),
        report.lost,
        report.jitterSeconds,
        report.roundTripSeconds,
        report.nacks,
        report.pictureLosses,
        report.fullIntraRequests,
        report.bitrateEstimate);
  }
}
