package io.castmesh.media.call;

import io.castmesh.contract.Done;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.JoinCall;
import io.castmesh.contract.Media.OfCall;
import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.kurento.KurentoLinks;
import io.castmesh.media.kurento.Pipelines;
import io.castmesh.media.kurento.ReleaseStack;
import io.castmesh.media.placement.Placement;
import io.castmesh.media.registry.EarlyCandidates;
import io.castmesh.media.registry.MediaKey;
import io.castmesh.media.registry.Registry;
import io.castmesh.media.session.MediaSession;
import io.castmesh.media.session.MediaSessions;
import io.castmesh.media.session.Offers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls whose media this instance has. Confined to the event loop. */
public final class CallsMedia {
  private static final Logger log = LoggerFactory.getLogger(CallsMedia.class);

  /** For the sides of a call that has lost its media server to come back. */
  private static final Duration RETURN = Duration.ofSeconds(30);

  /** For an offer of a side that is being answered when the time is over. */
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final Placement placement;
  private final Pipelines pipelines;
  private final MediaSessions sessions;
  private final Registry registry;
  private final EarlyCandidates early;
  private final CallAdoption adoption;
  private final Map<String, CallMedia> calls = new HashMap<>();
  private final Map<String, CallMedia> ending = new HashMap<>();

  public CallsMedia(
      Vertx vertx,
      KurentoLinks links,
      Placement placement,
      Pipelines pipelines,
      MediaSessions sessions,
      Registry registry,
      EarlyCandidates early) {
    this.vertx = vertx;
    this.placement = placement;
    this.pipelines = pipelines;
    this.sessions = sessions;
    this.registry = registry;
    this.early = early;
    this.adoption = new CallAdoption(this, links, pipelines, sessions, registry);
  }

  public int count() {
    return calls.size();
  }

  public boolean has(String callId) {
    return calls.containsKey(callId);
  }

  /** Whether its media is being released. */
  public boolean ending(String callId) {
    return ending.containsKey(callId);
  }

  public List<MediaKey> keys() {
    return calls.keySet().stream().map(MediaKey::call).toList();
  }

  /** One side's media up, the other side's down, as soon as that is there. */
  public Future<Answer> connect(JoinCall request) {
    MediaSession session;
    try {
      Offers.verify(request.sdpOffer());
      session = sessions.open(request.caller(), MediaKey.call(request.callId()));
    } catch (FailureException refused) {
      return disown(request.callId()).transform(done -> Future.failedFuture(refused));
    }
    CallMedia call;
    try {
      call = calls.computeIfAbsent(request.callId(), id -> new CallMedia(id, this));
      if (call.homeless()) {
        begin(call, placement.leastLoaded());
      }
      session.expect(call.stage().link());
    } catch (RuntimeException noServer) {
      return sessions
          .close(session)
          .compose(closed -> endEmpty(request.callId()))
          .compose(ended -> Future.failedFuture(noServer));
    }
    call.take(session).ifPresent(before -> close(call, before));
    return place(call, session)
        .compose(placed -> early.offer(request.caller().sessionId()))
        .compose(
            candidates -> {
              candidates.forEach(session::addFromClient);
              return session.open(request.sdpOffer());
            })
        .compose(
            answer ->
                isHere(call) && !session.closed()
                    ? Future.succeededFuture(new Answer(session.id(), answer))
                    : Future.failedFuture(Failure.CALL_NOT_FOUND.exception()))
        .recover(error -> drop(call, session).transform(done -> Future.failedFuture(error)));
  }

  /** A place for the call's media: the first, or another when the server was lost. */
  private void begin(CallMedia call, KurentoLink link) {
    call.sides().stream().filter(MediaSession::lost).forEach(side -> side.expect(link));
    ReleaseStack made = new ReleaseStack();
    call.enter(new CallStage(link, pipelines.create(link, call.key(), made), made));
  }

  private Future<Void> place(CallMedia call, MediaSession session) {
    CallStage stage = call.stage();
    return stage
        .pipeline()
        .map(
            pipeline -> {
              session.place(stage.link(), pipeline, call);
              return null;
            });
  }

  /** A side that has lost its media server comes with a fresh offer. */
  Future<Void> placeAgain(CallMedia call, MediaSession session) {
    if (!isHere(call)) {
      return Future.failedFuture(Failure.MEDIA_NOT_FOUND.exception("it has ended"));
    }
    if (call.homeless()) {
      begin(call, placement.leastLoadedAgain());
      log.info("call is placed again call={} server={}", call.id(), call.stage().link().url());
    }
    return place(call, session);
  }

  Future<Void> keep(CallMedia call, MediaSession session) {
    if (!isHere(call)) {
      return Future.succeededFuture();
    }
    return registry
        .put(call.record())
        .compose(put -> registry.put(call.key(), session.record()))
        .compose(put -> kept(call, put));
  }

  private Future<Void> kept(CallMedia call, boolean stillOurs) {
    if (!stillOurs) {
      if (isHere(call)) {
        handOver(call.id());
      }
      return Future.failedFuture(Failure.MEDIA_UNAVAILABLE.exception("another instance has it"));
    }
    // It may have ended meanwhile, and begun again.
    return has(call.id()) ? Future.succeededFuture() : registry.remove(call.key());
  }

