package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.SdpPeer;
import io.castmesh.medianode.engine.bandwidth.BandwidthEstimate;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.loop.DatagramPorts;
import io.castmesh.medianode.engine.loop.MediaLoop;
import io.castmesh.medianode.engine.rtcp.RtcpReader;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.sdp.LocalDescription;
import io.castmesh.medianode.engine.sdp.NegotiatedMedia;
import io.castmesh.medianode.engine.sdp.Negotiation;
import io.castmesh.medianode.engine.sdp.PlainNegotiation;
import io.castmesh.medianode.engine.sdp.PlainSdpWriter;
import io.castmesh.medianode.engine.sdp.RtpAddress;
import io.castmesh.medianode.engine.srtp.PacketOpener;
import io.castmesh.medianode.engine.srtp.PacketSealer;
import io.castmesh.medianode.engine.srtp.PlainPackets;
import io.castmesh.medianode.engine.srtp.SrtpKeys;
import io.castmesh.medianode.engine.srtp.SrtpProfile;
import io.castmesh.medianode.engine.srtp.SrtpReceiver;
import io.castmesh.medianode.engine.srtp.SrtpSender;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One kind of media of a plain RTP endpoint: an RTP session of its own (RFC 3550) with two ports.
 * Datagrams are taken from the address only that the other side named, or showed by what it sends.
 * Owned by the loop, except where it says otherwise.
 */
final class PlainRtpSession implements MediaTransport {
  /**
   * With what is added for a viewer, and the headers of UDP and IPv6, a larger packet is more than
   * an Ethernet takes: it leaves in parts, which many networks do not pass on.
   */
  private static final int LARGEST_PACKET = 1_400;

  private final MediaKind kind;
  private final MediaContext context;
  private final int ssrc;
  private final ReceiveSide receiving;
  private final SendSide sending;
  private final RtcpDispatcher dispatcher;
  private final FlowWatch flows;
  private final RtcpWriter rtcp = new RtcpWriter();
  private final Consumer<Consumer<SdpPeer.Listener>> listener;
  private final RateGuard guard;
  private final RateGuard rtcpGuard;
  private DatagramPorts.Pair ports;
  private PacketSealer sealer = PlainPackets.INSTANCE;
  private PacketOpener opener = PlainPackets.INSTANCE;
  private RtpAddress remote;
  private InetSocketAddress remoteRtp;
  private InetSocketAddress remoteRtcp;
  private boolean receives;

  /** Whether media has shown where the other side is, which named no address. */
  private boolean proven;

  private boolean rtcpShown;
  private boolean toldOfSize;
  private boolean closed;

  /**
   * @param senderTime of the endpoint: reports of sound and of pictures come apart
   */
  PlainRtpSession(
      MediaKind kind,
      MediaContext context,
      SenderTime senderTime,
      String cname,
      Consumer<Consumer<SdpPeer.Listener>> listener,
      Consumer<MediaFormat> onForeignFormat) {
    this.kind = kind;
    this.context = context;
    this.listener = listener;
    this.guard = new RateGuard(context.limits());
    this.rtcpGuard = RateGuard.ofRtcp(context.limits());
    this.ssrc = context.randomSsrc();
    BandwidthEstimate estimate = new BandwidthEstimate();
    OutboundHeader header = new OutboundHeader(estimate);
    this.sending =
        new SendSide(
            outbound(MediaKind.AUDIO, header, onForeignFormat),
            outbound(MediaKind.VIDEO, header, onForeignFormat),
            header,
            estimate,
            context.wallClock(),
            cname);
    this.receiving =
        new ReceiveSide(
            context.wallClock(), senderTime, ssrc, context.counters(), context.bursts());
    this.receiving.secured(opener);
    this.dispatcher = new RtcpDispatcher(receiving, sending, context.wallClock());
    this.flows = new FlowWatch(listener, receiving, sending);
  }

  private OutboundTrack outbound(
      MediaKind of, OutboundHeader header, Consumer<MediaFormat> onForeignFormat) {
    return new OutboundTrack(
        of,
        new LocalDescription.Outgoing(
            of == kind ? ssrc : context.randomSsrc(), context.randomSsrc()),
        context,
        this,
        header,
        onForeignFormat);
  }

