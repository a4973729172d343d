package io.castmesh.medianode.engine.rtc;

import static io.castmesh.medianode.engine.track.PacketPath.stage;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtcp.TransportFeedback;
import io.castmesh.medianode.engine.rtp.HeaderExtension;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.sdp.NegotiatedMedia;
import io.castmesh.medianode.engine.sdp.Negotiation;
import io.castmesh.medianode.engine.srtp.PacketOpener;
import io.castmesh.medianode.engine.track.BurstEnd;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.PacketPath;
import io.castmesh.medianode.engine.track.WallClock;
import java.util.concurrent.TimeUnit;

/**
 * Everything one peer sends us: the receive path, and the feedback it gets for it. Owned by the
 * loop.
 */
final class ReceiveSide {
  /** Senders adapt well with 50 to 100 ms. */
  private static final long FEEDBACK_INTERVAL = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long REPORT_INTERVAL = TimeUnit.SECONDS.toNanos(1);

  /** Of a presenter far away; a repeated request that crosses its answer costs little. */
  private static final long ROUND_TRIP_GUESS = TimeUnit.MILLISECONDS.toNanos(80);

  private static final MediaKind[] KINDS = MediaKind.values();

  private final InboundTrack audio;
  private final InboundTrack video;
  private final TransportFeedback transportFeedback = new TransportFeedback();
  private final BitrateFallback bitrateFallback = new BitrateFallback();
  private final WallClock wallClock;
  private final SenderTime senderTime;
  private final int ownSsrc;
  private final EngineCounters counters;
  private final InboundPacket packet = new InboundPacket();
  private final int[] nackScratch = new int[64];

  /** The way of every packet. */
  private final PacketPath<InboundPacket> path =
      new PacketPath<>(
          stage("decrypt", this::decrypt),
          stage("note-arrival", this::noteArrival),
          stage("identify", this::identify),
          stage("unpad", this::unpad),
          stage("unwrap-rtx", this::unwrapRetransmission),
          stage("store", this::store),
          stage("forward", this::forward));

  private PayloadRoutes routes = new PayloadRoutes();
  private PacketOpener srtp;
  private int transportCcExtension;
  private int ridExtension;
  private int repairedRidExtension;
  private boolean useBitrateFallback;

  /** Whether feedback may stand without a report in front of it (RFC 5506). */
  private boolean reducedSize;

  private boolean asksByFullIntraRequest;
  private long nextFeedback;
  private long nextReport;
  private int feedbackSsrc;
  private long roundTrip = ROUND_TRIP_GUESS;

  /**
   * @param senderTime of the peer
   * @param ownSsrc what we call ourselves in feedback
   */
  ReceiveSide(
      WallClock wallClock,
      SenderTime senderTime,
      int ownSsrc,
      EngineCounters counters,
      BurstEnd bursts) {
    this.audio = new InboundTrack(MediaKind.AUDIO, bursts);
    this.video = new InboundTrack(MediaKind.VIDEO, bursts);
    this.counters = counters;
    this.wallClock = wallClock;
    this.senderTime = senderTime;
    this.ownSsrc = ownSsrc;
  }

  InboundTrack track(MediaKind kind) {
    return kind == MediaKind.AUDIO ? audio : video;
  }

  PacketPath<InboundPacket> path() {
    return path;
  }

  void negotiated(Negotiation negotiation) {
    negotiation.media(MediaKind.AUDIO).ifPresent(audio::negotiated);
    negotiation.media(MediaKind.VIDEO).ifPresent(video::negotiated);
    routes = new PayloadRoutes(negotiation, this::track);
    reducedSize = true;
    for (MediaKind kind : MediaKind.values()) {
      NegotiatedMedia media = track(kind).media();
      reducedSize &= media == null || media.reducedSize();
      if (media != null && media.transportCcExtension() != 0) {
        transportCcExtension = media.transportCcExtension();
      }
    }
    NegotiatedMedia media = video.media();
    if (media != null) {
      ridExtension = media.ridExtension();
      repairedRidExtension = media.repairedRidExtension();
      asksByFullIntraRequest = media.hasFeedback("ccm fir") && !media.hasFeedback("nack pli");
    }
    useBitrateFallback =
        transportCcExtension == 0 && media != null && media.hasFeedback("goog-remb");
  }

