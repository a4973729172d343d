package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.dtls.DtlsAssociation;
import io.castmesh.medianode.engine.ice.IceCredentials;
import io.castmesh.medianode.engine.ice.IceLiteAgent;
import io.castmesh.medianode.engine.net.Route;
import io.castmesh.medianode.engine.net.Route.Transport;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.sdp.Negotiation;
import io.castmesh.medianode.engine.srtp.SrtpKeys;
import io.castmesh.medianode.engine.srtp.SrtpReceiver;
import io.castmesh.medianode.engine.srtp.SrtpSender;
import io.castmesh.medianode.engine.stun.StunMessage;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The way to one peer: ICE finds it, DTLS agrees on keys, SRTP protects what goes over. Owned by
 * the loop; what the handshake's thread reports is brought there.
 */
final class PeerTransport implements MediaTransport {
  /** Called on the loop. */
  interface Events {
    void onIceState(IceLiteAgent.State state);

    /** The way we send is another one. */
    void onSelected(Route route);

    void onDtlsStarted();

    /** From now on media can flow, once ICE is connected too. */
    void onSecured(SrtpReceiver receiver);

    void onDtlsFailed(String reason);

    void onClosedByPeer();
  }

  /**
   * Connections by TCP that one peer may have, tried from each of its addresses to each of ours.
   */
  private static final int MOST_CONNECTIONS = 16;

  /** The same by UDP: each costs what is kept of it until nobody checks it any more. */
  static final int MOST_WAYS = 64;

  private static final long RENEWAL_INTERVAL = TimeUnit.SECONDS.toNanos(1);

  private final RtcPeer owner;
  private final MediaContext context;
  private final Events events;
  private final IceLiteAgent ice;
  private DtlsAssociation dtls;
  private boolean dtlsSpoken;
  private SrtpSender srtp;
  private boolean closed;
  private IceLiteAgent.State reported = IceLiteAgent.State.WAITING;
  private Route selected;
  private long renewedAt;
  private final int audioSsrc;

  /** By TCP, the one that was checked last at the end. */
  private final ArrayDeque<Route> connections = new ArrayDeque<>();

  /** By UDP. */
  private final ArrayDeque<Route> ways = new ArrayDeque<>();

  /**
   * @param audioSsrc of the packets that have precedence
   */
  PeerTransport(RtcPeer owner, MediaContext context, int audioSsrc, Events events) {
    this.owner = owner;
    this.context = context;
    this.audioSsrc = audioSsrc;
    this.events = events;
    this.ice = new IceLiteAgent(IceCredentials.random(context.random()));
  }

  /** From now on datagrams find their way here. */
  void open() {
    context.peers().add(ice.local().ufrag(), owner);
  }

  IceCredentials localIce() {
    return ice.local();
  }

  /** The peer's side is known. */
  void negotiated(Negotiation negotiation) {
    ice.setRemote(negotiation.remoteIce());
    dtls =
        new DtlsAssociation(
            negotiation.weAreDtlsClient()
                ? DtlsAssociation.Role.CLIENT
                : DtlsAssociation.Role.SERVER,
            context.identity(),
            negotiation.fingerprints(),
            context.handshakes(),
            new HandshakeListener());
    if (selected != null) {
      startDtls();
    }
  }

  void onStun(StunMessage message, Route from, long now) {
    if (closed) {
      return;
    }
    boolean authentic = ice.isAuthentic(message);
    if (!authentic) {
      context.counters().forged.increment();
    }
    if (!authentic || !context.peers().bind(from, owner, now)) {
      context.counters().packetsDropped.increment();
      return;
    }
    if (from.transport() == Transport.TCP) {
      context.loop().trust(from);
      keep(from, connections, MOST_CONNECTIONS).ifPresent(context.loop()::retire);
    } else {
      keep(from, ways, MOST_WAYS).ifPresent(way -> context.peers().remove(way, owner));
    }
    byte[] reply = ice.onCheck(message, from, now);
    context.loop().send(reply, 0, reply.length, from, false);
    reportIce();
  }

  /** Authentic media came by a way that the peer checked, which stays its own by that. */
  void onMedia(Route from, long now) {
    if (closed) {
      return;
    }
    ice.onMedia(from, now);
    reportIce();
    if (now - renewedAt >= RENEWAL_INTERVAL && from.equals(selected)) {
      renewedAt = now;
      context.peers().bind(from, owner, now);
    }
  }

