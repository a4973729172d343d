package io.castmesh.media.live;

import io.castmesh.media.registry.MediaKey;
import io.castmesh.media.session.MediaOwner;
import io.castmesh.media.session.MediaSession;
import io.castmesh.media.session.Peer;
import io.vertx.core.Future;

/** What the presenter's session needs of its live: looped back, recorded, sent to every viewer. */
final class Presenting implements MediaOwner {
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
      if (viewer.wired() != null) {
        wired = wired.compose(before -> fresh.connectTo(viewer.wired()));
      }
    }
    return wired;
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
