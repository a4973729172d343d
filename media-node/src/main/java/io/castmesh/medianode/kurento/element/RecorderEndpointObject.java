package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.engine.MediaElement;
import io.castmesh.medianode.engine.MediaRecorder;
import io.castmesh.medianode.kurento.object.KurentoError;
import io.castmesh.medianode.kurento.object.ObjectHost;
import io.castmesh.medianode.kurento.object.ObjectType;
import io.castmesh.medianode.kurento.object.Params;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Writes what flows in to a WebM file. Other profiles would need transcoding, which this node does
 * not do. Kurento: {@code RecorderEndpoint}.
 */
final class RecorderEndpointObject extends ElementObject {

  /** Operations that Kurento gives to every endpoint with a URI. */
  static final ObjectType URI_ENDPOINT =
      ObjectType.named("UriEndpoint", "core", RecorderEndpointObject.class)
          .extending(EndpointTypes.ENDPOINT)
          .on("getUri", (o, p) -> o.uri)
          .on("getState", (o, p) -> o.uriState())
          .onAsync("pause", (o, p) -> o.host().await(o.recorder::pause))
          .onAsync("stop", (o, p) -> o.host().await(o.recorder::stop))
          .events("UriEndpointStateChanged")
          .build();

  static final ObjectType TYPE =
      ObjectType.named("RecorderEndpoint", "elements", RecorderEndpointObject.class)
          .extending(URI_ENDPOINT)
          .onAsync("record", (o, p) -> o.host().await(o.recorder::record))
          .onAsync("stopAndWait", (o, p) -> o.host().await(o.recorder::stop))
          .events("Recording", "Paused", "Stopped")
          .createdBy(RecorderEndpointObject::new);

  private final String uri;
  private final Set<MediaType> taken;
  private final MediaRecorder recorder;
  private final Set<MediaType> flowing = EnumSet.noneOf(MediaType.class);
  private MediaRecorder.State state = MediaRecorder.State.STOPPED;

  private RecorderEndpointObject(ObjectHost host, Params params) {
    super(host, TYPE, params);
    this.uri = params.string("uri");
    this.taken = taken(params.optionalString("mediaProfile").orElse("WEBM"));
    this.recorder = host.engine().createRecorder(id(), file(uri), new Reports());
  }

  private static Set<MediaType> taken(String profile) {
    return switch (profile) {
      case "WEBM" -> EnumSet.of(MediaType.AUDIO, MediaType.VIDEO);
      case "WEBM_VIDEO_ONLY" -> EnumSet.of(MediaType.VIDEO);
      case "WEBM_AUDIO_ONLY" -> EnumSet.of(MediaType.AUDIO);
      default ->
          throw KurentoError.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR.with(
              "Media profile '" + profile + "' not supported");
    };
  }

  private static Path file(String uri) {
    try {
      URI parsed = URI.create(uri);
      if ("file".equals(parsed.getScheme())) {
        return Path.of(parsed);
      }
    } catch (IllegalArgumentException unreadable) {
      throw KurentoError.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR.with("Invalid URI '" + uri + "'");
    }
    throw KurentoError.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR.with(
        "URI '" + uri + "' not supported: only file:// is");
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

  private String uriState() {
    return switch (state) {
      case STOPPED -> "STOP";
      case RECORDING -> "START";
      case PAUSED -> "PAUSE";
    };
  }

  private final class Reports implements MediaRecorder.Listener {
    @Override
    public void onState(MediaRecorder.State newState) {
      host()
          .report(
              RecorderEndpointObject.this,
              () -> {
                state = newState;
                raise(
                    switch (newState) {
                      case STOPPED -> "Stopped";
                      case RECORDING -> "Recording";
                      case PAUSED -> "Paused";
                    },
                    new JsonObject());
                raise("UriEndpointStateChanged", new JsonObject().put("state", uriState()));
              });
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