  /** Which one has to go for it: the one that was not checked for the longest time. */
  private Optional<Route> keep(Route checked, ArrayDeque<Route> kept, int most) {
    kept.remove(checked);
    kept.add(checked);
    if (kept.size() <= most) {
      return Optional.empty();
    }
    Route oldest = kept.poll();
    if (oldest.equals(selected)) {
      kept.add(oldest);
      oldest = kept.poll();
    }
    return Optional.of(oldest);
  }

  /** The peer may come back another way. */
  void onRouteClosed(Route route) {
    connections.remove(route);
    ice.onClosed(route);
    if (route.equals(selected)) {
      selected = null;
    }
  }

  private void reportIce() {
    if (ice.selected() != null && !ice.selected().equals(selected)) {
      boolean first = selected == null;
      selected = ice.selected();
      events.onSelected(selected);
      if (first && dtls != null) {
        startDtls();
      }
    }
    if (ice.state() != reported) {
      reported = ice.state();
      events.onIceState(reported);
      if (reported == IceLiteAgent.State.FAILED) {
        retireConnections();
      }
    }
  }

  private void retireConnections() {
    connections.forEach(context.loop()::retire);
    connections.clear();
  }

  private void startDtls() {
    if (dtls.role() == DtlsAssociation.Role.CLIENT) {
      reportDtlsStarted();
    }
    dtls.start();
  }

  private void reportDtlsStarted() {
    if (!dtlsSpoken) {
      dtlsSpoken = true;
      events.onDtlsStarted();
    }
  }

  void onDtls(byte[] data, int length) {
    if (dtls != null && !closed) {
      reportDtlsStarted();
      dtls.onDatagram(data, 0, length);
    }
  }

  void tick(long now) {
    if (!closed) {
      ice.tick(now);
      reportIce();
      if (srtp == null && selected != null && dtls != null) {
        dtls.start(); // when no thread was free before
      }
    }
  }

  /** Whether media can be sent; never without the peer's consent (RFC 7675). */
  @Override
  public boolean isReady() {
    return srtp != null && selected != null && !closed && reported != IceLiteAgent.State.FAILED;
  }

  @Override
  public SrtpSender srtp() {
    return srtp;
  }

  @Override
  public boolean send(byte[] data, int length) {
    if (selected == null
        || !context.loop().send(data, 0, length, selected, isExpendable(data, length))) {
      return false;
    }
    context.counters().packetsSent.increment();
    context.counters().bytesSent.add(length);
    return true;
  }

  /** Pictures: a call goes on without, but not without sound and feedback. */
  private boolean isExpendable(byte[] data, int length) {
    return selected.transport() == Transport.TCP
        && (data[0] & 0xFF) >= 128
        && !Rtp.isRtcp(data, 0, length)
        && Rtp.ssrc(data, 0) != audioSsrc;
  }

  void close() {
    if (!closed) {
      closed = true;
      retireConnections();
      context.peers().remove(ice.local().ufrag(), owner);
      if (dtls != null) {
        dtls.close();
      }
    }
  }

  /** Brings the handshake's reports to the loop. */
  private final class HandshakeListener implements DtlsAssociation.Listener {
    private void onLoop(Runnable report) {
      try {
        context.loop().execute(report);
      } catch (RejectedExecutionException shuttingDown) {
        // Nobody is left to hear it.
      }
    }

    @Override
    public void onSend(byte[] datagram) {
      onLoop(() -> send(datagram, datagram.length));
    }

    @Override
    public void onEstablished(SrtpKeys keys) {
      boolean client = dtls.role() == DtlsAssociation.Role.CLIENT;
      SrtpSender sender = new SrtpSender(keys.profile(), client ? keys.client() : keys.server());
      SrtpReceiver receiver =
          new SrtpReceiver(keys.profile(), client ? keys.server() : keys.client());
      onLoop(
          () -> {
            if (!closed) {
              srtp = sender;
              events.onSecured(receiver);
            }
          });
    }

    @Override
    public void onFailed(String reason) {
      onLoop(() -> events.onDtlsFailed(reason));
    }

    @Override
    public void onClosedByPeer() {
      onLoop(
          () -> {
            srtp = null;
            events.onClosedByPeer();
          });
    }
  }
}
