package io.castmesh.medianode.engine.ice;

import io.castmesh.medianode.engine.net.Route;
import io.castmesh.medianode.engine.net.Route.Transport;
import io.castmesh.medianode.engine.stun.StunBuilder;
import io.castmesh.medianode.engine.stun.StunMessage;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * ICE-lite for one peer connection: always controlled, one component, host candidates only.
 *
 * <p>The peer's latest authenticated check with USE-CANDIDATE decides which way we send: a peer
 * that moves to another network is followed without an ICE restart, and nobody else can move it, as
 * a check needs the password. Some peers nominate every way that works: then UDP, where nothing
 * waits for what was lost, is kept against TCP for as long as the peer goes on nominating it.
 * Others nominate once: those are followed to where their authentic media comes from, among the
 * ways that they check. The peer's checks are also its consent (RFC 7675), and so is its authentic
 * media, as long as it comes by the way that we send: some stacks, such as Pion's ICE before 4.0.8,
 * check no more while they send anything. When neither comes it is first {@link
 * State#DISCONNECTED}, then {@link State#FAILED}.
 *
 * <p>Owned by the engine's loop. Time is in nanoseconds of a steady clock and passed in.
 */
public final class IceLiteAgent {
  /** Browsers check at least every 2.5 s: four in a row are missing. */
  public static final long DISCONNECTED_AFTER = TimeUnit.SECONDS.toNanos(10);

  /** Consent expires (RFC 7675 section 5.1). */
  public static final long FAILED_AFTER = TimeUnit.SECONDS.toNanos(30);

  /**
   * Without a nomination for so long, UDP gives way to TCP, and any way to the one that media comes
   * by: a browser's checks are as frequent.
   */
  static final long UDP_KEPT = TimeUnit.SECONDS.toNanos(3);

  /** Where the connection stands. */
  public enum State {
    WAITING,
    CHECKING,
    CONNECTED,
    DISCONNECTED,
    FAILED
  }

  private final IceCredentials local;
  private final byte[] localKey;
  private IceCredentials remote;
  private Route selected;
  private long selectedAt;
  private boolean nominated;
  private long lastHeardAt;
  private State state = State.WAITING;

  public IceLiteAgent(IceCredentials local) {
    this.local = local;
    this.localKey = local.password().getBytes(StandardCharsets.UTF_8);
  }

  public IceCredentials local() {
    return local;
  }

  /** From the peer's SDP. Until then checks are recognised by our own fragment only. */
  public void setRemote(IceCredentials remote) {
    this.remote = remote;
  }

  /** Whether this is a Binding request of our peer: everything else deserves no answer. */
  public boolean isAuthentic(StunMessage request) {
    return request.type() == StunMessage.BINDING_REQUEST
        && request.hasFingerprint()
        && usernameFits(request)
        && request.hasIntegrity(localKey);
  }

  /**
   * Handles an authentic Binding request.
   *
   * @return the response
   */
  public byte[] onCheck(StunMessage request, Route from, long now) {
    if (request.iceControlled()) {
      // A lite agent is never controlling (RFC 8445 section 6.1.1): the peer must switch.
      return new StunBuilder(StunMessage.BINDING_ERROR, request.transactionId())
          .errorCode(487, "Role Conflict")
          .build(localKey);
    }
    accept(request, from, now);
    return new StunBuilder(StunMessage.BINDING_SUCCESS, request.transactionId())
        .xorMappedAddress(from.remote())
        .build(localKey);
  }

  private boolean usernameFits(StunMessage request) {
    String expected = remote == null ? local.ufrag() + ":" : local.ufrag() + ":" + remote.ufrag();
    return request
        .username()
        .filter(name -> remote == null ? name.startsWith(expected) : name.equals(expected))
        .isPresent();
  }

  private void accept(StunMessage request, Route from, long now) {
    boolean first = request.useCandidate() && !nominated;
    nominated |= request.useCandidate();
    if (request.useCandidate() == nominated && (first || !staysWithUdp(from, now))) {
      selected = from;
      selectedAt = now;
    }
    heardBy(from, now);
  }

  /** Consent is for the way that we send by (RFC 7675): another one says nothing of it. */
  private void heardBy(Route from, long now) {
    if (from.equals(selected)) {
      lastHeardAt = now;
      state = nominated ? State.CONNECTED : State.CHECKING;
    }
  }

  /**
   * Authentic media came by a way that the peer checks. It shows that the peer is there, and tells
   * where when nothing nominates: it has another address behind its router, or sends by another
   * nominated way.
   */
  public void onMedia(Route from, long now) {
    boolean settled = selected != null && now - selectedAt < UDP_KEPT;
    if (nominated && !settled && !from.equals(selected)) {
      selected = from;
      selectedAt = now;
    }
    heardBy(from, now);
  }

  private boolean staysWithUdp(Route from, long now) {
    return selected != null
        && selected.transport() == Transport.UDP
        && from.transport() == Transport.TCP
        && now - selectedAt < UDP_KEPT;
  }

  /** A way is no more. Without another one that the peer checks, there is nowhere to send. */
  public void onClosed(Route route) {
    if (route.equals(selected)) {
      selected = null;
    }
  }

  /** Notices that the peer is not heard any more. */
  public State tick(long now) {
    if (state != State.WAITING) {
      long silence = now - lastHeardAt;
      if (silence > FAILED_AFTER) {
        state = State.FAILED;
      } else if (silence > DISCONNECTED_AFTER) {
        state = State.DISCONNECTED;
      }
    }
    return state;
  }

  public State state() {
    return state;
  }

  /** How to send: the nominated way, before that the latest that was checked; or null. */
  public Route selected() {
    return selected;
  }
}
