package io.castmesh.media.live;

import io.castmesh.contract.Audience;
import io.castmesh.contract.Caller;
import io.castmesh.contract.Done;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.EndLive;
import io.castmesh.contract.Media.OfLive;
import io.castmesh.contract.Media.Publish;
import io.castmesh.contract.Media.Published;
import io.castmesh.contract.Media.View;
import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.kurento.KurentoLinks;
import io.castmesh.media.kurento.Pipelines;
import io.castmesh.media.kurento.ReleaseStack;
import io.castmesh.media.placement.Placement;
import io.castmesh.media.recording.Recordings;
import io.castmesh.media.registry.EarlyCandidates;
import io.castmesh.media.registry.MediaKey;
import io.castmesh.media.registry.Registry;
import io.castmesh.media.registry.SideBySide;
import io.castmesh.media.session.MediaSession;
import io.castmesh.media.session.MediaSessions;
import io.castmesh.media.session.Offers;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.bus.ClientMessenger;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lives of this instance. Whatever has been made for a live is on a {@link ReleaseStack}: a
 * failure half-way and a regular end release the same things. Confined to the event loop.
 */
public final class Lives {
  private static final Logger log = LoggerFactory.getLogger(Lives.class);

  /** Below the deadline of {@link Media#PUBLISH}, as of VIEW: what follows takes a moment, too. */
  private static final Duration TOO_LATE = Media.PUBLISH.deadline().minusSeconds(1);

  private record Started(Media.Live live) {}

  private final Bus bus;
  private final ClientMessenger clients;
  private final Placement placement;
  private final MediaSessions sessions;
  private final Registry registry;
  private final EarlyCandidates early;
  private final Pipelines pipelines;
  private final Stages stages;
  private final LiveKeeper keeper;
  private final LiveLosses losses;
  private final LiveAdoption adoption;
  private final Map<String, Live> lives = new HashMap<>();

  public Lives(
      Vertx vertx,
      Bus bus,
      ClientMessenger clients,
      KurentoLinks links,
      Placement placement,
      Pipelines pipelines,
      MediaSessions sessions,
      Registry registry,
      EarlyCandidates early,
      Recordings recordings) {
    this.bus = bus;
    this.clients = clients;
    this.placement = placement;
    this.sessions = sessions;
    this.registry = registry;
    this.early = early;
    this.pipelines = pipelines;
    this.stages = new Stages(vertx, pipelines, recordings);
    this.keeper = new LiveKeeper(bus, registry, this::handOver, live -> end(live, "failed"));
    this.losses = new LiveLosses(vertx, this, stages, placement);
    this.adoption = new LiveAdoption(this, links, stages, sessions, registry);
  }

  LiveKeeper keeper() {
    return keeper;
  }

  LiveLosses losses() {
    return losses;
  }

  public boolean has(String liveId) {
    return lives.containsKey(liveId);
  }

  public int count() {
    return lives.size();
  }

  public int viewers() {
    return lives.values().stream().mapToInt(Live::audience).sum();
  }

