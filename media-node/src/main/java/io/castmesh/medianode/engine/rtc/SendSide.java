package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.sdp.Negotiation;
import io.castmesh.medianode.engine.track.WallClock;
import java.util.concurrent.TimeUnit;

/** Everything we send to one peer, and what it reports about it. Owned by the loop. */
final class SendSide {
  private static final long REPORT_INTERVAL = TimeUnit.SECONDS.toNanos(1);

  private final OutboundTrack audio;
  private final OutboundTrack video;
  private final RemoteReport audioReport = new RemoteReport(48_000);
  private final RemoteReport videoReport = new RemoteReport(90_000);
  private final WallClock wallClock;
  private final String cname;
  private long nextReport;
  private boolean reported;

  SendSide(OutboundTrack audio, OutboundTrack video, WallClock wallClock, String cname) {
    this.audio = audio;
    this.video = video;
    this.wallClock = wallClock;
    this.cname = cname;
  }

  OutboundTrack track(MediaKind kind) {
    return kind == MediaKind.AUDIO ? audio : video;
  }

  RemoteReport report(MediaKind kind) {
    return kind == MediaKind.AUDIO ? audioReport : videoReport;
  }

  void negotiated(Negotiation negotiation) {
    negotiation.media(MediaKind.AUDIO).ifPresent(audio::negotiated);
    negotiation.media(MediaKind.VIDEO).ifPresent(video::negotiated);
  }

  void onReady() {
    audio.onReady();
    video.onReady();
  }

  /** The kind with this SSRC of ours; null for another. */
  MediaKind kindOf(int ssrc) {
    if (ssrc == audio.ssrc()) {
      return MediaKind.AUDIO;
    }
    return ssrc == video.ssrc() ? MediaKind.VIDEO : null;
  }

  /** Sender reports: the first as soon as it can be written, then one a second. */
  void writeReports(RtcpWriter out, long now) {
    boolean first = !reported && audio.canReport() && video.canReport();
    if (now - nextReport < 0 && !first) {
      return;
    }
    nextReport = now + REPORT_INTERVAL;
    reported |= first;
    audio.writeSenderReport(out, cname, wallClock, now);
    video.writeSenderReport(out, cname, wallClock, now);
  }

  void writeBye(RtcpWriter out) {
    for (MediaKind kind : MediaKind.values()) {
      if (track(kind).packets() > 0) {
        out.receiverReport(track(kind).ssrc());
        out.bye(track(kind).ssrc());
      }
    }
  }
}
