package io.castmesh.media.live;

import io.castmesh.contract.Audience;
import io.castmesh.contract.Caller;
import io.castmesh.contract.Done;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.OfLive;
import io.castmesh.contract.Media.Publish;
import io.castmesh.contract.Media.Published;
import io.castmesh.contract.Media.View;
import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.kurento.KurentoLinks;
import io.castmesh.media.kurento.Pipelines;
import io.castmesh.media.kurento.ReleaseStack;
import io.castmesh.media.recording.Recording;
import io.castmesh.media.recording.Recordings;
import io.castmesh.media.registry.LiveRecord;
import io.castmesh.media.registry.Registry;
import io.castmesh.media.session.MediaSession;
import io.castmesh.media.session.MediaSessions;
import io.castmesh.media.session.Offers;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.bus.ClientMessenger;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.kurento.client.MediaPipeline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lives of this instance. Whatever has been made for a live is on its {@link ReleaseStack}: a
 * failure half-way and a regular end release the same things. Confined to the event loop.
 */
public final class Lives {
  private static final Logger log = LoggerFactory.getLogger(Lives.class);

  /** Below the deadline of {@link Media#PUBLISH}: what follows takes a moment, too. */
  private static final Duration TOO_LATE = Media.PUBLISH.deadline().minusSeconds(1);

  private record Started(Media.Live live) {}

  private final Vertx vertx;
  private final Bus bus;
  private final ClientMessenger clients;
  private final KurentoLinks links;
  private final Pipelines pipelines;
  private final MediaSessions sessions;
  private final Registry registry;
  private final Recordings recordings;
  private final Map<String, Live> lives = new HashMap<>();

  public Lives(
      Vertx vertx,
      Bus bus,
      ClientMessenger clients,
      KurentoLinks links,
      Pipelines pipelines,
      MediaSessions sessions,
      Registry registry,
      Recordings recordings) {
    this.vertx = vertx;
    this.bus = bus;
    this.clients = clients;
    this.links = links;
    this.pipelines = pipelines;
    this.sessions = sessions;
    this.registry = registry;
    this.recordings = recordings;
  }

  public boolean has(String liveId) {
    return lives.containsKey(liveId);
  }

  public int count() {
    return lives.size();
  }

  public int viewers() {
    return lives.values().stream().mapToInt(live -> live.viewers().size()).sum();
  }

  /** The presenter's media up, looped back, recorded. */
  public Future<Published> publish(Publish request) {
    Offers.verify(request.sdpOffer());
    Caller caller = request.caller();
    String liveId = UUID.randomUUID().toString();
    ReleaseStack made = new ReleaseStack();
    long begin = System.nanoTime();
    return registry
        .claimPresenter(caller.userId(), liveId)
        .compose(
            free -> {
              if (!free) {
                throw Failure.ALREADY_PUBLISHING.exception();
              }
              made.onRelease(
                  "presenter claim", () -> registry.freePresenter(caller.userId(), liveId));
              MediaSession session = sessions.open(caller);
              made.onRelease("presenter session", () -> sessions.close(session));
              return publish(request, liveId, session, links.leastLoaded(), made, begin);
            })
        .recover(error -> made.release().transform(done -> Future.failedFuture(error)));
  }