  /**
   * Binds the ports, before anything is negotiated.
   *
   * @throws UncheckedIOException when none are free
   */
  void open(DatagramPorts from, InetAddress host) {
    try {
      ports = from.openPair(host, this::onDatagram, this::onDatagram);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** For the description. */
  PlainSdpWriter.Local local() {
    return new PlainSdpWriter.Local(ports.rtp().number(), ports.rtcp().number(), ssrc);
  }

  InboundTrack inbound() {
    return receiving.track(kind);
  }

  OutboundTrack outbound() {
    return sending.track(kind);
  }

  /**
   * @param key of ours; empty without protection
   */
  void negotiated(PlainNegotiation.Section section, Optional<byte[]> key) {
    NegotiatedMedia media = section.agreed().orElseThrow();
    key.ifPresent(
        own -> {
          sealer = new SrtpSender(SrtpProfile.AES128_CM_HMAC_SHA1_80, master(own));
          opener =
              new SrtpReceiver(
                  SrtpProfile.AES128_CM_HMAC_SHA1_80, master(section.remote().key().orElseThrow()));
          receiving.secured(opener);
        });
    Negotiation alone =
        new Negotiation(
            List.of(new Negotiation.Section(section.offered(), Optional.of(media))),
            List.of(),
            null,
            List.of(),
            false);
    receiving.negotiated(alone);
    sending.negotiated(alone);
    receives = media.direction().receives();
    remote = section.remote();
    if (!remote.learned()) {
      remoteRtp = remote.rtp();
      remoteRtcp = remote.rtcp();
      sending.onReady(MediaLoop.now());
    }
  }

  private static SrtpKeys.Master master(byte[] keyAndSalt) {
    int key = SrtpProfile.KEY_LENGTH;
    return new SrtpKeys.Master(
        Arrays.copyOf(keyAndSalt, key), Arrays.copyOfRange(keyAndSalt, key, keyAndSalt.length));
  }

  void onDatagram(byte[] data, int length, InetSocketAddress from, long now) {
    context.counters().packetsReceived.increment();
    context.counters().bytesReceived.add(length);
    boolean isRtcp = length >= 2 && Rtp.isRtcp(data, 0, length);
    if (closed || remote == null || !isOurs(from, isRtcp)) {
      context.counters().strangers.increment();
      return;
    }
    if (!admits(guard, length, now) || (isRtcp && !admits(rtcpGuard, length, now))) {
      return;
    }
    boolean used = isRtcp ? onRtcp(data, length, now) : receiving.onRtp(data, length, now);
    if (remote.learned() && (used || (!isRtcp && receiving.wasAuthentic()))) {
      learn(from, isRtcp);
      proven |= !isRtcp && (used || opener != PlainPackets.INSTANCE || !receives);
    }
    if (used && !isRtcp && length > LARGEST_PACKET) {
      tellOfSize(length);
    }
    if (!used) {
      context.counters().packetsDropped.increment();
    }
  }

  private boolean admits(RateGuard by, int length, long now) {
    if (by.admit(length, now)) {
      return true;
    }
    context.counters().overLimit.increment();
    if (by.isNews(now)) {
      listener.accept(l -> l.onError(by.reason()));
    }
    return false;
  }

  /**
   * From the host that was named. Where none was, whatever looks like RTP shows it, such as what
   * keeps a router's port open, until media does for good; RTCP comes from the same host.
   */
  private boolean isOurs(InetSocketAddress from, boolean isRtcp) {
    if (remote.learned() && !isRtcp && !proven) {
      return true;
    }
    return remoteRtp != null
        && from.getAddress().equals((isRtcp ? remoteRtcp : remoteRtp).getAddress());
  }

  /**
   * Who named no address gets what we send where it sends from, also when that changes: its router
   * translates each port as it likes.
   */
  private void learn(InetSocketAddress from, boolean isRtcp) {
    if (isRtcp) {
      remoteRtcp = from;
      rtcpShown = true;
    } else if (!from.equals(remoteRtp)) {
      boolean another = remoteRtp == null || !remoteRtp.getAddress().equals(from.getAddress());
      rtcpShown &= !another;
      remoteRtp = from;
      if (remote.muxed()) {
        remoteRtcp = from;
      } else if (!rtcpShown) {
        int next = Math.min(from.getPort() + 1, 65_535);
        remoteRtcp = new InetSocketAddress(from.getAddress(), next);
      }
      if (another) {
        sending.onReady(MediaLoop.now());
      }
    }
  }

  private void tellOfSize(int length) {
    if (!toldOfSize) {
      toldOfSize = true;
      String reason = "RTP packets of %d bytes do not reach every viewer in one piece, 1200 do";
      listener.accept(l -> l.onError(reason.formatted(length)));
    }
  }

  private boolean onRtcp(byte[] data, int length, long now) {
    int clear = opener.openRtcp(data, 0, length);
    if (clear < 0) {
      context.counters().forged.increment();
      return false;
    }
    dispatcher.begin(now);
    return RtcpReader.read(data, 0, clear, dispatcher);
  }

  void tick(long now) {
    flows.tick(now);
    if (isReady()) {
      rtcp.clear();
      sending.tick(now);
      sending.writeReports(rtcp, now);
      receiving.writeFeedback(rtcp, now);
      flushRtcp();
    }
  }

  private void flushRtcp() {
    if (!rtcp.isEmpty()) {
      int length = sealer.sealRtcp(rtcp.buffer(), 0, rtcp.length());
      sent(
          (remote.muxed() ? ports.rtp() : ports.rtcp()).send(rtcp.buffer(), length, remoteRtcp),
          length);
    }
  }

  @Override
  public boolean isReady() {
    return remoteRtp != null && !closed;
  }

  @Override
  public PacketSealer srtp() {
    return sealer;
  }

  @Override
  public boolean send(byte[] data, int length) {
    return sent(ports.rtp().send(data, length, remoteRtp), length);
  }

  private boolean sent(boolean taken, int length) {
    if (taken) {
      context.counters().packetsSent.increment();
      context.counters().bytesSent.add(length);
    }
    return taken;
  }

  ReceiveSide receiving() {
    return receiving;
  }

  SendSide sending() {
    return sending;
  }

  /** Says good-bye and lets everything go. */
  void close() {
    inbound().removeAll();
    OutboundTrack sink = outbound();
    if (sink.source() != null) {
      sink.source().remove(sink);
    }
    if (isReady()) {
      rtcp.clear();
      sending.writeBye(rtcp);
      flushRtcp();
    }
    closed = true;
    closePorts();
  }

  void closePorts() {
    if (ports != null) {
      ports.close();
      ports = null;
    }
  }
}
