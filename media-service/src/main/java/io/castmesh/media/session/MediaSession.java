package io.castmesh.media.session;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media.Candidate;
import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.registry.SessionRecord;
import io.castmesh.runtime.bus.ClientMessenger;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.kurento.client.MediaPipeline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One peer connection of a client. It keeps its id while its peer is replaced, as after a change of
 * network, while its media server is replaced, and while the instance that owns it is. Candidates
 * of either side that come too early wait here, a bounded number of them.
 *
 * <p>Confined to the event loop of media-service.
 */
public final class MediaSession {
  private static final Logger log = LoggerFactory.getLogger(MediaSession.class);
  private static final int CANDIDATES_AT_MOST = 64;

  /** A client may send candidates without a media id until it has the answer. */
  private static final long IN_FLIGHT_NANOS = 10_000_000_000L;

  private record CandidateEvent(String mediaId, Candidate candidate) {}

  private record StateEvent(String mediaId, String state) {}

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
  private KurentoLink expected;
  private Peer peer;
  private Peer negotiating;
  private State state = State.NEW;

  /** Counts peers, those included of which nothing came. */
  private int versions;

  /** The peer that is heard: what another one still reports is not taken for this one's. */
  private int version;

  /** Counts media servers: what belongs to a lost one is not taken for the next one's. */
  private int placement;

  /** An offer is being answered. */
  private boolean busy;

  private boolean answered;
  private long offeredAt = openedAt;

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

  /** Null while it is being begun. */
  public MediaOwner owner() {
    return owner;
  }

  public boolean closed() {
    return state == State.CLOSED;
  }

  /** Its media server is lost, and its client has not come back yet. */
  public boolean lost() {
    return state == State.LOST;
  }

  /** Counts the media servers that it has had: which loss one is. */
  public int placement() {
    return placement;
  }

  /** Whether that loss is its last one, and its client has not come back since. */
  public boolean lostSince(int placement) {
    return lost() && this.placement == placement;
  }

  /** Whether an offer is being answered. */
  public boolean busy() {
    return busy;
  }

  /** How it is, in the word that clients are told. */
  public String stateWord() {
    return state.word();
  }

  /** Whether it is on that media server. */
  public boolean on(KurentoLink server) {
    return link == server;
  }

  /** Whether it is on that media server, or expected there. */
  boolean boundFor(KurentoLink server) {
    return (link == null ? expected : link) == server;
  }

  /**
   * It has no place yet, or none any more, and is about to be on that media server.
   *
   * @param server null: nobody knows where
   */
  public void expect(KurentoLink server) {
    expected = server;
  }

  public SessionRecord record() {
    return new SessionRecord(id, caller, peer == null ? null : peer.id());
  }

  boolean olderThan(long millis) {
    return System.nanoTime() - openedAt > millis * 1_000_000;
  }

  /** Whether candidates that name no media session may be its own. */
  boolean inFlight() {
    boolean young = System.nanoTime() - offeredAt < IN_FLIGHT_NANOS;
    return !closed() && (busy || !lost() && (!answered || young));
  }