  private Future<Published> publish(
      Publish request,
      String liveId,
      MediaSession session,
      KurentoLink link,
      ReleaseStack made,
      long begin) {
    Caller caller = request.caller();
    return pipelines
        .create(link, liveId, made)
        .compose(
            pipeline ->
                recording(request, liveId, link, pipeline)
                    .map(
                        recording ->
                            new Live(
                                vertx,
                                liveId,
                                link,
                                pipeline,
                                session,
                                recording,
                                Offers.kindsSent(request.sdpOffer()),
                                made)))
        .compose(
            live -> {
              // From now on its end finishes the recording, before anything else is released.
              made.onRelease("recording", live::finishRecording);
              lives.put(liveId, live);
              made.onRelease("live", () -> forget(live));
              session.place(
                  link, live.pipeline(), live.new Presenting(left -> end(live, "presenter_gone")));
              return takeEarly(session)
                  .compose(taken -> session.open(request.sdpOffer()))
                  .compose(
                      answer ->
                          inTime(begin)
                              .compose(timely -> register(live, request))
                              .compose(registered -> open(live))
                              .compose(opened -> standing(live))
                              .map(opened -> new Published(liveId, session.id(), answer)));
            })
        .onSuccess(
            published -> {
              clients.toEveryone(
                  "live.started", new Started(LiveList.item(lives.get(liveId).record(), 0)));
              log.info("live started live={} presenter={}", liveId, caller.userId());
            });
  }

  /** Who asked has been told by now that it took too long: then it must not go live either. */
  private static Future<Void> inTime(long begin) {
    return System.nanoTime() - begin < TOO_LATE.toNanos()
        ? Future.succeededFuture()
        : Future.failedFuture(Failure.TIMEOUT.exception());
  }

  /** It may have ended while it was made known. */
  private Future<Void> standing(Live live) {
    if (!live.over()) {
      return Future.succeededFuture();
    }
    tellEnd(live.id(), "failed", 3);
    return Future.failedFuture(Failure.MEDIA_UNAVAILABLE.exception());
  }

  private Future<Recording> recording(
      Publish request, String liveId, KurentoLink link, MediaPipeline pipeline) {
    if (!request.record()) {
      return Future.succeededFuture();
    }
    Caller caller = request.caller();
    return Recording.prepare(
        recordings, link, pipeline, liveId, caller.user(), request.title(), caller.address());
  }

  private Future<Void> register(Live live, Publish request) {
    if (live.over()) {
      return Future.failedFuture(Failure.MEDIA_UNAVAILABLE.exception());
    }
    live.registered(
        new LiveRecord(
            live.id(),
            request.title(),
            request.caller(),
            Instant.now(),
            request.record(),
            pipelines.instance(),
            live.link().url(),
            live.pipeline().getId()));
    live.made().onRelease("registry", () -> registry.remove(live.id()).mapEmpty());
    return registry.put(live.record());
  }

  private Future<Done> open(Live live) {
    return bus.ask(Audience.OPEN, new Audience.Open(live.id(), live.presenter().caller()));
  }

  private Future<Void> forget(Live live) {
    lives.remove(live.id(), live);
    return Future.succeededFuture();
  }

  private Future<Void> takeEarly(MediaSession session) {
    return registry
        .offer(session.caller().sessionId())
        .onSuccess(early -> early.forEach(session::addFromClient))
        .mapEmpty();
  }

  /** The live's media down to one viewer. */
  public Future<Answer> view(View request) {
    Offers.verify(request.sdpOffer());
    Live live = get(request.liveId());
    MediaSession session = sessions.open(request.caller());
    session.place(live.link(), live.pipeline(), live.new Viewing(left -> leave(live, left)));
    live.add(session);
    live.link().changeLoad(1);
    return takeEarly(session)
        .compose(taken -> session.open(request.sdpOffer()))
        .compose(
            answer ->
                bus.ask(Audience.JOIN, new Audience.Join(live.id(), request.caller()))
                    .map(new Answer(session.id(), answer)))
        .compose(
            answer ->
                live.over() || session.closed()
                    ? Future.failedFuture(Failure.LIVE_NOT_FOUND.exception())
                    : Future.succeededFuture(answer))
        .onSuccess(
            answer ->
                live.viewerOf(request.caller().sessionId(), session)
                    .ifPresent(earlier -> drop(live, earlier)))
        // It may have been counted in, whatever came of the answer.
        .recover(error -> leave(live, session).transform(done -> Future.failedFuture(error)));
  }

