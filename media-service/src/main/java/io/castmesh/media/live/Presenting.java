package io.castmesh.media.live;

import io.castmesh.media.registry.MediaKey;
import io.castmesh.media.session.MediaOwner;
import io.castmesh.media.session.MediaSession;
import io.castmesh.media.session.Peer;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the presenter's session needs of its live: looped back, recorded, sent to every viewer. */
final class Presenting implements MediaOwner {
  private static final Logger log = LoggerFactory.getLogger(Presenting.class);

  private final Live live;
  private final Lives lives;

  Presenting(Live live, Lives lives) {
    this.live = live;
    this.lives = lives;
  }

  @Override
  public MediaKey key() {
    return live.key();
  }

  @Override
  public String role(MediaSession session) {
    return "presenter";
  }

  @Override
  public Future<Void> rewire(MediaSession session, Peer fresh) {
    Future<Void> wired = fresh.connectTo(fresh);
    Stage stage = live.stage();
    if (stage != null && stage.recording() != null) {
      wired = wired.compose(looped -> stage.recording().connect(fresh));
    }
    for (MediaSession viewer : live.viewers()) {
      wired = wired.compose(before -> connect(fresh, viewer));
    }
    return wired;
  }

  /** A viewer may have left meanwhile; one that cannot be connected is alone in that. */
  private Future<Void> connect(Peer fresh, MediaSession viewer) {
    Peer sink = viewer.wired();
    return sink == null
        ? Future.succeededFuture()
        : fresh
            .connectTo(sink)
            .otherwise(
                error -> {
                  if (viewer.wired() == sink && !viewer.closed()) {
                    log.warn(
                        "viewer not connected media={} error={}", viewer.id(), error.toString());
                    lives.losses().lost(live, viewer);
                  }
                  return null;
                });
  }

  @Override
  public Future<Void> placeAgain(MediaSession session, String sdpOffer) {
    return lives.losses().restage(live, sdpOffer);
  }

  @Override
  public Future<Void> keep(MediaSession session) {
    live.found();
    return lives
        .keeper()
        .put(live, session)
        .compose(put -> live.known() ? lives.keeper().put(live) : Future.succeededFuture());
  }

  @Override
  public Future<Void> left(MediaSession session) {
    return lives.end(live, "presenter_gone");
  }

  @Override
  public void onFlowing(MediaSession session, boolean isVideo) {
    if (live.stage() != null && !live.over()) {
      live.stage().onFlowing(isVideo);
    }
  }
}