  private boolean isHere(CallMedia call) {
    return calls.get(call.id()) == call;
  }

  /** The call is over; unknown ones are over already. */
  public Future<Done> end(OfCall request) {
    CallMedia call = calls.get(request.callId());
    return call == null ? Future.succeededFuture(Done.DONE) : end(call).map(Done.DONE);
  }

  /** A side is gone; the call's media ends with its last side, or when call-service says so. */
  Future<Void> drop(CallMedia call, MediaSession session) {
    call.remove(session);
    return close(call, session)
        .compose(closed -> call.sides().isEmpty() ? end(call) : Future.succeededFuture());
  }

  private Future<Void> close(CallMedia call, MediaSession session) {
    registry
        .removeSession(call.key(), session.id(), session.caller().sessionId())
        .onFailure(error -> log.warn("not written down error={}", error.toString()));
    return sessions.close(session);
  }

  /** The call was claimed for something that does not begin. */
  private Future<Void> disown(String callId) {
    return has(callId) || ending(callId)
        ? Future.succeededFuture()
        : registry.remove(MediaKey.call(callId));
  }

  private Future<Void> endEmpty(String callId) {
    CallMedia call = calls.get(callId);
    return call == null || !call.sides().isEmpty() ? Future.succeededFuture() : end(call);
  }

  Future<Void> end(CallMedia call) {
    if (!calls.remove(call.id(), call)) {
      return Future.succeededFuture();
    }
    ending.put(call.id(), call);
    Future<Void> closed = Future.succeededFuture();
    for (MediaSession side : call.sides()) {
      call.remove(side);
      closed = closed.compose(before -> sessions.close(side));
    }
    return closed
        .eventually(
            () -> call.stage() == null ? Future.succeededFuture() : call.stage().made().release())
        // Somebody may have connected again meanwhile.
        .eventually(
            () -> {
              ending.remove(call.id(), call);
              return has(call.id()) ? Future.succeededFuture() : registry.remove(call.key());
            });
  }

  /** A media server is gone, and what was on it. */
  public void lost(KurentoLink link) {
    List.copyOf(calls.values()).stream().filter(call -> call.on(link)).forEach(this::lost);
  }

  private void lost(CallMedia call) {
    log.info("call lost its media server call={}", call.id());
    call.stage().made().release();
    call.enter(null);
    call.sides().forEach(MediaSession::lose);
    registry
        .put(call.record())
        .compose(put -> kept(call, put))
        .onFailure(error -> log.warn("loss not written down error={}", error.toString()));
    await(call);
  }

  /** Sides that do not come back are dropped. */
  void await(CallMedia call) {
    Map<MediaSession, Integer> losses =
        call.sides().stream().collect(Collectors.toMap(side -> side, MediaSession::placement));
    vertx.setTimer(RETURN.toMillis(), timer -> dropLost(call, losses));
  }

  /**
   * This process may have stood still, and the call may be with another instance by now: that is
   * asked first, again when nobody can say.
   *
   * @param losses who was lost, and which loss of theirs it was: a later one has its own time
   */
  private void dropLost(CallMedia call, Map<MediaSession, Integer> losses) {
    losses.entrySet().removeIf(loss -> !loss.getKey().lostSince(loss.getValue()));
    if (!isHere(call) || losses.isEmpty()) {
      return;
    }
    registry
        .put(call.record())
        .compose(put -> kept(call, put))
        .onComplete(
            done -> {
              if (done.succeeded()) {
                losses.forEach(
                    (side, loss) -> {
                      if (side.lostSince(loss) && !side.busy()) {
                        drop(call, side);
                      }
                    });
              }
              // Those that are being placed again, and all when nobody could say.
              vertx.setTimer(ANSWER.toMillis(), timer -> dropLost(call, losses));
            });
  }

  /** Writes down again which calls are here. */
  public Future<Void> write() {
    Future<Void> all = Future.succeededFuture();
    for (CallMedia call : List.copyOf(calls.values())) {
      for (MediaSession side : call.sides()) {
        all = all.compose(before -> keep(call, side).otherwiseEmpty());
      }
    }
    return all;
  }

  /** Goes on with a call that another instance had, and that this one owns now. */
  public Future<Boolean> adopt(String callId) {
    return adoption.adopt(callId);
  }

  void begin(CallMedia call, CallStage stage) {
    call.enter(stage);
    calls.put(call.id(), call);
  }

  /** Whether an offer is being answered that must not be cut short. */
  public boolean busy(String callId) {
    CallMedia call = calls.get(callId);
    return call != null && call.sides().stream().anyMatch(MediaSession::busy);
  }

  /** Another instance owns the call: this one forgets it and releases nothing. */
  public void handOver(String callId) {
    Optional.ofNullable(calls.remove(callId))
        .ifPresent(
            call -> {
              log.info("call is with another instance call={}", callId);
              if (call.stage() != null && call.stage().pipeline().succeeded()) {
                pipelines.forget(call.stage().pipeline().result());
              }
              call.sides().forEach(sessions::handOver);
            });
  }

  public Future<Void> endAll() {
    return Future.join(List.copyOf(calls.values()).stream().map(this::end).toList()).mapEmpty();
  }
}
