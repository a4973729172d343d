package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.kurento.object.KurentoError;
import io.castmesh.medianode.kurento.object.ObjectHost;
import io.castmesh.medianode.kurento.object.ObjectType;
import io.castmesh.medianode.kurento.object.Params;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;

/** An endpoint whose other end is a file. Kurento: {@code UriEndpoint}. */
abstract class UriEndpointObject extends ElementObject {
  static final ObjectType TYPE =
      ObjectType.named("UriEndpoint", "core", UriEndpointObject.class)
          .extending(EndpointTypes.ENDPOINT)
          .on("getUri", (o, p) -> o.uri)
          .on("getState", (o, p) -> o.state.name())
          .onAsync("pause", (o, p) -> o.pause())
          .onAsync("stop", (o, p) -> o.stop())
          .events("UriEndpointStateChanged")
          .build();

  /** Kurento's names. */
  enum UriState {
    STOP,
    START,
    PAUSE
  }

  private final String uri;
  private UriState state = UriState.STOP;

  UriEndpointObject(ObjectHost host, ObjectType type, Params params) {
    super(host, type, params);
    this.uri = params.string("uri");
  }

  abstract Future<Void> pause();

  abstract Future<Void> stop();

  final String uri() {
    return uri;
  }

  /** The file that the URI names. */
  final Path file() {
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

  final void enter(UriState newState) {
    state = newState;
    raise("UriEndpointStateChanged", new JsonObject().put("state", newState.name()));
  }
}
