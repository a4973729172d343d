package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.ElementStats;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.WebRtcPeer.DtlsState;
import io.castmesh.medianode.engine.WebRtcPeer.IceState;
import io.castmesh.medianode.engine.bandwidth.BandwidthEstimate;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.ice.IceCredentials;
import io.castmesh.medianode.engine.ice.IceLiteAgent;
import io.castmesh.medianode.engine.loop.MediaLoop;
import io.castmesh.medianode.engine.net.LocalAddresses;
import io.castmesh.medianode.engine.net.Route;
import io.castmesh.medianode.engine.net.Route.Transport;
import io.castmesh.medianode.engine.rtcp.RtcpReader;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.sdp.LocalDescription;
import io.castmesh.medianode.engine.sdp.Negotiation;
import io.castmesh.medianode.engine.srtp.SrtpReceiver;
import io.castmesh.medianode.engine.stun.StunMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One peer connection: its transport and both directions of media. Owned by the loop. */
final class PeerConnection implements PeerTransport.Events {
  private static final Logger log = LoggerFactory.getLogger(PeerConnection.class);

  private final RtcPeer owner;
  private final MediaContext context;
  private final PeerTransport transport;
  private final ReceiveSide receiving;
  private final SendSide sending;
  private final LocalDescription.Outgoing audioSsrcs;
  private final LocalDescription.Outgoing videoSsrcs;
  private final String cname;
  private final BandwidthEstimate estimate = new BandwidthEstimate();
  private final OutboundHeader header = new OutboundHeader(estimate);
  private final RtcpWriter rtcp = new RtcpWriter();
  private final RtcpDispatcher dispatcher;
  private final FlowWatch flows;
  private final RateGuard guard;
  private final RateGuard rtcpGuard;
  private final RateGuard checkGuard;
  private final RateGuard handshakeGuard;
  private SrtpReceiver srtp;
  private boolean iceUp;
  private boolean connected;

  PeerConnection(RtcPeer owner, MediaContext context) {
    this.owner = owner;
    this.context = context;
    this.guard = new RateGuard(context.limits());
    this.rtcpGuard = RateGuard.ofRtcp(context.limits());
    this.checkGuard = RateGuard.ofChecks(context.limits());
    this.handshakeGuard = RateGuard.ofChecks(context.limits());
    this.audioSsrcs = new LocalDescription.Outgoing(context.randomSsrc(), context.randomSsrc());
    this.transport = new PeerTransport(owner, context, audioSsrcs.ssrc(), this);
    this.videoSsrcs = new LocalDescription.Outgoing(context.randomSsrc(), context.randomSsrc());
    this.cname = Long.toHexString(context.random().nextLong());
    this.sending =
        new SendSide(
            outboundTrack(MediaKind.AUDIO),
            outboundTrack(MediaKind.VIDEO),
            header,
            estimate,
            context.wallClock(),
            cname);
    this.receiving =
        new ReceiveSide(
            context.wallClock(),
            new SenderTime(),
            videoSsrcs.ssrc(),
            context.counters(),
            context.bursts());
    this.dispatcher = new RtcpDispatcher(receiving, sending, context.wallClock());
    this.flows = new FlowWatch(report -> owner.tell(report::accept), receiving, sending);
  }

  private OutboundTrack outboundTrack(MediaKind kind) {
    return new OutboundTrack(
        kind, outgoing(kind), context, transport, header, this::onForeignFormat);
  }

  /** There is no transcoding: the peer hears why it sees or hears nothing. */
  private void onForeignFormat(MediaFormat format) {
    String reason = "the source sends %s, which this peer did not agree to receive";
    log.info("peer {}: {}", owner.id(), reason.formatted(format));
    owner.tell(l -> l.onError(reason.formatted(format)));
  }

  void open() {
    transport.open();
  }

  IceCredentials localIce() {
    return transport.localIce();
  }

  String cname() {
    return cname;
  }

  LocalDescription.Outgoing outgoing(MediaKind kind) {
    return kind == MediaKind.AUDIO ? audioSsrcs : videoSsrcs;
  }

  InboundTrack inbound(MediaKind kind) {
    return receiving.track(kind);
  }

  OutboundTrack outbound(MediaKind kind) {
    return sending.track(kind);
  }

  void negotiated(Negotiation negotiation) {
    receiving.negotiated(negotiation);
    sending.negotiated(negotiation);
    transport.negotiated(negotiation);
  }

  void onStun(StunMessage message, int length, Route from, long now) {
    if (admits(checkGuard, length, now)) {
      transport.onStun(message, from, now);
    }
  }

  void onRouteClosed(Route route) {
    transport.onRouteClosed(route);
  }

  void onDtls(byte[] data, int length, long now) {
    if (admits(handshakeGuard, length, now)) {
      transport.onDtls(data, length);
    }
  }

  /** SRTP or SRTCP, told apart by the second byte (RFC 5761 section 4). */
  void onMedia(byte[] data, int length, Route from, long now) {
    boolean isRtcp = Rtp.isRtcp(data, 0, length);
    if (!admits(guard, length, now) || (isRtcp && !admits(rtcpGuard, length, now))) {
      return;
    }
    boolean used = isRtcp ? onRtcp(data, length, from, now) : receiving.onRtp(data, length, now);
    if (!isRtcp && receiving.wasAuthentic()) {
      transport.onMedia(from, now);
    }
    if (!used) {
      context.counters().packetsDropped.increment();
    } else if (!isRtcp) {
      context.turns().attend(owner);
    }
  }

