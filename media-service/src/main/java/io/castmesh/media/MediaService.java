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
import io.castmesh.contract.Media.JoinCall;
import io.castmesh.contract.Media.OfCall;
import io.castmesh.contract.Media.OfLive;
import io.castmesh.contract.Media.Publish;
import io.castmesh.contract.Media.Published;
import io.castmesh.contract.Media.Restart;
import io.castmesh.contract.Media.View;
import io.castmesh.media.call.CallsMedia;
import io.castmesh.media.live.Lives;
import io.castmesh.media.registry.Registry;
import io.castmesh.media.session.MediaSession;
import io.castmesh.media.session.MediaSessions;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
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
  private final String instance;
  private final Registry registry;
  private final MediaSessions sessions;
  private final Lives lives;
  private final CallsMedia calls;

  public MediaService(
      Vertx vertx,
      Bus bus,
      String instance,
      Registry registry,
      MediaSessions sessions,
      Lives lives,
      CallsMedia calls) {
    this.vertx = vertx;
    this.bus = bus;
    this.instance = instance;
    this.registry = registry;
    this.sessions = sessions;
    this.lives = lives;
    this.calls = calls;
  }

  public Future<Published> publish(Publish request) {
    return afterwards(lives.publish(request), Published::mediaId, request.caller().sessionId());
  }

  public Future<Answer> view(View request) {
    return atLive(request.liveId(), Media.VIEW, request, this::viewHere);
  }

  Future<Answer> viewHere(View request) {
    return afterwards(lives.view(request), Answer::mediaId, request.caller().sessionId());
  }

  public Future<Done> stop(OfLive request) {
    return atLive(request.liveId(), Media.STOP, request, lives::stop);
  }

  public Future<Done> leave(OfLive request) {
    return atLive(request.liveId(), Media.LEAVE, request, lives::leave);
  }

  public Future<Answer> restart(Restart request) {
    String owner = MediaSessions.instanceOf(request.mediaId());
    return owner.equals(instance)
        ? restartHere(request)
        : handOn(Media.RESTART, owner, request, Failure.MEDIA_NOT_FOUND);
  }

  Future<Answer> restartHere(Restart request) {
    MediaSession session = sessions.of(request.caller(), request.mediaId());
    return afterwards(
        session.restart(request.sdpOffer()).map(answer -> new Answer(session.id(), answer)),
        Answer::mediaId,
        request.caller().sessionId());
  }

  public Future<Answer> callConnect(JoinCall request) {
    return registry
        .claimCall(request.callId())
        .compose(
            owner ->
                owner.equals(instance)
                    ? callConnectHere(request)
                    : handOn(Media.CALL_CONNECT, owner, request, Failure.MEDIA_UNAVAILABLE));
  }

  Future<Answer> callConnectHere(JoinCall request) {
    return afterwards(calls.connect(request), Answer::mediaId, request.caller().sessionId());
  }

  public Future<Done> callEnd(OfCall request) {
    return registry
        .callInstance(request.callId())
        .compose(
            owner ->
                owner.isEmpty() || owner.get().equals(instance)
                    ? calls.end(request)
                    : handOn(Media.CALL_END, owner.get(), request, Failure.UNAVAILABLE));
  }

  Future<Done> callEndHere(OfCall request) {
    return calls.end(request);
  }

  /** A candidate of a client; without a media id it belongs to the client's latest offer. */
  public Future<Done> candidate(AddCandidate request) {
    verify(request.candidate());
    if (request.mediaId() != null) {
      String owner = MediaSessions.instanceOf(request.mediaId());
      return owner.equals(instance)
          ? candidateHere(request)
          : handOn(Media.CANDIDATE, owner, request, Failure.MEDIA_NOT_FOUND);
    }
    if (sessions.latest(request.caller()).isPresent()) {
      return candidateHere(request);
    }
    return registry
        .early(request.caller().sessionId(), request.candidate())
        .compose(
            other ->
                other
                    .map(owner -> handOn(Media.CANDIDATE, owner, request, Failure.MEDIA_NOT_FOUND))
                    .orElse(Future.succeededFuture(Done.DONE)));
  }

  Future<Done> candidateHere(AddCandidate request) {
    MediaSession session =
        request.mediaId() == null
            ? sessions.latest(request.caller()).orElseThrow(Failure.MEDIA_NOT_FOUND::exception)
            : sessions.of(request.caller(), request.mediaId());
    if (!request.candidate().candidate().isEmpty()) {
      session.addFromClient(request.candidate());
    }
    return Future.succeededFuture(Done.DONE);
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
    if (lives.has(liveId)) {
      return here.apply(request);
    }
    return registry
        .live(liveId)
        .compose(
            record -> {
              if (record.isEmpty() || record.get().instance().equals(instance)) {
                throw Failure.LIVE_NOT_FOUND.exception();
              }
              return handOn(endpoint, record.get().instance(), request, Failure.MEDIA_UNAVAILABLE);
            });
  }

  /**
   * @param whenGone what it means that the owner does not answer any more
   */
  private <Q, R> Future<R> handOn(
      Endpoint<Q, R> endpoint, String owner, Q request, Failure whenGone) {
    return bus.ask(endpoint.at(owner), request)
        .recover(
            error ->
                error instanceof FailureException known && known.failure() == Failure.UNAVAILABLE
                    ? Future.failedFuture(whenGone.exception())
                    : Future.failedFuture(error));
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
