package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.kurento.object.KurentoError;
import io.castmesh.medianode.kurento.object.MediaObject;
import io.castmesh.medianode.kurento.object.ObjectType;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The types of this node: to add one, write its class and add its line here. */
public final class ObjectTypes {
  private static final List<ObjectType> CREATABLE =
      List.of(
          PipelineObject.TYPE,
          PassThroughObject.TYPE,
          PlayerEndpointObject.TYPE,
          RecorderEndpointObject.TYPE,
          RtpEndpointObject.TYPE,
          WebRtcEndpointObject.TYPE);

  private static final List<ObjectType> ABSTRACT =
      List.of(
          MediaObject.TYPE,
          ServerManagerObject.TYPE,
          ElementObject.TYPE,
          EndpointTypes.ENDPOINT,
          EndpointTypes.SESSION_ENDPOINT,
          EndpointTypes.SDP_ENDPOINT,
          EndpointTypes.BASE_RTP_ENDPOINT,
          UriEndpointObject.TYPE);

  private static final Map<String, ObjectType> BY_NAME =
      CREATABLE.stream().collect(Collectors.toMap(ObjectType::name, Function.identity()));

  private ObjectTypes() {}

  /**
   * @param name "WebRtcEndpoint" or "kurento.WebRtcEndpoint"
   */
  public static ObjectType.Factory factory(String name) {
    String simple = name.startsWith("kurento.") ? name.substring("kurento.".length()) : name;
    ObjectType type = BY_NAME.get(simple);
    if (type == null) {
      throw KurentoError.MEDIA_OBJECT_NOT_AVAILABLE.with("Factory '" + name + "' not found");
    }
    return type.factory().orElseThrow();
  }

  /** Types of a module that clients can create. */
  static List<ObjectType> creatable(String module) {
    return CREATABLE.stream().filter(type -> type.module().equals(module)).toList();
  }

  /** Every type of a module. */
  static List<ObjectType> all(String module) {
    return Stream.of(ABSTRACT, CREATABLE)
        .flatMap(List::stream)
        .filter(type -> type.module().equals(module))
        .toList();
  }
}