  private boolean admits(RateGuard by, int length, long now) {
    if (by.admit(length, now)) {
      return true;
    }
    context.counters().overLimit.increment();
    if (by.isNews(now)) {
      owner.tell(l -> l.onError(by.reason()));
    }
    return false;
  }

  private boolean onRtcp(byte[] data, int length, Route from, long now) {
    if (srtp == null) {
      return false;
    }
    int clear = srtp.openRtcp(data, 0, length);
    if (clear < 0) {
      context.counters().forged.increment();
      return false;
    }
    transport.onMedia(from, now);
    dispatcher.begin(now);
    return RtcpReader.read(data, 0, clear, dispatcher);
  }

  /** Whether it needs each tick: the peer sends media, which it gets feedback for, or joins. */
  boolean isBusy() {
    return receiving.isActive() || outbound(MediaKind.VIDEO).isCatchingUp();
  }

  void tick(long now) {
    transport.tick(now);
    flows.tick(now);
    if (!transport.isReady()) {
      return;
    }
    sending.tick(now);
    rtcp.clear();
    sending.writeReports(rtcp, now);
    receiving.writeFeedback(rtcp, now);
    flushRtcp();
  }

  private void flushRtcp() {
    if (!rtcp.isEmpty()) {
      int length = transport.srtp().sealRtcp(rtcp.buffer(), 0, rtcp.length());
      transport.send(rtcp.buffer(), length);
    }
  }

  @Override
  public void onIceState(IceLiteAgent.State state) {
    switch (state) {
      case CHECKING -> owner.tell(l -> l.onIceState(IceState.CONNECTING));
      case CONNECTED -> {
        owner.tell(l -> l.onIceState(IceState.CONNECTED));
        owner.tell(l -> l.onIceState(IceState.READY));
      }
      case DISCONNECTED -> owner.tell(l -> l.onIceState(IceState.DISCONNECTED));
      case FAILED -> owner.tell(l -> l.onIceState(IceState.FAILED));
      case WAITING -> {}
    }
    // A peer that is silent for some seconds may come back: only a failure ends the connection.
    iceUp =
        state == IceLiteAgent.State.CONNECTED
            || (iceUp && state == IceLiteAgent.State.DISCONNECTED);
    reportConnected();
  }

  @Override
  public void onSelected(Route route) {
    estimate.forgetWay(MediaLoop.now());
    boolean tcp = route.transport() == Transport.TCP;
    String remote =
        "candidate:1 1 %s 1 %s %d typ prflx%s"
            .formatted(
                tcp ? "tcp" : "udp",
                LocalAddresses.literal(route.remote().getAddress()),
                route.remote().getPort(),
                tcp ? " tcptype active" : "");
    String local = context.candidates().at(route.transport(), route.local());
    owner.tell(l -> l.onCandidatePair(local, remote));
  }

  @Override
  public void onDtlsStarted() {
    owner.tell(l -> l.onDtlsState(DtlsState.CONNECTING));
  }

  @Override
  public void onSecured(SrtpReceiver receiver) {
    srtp = receiver;
    receiving.secured(receiver);
    owner.tell(l -> l.onDtlsState(DtlsState.CONNECTED));
    reportConnected();
    sending.onReady(MediaLoop.now());
    context.turns().attend(owner);
  }

  @Override
  public void onDtlsFailed(String reason) {
    log.info("peer {}: no DTLS: {}", owner.id(), reason);
    owner.tell(l -> l.onDtlsState(DtlsState.FAILED));
    owner.tell(l -> l.onError("DTLS: " + reason));
  }

  @Override
  public void onClosedByPeer() {
    srtp = null;
    owner.tell(l -> l.onDtlsState(DtlsState.CLOSED));
    reportConnected();
  }

  private void reportConnected() {
    boolean now = iceUp && srtp != null;
    if (now != connected) {
      connected = now;
      owner.tell(l -> l.onConnected(now));
    }
  }

  void boundVideo(long least, long most) {
    sending.boundVideo(least, most);
  }

  void boundReceivedVideo(long least, long most) {
    receiving.boundVideo(least, most);
  }

  ElementStats stats(long timestampMillis) {
    return PeerStats.of(timestampMillis, receiving, sending);
  }

  /** Says good-bye and lets everything go. */
  void close() {
    if (log.isDebugEnabled()) {
      log.debug("peer {} in: {}", owner.id(), receiving.path());
      log.debug("peer {} audio out: {}", owner.id(), outbound(MediaKind.AUDIO).path());
      log.debug("peer {} video out: {}", owner.id(), outbound(MediaKind.VIDEO).path());
    }
    for (MediaKind kind : MediaKind.values()) {
      inbound(kind).removeAll();
      OutboundTrack sink = outbound(kind);
      if (sink.source() != null) {
        sink.source().remove(sink);
      }
    }
    if (transport.isReady()) {
      rtcp.clear();
      sending.writeBye(rtcp);
      flushRtcp();
    }
    transport.close();
  }
}
