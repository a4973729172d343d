package io.castmesh.media.live;

import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.kurento.ReleaseStack;
import io.castmesh.media.recording.Recording;
import io.castmesh.media.registry.LiveRecord;
import io.castmesh.media.session.MediaOwner;
import io.castmesh.media.session.MediaSession;
import io.castmesh.media.session.Peer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.kurento.client.MediaPipeline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One live: the presenter's peer, looped back to itself, connected to the recorder and to every
 * viewer's peer. Confined to the event loop.
 */
final class Live {
  private static final Logger log = LoggerFactory.getLogger(Live.class);

  /** A presenter who offers video and audio but sends one of them only is recorded after this. */
  private static final long SECOND_KIND_MILLIS = 1_500;

  private final Vertx vertx;
  private final String id;
  private final KurentoLink link;
  private final MediaPipeline pipeline;
  private final MediaSession presenter;
  private final Recording recording;
  private final int kindsOffered;
  private final ReleaseStack made;
  private final Map<String, MediaSession> viewers = new HashMap<>();
  private LiveRecord record;
  private boolean audio;
  private boolean video;
  private boolean timing;
  private Future<Void> ended;

  /**
   * @param recording null: not recorded
   * @param kindsOffered how many of audio and video the presenter offers to send
   * @param made what is released with the live
   */
  Live(
      Vertx vertx,
      String id,
      KurentoLink link,
      MediaPipeline pipeline,
      MediaSession presenter,
      Recording recording,
      int kindsOffered,
      ReleaseStack made) {
    this.vertx = vertx;
    this.id = id;
    this.link = link;
    this.pipeline = pipeline;
    this.presenter = presenter;
    this.recording = recording;
    this.kindsOffered = kindsOffered;
    this.made = made;
  }

  String id() {
    return id;
  }

  KurentoLink link() {
    return link;
  }

  MediaPipeline pipeline() {
    return pipeline;
  }

  MediaSession presenter() {
    return presenter;
  }

  ReleaseStack made() {
    return made;
  }

  LiveRecord record() {
    return record;
  }

  void registered(LiveRecord newRecord) {
    this.record = newRecord;
  }

  List<MediaSession> viewers() {
    return new ArrayList<>(viewers.values());
  }

  void add(MediaSession viewer) {
    viewers.put(viewer.id(), viewer);
  }

  void remove(MediaSession viewer) {
    viewers.remove(viewer.id());
  }

  /** The client's other session on this live: a page that was loaded again. */
  Optional<MediaSession> viewerOf(String clientSession, MediaSession except) {
    return viewers.values().stream()
        .filter(viewer -> viewer != except)
        .filter(viewer -> viewer.caller().sessionId().equals(clientSession))
        .findFirst();
  }

  boolean over() {
    return ended != null;
  }

  /** Ends once, whoever asks how often. */
  Future<Void> endOnce(Function<Live, Future<Void>> how) {
    if (ended == null) {
      ended = how.apply(this);
    }
    return ended;
  }

  Future<Void> finishRecording() {
    return recording == null ? Future.succeededFuture() : recording.finish();
  }

  /** What the presenter's session needs of its live. */
  final class Presenting implements MediaOwner {
    private final Function<MediaSession, Future<Void>> leaving;

    Presenting(Function<MediaSession, Future<Void>> leaving) {
      this.leaving = leaving;
    }

    @Override
    public Future<Void> rewire(MediaSession session, Peer fresh) {
      Future<Void> wired = fresh.connectTo(fresh);
      if (recording != null) {
        wired = wired.compose(looped -> recording.connect(fresh));
      }
      for (MediaSession viewer : viewers()) {
        if (viewer.wired() != null) {
          wired = wired.compose(before -> fresh.connectTo(viewer.wired()));
        }
      }
      return wired;
    }

    @Override
    public Future<Void> left(MediaSession session) {
      return leaving.apply(session);
    }

    @Override
    public void onFlowing(MediaSession session, boolean isVideo) {
      if (isVideo) {
        video = true;
      } else {
        audio = true;
      }
      if (recording == null || over()) {
        return;
      }
      if ((audio ? 1 : 0) + (video ? 1 : 0) >= kindsOffered) {
        recording.start();
      } else if (!timing) {
        timing = true;
        vertx.setTimer(
            SECOND_KIND_MILLIS,
            timer -> {
              if (!over()) {
                recording.start();
              }
            });
      }
    }
  }

  /** What a viewer's session needs of its live. */
  final class Viewing implements MediaOwner {
    private final Function<MediaSession, Future<Void>> leaving;

    Viewing(Function<MediaSession, Future<Void>> leaving) {
      this.leaving = leaving;
    }

    @Override
    public Future<Void> rewire(MediaSession session, Peer fresh) {
      return presenter.wired().connectTo(fresh);
    }

    @Override
    public Future<Void> left(MediaSession session) {
      return leaving.apply(session);
    }

    @Override
    public void onConnected(MediaSession session) {
      // Without one, a late viewer sees nothing until the next keyframe comes by itself.
      if (presenter.peer() != null) {
        presenter
            .peer()
            .requestKeyframe()
            .onFailure(error -> log.debug("no keyframe asked for live={}", id));
      }
    }
  }
}
