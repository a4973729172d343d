package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.dtls.DtlsAssociation;
import io.castmesh.medianode.engine.ice.IceCredentials;
import io.castmesh.medianode.engine.ice.IceLiteAgent;
import io.castmesh.medianode.engine.sdp.Negotiation;
import io.castmesh.medianode.engine.srtp.SrtpKeys;
import io.castmesh.medianode.engine.srtp.SrtpReceiver;
import io.castmesh.medianode.engine.srtp.SrtpSender;
import io.castmesh.medianode.engine.stun.StunMessage;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;

/**
 * The way to one peer: ICE finds it, DTLS agrees on keys, SRTP protects what goes over. Owned by
 * the loop; what the handshake's thread reports is brought there.
 */
final class PeerTransport implements MediaTransport {
  /** Called on the loop. */
  interface Events {
    void onIceState(IceLiteAgent.State state);

    /** The address we send to is another one. */
    void onSelected(InetSocketAddress remote);

    void onDtlsStarted();

    /** From now on media can flow, once ICE is connected too. */
    void onSecured(SrtpReceiver receiver);

    void onDtlsFailed(String reason);

    void onClosedByPeer();
  }

  private final RtcPeer owner;
  private final MediaContext context;
  private final Events events;
  private final IceLiteAgent ice;
  private DtlsAssociation dtls;
  private boolean dtlsSpoken;
  private SrtpSender srtp;
  private boolean closed;
  private IceLiteAgent.State reported = IceLiteAgent.State.WAITING;
  private InetSocketAddress selected;

  PeerTransport(RtcPeer owner, MediaContext context, Events events) {
    this.owner = owner;
    this.context = context;
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

  void onStun(StunMessage message, InetSocketAddress from, long now) {
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
    byte[] reply = ice.onCheck(message, from, now);
    context.loop().send(reply, 0, reply.length, from);
    reportIce();
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
    }
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
    if (selected == null || !context.loop().send(data, 0, length, selected)) {
      return false;
    }
    context.counters().packetsSent.increment();
    context.counters().bytesSent.add(length);
    return true;
  }

  void close() {
    if (!closed) {
      closed = true;
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
