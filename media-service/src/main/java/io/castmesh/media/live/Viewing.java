package io.castmesh.media.live;

import io.castmesh.media.registry.MediaKey;
import io.castmesh.media.session.MediaOwner;
import io.castmesh.media.session.MediaSession;
import io.castmesh.media.session.Peer;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a viewer's session needs of its live. */
final class Viewing implements MediaOwner {
  private static final Logger log = LoggerFactory.getLogger(Viewing.class);

  private final Live live;
  private final Lives lives;

  Viewing(Live live, Lives lives) {
    this.live = live;
    this.lives = lives;
  }

  @Override
  public MediaKey key() {
    return live.key();
  }

  @Override
  public String role(MediaSession session) {
    return "viewer";
  }

  @Override
  public Future<Void> rewire(MediaSession session, Peer fresh) {
    live.stageFor();
    return live.presenter().wired().connectTo(fresh);
  }

  @Override
  public Future<Void> placeAgain(MediaSession session, String sdpOffer) {
    Stage stage = live.stageFor();
    lives.losses().requireRoom(stage);
    session.place(stage.link(), stage.pipeline(), this);
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> keep(MediaSession session) {
    return lives.keeper().put(live, session);
  }

  @Override
  public Future<Void> left(MediaSession session) {
    return lives.leave(live, session);
  }

  @Override
  public void onConnected(MediaSession session) {
    // Without one, a late viewer sees nothing until the next keyframe comes by itself.
    if (live.presenter().peer() != null) {
      live.presenter()
          .peer()
          .requestKeyframe()
          .onFailure(error -> log.debug("no keyframe asked for live={}", live.id()));
    }
  }
}
