package io.castmesh.media.call;

import io.castmesh.contract.Done;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.JoinCall;
import io.castmesh.contract.Media.OfCall;
import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.kurento.KurentoLinks;
import io.castmesh.media.kurento.Pipelines;
import io.castmesh.media.kurento.ReleaseStack;
import io.castmesh.media.registry.Registry;
import io.castmesh.media.session.MediaSession;
import io.castmesh.media.session.MediaSessions;
import io.castmesh.media.session.Offers;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls whose media this instance has. Confined to the event loop. */
public final class CallsMedia {
  private static final Logger log = LoggerFactory.getLogger(CallsMedia.class);

  private final KurentoLinks links;
  private final Pipelines pipelines;
  private final MediaSessions sessions;
  private final Registry registry;
  private final Map<String, CallMedia> calls = new HashMap<>();

  public CallsMedia(
      KurentoLinks links, Pipelines pipelines, MediaSessions sessions, Registry registry) {
    this.links = links;
    this.pipelines = pipelines;
    this.sessions = sessions;
    this.registry = registry;
  }

  public int count() {
    return calls.size();
  }

  /** One side's media up, the other side's down, as soon as that is there. */
  public Future<Answer> connect(JoinCall request) {
    Offers.verify(request.sdpOffer());
    MediaSession session = sessions.open(request.caller());
    CallMedia call;
    try {
      call = calls.computeIfAbsent(request.callId(), this::begin);
    } catch (RuntimeException noServer) {
      return sessions.close(session).compose(closed -> Future.failedFuture(noServer));
    }
    call.take(session).ifPresent(sessions::close);
    return call.pipeline()
        .compose(
            pipeline -> {
              session.place(call.link(), pipeline, call);
              return registry.offer(request.caller().sessionId());
            })
        .compose(
            early -> {
              early.forEach(session::addFromClient);
              return session.open(request.sdpOffer());
            })
        .compose(
            answer ->
                calls.get(request.callId()) == call && !session.closed()
                    ? Future.succeededFuture(new Answer(session.id(), answer))
                    : Future.failedFuture(Failure.CALL_NOT_FOUND.exception()))
        .recover(error -> drop(call, session).transform(done -> Future.failedFuture(error)));
  }

  private CallMedia begin(String callId) {
    KurentoLink link = links.leastLoaded();
    ReleaseStack made = new ReleaseStack();
    made.onRelease("call claim", () -> registry.freeCall(callId));
    return new CallMedia(callId, link, made, pipelines.create(link, callId, made), this::drop);
  }

  /** The call is over; unknown ones are over already. */
  public Future<Done> end(OfCall request) {
    CallMedia call = calls.get(request.callId());
    return call == null ? Future.succeededFuture(Done.DONE) : end(call).map(Done.DONE);
  }

  /** A side is gone; the call's media ends with its last side, or when call-service says so. */
  private Future<Void> drop(CallMedia call, MediaSession session) {
    call.remove(session);
    return sessions
        .close(session)
        .compose(closed -> call.sides().isEmpty() ? end(call) : Future.succeededFuture());
  }

  private Future<Void> end(CallMedia call) {
    calls.remove(call.id(), call);
    Future<Void> closed = Future.succeededFuture();
    for (MediaSession side : call.sides()) {
      call.remove(side);
      closed = closed.compose(before -> sessions.close(side));
    }
    return closed.eventually(() -> call.made().release());
  }

  /** A media server is gone, and what was on it. */
  public void lost(KurentoLink link) {
    for (CallMedia call : List.copyOf(calls.values())) {
      if (call.link() == link) {
        log.info("call lost its media server call={}", call.id());
        call.sides().forEach(sessions::lose);
        call.sides().forEach(call::remove);
        end(call);
      }
    }
  }

  /** Says again which calls are here: the claims are leases. */
  public Future<Void> assertAll() {
    Future<Void> all = Future.succeededFuture();
    for (String callId : List.copyOf(calls.keySet())) {
      all = all.compose(before -> registry.claimCall(callId)).mapEmpty();
    }
    return all;
  }

  public Future<Void> endAll() {
    return Future.join(List.copyOf(calls.values()).stream().map(this::end).toList()).mapEmpty();
  }
}
