package io.castmesh.media.call;

import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.kurento.ReleaseStack;
import io.castmesh.media.session.MediaOwner;
import io.castmesh.media.session.MediaSession;
import io.castmesh.media.session.Peer;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.kurento.client.MediaPipeline;

/**
 * One call: a pipeline and a peer for each side, connected both ways once both are there, whoever
 * comes first. Confined to the event loop.
 */
final class CallMedia implements MediaOwner {
  private final String id;
  private final KurentoLink link;
  private final ReleaseStack made;
  private final BiFunction<CallMedia, MediaSession, Future<Void>> leaving;
  private final Future<MediaPipeline> pipeline;

  /** By the user: a person who connects again replaces what he had. */
  private final Map<String, MediaSession> sides = new HashMap<>();

  CallMedia(
      String id,
      KurentoLink link,
      ReleaseStack made,
      Future<MediaPipeline> pipeline,
      BiFunction<CallMedia, MediaSession, Future<Void>> leaving) {
    this.id = id;
    this.link = link;
    this.made = made;
    this.pipeline = pipeline;
    this.leaving = leaving;
  }

  String id() {
    return id;
  }

  KurentoLink link() {
    return link;
  }

  ReleaseStack made() {
    return made;
  }

  Future<MediaPipeline> pipeline() {
    return pipeline;
  }

  List<MediaSession> sides() {
    return new ArrayList<>(sides.values());
  }

  /** Takes a side; answers what was there before. */
  Optional<MediaSession> take(MediaSession session) {
    return Optional.ofNullable(sides.put(session.caller().userId(), session));
  }

  void remove(MediaSession session) {
    sides.remove(session.caller().userId(), session);
  }

  private Optional<MediaSession> other(MediaSession session) {
    return sides.values().stream().filter(side -> side != session).findFirst();
  }

  @Override
  public Future<Void> rewire(MediaSession session, Peer fresh) {
    return other(session)
        .filter(side -> side.wired() != null)
        .map(side -> fresh.connectTo(side.wired()).compose(there -> side.wired().connectTo(fresh)))
        .orElseGet(Future::succeededFuture);
  }

  @Override
  public Future<Void> left(MediaSession session) {
    return leaving.apply(this, session);
  }

  @Override
  public void onConnected(MediaSession session) {
    other(session)
        .filter(side -> side.peer() != null)
        .ifPresent(side -> side.peer().requestKeyframe().otherwiseEmpty());
  }
}
