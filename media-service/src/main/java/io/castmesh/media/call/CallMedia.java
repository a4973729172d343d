package io.castmesh.media.call;

import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.registry.CallRecord;
import io.castmesh.media.registry.MediaKey;
import io.castmesh.media.session.MediaOwner;
import io.castmesh.media.session.MediaSession;
import io.castmesh.media.session.Peer;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One call: a pipeline and a peer for each side, connected both ways once both are there, whoever
 * comes first. Confined to the event loop.
 */
final class CallMedia implements MediaOwner {
  private final String id;
  private final CallsMedia calls;

  /** By the user: a person who connects again replaces what he had. */
  private final Map<String, MediaSession> sides = new HashMap<>();

  private CallStage stage;

  CallMedia(String id, CallsMedia calls) {
    this.id = id;
    this.calls = calls;
  }

  String id() {
    return id;
  }

  /** Null while its media server is lost. */
  CallStage stage() {
    return stage;
  }

  /** Whether it needs another place: it has none, or one that could not be made. */
  boolean homeless() {
    return stage == null || stage.pipeline().failed();
  }

  void enter(CallStage next) {
    stage = next;
  }

  boolean on(KurentoLink link) {
    return stage != null && stage.link() == link;
  }

  CallRecord record() {
    return stage == null || !stage.pipeline().succeeded()
        ? new CallRecord(id, null, null)
        : new CallRecord(id, stage.link().url(), stage.pipeline().result().getId());
  }

  List<MediaSession> sides() {
    return new ArrayList<>(sides.values());
  }

  /** Takes a side; answers what was there before. */
  Optional<MediaSession> take(MediaSession session) {
    return Optional.ofNullable(sides.put(session.caller().userId(), session));
  }

  boolean remove(MediaSession session) {
    return sides.remove(session.caller().userId(), session);
  }

  private Optional<MediaSession> other(MediaSession session) {
    return sides.values().stream().filter(side -> side != session).findFirst();
  }

  @Override
  public MediaKey key() {
    return MediaKey.call(id);
  }

  @Override
  public String role(MediaSession session) {
    return "call";
  }

  @Override
  public Future<Void> rewire(MediaSession session, Peer fresh) {
    return other(session)
        .filter(side -> side.wired() != null)
        .map(side -> connect(fresh, side, side.wired()))
        .orElseGet(Future::succeededFuture);
  }

  /** The other side may leave meanwhile, or come with another peer, which is connected then. */
  private static Future<Void> connect(Peer fresh, MediaSession side, Peer there) {
    return fresh
        .connectTo(there)
        .compose(sent -> there.connectTo(fresh))
        .recover(
            error ->
                side.wired() == there && !side.closed()
                    ? Future.failedFuture(error)
                    : Future.succeededFuture());
  }

  @Override
  public Future<Void> placeAgain(MediaSession session, String sdpOffer) {
    return calls.placeAgain(this, session);
  }

  @Override
  public Future<Void> keep(MediaSession session) {
    return calls.keep(this, session);
  }

  @Override
  public Future<Void> left(MediaSession session) {
    return calls.drop(this, session);
  }

  @Override
  public void onConnected(MediaSession session) {
    other(session)
        .filter(side -> side.peer() != null)
        .ifPresent(side -> side.peer().requestKeyframe().otherwiseEmpty());
  }
}
