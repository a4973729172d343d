package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.engine.MediaElement;
import io.castmesh.medianode.engine.MediaRecorder;
import io.castmesh.medianode.kurento.object.KurentoError;
import io.castmesh.medianode.kurento.object.ObjectHost;
import io.castmesh.medianode.kurento.object.ObjectType;
import io.castmesh.medianode.kurento.object.Params;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Writes what flows in to a WebM, Matroska or MP4 file. Other profiles would need transcoding,
 * which this node does not do. Kurento: {@code RecorderEndpoint}.
 */
final class RecorderEndpointObject extends UriEndpointObject {

  static final ObjectType TYPE =
      ObjectType.named("RecorderEndpoint", "elements", RecorderEndpointObject.class)
          .extending(UriEndpointObject.TYPE)
          .onAsync("record", (o, p) -> o.record())
          .onAsync("stopAndWait", (o, p) -> o.host().await(o.recorder::stop))
          .events("Recording", "Paused", "Stopped")
          .createdBy(RecorderEndpointObject::new);

  /** Kurento's names (MediaProfileSpecType). */
  private static final Set<String> PROFILES =
      Set.of(
          "WEBM",
          "MKV",
          "MP4",
          "WEBM_VIDEO_ONLY",
          "WEBM_AUDIO_ONLY",
          "MKV_VIDEO_ONLY",
          "MKV_AUDIO_ONLY",
          "MP4_VIDEO_ONLY",
          "MP4_AUDIO_ONLY",
          "JPEG_VIDEO_ONLY",
          "KURENTO_SPLIT_RECORDER",
          "FLV");

  private final Set<MediaType> taken;
  private final boolean stopsAtEnd;
  private final MediaRecorder recorder;
  private final Set<MediaType> flowing = EnumSet.noneOf(MediaType.class);
  private final Reports reports = new Reports();

  private RecorderEndpointObject(ObjectHost host, Params params) {
    super(host, TYPE, params);
    String profile =
        params.optionalName("mediaProfile", "MediaProfileSpecType", PROFILES).orElse("WEBM");
    this.stopsAtEnd = params.optionalBool("stopOnEndOfStream").orElse(false);
    this.taken = taken(profile);
    MediaRecorder.Format format =
        profile.startsWith("MP4") ? MediaRecorder.Format.MP4 : MediaRecorder.Format.WEBM;
    this.recorder = recorder(format);
  }

  private MediaRecorder recorder(MediaRecorder.Format format) {
    try {
      return host().engine().createRecorder(id(), file(), format, reports);
    } catch (IllegalArgumentException outside) {
      throw KurentoError.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR.with(
          "URI '" + uri() + "' not supported: " + outside.getMessage());
    }
  }

  private Future<Void> record() {
    return host()
        .await(recorder::record)
        .recover(cause -> Future.failedFuture(recordingError(cause)));
  }

  private static Throwable recordingError(Throwable cause) {
    if (cause instanceof IOException) {
      return KurentoError.UNEXPECTED_ERROR.with("The file cannot be written: " + cause);
    }
    if (cause instanceof IllegalStateException) {
      return KurentoError.MEDIA_OBJECT_OPERATION_NOT_SUPPORTED.with(
          "The recording is finished: another one needs another recorder");
    }
    return cause;
  }

  private static Set<MediaType> taken(String profile) {
    return switch (profile) {
      case "WEBM", "MKV", "MP4" -> EnumSet.of(MediaType.AUDIO, MediaType.VIDEO);
      case "WEBM_VIDEO_ONLY", "MKV_VIDEO_ONLY", "MP4_VIDEO_ONLY" -> EnumSet.of(MediaType.VIDEO);
      case "WEBM_AUDIO_ONLY", "MKV_AUDIO_ONLY", "MP4_AUDIO_ONLY" -> EnumSet.of(MediaType.AUDIO);
      default ->
          throw KurentoError.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR.with(
              "Media profile '" + profile + "' not supported");
    };
  }

  @Override
  Future<Void> pause() {
    return host().await(recorder::pause);
  }

  @Override
  Future<Void> stop() {
    return host().await(recorder::stop);
  }

  @Override
  Optional<MediaElement> engineElement() {
    return Optional.of(recorder);
  }

  @Override
  boolean takes(MediaType type) {
    return taken.contains(type);
  }

  @Override
  boolean gives(MediaType type) {
    return false;
  }

  @Override
  boolean flowsIn(MediaType type) {
    return takes(type) && origin(type).map(source -> source.flowsOut(type)).orElse(false);
  }

  @Override
  boolean flowsOut(MediaType type) {
    return false;
  }

  @Override
  void onUpstreamChanged(MediaType type) {
    boolean now = flowsIn(type);
    if (now ? flowing.add(type) : flowing.remove(type)) {
      raiseFlow("MediaFlowInStateChanged", type, now);
    }
  }

  /** What still flows in from another element is recorded on. */
  @Override
  void onUpstreamEnded(ElementObject source) {
    if (stopsAtEnd
        && taken.stream()
            .filter(this::flowsIn)
            .flatMap(type -> origin(type).stream())
            .allMatch(source::equals)) {
      stop().onFailure(cause -> reports.onError("not finished: " + cause.getMessage()));
    }
  }

  private final class Reports implements MediaRecorder.Listener {
    @Override
    public void onState(MediaRecorder.State newState) {
      host()
          .report(
              RecorderEndpointObject.this,
              () -> {
                switch (newState) {
                  case STOPPED -> changed("Stopped", UriState.STOP);
                  case RECORDING -> changed("Recording", UriState.START);
                  case PAUSED -> changed("Paused", UriState.PAUSE);
                }
              });
    }

    private void changed(String event, UriState state) {
      raise(event, new JsonObject());
      enter(state);
    }

    @Override
    public void onWarning(String description) {
      onError(description);
    }

    @Override
    public void onError(String description) {
      host()
          .report(
              RecorderEndpointObject.this,
              () ->
                  raiseError(
                      description,
                      KurentoError.UNEXPECTED_ERROR.code(),
                      "UNEXPECTED_ELEMENT_ERROR"));
    }
  }
}