  /** Whatever our estimate says: in bits per second. */
  void boundVideo(long least, long most) {
    bitrateFallback.bound(least, most);
  }

  void secured(PacketOpener receiver) {
    srtp = receiver;
  }

  /** Takes an SRTP packet; it is changed. Returns whether it was of use. */
  boolean onRtp(byte[] data, int length, long now) {
    packet.data = data;
    packet.length = length;
    packet.now = now;
    packet.authentic = false;
    return path.run(packet);
  }

  /** Whether the latest packet was the peer's, of use or not. */
  boolean wasAuthentic() {
    return packet.authentic;
  }

  private boolean decrypt(InboundPacket p) {
    p.headerLength = Rtp.headerLength(p.data, 0, p.length);
    if (srtp == null || p.headerLength < 0) {
      return false;
    }
    p.length = srtp.openRtp(p.data, 0, p.length, p.headerLength);
    p.authentic = p.length >= 0;
    if (!p.authentic) {
      counters.forged.increment();
    }
    return p.authentic;
  }

  private boolean identify(InboundPacket p) {
    PayloadRoutes.Route route = routes.find(Rtp.payloadType(p.data, 0));
    if (route == null) {
      return false;
    }
    p.ssrc = Rtp.ssrc(p.data, 0);
    p.sequence = Rtp.sequence(p.data, 0);
    p.timestamp = Rtp.timestamp(p.data, 0);
    p.marker = Rtp.marker(p.data, 0);
    p.track = route.track();
    p.format = route.format();
    p.retransmission = route.retransmission();
    p.stream = stream(p);
    if (p.stream == null) {
      return false;
    }
    if (p.retransmission) {
      return p.stream.isBound();
    }
    if (!p.track.claim(p.stream, p)) {
      return false;
    }
    if (transportCcExtension != 0) {
      feedbackSsrc = p.ssrc;
    }
    return true;
  }

  private InboundStream stream(InboundPacket p) {
    int extension = p.retransmission ? repairedRidExtension : ridExtension;
    long rid =
        extension == 0
            ? HeaderExtension.ABSENT
            : HeaderExtension.find(p.data, 0, p.headerLength, extension);
    boolean there = rid != HeaderExtension.ABSENT;
    return p.track.stream(
        p.ssrc,
        p.retransmission,
        p.data,
        there ? HeaderExtension.position(rid) : 0,
        there ? HeaderExtension.length(rid) : 0);
  }

  /** Of everything that the peer sent: what is of no use to us was not lost on the way. */
  private boolean noteArrival(InboundPacket p) {
    if (transportCcExtension != 0) {
      long found = HeaderExtension.find(p.data, 0, p.headerLength, transportCcExtension);
      if (found != HeaderExtension.ABSENT && HeaderExtension.length(found) == 2) {
        int number = Rtp.unsignedShort(p.data, HeaderExtension.position(found));
        transportFeedback.onPacket(number, p.now / 1000);
      }
    }
    bitrateFallback.onPacket(p.length);
    return true;
  }

  private boolean unpad(InboundPacket p) {
    int padding = Rtp.paddingLength(p.data, 0, p.length, p.headerLength);
    p.payloadOffset = p.headerLength;
    p.payloadLength = p.length - p.headerLength - padding;
    return padding >= 0 && p.payloadLength <= MediaPacket.MAX_PAYLOAD;
  }

  /** RFC 4588 section 4: the original sequence number stands before the original payload. */
  private boolean unwrapRetransmission(InboundPacket p) {
    if (!p.retransmission) {
      return true;
    }
    if (p.payloadLength < 2) {
      return false; // padding that probes for bandwidth
    }
    p.sequence = Rtp.unsignedShort(p.data, p.payloadOffset);
    p.payloadOffset += 2;
    p.payloadLength -= 2;
    return true;
  }

