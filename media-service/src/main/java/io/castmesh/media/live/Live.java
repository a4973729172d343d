package io.castmesh.media.live;

import io.castmesh.contract.Failure;
import io.castmesh.contract.Media.Publish;
import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.kurento.ReleaseStack;
import io.castmesh.media.recording.Recording;
import io.castmesh.media.registry.LiveRecord;
import io.castmesh.media.registry.MediaKey;
import io.castmesh.media.session.MediaSession;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One live: who presents it, who watches it, and the stage that its media is on. Confined to the
 * event loop.
 */
final class Live {
  private final String id;
  private final String title;
  private final boolean recorded;
  private final Instant startedAt;
  private final MediaSession presenter;
  private final ReleaseStack made;
  private final Map<String, MediaSession> viewers = new HashMap<>();

  /** Those that Redis does not know as they are. */
  private final Set<MediaSession> unwritten = new LinkedHashSet<>();

  /** Those that room-service may not count any more. */
  private final Set<MediaSession> uncounted = new LinkedHashSet<>();

  private Stage stage;
  private int parts;
  private Instant lostAt;
  private boolean known;
  private boolean handedOver;
  private Future<Void> ended;

  /**
   * @param made what is released with the live, when its stage has been
   */
  Live(String id, Publish request, MediaSession presenter, ReleaseStack made) {
    this.id = id;
    this.title = request.title();
    this.recorded = request.record();
    this.startedAt = Instant.now();
    this.presenter = presenter;
    this.made = made;
  }

  /** One that another instance had. */
  Live(LiveRecord record, MediaSession presenter, ReleaseStack made) {
    this.id = record.liveId();
    this.title = record.title();
    this.recorded = record.recorded();
    this.startedAt = record.startedAt();
    this.presenter = presenter;
    this.made = made;
    this.parts = record.parts();
    this.lostAt = record.lostAt();
    this.known = true;
  }

  String id() {
    return id;
  }

  MediaKey key() {
    return MediaKey.live(id);
  }

  MediaSession presenter() {
    return presenter;
  }

  /** Null while its media server is lost. */
  Stage stage() {
    return stage;
  }

  /**
   * Where a viewer is to be connected. Fails with {@code MEDIA_UNAVAILABLE} while the presenter has
   * not come back from a lost media server.
   */
  Stage stageFor() {
    // A peer that is being set up is of no use: with its failure the stage goes, too.
    if (stage == null || presenter.peer() == null) {
      throw Failure.MEDIA_UNAVAILABLE.exception("the presenter is not there yet");
    }
    return stage;
  }

  boolean on(KurentoLink link) {
    return stage != null && stage.link() == link;
  }

  /** Has a stage from now on. */
  void enter(Stage next) {
    stage = next;
  }

  /** What the next recording is of; null: not recorded. */
  Recording.Subject nextRecording() {
    if (!recorded) {
      return null;
    }
    parts++;
    return subject();
  }

  /** What the present recording is of. */
  Recording.Subject subject() {
    return new Recording.Subject(
        io.castmesh.contract.Media.recordingOf(id, parts),
        presenter.caller().user(),
        title,
        presenter.caller().address());
  }

  /** Its media server is lost. */
  Optional<Stage> loseStage() {
    Stage lost = stage;
    stage = null;
    if (lostAt == null) {
      lostAt = Instant.now();
    }
    return Optional.ofNullable(lost);
  }

  /** Null while it has its media. */
  Instant lostAt() {
    return lostAt;
  }

  /** The presenter's media is up. */
  void found() {
    lostAt = null;
  }

  LiveRecord record() {
    return new LiveRecord(
        id,
        title,
        presenter.caller(),
        startedAt,
        recorded,
        presenter.id(),
        parts,
        stage == null ? null : stage.record(),
        lostAt);
  }

  /** Whether others know of it already. */
  boolean known() {
    return known;
  }

  void makeKnown() {
    known = true;
  }

  List<MediaSession> viewers() {
    return new ArrayList<>(viewers.values());
  }

  int audience() {
    return viewers.size();
  }

  void add(MediaSession viewer) {
    viewers.put(viewer.id(), viewer);
  }

  boolean remove(MediaSession viewer) {
    unwritten.remove(viewer);
    uncounted.remove(viewer);
    return viewers.remove(viewer.id(), viewer);
  }

  /** Redis has lost everything: what is not said again before this instance goes is lost. */
  void forgotten() {
    unwritten.addAll(viewers.values());
    viewers.values().stream()
        // Who is being set up is counted when that is done.
        .filter(viewer -> viewer.peer() != null || viewer.lost())
        .forEach(uncounted::add);
  }

  /** A viewer that could not be written down is kept in mind until it has been. */
  void written(MediaSession session, boolean done) {
    if (done) {
      unwritten.remove(session);
    } else if (viewers.containsKey(session.id())) {
      unwritten.add(session);
    }
  }

  List<MediaSession> unwritten() {
    return List.copyOf(unwritten);
  }

  void counted(MediaSession viewer) {
    uncounted.remove(viewer);
  }

  List<MediaSession> uncounted() {
    return List.copyOf(uncounted);
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
  Future<Void> endOnce(Supplier<Future<Void>> how) {
    if (ended == null) {
      // It is over from now on, also for what ending it brings about.
      ended = Future.succeededFuture();
      ended = how.get();
    }
    return ended;
  }

  /** Releases its stage, then everything else. */
  Future<Void> release() {
    Future<Void> left = stage == null ? Future.succeededFuture() : stage.release();
    return left.eventually(made::release);
  }

  /** Whether another instance has it now. */
  boolean handedOver() {
    return handedOver;
  }

  /** Another instance goes on with it: nothing is released. */
  void handOver() {
    handedOver = true;
    ended = Future.succeededFuture();
    if (stage != null) {
      stage.handOver();
    }
  }
}