  /** Only the presenter; answered when the recording is complete. */
  public Future<Done> stop(OfLive request) {
    Live live = get(request.liveId());
    if (!live.presenter().caller().userId().equals(request.caller().userId())) {
      throw Failure.FORBIDDEN.exception();
    }
    return end(live, "stopped").map(Done.DONE);
  }

  /** Leaving what one does not watch changes nothing. */
  public Future<Done> leave(OfLive request) {
    Live live = get(request.liveId());
    return live.viewerOf(request.caller().sessionId(), null)
        .map(viewer -> leave(live, viewer))
        .orElseGet(Future::succeededFuture)
        .map(Done.DONE);
  }

  private Future<Void> leave(Live live, MediaSession viewer) {
    String client = viewer.caller().sessionId();
    return drop(live, viewer)
        .compose(
            dropped ->
                live.viewerOf(client, null).isPresent()
                    ? Future.succeededFuture()
                    : bus.ask(Audience.LEAVE, new Audience.Leave(live.id(), client)).mapEmpty());
  }

  private Future<Void> drop(Live live, MediaSession viewer) {
    if (live.viewers().contains(viewer)) {
      live.remove(viewer);
      if (live.link().up()) {
        live.link().changeLoad(-1);
      }
    }
    return sessions.close(viewer);
  }

  /** Tells everybody, finishes the recording, releases everything. */
  private Future<Void> end(Live live, String reason) {
    return live.endOnce(
        one -> {
          log.info("live ends live={} reason={}", one.id(), reason);
          tellEnd(one.id(), reason, 3);
          for (MediaSession viewer : one.viewers()) {
            drop(one, viewer);
          }
          return one.made().release();
        });
  }

  /** room-service tells everybody; the live does not wait for it. */
  private void tellEnd(String liveId, String reason, int attempts) {
    bus.ask(Audience.CLOSE, new Audience.Close(liveId, reason))
        .onFailure(
            error -> {
              if (attempts > 1) {
                vertx.setTimer(1_000, timer -> tellEnd(liveId, reason, attempts - 1));
              } else {
                log.warn("end not told live={} error={}", liveId, error.getMessage());
              }
            });
  }

  /** A media server is gone, and what was on it. */
  public void lost(KurentoLink link) {
    for (Live live : List.copyOf(lives.values())) {
      if (live.link() == link) {
        live.viewers().forEach(sessions::lose);
        sessions.lose(live.presenter());
        end(live, "media_server_lost");
      }
    }
  }

  /** Says again what Redis may have forgotten. */
  public Future<Void> assertAll() {
    Future<Void> all = Future.succeededFuture();
    for (Live live : List.copyOf(lives.values())) {
      if (!live.over() && live.record() != null) {
        all = all.compose(before -> assertLive(live).otherwiseEmpty());
      }
    }
    return all;
  }

  private Future<Void> assertLive(Live live) {
    if (live.over()) {
      return Future.succeededFuture();
    }
    return registry
        .put(live.record())
        .compose(put -> registry.claimPresenter(live.record().presenter().userId(), live.id()))
        .compose(claimed -> open(live))
        .<Void>mapEmpty()
        .onFailure(
            error -> {
              if (live.over()) {
                // It ended while it was asserted: what was put is taken away again.
                registry.remove(live.id());
                registry.freePresenter(live.record().presenter().userId(), live.id());
              } else if (error instanceof FailureException known
                  && known.failure() == Failure.LIVE_NOT_FOUND) {
                // Others took this instance for dead and have told everybody that it is over.
                end(live, "failed");
              } else {
                log.warn("live not asserted live={} error={}", live.id(), error.toString());
              }
            });
  }

  /** This instance stops: recordings are finished while it still can. */
  public Future<Void> endAll() {
    return Future.join(List.copyOf(lives.values()).stream().map(l -> end(l, "failed")).toList())
        .mapEmpty();
  }

  private Live get(String liveId) {
    Live live = lives.get(liveId);
    if (live == null || live.over() || live.record() == null) {
      throw Failure.LIVE_NOT_FOUND.exception();
    }
    return live;
  }
}