  private boolean store(InboundPacket p) {
    return p.track.store(p);
  }

  private boolean forward(InboundPacket p) {
    p.track.forward(p.stored, p.now);
    return true;
  }

  void onSenderReport(int ssrc, long ntp, int timestamp, long now) {
    InboundStream stream = bound(ssrc);
    if (stream == null || ntp == 0) {
      return; // of a stranger, or of a sender that has no clock (RFC 3550 section 6.4.1)
    }
    long senderMicros = WallClock.unixMicros(ntp);
    if (!stream.clock().isKnown()) {
      stream.clockOffset(senderTime.offset(wallClock.micros(now) - senderMicros));
    }
    stream.clock().onReport(timestamp, senderMicros + stream.clockOffset());
    stream.stats().onSenderReport(WallClock.middle(ntp), now);
  }

  /** The round trip to this peer, when our own reports have told. */
  void onRoundTrip(long nanos) {
    roundTrip = nanos;
  }

  /** Whether anything has come. */
  boolean isActive() {
    return audio.isBound() || video.isBound();
  }

  private InboundStream bound(int ssrc) {
    for (MediaKind kind : KINDS) {
      for (InboundStream stream : track(kind).streams()) {
        if (stream.isBound() && stream.ssrc() == ssrc) {
          return stream;
        }
      }
    }
    return null;
  }

  /** Writes what is due: NACKs, keyframe requests, transport feedback, reports. */
  void writeFeedback(RtcpWriter out, long now) {
    if (now - nextReport >= 0 && (audio.isBound() || video.isBound())) {
      nextReport = now + REPORT_INTERVAL;
      writeReport(out, now);
    }
    // A compound packet begins with a report (RFC 3550 section 6.1), which says nothing alone.
    boolean beginsWithReport = !reducedSize && out.isEmpty() && out.receiverReport(ownSsrc);
    int begun = out.length();
    for (InboundStream stream : video.streams()) {
      if (stream.isBound()) {
        writeRequests(stream, out, now);
      }
    }
    if (now - nextFeedback >= 0 && feedbackSsrc != 0) {
      nextFeedback = now + FEEDBACK_INTERVAL;
      transportFeedback.write(out, ownSsrc, feedbackSsrc);
    }
    if (beginsWithReport && out.length() == begun) {
      out.clear();
    }
  }

  private void writeRequests(InboundStream stream, RtcpWriter out, long now) {
    long patience = stream.repairTime() > 0 ? stream.repairTime() : roundTrip;
    int count = stream.dueNacks(now, patience, nackScratch);
    if (count > 0) {
      out.nack(ownSsrc, stream.ssrc(), nackScratch, count);
      counters.nacksSent.add(count);
    }
    if (stream.keyFrameDue(now)) {
      askForKeyFrame(stream, out);
    }
  }

  private void askForKeyFrame(InboundStream stream, RtcpWriter out) {
    if (asksByFullIntraRequest) {
      out.fullIntraRequest(ownSsrc, stream.ssrc(), (int) stream.keyFrameRequestsSent());
    } else {
      out.pictureLoss(ownSsrc, stream.ssrc());
    }
  }

  private void writeReport(RtcpWriter out, long now) {
    out.receiverReport(ownSsrc);
    for (MediaKind kind : KINDS) {
      for (InboundStream stream : track(kind).streams()) {
        if (stream.isBound()) {
          stream.stats().report(out, stream.ssrc(), now);
          count(stream.stats());
        }
      }
    }
    if (useBitrateFallback && video.isBound()) {
      InboundStream stream = video.streams()[0];
      ReceptionStats stats = stream.stats();
      long estimate = bitrateFallback.estimate(stats.lost(), stats.packets(), now);
      out.bitrateEstimate(ownSsrc, stream.ssrc(), estimate);
    }
  }

  private void count(ReceptionStats stats) {
    counters.mediaPackets.add(stats.takePackets());
    counters.mediaPacketsLost.add(stats.takeLost());
  }
}
