package io.castmesh.media.live;

import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.kurento.KurentoLinks;
import io.castmesh.media.kurento.ReleaseStack;
import io.castmesh.media.kurento.Strays;
import io.castmesh.media.registry.LiveRecord;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes on with lives of instances that are gone. Their media never stops: pipeline, peers and
 * recorder are on the media server and outlive the connection of the instance that made them.
 * Confined to the event loop.
 */
final class LiveAdoption {
  private static final Logger log = LoggerFactory.getLogger(LiveAdoption.class);

  private final Lives lives;
  private final KurentoLinks links;
  private final Stages stages;
  private final MediaSessions sessions;
  private final Registry registry;

  LiveAdoption(
      Lives lives, KurentoLinks links, Stages stages, MediaSessions sessions, Registry registry) {
    this.lives = lives;
    this.links = links;
    this.stages = stages;
    this.sessions = sessions;
    this.registry = registry;
  }

  /** Answers false when it had not begun: there is nothing to go on with. */
  Future<Boolean> adopt(String liveId) {
    MediaKey key = MediaKey.live(liveId);
    return registry
        .live(liveId)
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

  private Future<Void> adopt(LiveRecord record, List<SessionRecord> found) {
    Map<String, SessionRecord> records = new HashMap<>();
    found.forEach(one -> records.put(one.mediaId(), one));
    SessionRecord presenterRecord =
        Optional.ofNullable(records.remove(record.presenterMedia()))
            .orElseGet(() -> new SessionRecord(record.presenterMedia(), record.presenter(), null));
    ReleaseStack made = new ReleaseStack();
    Live live = new Live(record, sessions.adopt(presenterRecord), made);
    lives.begin(live, made);
    Map<MediaSession, SessionRecord> viewers = new HashMap<>();
    records
        .values()
        .forEach(
            one -> {
              MediaSession viewer = sessions.adopt(one);
              live.add(viewer);
              viewers.put(viewer, one);
            });
    Optional<KurentoLink> link =
        Optional.ofNullable(record.stage()).flatMap(stage -> links.up(stage.server()));
    if (link.isEmpty()) {
      return lost(live, record, viewers.keySet());
    }
    return stages
        .adopt(live, link.get(), record.stage())
        // A server that has to answer for many at once may be late; one that stays silent is lost.
        .recover(late -> stages.adopt(live, link.get(), record.stage()))
        .otherwise(Optional.empty())
        .compose(
            stage ->
                stage.isEmpty()
                    ? lost(live, record, viewers.keySet())
                    : goOn(live, stage.get(), presenterRecord, viewers));
  }

  /** Its media server went, too, or had lost it already: its people may come back. */
  private Future<Void> lost(Live live, LiveRecord record, Set<MediaSession> viewers) {
    log.info("live adopted without media live={}", live.id());
    live.loseStage();
    live.presenter().placeLost(new Presenting(live, lives));
    viewers.forEach(viewer -> viewer.placeLost(new Viewing(live, lives)));
    lives.losses().await(live);
    return stages
        .lost(record.stage())
        .compose(told -> lives.keeper().put(live))
        .onFailure(error -> log.warn("loss not told live={}", live.id(), error));
  }

  private Future<Void> goOn(
      Live live,
      Stage stage,
      SessionRecord presenterRecord,
      Map<MediaSession, SessionRecord> viewers) {
    lives.enter(live, stage);
    viewers
        .keySet()
        .forEach(viewer -> viewer.place(stage.link(), stage.pipeline(), new Viewing(live, lives)));
    // Before the viewers, however many they are: without it the live has no media.
    return live.presenter()
        .adopt(presenterRecord.endpoint())
        .otherwise(false)
        .compose(
            presents -> {
              if (live.stage() != stage) {
                // Its media server went meanwhile, and that has been told.
                return Future.<Void>succeededFuture();
              }
              if (!presents) {
                // It is not there, or not written down: it may come back.
                lives.losses().lost(live);
                return Future.<Void>succeededFuture();
              }
              return adopt(live, viewers)
                  .compose(watched -> clearUp(live, stage))
                  .compose(cleared -> lives.keeper().put(live))
                  .onSuccess(
                      done ->
                          log.info("live adopted live={} viewers={}", live.id(), live.audience()));
            });
  }

  private Future<Void> adopt(Live live, Map<MediaSession, SessionRecord> viewers) {
    List<Future<Void>> watching = new ArrayList<>();
    viewers.forEach((viewer, record) -> watching.add(adopt(live, viewer, record)));
    return watching.isEmpty()
        ? Future.succeededFuture()
        : Future.join(watching).<Void>mapEmpty().otherwiseEmpty();
  }

  private Future<Void> adopt(Live live, MediaSession viewer, SessionRecord record) {
    return viewer
        .adopt(record.endpoint())
        .otherwise(false)
        .compose(
            there -> there || viewer.lost() ? Future.succeededFuture() : lives.leave(live, viewer));
  }

  /**
   * Releases peers that were being set up when their instance died: nobody has had an answer for
   * them. They may have been connected in the place of those that stand.
   */
  private Future<Void> clearUp(Live live, Stage stage) {
    Set<String> known = new HashSet<>();
    if (stage.recording() != null) {
      known.add(stage.recording().recorderId());
    }
    for (MediaSession session : live.viewers()) {
      keep(session, known);
    }
    keep(live.presenter(), known);
    return Strays.release(stage.link(), stage.pipeline(), known)
        .compose(
            released ->
                released == 0 || live.presenter().peer() == null
                    ? Future.succeededFuture()
                    : live.presenter().owner().rewire(live.presenter(), live.presenter().peer()));
  }

  private static void keep(MediaSession session, Set<String> known) {
    if (session.wired() != null) {
      known.add(session.wired().id());
    }
  }
}
