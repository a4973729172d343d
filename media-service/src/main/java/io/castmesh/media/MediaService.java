package io.castmesh.media;

import io.castmesh.contract.Clients.SessionEnded;
import io.castmesh.contract.Done;
import io.castmesh.contract.Endpoint;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.AddCandidate;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.Candidate;
import io.castmesh.contract.Media.EndLive;
import io.castmesh.contract.Media.EndLiveOf;
import io.castmesh.contract.Media.JoinCall;
import io.castmesh.contract.Media.Mine;
import io.castmesh.contract.Media.OfCall;
import io.castmesh.contract.Media.OfLive;
import io.castmesh.contract.Media.Publish;
import io.castmesh.contract.Media.Published;
import io.castmesh.contract.Media.Restart;
import io.castmesh.contract.Media.Session;
import io.castmesh.contract.Media.Sessions;
import io.castmesh.contract.Media.View;
import io.castmesh.media.call.CallsMedia;
import io.castmesh.media.live.Lives;
import io.castmesh.media.ownership.Router;
import io.castmesh.media.ownership.Succession;
import io.castmesh.media.registry.EarlyCandidates;
import io.castmesh.media.registry.MediaKey;
import io.castmesh.media.registry.Registry;
import io.castmesh.media.session.MediaSession;
import io.castmesh.media.session.MediaSessions;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What media-service answers. A question about something that another instance has is handed on to
 * it, once: what arrives at an instance's own address is answered there.
 *
 * <p>Confined to the event loop of its verticle.
 */
public final class MediaService {
  private static final Logger log = LoggerFactory.getLogger(MediaService.class);
  private static final int CANDIDATE_LENGTH = 1_024;

  private final Vertx vertx;
  private final Bus bus;
  private final Registry registry;
  private final EarlyCandidates early;
  private final MediaSessions sessions;
  private final Lives lives;
  private final CallsMedia calls;
  private final Succession succession;
  private final Router router;

  public MediaService(
      Vertx vertx,
      Bus bus,
      Registry registry,
      EarlyCandidates early,
      MediaSessions sessions,
      Lives lives,
      CallsMedia calls,
      Succession succession,
      Router router) {
    this.vertx = vertx;
    this.bus = bus;
    this.registry = registry;
    this.early = early;
    this.sessions = sessions;
    this.lives = lives;
    this.calls = calls;
    this.succession = succession;
    this.router = router;
  }

  public Future<Published> publish(Publish request) {
    staying();
    return afterwards(lives.publish(request), Published::mediaId, request.caller().sessionId());
  }

  public Future<Answer> view(View request) {
    return atLive(request.liveId(), Media.VIEW, request, this::viewHere);
  }

  Future<Answer> viewHere(View request) {
    staying();
    return afterwards(lives.view(request), Answer::mediaId, request.caller().sessionId());
  }

  public Future<Done> stop(OfLive request) {
    return atLive(request.liveId(), Media.STOP, request, this::stopHere);
  }

  Future<Done> stopHere(OfLive request) {
    staying();
    return lives.stop(request);
  }

  public Future<Done> endLive(EndLive request) {
    return atLive(request.liveId(), Media.END_LIVE, request, this::endLiveHere);
  }

  Future<Done> endLiveHere(EndLive request) {
    staying();
    return lives.end(request);
  }

  /** Nothing to end is no failure. */
  public Future<Done> endLiveOf(EndLiveOf request) {
    return registry
        .presentedBy(request.userId())
        .compose(
            live ->
                live.isEmpty()
                    ? Future.succeededFuture(Done.DONE)
                    : endLive(new EndLive(live.get(), request.reason())))
        .recover(
            error ->
                error instanceof FailureException known && known.failure() == Failure.LIVE_NOT_FOUND
                    ? Future.succeededFuture(Done.DONE)
                    : Future.failedFuture(error));
  }

  public Future<Done> leave(OfLive request) {
    return atLive(request.liveId(), Media.LEAVE, request, this::leaveHere);
  }

  Future<Done> leaveHere(OfLive request) {
    staying();
    return lives.leave(request);
  }

  public Future<Answer> restart(Restart request) {
    return router.ask(
        keyOf(request.mediaId()),
        Media.RESTART,
        request,
        this::restartHere,
        Failure.MEDIA_NOT_FOUND);
  }

  Future<Answer> restartHere(Restart request) {
    staying();
    MediaSession session = sessions.of(request.caller(), request.mediaId());
    return afterwards(
        session.restart(request.sdpOffer()).map(answer -> new Answer(session.id(), answer)),
        Answer::mediaId,
        request.caller().sessionId());
  }

  public Future<Answer> callConnect(JoinCall request) {
    staying();
    return router.askOrBegin(
        MediaKey.call(request.callId()), Media.CALL_CONNECT, request, this::callConnectHere);
  }

  Future<Answer> callConnectHanded(JoinCall request) {
    staying();
    return router.answerOrBegin(MediaKey.call(request.callId()), request, this::callConnectHere);
  }

  Future<Answer> callConnectHere(JoinCall request) {
    staying();
    return afterwards(calls.connect(request), Answer::mediaId, request.caller().sessionId());
  }

  public Future<Done> callEnd(OfCall request) {
    return router
        .ask(
            MediaKey.call(request.callId()),
            Media.CALL_END,
            request,
            this::callEndHere,
            Failure.CALL_NOT_FOUND)
        .recover(
            error ->
                // What nobody has is over.
                error instanceof FailureException known && known.failure() == Failure.CALL_NOT_FOUND
                    ? Future.succeededFuture(Done.DONE)
                    : Future.failedFuture(error));
  }