  long offeredAt() {
    return offeredAt;
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

  /** Belongs to something that has lost its media server, and so has this. */
  public void placeLost(MediaOwner ofOwner) {
    owner = ofOwner;
    answered = true;
    lose();
  }

  /**
   * Makes the first peer and answers the offer.
   *
   * @return the answer; the peer stays, and is released with the session
   */
  public Future<String> open(String sdpOffer) {
    return offered(() -> replacePeer(sdpOffer)).onFailure(error -> answered = false);
  }

  /**
   * Answers a fresh offer with a new peer in the old one's place; the old one stays when that
   * fails. One that has lost its media server is placed again first.
   */
  public Future<String> restart(String sdpOffer) {
    if (closed()) {
      return overtaken();
    }
    if (busy || peer == null && !lost()) {
      return fail(Failure.MEDIA_UNAVAILABLE.exception("it is being set up"));
    }
    boolean wasLost = lost();
    answered = false;
    return offered(
            () ->
                wasLost
                    ? owner.placeAgain(this, sdpOffer).compose(placed -> replacePeer(sdpOffer))
                    : replacePeer(sdpOffer))
        .onFailure(
            error -> {
              answered = true;
              fromClient.clear();
              if (lost() && !wasLost) {
                send(State.LOST);
              }
            });
  }

  private Future<String> offered(Supplier<Future<String>> work) {
    busy = true;
    offeredAt = System.nanoTime();
    Future<String> answer;
    try {
      answer = work.get();
    } catch (RuntimeException failure) {
      answer = Future.failedFuture(failure);
    }
    return answer.onComplete(
        done -> {
          busy = false;
          if (done.succeeded() && peer != null) {
            flush(peer);
          }
        });
  }

  private Future<String> replacePeer(String sdpOffer) {
    if (closed() || link == null) {
      return overtaken();
    }
    int before = version;
    int own = hear();
    int placed = placement;
    Peer old = peer;
    return peers
        .create(link, pipeline, this, own)
        .onFailure(error -> hearAgain(before, own))
        .compose(
            fresh -> {
              if (closed() || placed != placement) {
                return fresh.release().compose(gone -> overtaken());
              }
              negotiating = fresh;
              return owner
                  .rewire(this, fresh)
                  .compose(wired -> fresh.negotiate(sdpOffer))
                  .compose(
                      answer ->
                          closed() || placed != placement
                              ? this.<String>overtaken()
                              : accept(fresh, old, answer))
                  .recover(
                      error -> {
                        hearAgain(before, own);
                        return takeBack(fresh, old, placed).compose(back -> fail(error));
                      });
            });
  }

  /** Another peer is heard from now on, or none. */
  private int hear() {
    version = ++versions;
    return version;
  }

  /** Nothing came of a peer: the standing one is heard again. */
  private void hearAgain(int before, int failed) {
    if (version == failed) {
      version = before;
    }
  }

  private Future<Void> takeBack(Peer fresh, Peer old, int placed) {
    if (placed != placement) {
      return Future.succeededFuture();
    }
    negotiating = null;
    Future<Void> back =
        old == null || closed() ? Future.succeededFuture() : owner.rewire(this, old);
    return back.eventually(fresh::release).otherwiseEmpty();
  }

  private static <T> Future<T> fail(Throwable error) {
    return Future.failedFuture(error);
  }

  /**
   * Goes on with what another instance had: its peer is adopted. Answers false when that is gone;
   * then nothing has changed.
   */
  public Future<Boolean> adopt(String endpoint) {
    answered = true;
    offeredAt = System.nanoTime() - IN_FLIGHT_NANOS;
    if (endpoint == null) {
      return Future.succeededFuture(false);
    }
    int own = hear();
    KurentoLink from = link;
    return peers
        .adopt(from, endpoint, this, own)
        // A server that has to answer for many at once may be late.
        .recover(late -> peers.adopt(from, endpoint, this, own))
        .map(
            found -> {
              found.ifPresent(this::goOn);
              return found.isPresent();
            });
  }

  private void goOn(PeerFactory.Adopted adopted) {
    if (closed() || lost()) {
      return;
    }
    peer = adopted.peer();
    // Said again, for it may have become true while nobody was there to tell.
    if (state == State.NEW) {
      state = State.CONNECTING;
    }
    if (adopted.flowing()) {
      tell(State.FLOWING);
    } else if (adopted.connected()) {
      tell(State.CONNECTED);
    }
    if (adopted.audio()) {
      owner.onFlowing(this, false);
    }
    if (adopted.video()) {
      owner.onFlowing(this, true);
    }
  }

  /** It has ended while an offer was being answered, or has lost its media server. */
  private <T> Future<T> overtaken() {
    return fail(
        (closed() ? Failure.MEDIA_NOT_FOUND : Failure.MEDIA_UNAVAILABLE)
            .exception(closed() ? "it has ended" : "its media server is lost"));
  }

  private Future<String> accept(Peer fresh, Peer old, String answer) {
    peer = fresh;
    negotiating = null;
    flush(fresh);
    return owner
        .keep(this)
        .otherwise(
            error -> {
              // It is written down again when all is: nobody has to do without media for that.
              log.warn("peer not written down media={} error={}", id, error.toString());
              return null;
            })
        .map(
            kept -> {
              if (old != null) {
                old.release();
              }
              return answer;
            });
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
    if (peer != null && !busy) {
      add(peer, candidate);
    } else if ((busy || !lost()) && fromClient.size() < CANDIDATES_AT_MOST) {
      fromClient.add(candidate);
    }
  }

  private void flush(Peer to) {
    fromClient.forEach(candidate -> add(to, candidate));
    fromClient.clear();
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
      send(now);
    }
  }

  private void send(State now) {
    clients.toSession(caller.session(), "media.state", new StateEvent(id, now.word()));
  }

  /**
   * Its server is lost: there is nothing to release, and its client may come with a fresh offer.
   */
  public void lose() {
    placement++;
    hear();
    link = null;
    pipeline = null;
    expected = null;
    peer = null;
    negotiating = null;
    fromClient.clear();
    fromServer.clear();
    tell(State.LOST);
  }

  /** It alone has lost its media, on a server that goes on: its peers there are released. */
  public void loseAlone() {
    List<Peer> gone = Stream.of(peer, negotiating).filter(Objects::nonNull).toList();
    lose();
    gone.forEach(Peer::release);
  }

  /** Another instance goes on with it: whatever is still reported here is not for this one. */
  public void handOver() {
    placement++;
    hear();
    peer = null;
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
