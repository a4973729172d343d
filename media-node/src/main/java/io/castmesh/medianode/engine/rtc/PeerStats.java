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
      for (InboundStream in : receiving.track(kind).streams()) {
        if (in.isBound()) {
          inbound.add(inbound(kind, in));
        }
      }
      OutboundTrack out = sending.track(kind);
      if (out.packets() > 0) {
        outbound.add(outbound(kind, out, sending.report(kind)));
      }
    }
    return new ElementStats(timestampMillis, List.copyOf(inbound), List.copyOf(outbound));
  }

  private static ElementStats.Stream inbound(MediaKind kind, InboundStream stream) {
    ReceptionStats stats = stream.stats();
    return new ElementStats.Stream(
        kind,
        Integer.toUnsignedLong(stream.ssrc()),
        stats.packets(),
        stats.bytes(),
        stats.lost(),
        stats.jitterSeconds(),
        0,
        stream.nacksSent(),
        stream.keyFrameRequestsSent(),
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