  public List<MediaKey> keys() {
    return lives.values().stream().map(Live::key).toList();
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
              KurentoLink link = placement.leastLoaded();
              MediaSession session = sessions.open(caller, MediaKey.live(liveId));
              session.expect(link);
              Live live = new Live(liveId, request, session, made);
              begin(live, made);
              return registry
                  .claim(live.key())
                  .compose(claimed -> stages.create(live, link, request.sdpOffer()))
                  .compose(stage -> publish(live, stage, request, begin));
            })
        .recover(
            error -> {
              made.onRelease(
                  "presenter claim", () -> registry.freePresenter(caller.userId(), liveId));
              return fail(liveId, made).transform(done -> Future.failedFuture(error));
            });
  }

  private Future<Void> fail(String liveId, ReleaseStack made) {
    Live live = lives.get(liveId);
    return live == null ? made.release() : live.endOnce(live::release);
  }

  /** Whatever becomes of the live, this is released with it. */
  void begin(Live live, ReleaseStack made) {
    String presenter = live.presenter().caller().userId();
    lives.put(live.id(), live);
    made.onRelease("presenter claim", () -> registry.freePresenter(presenter, live.id()));
    made.onRelease("ownership", () -> registry.remove(live.key()));
    made.onRelease("live", () -> forget(live));
    made.onRelease("presenter session", () -> sessions.close(live.presenter()));
  }

  /** The live's media is there from now on. */
  void enter(Live live, Stage stage) {
    live.enter(stage);
    if (stage.recording() != null) {
      stage.recording().onStarted(() -> keeper.put(live).onFailure(Lives::notKept));
    }
    live.presenter().place(stage.link(), stage.pipeline(), new Presenting(live, this));
  }

  private static void notKept(Throwable error) {
    log.warn("not written down, will be again error={}", error.toString());
  }

  private Future<Published> publish(Live live, Stage stage, Publish request, long begin) {
    if (live.over()) {
      return stage.release().compose(gone -> Future.failedFuture(ended()));
    }
    enter(live, stage);
    MediaSession session = live.presenter();
    return takeEarly(session)
        .compose(taken -> session.open(request.sdpOffer()))
        .compose(
            answer ->
                inTime(begin)
                    .compose(timely -> keeper.put(live))
                    .compose(put -> keeper.open(live))
                    .compose(opened -> standing(live, begin))
                    .map(opened -> new Published(live.id(), session.id(), answer)))
        .onSuccess(
            published -> {
              live.makeKnown();
              clients.toEveryone("live.started", new Started(LiveList.item(live.record(), 0)));
              log.info("live started live={} presenter={}", live.id(), session.caller().userId());
            });
  }

  /** Who asked has been told by now that it took too long: then it must not stand either. */
  private static Future<Void> inTime(long begin) {
    return System.nanoTime() - begin < TOO_LATE.toNanos()
        ? Future.succeededFuture()
        : Future.failedFuture(Failure.TIMEOUT.exception());
  }

  private static RuntimeException ended() {
    return Failure.MEDIA_UNAVAILABLE.exception();
  }

  /** It may have ended, lost its media server, or come too late, while it was made known. */
  private Future<Void> standing(Live live, long begin) {
    Future<Void> timely =
        live.over() || live.stage() == null ? Future.failedFuture(ended()) : inTime(begin);
    return timely.onFailure(error -> keeper.tellEnd(live.id(), "failed"));
  }

  private Future<Void> takeEarly(MediaSession session) {
    return early
        .offer(session.caller().sessionId())
        .onSuccess(candidates -> candidates.forEach(session::addFromClient))
        .mapEmpty();
  }

  private Future<Void> forget(Live live) {
    lives.remove(live.id(), live);
    return Future.succeededFuture();
  }

  /** The live's media down to one viewer. */
  public Future<Answer> view(View request) {
    Offers.verify(request.sdpOffer());
    long begin = System.nanoTime();
    Live live = get(request.liveId());
    Stage stage = live.stageFor();
    placement.requireRoom(stage.link());
    MediaSession session = sessions.open(request.caller(), live.key());
    session.place(stage.link(), stage.pipeline(), new Viewing(live, this));
    live.add(session);
    return takeEarly(session)
        .compose(taken -> session.open(request.sdpOffer()))
        .compose(answer -> keeper.join(live, session, false).map(new Answer(session.id(), answer)))
        .compose(
            answer ->
                live.over() || session.closed()
                    ? Future.failedFuture(Failure.LIVE_NOT_FOUND.exception())
                    : inTime(begin).map(answer))
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

  /** Whosever it is; answered when the recording is complete. */
  public Future<Done> end(EndLive request) {
    return end(get(request.liveId()), request.reason()).map(Done.DONE);
  }

  /** What a client session presents ends for this reason. */
  public void endOf(String sessionId, String reason) {
    List.copyOf(lives.values()).stream()
        .filter(live -> live.presenter().caller().sessionId().equals(sessionId))
        .forEach(live -> end(live, reason));
  }

  /** Leaving what one does not watch changes nothing. */
  public Future<Done> leave(OfLive request) {
    Live live = get(request.liveId());
    return live.viewerOf(request.caller().sessionId(), null)
        .map(viewer -> leave(live, viewer))
        // An earlier leave may have come no further than here.
        .orElseGet(() -> countOut(live, request.caller().sessionId()))
        .map(Done.DONE);
  }

  Future<Void> leave(Live live, MediaSession viewer) {
    String client = viewer.caller().sessionId();
    return drop(live, viewer)
        .compose(
            dropped ->
                live.viewerOf(client, null).isPresent() || live.handedOver()
                    ? Future.succeededFuture()
                    : countOut(live, client));
  }

  private Future<Void> countOut(Live live, String client) {
    return bus.ask(Audience.LEAVE, new Audience.Leave(live.id(), client)).mapEmpty();
  }

  private Future<Void> drop(Live live, MediaSession viewer) {
    if (live.remove(viewer)) {
      keeper.remove(live, viewer).onFailure(Lives::notKept);
    }
    return sessions.close(viewer);
  }

  /** Tells everybody, finishes the recording, releases everything. */
  Future<Void> end(Live live, String reason) {
    return live.endOnce(
        () -> {
          log.info("live ends live={} reason={}", live.id(), reason);
          keeper.tellEnd(live.id(), reason);
          for (MediaSession viewer : live.viewers()) {
            drop(live, viewer);
          }
          return live.release();
        });
  }

  /** A media server is gone, and what was on it. */
  public void lost(KurentoLink link) {
    List.copyOf(lives.values()).stream().filter(live -> live.on(link)).forEach(losses::lost);
  }

  /** Redis has lost everything: all of it is to be said again, the audience included. */
  public void forgotten() {
    lives.values().forEach(Live::forgotten);
  }

  /** Writes down again what stands. */
  public Future<Void> write() {
    return standing(keeper::write);
  }

  /** Tells room-service again what stands. */
  public Future<Void> tell() {
    return standing(keeper::tell);
  }

  private Future<Void> standing(Function<Live, Future<Void>> work) {
    return SideBySide.each(
        lives.values(),
        live -> live.over() || !live.known() ? Future.succeededFuture() : work.apply(live));
  }

  /** Tells the ends of lives again that room-service has not taken. */
  public Future<Void> tellEndsAgain() {
    return keeper.tellEndsAgain();
  }

  /** Goes on with a live that another instance had, and that this one owns now. */
  public Future<Boolean> adopt(String liveId) {
    return adoption.adopt(liveId);
  }

  /** Whether an offer is being answered that must not be cut short. */
  public boolean busy(String liveId) {
    Live live = lives.get(liveId);
    return live != null
        && (!live.known()
            || live.presenter().busy()
            || live.viewers().stream().anyMatch(MediaSession::busy));
  }

  /** Another instance owns the live: this one forgets it and releases nothing. */
  public void handOver(String liveId) {
    Optional.ofNullable(lives.get(liveId)).ifPresent(this::handOver);
  }

  private void handOver(Live live) {
    if (live.over()) {
      return;
    }
    log.info("live is with another instance live={}", live.id());
    lives.remove(live.id(), live);
    if (live.stage() != null) {
      pipelines.forget(live.stage().pipeline());
    }
    live.handOver();
    sessions.handOver(live.presenter());
    live.viewers().forEach(sessions::handOver);
  }

  /** This instance stops and nobody takes over: recordings are finished while it still can. */
  public Future<Void> endAll() {
    return Future.join(List.copyOf(lives.values()).stream().map(l -> end(l, "failed")).toList())
        .mapEmpty();
  }

  private Live get(String liveId) {
    Live live = lives.get(liveId);
    if (live == null || live.over() || !live.known()) {
      throw Failure.LIVE_NOT_FOUND.exception();
    }
    return live;
  }
}
