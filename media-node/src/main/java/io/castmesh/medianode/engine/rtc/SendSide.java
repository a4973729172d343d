package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.bandwidth.BandwidthEstimate;
import io.castmesh.medianode.engine.bandwidth.RateMeter;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtcp.TransportFeedbackReader;
import io.castmesh.medianode.engine.sdp.Negotiation;
import io.castmesh.medianode.engine.track.WallClock;
import java.util.concurrent.TimeUnit;

/** Everything we send to one peer, and what it reports about it. Owned by the loop. */
final class SendSide {
  private static final long REPORT_INTERVAL = TimeUnit.SECONDS.toNanos(1);

  private static final long ADAPTATION_INTERVAL = TimeUnit.MILLISECONDS.toNanos(100);

  /** Headers and encryption of fifty packets a second. */
  private static final long AUDIO_OVERHEAD = 24_000;

  private final OutboundTrack audio;
  private final OutboundTrack video;
  private final RemoteReport audioReport = new RemoteReport(48_000);
  private final RemoteReport videoReport = new RemoteReport(90_000);
  private final WallClock wallClock;
  private final String cname;
  private long nextReport;
  private boolean reported;
  private final BandwidthEstimate estimate;
  private final BandwidthProber prober;
  private final RateMeter audioRate = new RateMeter();
  private long audioBytes;
  private long nextAdaptation;
  private long leastVideo;
  private long mostVideo = Long.MAX_VALUE;

  SendSide(
      OutboundTrack audio,
      OutboundTrack video,
      OutboundHeader header,
      BandwidthEstimate estimate,
      WallClock wallClock,
      String cname) {
    this.audio = audio;
    this.video = video;
    this.estimate = estimate;
    this.prober = new BandwidthProber(estimate, header, video);
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

  void onReady(long now) {
    audio.onReady(now);
    video.onReady(now);
  }

  /** Whatever the estimate says: in bits per second. */
  void boundVideo(long least, long most) {
    leastVideo = least;
    mostVideo = most;
  }

  /** Every tick: sees how much the peer can take, and what of it is left for video. */
  void tick(long now) {
    video.tick(now);
    if (now - nextAdaptation >= 0) {
      nextAdaptation = now + ADAPTATION_INTERVAL;
      // Sound first: what it uses is not there for pictures.
      audioRate.add((int) (audio.bytes() - audioBytes), now);
      audioBytes = audio.bytes();
      long forAudio = audioRate.bitsPerSecond(now) + AUDIO_OVERHEAD;
      long forVideo =
          estimate.isKnown() ? Math.max(0, estimate.bitsPerSecond() - forAudio) : Long.MAX_VALUE;
      long bounded = Math.max(leastVideo, Math.min(mostVideo, forVideo));
      video.adapt(bounded, estimate.isLossHeavy(), now);
      prober.plan(forAudio, now);
    }
    prober.tick(now);
  }

  void onTransportFeedback(byte[] data, int offset, int length, long now) {
    estimate.beginFeedback(now);
    TransportFeedbackReader.read(data, offset, length, estimate);
    estimate.endFeedback();
  }

  /** What the peer says that it can take altogether (REMB). */
  void onBitrateEstimate(long bitsPerSecond) {
    videoReport.bitrateEstimate = bitsPerSecond;
    estimate.onReceiverEstimate(bitsPerSecond);
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
