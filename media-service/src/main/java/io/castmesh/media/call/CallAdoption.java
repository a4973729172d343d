package io.castmesh.media.call;

import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.kurento.KurentoLinks;
import io.castmesh.media.kurento.Pipelines;
import io.castmesh.media.kurento.ReleaseStack;
import io.castmesh.media.kurento.Strays;
import io.castmesh.media.registry.CallRecord;
import io.castmesh.media.registry.MediaKey;
import io.castmesh.media.registry.Registry;
import io.castmesh.media.registry.SessionRecord;
import io.castmesh.media.session.MediaSession;
import io.castmesh.media.session.MediaSessions;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kurento.client.MediaPipeline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Goes on with calls of instances that are gone. Confined to the event loop. */
final class CallAdoption {
  private static final Logger log = LoggerFactory.getLogger(CallAdoption.class);

  private final CallsMedia calls;
  private final KurentoLinks links;
  private final Pipelines pipelines;
  private final MediaSessions sessions;
  private final Registry registry;

  CallAdoption(
      CallsMedia calls,
      KurentoLinks links,
      Pipelines pipelines,
      MediaSessions sessions,
      Registry registry) {
    this.calls = calls;
    this.links = links;
    this.pipelines = pipelines;
    this.sessions = sessions;
    this.registry = registry;
  }

  /** Answers false when it had not begun: there is nothing to go on with. */
  Future<Boolean> adopt(String callId) {
    MediaKey key = MediaKey.call(callId);
    return registry
        .call(callId)
        .compose(
            record ->
                record.isEmpty()
                    // It was being set up; its pipeline is swept.
                    ? registry.remove(key).map(false)
                    : registry
                        .sessions(key)
                        .compose(found -> adopt(record.get(), found))
                        .map(true));
  }

  private Future<Void> adopt(CallRecord record, List<SessionRecord> found) {
    CallMedia call = new CallMedia(record.callId(), calls);
    Map<MediaSession, SessionRecord> sides = new HashMap<>();
    for (SessionRecord one : found) {
      MediaSession side = sessions.adopt(one);
      sides.put(side, one);
      call.take(side)
          .ifPresent(
              before -> {
                sides.remove(before);
                sessions.close(before);
              });
    }
    calls.begin(call, null);
    Optional<KurentoLink> link = Optional.ofNullable(record.server()).flatMap(links::up);
    if (link.isEmpty()) {
      return lost(call);
    }
    ReleaseStack made = new ReleaseStack();
    return pipelines
        .adopt(link.get(), call.key(), record.pipeline(), made)
        .recover(late -> pipelines.adopt(link.get(), call.key(), record.pipeline(), made))
        .otherwise(Optional.empty())
        .compose(
            pipeline ->
                pipeline.isEmpty()
                    ? lost(call)
                    : goOn(
                        call,
                        new CallStage(link.get(), Future.succeededFuture(pipeline.get()), made),
                        sides));
  }

  private Future<Void> lost(CallMedia call) {
    log.info("call adopted without media call={}", call.id());
    call.sides().forEach(side -> side.placeLost(call));
    calls.await(call);
    return call.sides().isEmpty() ? calls.end(call) : registry.put(call.record()).mapEmpty();
  }

  private Future<Void> goOn(
      CallMedia call, CallStage stage, Map<MediaSession, SessionRecord> sides) {
    MediaPipeline pipeline = stage.pipeline().result();
    calls.begin(call, stage);
    List<Future<Void>> adopting = new ArrayList<>();
    sides.forEach(
        (side, record) -> {
          side.place(stage.link(), pipeline, call);
          adopting.add(
              side.adopt(record.endpoint())
                  .otherwise(false)
                  .compose(
                      there ->
                          there || side.lost()
                              ? Future.succeededFuture()
                              : calls.drop(call, side)));
        });
    return Future.join(adopting)
        .otherwiseEmpty()
        .compose(adopted -> clearUp(call, stage, pipeline))
        .onSuccess(
            done -> log.info("call adopted call={} sides={}", call.id(), call.sides().size()));
  }

  /** Releases peers that were being set up, and connects those that stand again. */
  private Future<Void> clearUp(CallMedia call, CallStage stage, MediaPipeline pipeline) {
    Set<String> known = new HashSet<>();
    MediaSession one = null;
    for (MediaSession side : call.sides()) {
      if (side.wired() != null) {
        known.add(side.wired().id());
        one = side;
      }
    }
    if (call.stage() != stage) {
      // Its media server went meanwhile, and that has been told.
      return Future.succeededFuture();
    }
    if (one == null) {
      return calls.end(call);
    }
    MediaSession standing = one;
    return Strays.release(stage.link(), pipeline, known)
        .compose(
            released ->
                released == 0 ? Future.succeededFuture() : call.rewire(standing, standing.wired()));
  }
}
