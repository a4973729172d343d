package io.castmesh.media.session;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media.Candidate;
import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.runtime.bus.ClientMessenger;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.kurento.client.MediaPipeline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One peer connection of a client. It keeps its id while its peer is replaced, as after a change of
 * network. Candidates of either side that come too early wait here, a bounded number of them.
 *
 * <p>Confined to the event loop of media-service.
 */
public final class MediaSession {
  private static final Logger log = LoggerFactory.getLogger(MediaSession.class);
  private static final int CANDIDATES_AT_MOST = 64;

  private record CandidateEvent(String mediaId, Candidate candidate) {}

  private record StateEvent(String mediaId, String state) {}

  /** How a session is, as clients are told. */
  enum State {
    NEW,
    CONNECTING,
    CONNECTED,
    FLOWING,
    FAILED,
    CLOSED
  }

  private final String id;
  private final ClientMessenger clients;
  private final PeerFactory peers;
  private final long openedAt = System.nanoTime();
  private final List<Candidate> fromClient = new ArrayList<>();
  private final List<Candidate> fromServer = new ArrayList<>();
  private Caller caller;
  private MediaOwner owner;
  private KurentoLink link;
  private MediaPipeline pipeline;
  private Peer peer;
  private Peer negotiating;
  private State state = State.NEW;

  /** Counts peers, so that what a replaced one still reports is not taken for the new one's. */
  private int version;

  private boolean answered;

  MediaSession(String id, Caller caller, ClientMessenger clients, PeerFactory peers) {
    this.id = id;
    this.caller = caller;
    this.clients = clients;
    this.peers = peers;
  }

  public String id() {
    return id;
  }

  public Caller caller() {
    return caller;
  }

  public Peer peer() {
    return peer;
  }

  /** The peer to connect to: the one that is being set up, or else the one that stands. */
  public Peer wired() {
    return negotiating != null ? negotiating : peer;
  }

  public MediaOwner owner() {
    return owner;
  }

  public boolean closed() {
    return state == State.CLOSED;
  }

  boolean olderThan(long millis) {
    return System.nanoTime() - openedAt > millis * 1_000_000;
  }

  /** The session may have moved to another gateway since. */
  void seen(Caller again) {
    caller = again;
  }

  /** Where its peers are made, and whom it belongs to. */
  public void place(KurentoLink onLink, MediaPipeline inPipeline, MediaOwner ofOwner) {
    link = onLink;
    pipeline = inPipeline;
    owner = ofOwner;
  }

  /**
   * Makes the first peer and answers the offer.
   *
   * @return the answer; the peer stays, and is released with the session
   */
  public Future<String> open(String sdpOffer) {
    return replacePeer(sdpOffer).onFailure(error -> answered = false);
  }

  /**
   * Answers a fresh offer with a new peer in the old one's place; the old one stays when that
   * fails.
   */
  public Future<String> restart(String sdpOffer) {
    if (peer == null || negotiating != null) {
      return Future.failedFuture(Failure.MEDIA_NOT_FOUND.exception("it is being set up"));
    }
    answered = false;
    return replacePeer(sdpOffer).onFailure(error -> answered = true);
  }

  private Future<String> replacePeer(String sdpOffer) {
    int own = ++version;
    Peer old = peer;
    return peers
        .create(link, pipeline, this, own)
        .compose(
            fresh -> {
              if (closed()) {
                return fresh.release().compose(gone -> ended());
              }
              negotiating = fresh;
              return owner
                  .rewire(this, fresh)
                  .compose(wired -> fresh.negotiate(sdpOffer))
                  .compose(answer -> closed() ? this.<String>ended() : accept(fresh, old, answer))
                  .recover(
                      error -> {
                        negotiating = null;
                        if (version == own) {
                          // The standing peer is heard again.
                          version = own - 1;
                        }
                        Future<Void> back =
                            old == null || closed()
                                ? Future.succeededFuture()
                                : owner.rewire(this, old);
                        return back.eventually(fresh::release)
                            .transform(done -> Future.failedFuture(error));
                      });
            });
  }

  private <T> Future<T> ended() {
    return Future.failedFuture(Failure.MEDIA_NOT_FOUND.exception("it has ended"));
  }

  private Future<String> accept(Peer fresh, Peer old, String answer) {
    peer = fresh;
    negotiating = null;
    fromClient.forEach(candidate -> add(fresh, candidate));
    fromClient.clear();
    if (old != null) {
      old.release();
    }
    return Future.succeededFuture(answer);
  }

  /** The answer is on its way: from now on the client understands what it is told. */
  public void answered() {
    answered = true;
    tell(State.CONNECTING);
    fromServer.forEach(this::send);
    fromServer.clear();
  }

  /** A candidate of the client; one that comes before the peer waits for it. */
  public void addFromClient(Candidate candidate) {
    if (peer != null && negotiating == null) {
      add(peer, candidate);
    } else if (fromClient.size() < CANDIDATES_AT_MOST) {
      fromClient.add(candidate);
    }
  }

  private void add(Peer to, Candidate candidate) {
    to.add(candidate)
        .onFailure(
            error -> log.debug("candidate not taken media={} error={}", id, error.toString()));
  }

  void onCandidate(int ofVersion, Candidate candidate) {
    if (ofVersion != version || closed()) {
      return;
    }
    if (answered) {
      send(candidate);
    } else if (fromServer.size() < CANDIDATES_AT_MOST) {
      fromServer.add(candidate);
    }
  }

  private void send(Candidate candidate) {
    clients.toSession(caller.session(), "media.candidate", new CandidateEvent(id, candidate));
  }

  void onConnected(int ofVersion, boolean connected) {
    if (ofVersion == version && !closed()) {
      tell(connected ? State.CONNECTED : State.FAILED);
      if (connected) {
        owner.onConnected(this);
      }
    }
  }

  void onFailed(int ofVersion) {
    if (ofVersion == version && !closed()) {
      tell(State.FAILED);
    }
  }

  /** Media flows to or from the client. */
  void onFlowing(int ofVersion, boolean fromClientSide, boolean video) {
    if (ofVersion == version && !closed()) {
      tell(State.FLOWING);
      if (fromClientSide) {
        owner.onFlowing(this, video);
      }
    }
  }

  private void tell(State now) {
    boolean back = now == State.CONNECTED && state == State.FLOWING;
    if (state == now || back || state == State.CLOSED) {
      return;
    }
    state = now;
    if (answered) {
      String word = now.name().toLowerCase(Locale.ROOT);
      clients.toSession(caller.session(), "media.state", new StateEvent(id, word));
    }
  }

  /** Its server is lost: there is nothing to release. */
  void lost() {
    tell(State.FAILED);
    state = State.CLOSED;
  }

  /** Releases the peer and tells the client that the session is over; never fails. */
  Future<Void> close() {
    Peer last = peer;
    peer = null;
    tell(State.CLOSED);
    state = State.CLOSED;
    return last == null
        ? Future.succeededFuture()
        : last.release()
            .otherwise(
                error -> {
                  // Its pipeline's release or the sweep takes it along.
                  log.warn("peer not released media={} error={}", id, error.toString());
                  return null;
                });
  }
}
