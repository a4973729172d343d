package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.engine.MediaElement;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.MediaPlayer;
import io.castmesh.medianode.kurento.object.KurentoError;
import io.castmesh.medianode.kurento.object.KurentoException;
import io.castmesh.medianode.kurento.object.ObjectHost;
import io.castmesh.medianode.kurento.object.ObjectType;
import io.castmesh.medianode.kurento.object.Params;
import io.castmesh.medianode.kurento.object.Values;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Plays a file to those connected. It is never decoded, whatever {@code useEncodedMedia} says; what
 * cannot be played is told by an {@code Error} event after {@code play}, as a Kurento server does.
 * Kurento: {@code PlayerEndpoint}.
 */
final class PlayerEndpointObject extends UriEndpointObject {
  static final ObjectType TYPE =
      ObjectType.named("PlayerEndpoint", "elements", PlayerEndpointObject.class)
          .extending(UriEndpointObject.TYPE)
          .onAsync("play", (o, p) -> o.play())
          .onAsync("getVideoInfo", (o, p) -> o.videoInfo())
          .onAsync("getPosition", (o, p) -> o.position())
          .onAsync("setPosition", (o, p) -> o.setPosition(p.longInteger("position")))
          .on("getElementGstreamerDot", (o, p) -> o.dot())
          .events("EndOfStream")
          .createdBy(PlayerEndpointObject::new);

  /** Null for a URI that is no file. */
  private final MediaPlayer player;

  private final Set<MediaType> flowing = EnumSet.noneOf(MediaType.class);

  private PlayerEndpointObject(ObjectHost host, Params params) {
    super(host, TYPE, params);
    params.optionalBool("useEncodedMedia");
    params.optionalInteger("networkCache");
    this.player =
        playableFile().map(f -> host.engine().createPlayer(id(), f, new Reports())).orElse(null);
  }

  private Optional<Path> playableFile() {
    try {
      return Optional.of(file());
    } catch (KurentoException toldByPlay) {
      return Optional.empty();
    }
  }

  @Override
  Optional<MediaElement> engineElement() {
    return Optional.ofNullable(player);
  }

  @Override
  boolean takes(MediaType type) {
    return false;
  }

  @Override
  boolean flowsIn(MediaType type) {
    return false;
  }

  @Override
  boolean flowsOut(MediaType type) {
    return flowing.contains(type);
  }

  private Future<Void> play() {
    if (player == null) {
      enter(UriState.START);
      raiseError("Invalid URI", 0, "INVALID_URI");
      return Future.succeededFuture();
    }
    return host().await(player::play);
  }

  @Override
  Future<Void> pause() {
    return player == null ? Future.succeededFuture() : host().await(player::pause);
  }

  @Override
  Future<Void> stop() {
    return player == null ? Future.succeededFuture() : host().await(player::stop);
  }

  private Future<JsonObject> videoInfo() {
    Future<MediaPlayer.Info> info =
        player == null ? Future.succeededFuture(MediaPlayer.Info.NONE) : host().await(player::info);
    return info.map(
        found ->
            Values.typed("VideoInfo")
                .put("isSeekable", found.seekable())
                .put("seekableInit", 0)
                .put("seekableEnd", found.durationMillis())
                .put("duration", found.durationMillis()));
  }

  private Future<Long> position() {
    return player == null ? Future.succeededFuture(0L) : host().await(player::position);
  }

  private Future<Void> setPosition(long millis) {
    Future<Boolean> sought =
        player == null ? Future.succeededFuture(false) : host().await(() -> player.seek(millis));
    return sought.map(
        done -> {
          if (!done) {
            throw KurentoError.PLAYER_SEEK_FAIL.with("Seek fails");
          }
          return null;
        });
  }

  private String dot() {
    StringBuilder dot = new StringBuilder("digraph player {\n");
    describe(dot);
    return dot.append("}\n").toString();
  }

  private final class Reports implements MediaPlayer.Listener {
    private void report(Runnable event) {
      host().report(PlayerEndpointObject.this, event);
    }

    @Override
    public void onState(MediaPlayer.State state) {
      report(
          () ->
              enter(
                  switch (state) {
                    case STOPPED -> UriState.STOP;
                    case PLAYING -> UriState.START;
                    case PAUSED -> UriState.PAUSE;
                  }));
    }

    @Override
    public void onEnd() {
      report(
          () -> {
            raise("EndOfStream", new JsonObject());
            announceEnd();
          });
    }

    @Override
    public void onFlow(MediaKind kind, boolean flows) {
      report(
          () -> {
            MediaType type = MediaType.of(kind);
            if (flows ? flowing.add(type) : flowing.remove(type)) {
              raiseFlow("MediaFlowOutStateChanged", type, flows);
              announceDownstream(type);
            }
          });
    }

    @Override
    public void onError(MediaPlayer.Failure failure, String description) {
      report(
          () -> {
            switch (failure) {
              case UNREADABLE -> raiseError("Invalid URI", 0, "INVALID_URI");
              case UNKNOWN_MEDIA -> raiseError("Invalid Media", 0, "INVALID_MEDIA");
            }
          });
    }
  }
}