  Future<Done> callEndHere(OfCall request) {
    staying();
    return calls.end(request);
  }

  /**
   * A candidate of a client. Without a media id it belongs to the client's offer in flight, which
   * may not have come yet.
   */
  public Future<Done> candidate(AddCandidate request) {
    verify(request.candidate());
    if (request.mediaId() != null) {
      return sessions.has(request.mediaId())
          ? candidateHere(request)
          : router.ask(
              keyOf(request.mediaId()),
              Media.CANDIDATE,
              request,
              this::candidateHere,
              Failure.MEDIA_NOT_FOUND);
    }
    if (sessions.inFlight(request.caller()).isPresent()) {
      return candidateHere(request);
    }
    return early
        .early(request.caller().sessionId(), request.candidate())
        .compose(
            other ->
                other.isEmpty()
                    ? Future.succeededFuture(Done.DONE)
                    : bus.ask(Media.CANDIDATE.at(other.get()), request));
  }

  Future<Done> candidateHere(AddCandidate request) {
    MediaSession session =
        request.mediaId() == null
            ? sessions.inFlight(request.caller()).orElseThrow(Failure.MEDIA_NOT_FOUND::exception)
            : sessions.of(request.caller(), request.mediaId());
    if (!request.candidate().candidate().isEmpty()) {
      session.addFromClient(request.candidate());
    }
    return Future.succeededFuture(Done.DONE);
  }

  /** The media sessions that the caller has, whichever instances have them. */
  public Future<Sessions> list(Mine request) {
    return registry
        .mediaOf(request.caller().sessionId())
        .compose(
            ids -> {
              Set<MediaKey> keys = new LinkedHashSet<>();
              ids.forEach(id -> MediaKey.ofMedia(id).ifPresent(keys::add));
              Map<String, Session> items = new LinkedHashMap<>();
              Future<Void> all = Future.succeededFuture();
              for (MediaKey key : keys) {
                all =
                    all.compose(before -> listAt(key, request))
                        .onSuccess(
                            found -> found.items().forEach(one -> items.put(one.mediaId(), one)))
                        .mapEmpty();
              }
              return all.map(done -> new Sessions(List.copyOf(items.values())));
            });
  }

  private Future<Sessions> listAt(MediaKey key, Mine request) {
    return router
        .ask(key, Media.LIST, request, this::listHere, Failure.MEDIA_NOT_FOUND)
        .recover(
            error ->
                error instanceof FailureException known
                        && known.failure() == Failure.MEDIA_NOT_FOUND
                    ? Future.succeededFuture(new Sessions(List.of()))
                    : Future.failedFuture(error));
  }

  Future<Sessions> listHere(Mine request) {
    return Future.succeededFuture(
        new Sessions(
            sessions.ofClient(request.caller().sessionId()).stream()
                .filter(session -> session.owner() != null && !session.closed())
                .map(MediaService::described)
                .toList()));
  }

  private static Session described(MediaSession session) {
    MediaKey key = session.owner().key();
    boolean live = key.kind() == MediaKey.Kind.LIVE;
    return new Session(
        session.id(),
        session.owner().role(session),
        live ? key.id() : null,
        live ? null : key.id(),
        session.stateWord());
  }

  /** What comes while this instance hands over is answered by whoever takes over. */
  private void staying() {
    if (succession.leaving()) {
      throw Failure.UNAVAILABLE.exception();
    }
  }

  private static MediaKey keyOf(String mediaId) {
    return MediaKey.ofMedia(mediaId).orElseThrow(Failure.MEDIA_NOT_FOUND::exception);
  }

  /** An empty candidate says that there are no more (RFC 8838, section 8.2). */
  private static void verify(Candidate candidate) {
    String text = candidate == null ? null : candidate.candidate();
    if (text == null
        || text.length() > CANDIDATE_LENGTH
        || !text.isEmpty() && !text.startsWith("candidate:")) {
      throw Failure.INVALID_CANDIDATE.exception();
    }
  }

  /** A client session is over: so is its media. */
  public void sessionEnded(SessionEnded ended) {
    if (ended.moderated()) {
      lives.endOf(ended.session().sessionId(), "moderated");
    }
    sessionEnded(ended.session().sessionId());
  }

  void sessionEnded(String sessionId) {
    for (MediaSession session : sessions.ofClient(sessionId)) {
      log.info("client is gone session={} media={}", sessionId, session.id());
      Future<Void> left =
          session.owner() == null ? sessions.close(session) : session.owner().left(session);
      left.onFailure(
          error -> log.warn("not released media={} error={}", session.id(), error.toString()));
    }
  }

  private <Q, R> Future<R> atLive(
      String liveId, Endpoint<Q, R> endpoint, Q request, Function<Q, Future<R>> here) {
    return router.ask(MediaKey.live(liveId), endpoint, request, here, Failure.LIVE_NOT_FOUND);
  }

  /** Candidates and states follow the answer that makes them understood; they never overtake it. */
  private <R> Future<R> afterwards(
      Future<R> answer, Function<R, String> mediaId, String clientSession) {
    return answer.onSuccess(
        result ->
            vertx.runOnContext(
                ignored ->
                    sessions.ofClient(clientSession).stream()
                        .filter(session -> session.id().equals(mediaId.apply(result)))
                        .forEach(MediaSession::answered)));
  }
}
