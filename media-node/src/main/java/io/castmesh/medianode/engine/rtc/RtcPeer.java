package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.ElementStats;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.OfferOptions;
import io.castmesh.medianode.engine.SdpException;
import io.castmesh.medianode.engine.WebRtcPeer;
import io.castmesh.medianode.engine.sdp.LocalDescription;
import io.castmesh.medianode.engine.sdp.NegotiatedMedia;
import io.castmesh.medianode.engine.sdp.Negotiation;
import io.castmesh.medianode.engine.sdp.OfferedMedia;
import io.castmesh.medianode.engine.sdp.SdpWriter;
import io.castmesh.medianode.engine.sdp.SessionDescription;
import io.castmesh.medianode.engine.track.ElementHome;
import io.castmesh.medianode.engine.track.Shard;
import io.castmesh.medianode.engine.track.TrackElement;
import io.castmesh.medianode.engine.track.TrackSink;
import io.castmesh.medianode.engine.track.TrackSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The face of a peer connection: any thread may call it; it brings everything to the loop, where
 * {@link PeerConnection} does the work. Also keeps the order of offer and answer.
 */
final class RtcPeer implements WebRtcPeer, TrackElement {
  private final String id;
  private final MediaContext context;
  private final ElementHome<Listener> home;
  private final Consumer<RtcPeer> onReleased;
  private final PeerConnection connection;

  // Owned by the loop.
  private OfferOptions offered;
  private Negotiation negotiation;
  private String localDescription = "";
  private boolean attended;

  RtcPeer(String id, MediaContext context, Listener listener, Consumer<RtcPeer> onReleased) {
    this.id = id;
    this.context = context;
    this.home = new ElementHome<>("peer " + id, context.shard(), listener);
    this.onReleased = onReleased;
    this.connection = new PeerConnection(this, context);
  }

  /** On the loop, once. */
  void open() {
    if (!home.isReleased()) {
      connection.open();
    }
  }

  PeerConnection connection() {
    return connection;
  }

  /** Whether it has its turn in each tick; see {@link PeerTurns}. */
  boolean isAttended() {
    return attended;
  }

  void attended(boolean now) {
    attended = now;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public CompletionStage<String> processOffer(String sdpOffer) {
    return withNegotiation(
        sdpOffer,
        offer -> {
          if (offered != null || negotiation != null) {
            throw new IllegalStateException("this peer has an offer already");
          }
          negotiate(offer);
          localDescription = SdpWriter.answer(describe(), offer);
          return localDescription;
        });
  }

  @Override
  public CompletionStage<String> generateOffer(OfferOptions options) {
    return home.submit(
        () -> {
          if (offered != null || negotiation != null) {
            throw new IllegalStateException("this peer has an offer already");
          }
          offered = options;
          localDescription = SdpWriter.offer(describe(), options);
          return localDescription;
        });
  }

  @Override
  public CompletionStage<String> processAnswer(String sdpAnswer) {
    return withNegotiation(
        sdpAnswer,
        answer -> {
          if (offered == null || negotiation != null) {
            throw new IllegalStateException("this peer waits for no answer");
          }
          negotiate(answer);
          return localDescription;
        });
  }

  /** Reads the description on the caller's thread: the loop has better things to do. */
  private CompletionStage<String> withNegotiation(String sdp, Function<Negotiation, String> then) {
    Negotiation remote;
    try {
      remote = Negotiation.of(SessionDescription.parse(sdp));
    } catch (SdpException e) {
      return CompletableFuture.failedFuture(e);
    }
    return home.submit(() -> then.apply(remote));
  }

  private void negotiate(Negotiation remote) {
    negotiation = remote;
    connection.negotiated(remote);
  }

  private LocalDescription describe() {
    return new LocalDescription(
        context.random().nextLong(1L << 53),
        connection.localIce(),
        context.identity().fingerprint(),
        context.candidates().attributes(),
        connection.cname(),
        connection.cname(),
        connection.outgoing(MediaKind.AUDIO),
        connection.outgoing(MediaKind.VIDEO));
  }

  @Override
  public CompletionStage<Void> gatherCandidates() {
    return home.submit(
        () -> {
          home.tell(l -> l.onIceState(IceState.GATHERING));
          List<String> mids =
              negotiation == null
                  ? OfferedMedia.of(offered == null ? OfferOptions.EVERYTHING : offered).stream()
                      .map(NegotiatedMedia::mid)
                      .toList()
                  : negotiation.sections().stream().map(s -> s.offered().mid()).toList();
          for (String candidate : context.candidates().attributes()) {
            for (int i = 0; i < mids.size(); i++) {
              int line = i;
              home.tell(l -> l.onIceCandidate(candidate, mids.get(line), line));
            }
          }
          home.tell(Listener::onGatheringDone);
          return null;
        });
  }

  @Override
  public void addIceCandidate(String candidate, String sdpMid, int sdpMLineIndex) {
    // An ICE-lite agent sends no checks: it learns addresses from those of the peer.
  }

  @Override
  public void requestKeyFrame() {
    home.post(() -> connection.inbound(MediaKind.VIDEO).requestKeyFrame());
  }

  @Override
  public void boundVideo(long least, long most) {
    home.post(() -> connection.boundVideo(least, most));
  }

  @Override
  public void boundReceivedVideo(long least, long most) {
    home.post(() -> connection.boundReceivedVideo(least, most));
  }

  @Override
  public Shard shard() {
    return context.shard();
  }

  @Override
  public Optional<TrackSource> source(MediaKind kind) {
    return home.isReleased() ? Optional.empty() : Optional.of(connection.inbound(kind));
  }

  @Override
  public Optional<TrackSink> sink(MediaKind kind) {
    return home.isReleased() ? Optional.empty() : Optional.of(connection.outbound(kind));
  }

  @Override
  public CompletionStage<ElementStats> stats() {
    return home.submit(() -> connection.stats(System.currentTimeMillis()));
  }

  @Override
  public CompletionStage<Void> release() {
    return home.submit(
        () -> {
          home.release(
              () -> {
                connection.close();
                onReleased.accept(this);
              });
          return null;
        });
  }

  /** Tells the listener. On the loop. */
  void tell(Consumer<Listener> message) {
    home.tell(message);
  }
}
