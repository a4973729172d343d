package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.ElementStats;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.OfferOptions;
import io.castmesh.medianode.engine.RtpPeer;
import io.castmesh.medianode.engine.SdpException;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.sdp.PlainNegotiation;
import io.castmesh.medianode.engine.sdp.PlainSdpWriter;
import io.castmesh.medianode.engine.track.ElementHome;
import io.castmesh.medianode.engine.track.Shard;
import io.castmesh.medianode.engine.track.TrackElement;
import io.castmesh.medianode.engine.track.TrackSink;
import io.castmesh.medianode.engine.track.TrackSource;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The face of a plain RTP endpoint: any thread may call it; the work happens on the loop, in one
 * {@link PlainRtpSession} for each kind of media. Also keeps the order of offer and answer.
 */
final class PlainRtpPeer implements RtpPeer, TrackElement {
  private static final Logger log = LoggerFactory.getLogger(PlainRtpPeer.class);

  private final String id;
  private final MediaContext context;
  private final RtpPlace place;
  private final Protection protection;
  private final ElementHome<Listener> home;
  private final Consumer<PlainRtpPeer> onReleased;
  private final String cname;
  private final Map<MediaKind, PlainRtpSession> sessions = new EnumMap<>(MediaKind.class);

  // Owned by the loop.
  private boolean offered;
  private boolean negotiated;

  /** Where its ports are; null before they are open. */
  private InetAddress host;

  private String localDescription = "";

  PlainRtpPeer(
      String id,
      MediaContext context,
      RtpPlace place,
      Protection protection,
      Listener listener,
      Consumer<PlainRtpPeer> onReleased) {
    this.id = id;
    this.context = context;
    this.place = place;
    this.protection = protection;
    this.home = new ElementHome<>("peer " + id, context.shard(), listener);
    this.onReleased = onReleased;
    this.cname = Long.toHexString(context.random().nextLong());
    SenderTime senderTime = new SenderTime();
    for (MediaKind kind : MediaKind.values()) {
      sessions.put(
          kind,
          new PlainRtpSession(
              kind,
              context,
              senderTime,
              cname,
              report -> home.tell(report::accept),
              this::onForeignFormat));
    }
  }

  private void onForeignFormat(MediaFormat format) {
    String reason = "the source sends %s, which this peer did not agree to receive";
    log.info("peer {}: {}", id, reason.formatted(format));
    home.tell(l -> l.onError(reason.formatted(format)));
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
          if (offered || negotiated) {
            throw new IllegalStateException("this peer has an offer already");
          }
          open(offer.remoteHost().map(place::hostFor).orElseGet(place::host));
          negotiate(offer);
          localDescription = PlainSdpWriter.answer(describe(), offer);
          return localDescription;
        });
  }

  @Override
  public CompletionStage<String> generateOffer(OfferOptions options) {
    return home.submit(
        () -> {
          if (offered || negotiated) {
            throw new IllegalStateException("this peer has an offer already");
          }
          open(place.host());
          offered = true;
          localDescription = PlainSdpWriter.offer(describe(), options);
          return localDescription;
        });
  }

  @Override
  public CompletionStage<String> processAnswer(String sdpAnswer) {
    return withNegotiation(
        sdpAnswer,
        answer -> {
          if (!offered || negotiated) {
            throw new IllegalStateException("this peer waits for no answer");
          }
          negotiate(answer);
          return localDescription;
        });
  }

  /** Reads the description on the caller's thread: the loop has better things to do. */
  private CompletionStage<String> withNegotiation(
      String sdp, Function<PlainNegotiation, String> then) {
    PlainNegotiation remote;
    try {
      remote = PlainNegotiation.of(sdp, protection.key().isPresent());
    } catch (SdpException e) {
      return CompletableFuture.failedFuture(e);
    }
    return home.submit(() -> then.apply(remote));
  }

  /** Four sockets, which takes a fraction of a millisecond. */
  private void open(InetAddress at) {
    if (home.isReleased()) {
      throw new IllegalStateException("this peer is released");
    }
    if (host != null) {
      return;
    }
    try {
      sessions.values().forEach(session -> session.open(place.ports(), at));
      host = at;
    } catch (UncheckedIOException full) {
      sessions.values().forEach(PlainRtpSession::closePorts);
      throw full;
    }
  }

  private void negotiate(PlainNegotiation remote) {
    negotiated = true;
    sessions.forEach(
        (kind, session) ->
            remote
                .section(kind)
                .ifPresent(section -> session.negotiated(section, protection.key())));
    home.tell(l -> l.onConnected(true)); // nobody could tell whether somebody is there
  }

  private PlainSdpWriter.Description describe() {
    return new PlainSdpWriter.Description(
        context.random().nextLong(1L << 53),
        place.told(host),
        cname,
        protection.key(),
        kind -> sessions.get(kind).local());
  }

  @Override
  public void requestKeyFrame() {
    home.post(() -> sessions.get(MediaKind.VIDEO).inbound().requestKeyFrame());
  }

  @Override
  public Shard shard() {
    return context.shard();
  }

  @Override
  public Optional<TrackSource> source(MediaKind kind) {
    return home.isReleased() ? Optional.empty() : Optional.of(sessions.get(kind).inbound());
  }

  @Override
  public Optional<TrackSink> sink(MediaKind kind) {
    return home.isReleased() ? Optional.empty() : Optional.of(sessions.get(kind).outbound());
  }

  /** On the loop. */
  void tick(long now) {
    sessions.get(MediaKind.AUDIO).tick(now);
    sessions.get(MediaKind.VIDEO).tick(now);
  }

  @Override
  public CompletionStage<ElementStats> stats() {
    return home.submit(
        () -> {
          long now = System.currentTimeMillis();
          List<ElementStats.Stream> inbound = new ArrayList<>();
          List<ElementStats.Stream> outbound = new ArrayList<>();
          for (PlainRtpSession session : sessions.values()) {
            ElementStats own = PeerStats.of(now, session.receiving(), session.sending());
            inbound.addAll(own.inbound());
            outbound.addAll(own.outbound());
          }
          return new ElementStats(now, List.copyOf(inbound), List.copyOf(outbound));
        });
  }

  @Override
  public CompletionStage<Void> release() {
    return home.submit(
        () -> {
          home.release(
              () -> {
                sessions.values().forEach(PlainRtpSession::close);
                onReleased.accept(this);
              });
          return null;
        });
  }
}
