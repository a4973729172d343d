package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.engine.ElementStats;
import io.castmesh.medianode.engine.MediaElement;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.kurento.object.KurentoError;
import io.castmesh.medianode.kurento.object.MediaObject;
import io.castmesh.medianode.kurento.object.ObjectHost;
import io.castmesh.medianode.kurento.object.ObjectType;
import io.castmesh.medianode.kurento.object.ObjectType.PropertyKind;
import io.castmesh.medianode.kurento.object.Params;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Something media flows through: what is connected to what, and whether it flows. Directions are
 * the element's: media "flows in" from another element and "flows out" to others, so what a browser
 * sends flows <em>out</em> of its WebRtcEndpoint. Kurento: {@code MediaElement}.
 */
abstract class ElementObject extends MediaObject {
  static final ObjectType TYPE =
      ObjectType.named("MediaElement", "core", ElementObject.class)
          .extending(MediaObject.TYPE)
          .on("connect", ElementObject::connect)
          .on("disconnect", ElementObject::disconnect)
          .on("getSourceConnections", (o, p) -> o.connections(p, o.sources.values().stream()))
          .on("getSinkConnections", (o, p) -> o.connections(p, o.sinks.stream()))
          .on(
              "isMediaFlowingIn",
              (o, p) ->
                  o.flowsIn(flowType(p, "MediaFlowingIn")) && isDefault(p, "sinkMediaDescription"))
          .on(
              "isMediaFlowingOut",
              (o, p) ->
                  o.flowsOut(flowType(p, "MediaFlowingOut"))
                      && isDefault(p, "sourceMediaDescription"))
          .on("isMediaTranscoding", (o, p) -> isTranscoding(flowType(p, "MediaTranscoding")))
          .onAsync("getStats", (o, p) -> o.stats(p.optionalEnum("mediaType", MediaType.class)))
          .on("setAudioFormat", (o, p) -> MediaFormats.checkAudio(p.object("caps")))
          .on("setVideoFormat", (o, p) -> MediaFormats.checkVideo(p.object("caps")))
          .on("getGstreamerDot", (o, p) -> o.dot(GstreamerDotDetails.check(p)))
          .on(
              "dumpGstreamerDot",
              (o, p) -> GstreamerDotDetails.dump(o, o.dot(GstreamerDotDetails.check(p))))
          .property("encoderBitrate", PropertyKind.INTEGER, 300_000, ElementObject::unlessNegative)
          .property("minEncoderBitrate", PropertyKind.INTEGER, 0, ElementObject::unlessNegative)
          .property(
              "maxEncoderBitrate",
              PropertyKind.INTEGER,
              Integer.MAX_VALUE,
              ElementObject::unlessNegative)
          .events(
              "ElementConnected",
              "ElementDisconnected",
              "MediaFlowInStateChanged",
              "MediaFlowOutStateChanged",
              "MediaTranscodingStateChanged")
          .build();

  private final Map<Link.Input, Link> sources = new LinkedHashMap<>();
  private final Set<Link> sinks = new LinkedHashSet<>();

  /** What the engine was last told to let flow into this element. */
  private final Map<MediaType, ElementObject> wired = new EnumMap<>(MediaType.class);

  ElementObject(ObjectHost host, ObjectType type, Params params) {
    super(host, type, pipeline(host, params));
  }

  private static MediaObject pipeline(ObjectHost host, Params params) {
    if (host.objects().find(params.string("mediaPipeline")) instanceof PipelineObject pipeline) {
      return pipeline;
    }
    throw KurentoError.MARSHALL_ERROR.with("'mediaPipeline' parameter should be a MediaPipeline");
  }

  /** What the engine has for this element; empty for one that only passes media on. */
  abstract Optional<MediaElement> engineElement();

  /** Whether media of this type can go into the element at all. */
  boolean takes(MediaType type) {
    return true;
  }

  /** Whether media of this type can come out of the element at all. */
  boolean gives(MediaType type) {
    return true;
  }

  /** Whether media comes into the element from the one it is connected to. */
  abstract boolean flowsIn(MediaType type);

  /** Whether the element has media for those connected to it. */
  abstract boolean flowsOut(MediaType type);

  /** Something upstream changed: connected, disconnected, flowing or not. */
  void onUpstreamChanged(MediaType type) {}

  /** An element upstream has played to its end; others may go on. */
  void onUpstreamEnded(ElementObject source) {}

  private Object connect(Params params) {
    ElementObject sink = sink(params);
    if (sink.parent() != parent()) {
      throw KurentoError.CONNECT_ERROR.with("Media elements do not share pipeline");
    }
    for (MediaType type : types(params)) {
      Link link = link(params, sink, type);
      Link previous = sink.sources.get(link.input());
      if (previous != null) {
        previous.source().unlink(previous);
      }
      sink.sources.put(link.input(), link);
      sinks.add(link);
      sink.rewire(type, new LinkedHashSet<>());
      raise("ElementConnected", link);
    }
    return null;
  }

  private Link link(Params params, ElementObject sink, MediaType type) {
    return new Link(
        this,
        sink,
        type,
        params.optionalString("sourceMediaDescription").orElse(Link.DEFAULT),
        params.optionalString("sinkMediaDescription").orElse(Link.DEFAULT));
  }

  private Object disconnect(Params params) {
    ElementObject sink = sink(params);
    // Told even of what was not connected, as a Kurento server tells it.
    types(params).forEach(type -> unlink(link(params, sink, type)));
    return null;
  }

  private void unlink(Link link) {
    sinks.remove(link);
    link.sink().sources.remove(link.input(), link);
    link.sink().rewire(link.type(), new LinkedHashSet<>());
    raise("ElementDisconnected", link);
  }

  private void raise(String event, Link link) {
    raise(
        event,
        new JsonObject()
            .put("sink", link.sink().id())
            .put("mediaType", link.type().name())
            .put("sourceMediaDescription", link.sourceDescription())
            .put("sinkMediaDescription", link.sinkDescription()));
  }

  /** Makes the engine agree with the connections, through elements that only pass media on. */
  private void rewire(MediaType type, Set<ElementObject> visited) {
    if (!visited.add(this)) {
      return;
    }
    Optional<MediaElement> engine = engineElement();
    Optional<MediaKind> kind = type.kind();
    if (engine.isPresent() && kind.isPresent() && takes(type)) {
      ElementObject before = wired.get(type);
      ElementObject now = origin(type).orElse(null);
      if (before != now) {
        if (before != null) {
          before.engineElement().orElseThrow().disconnect(engine.get(), kind.get());
          wired.remove(type);
        }
        if (now != null) {
          now.engineElement().orElseThrow().connect(engine.get(), kind.get());
          wired.put(type, now);
        }
      }
    }
    onUpstreamChanged(type);
    if (engine.isEmpty()) {
      downstream(type).forEach(sink -> sink.rewire(type, visited));
    }
  }

  /** The nearest element upstream that the engine knows and that may have media; empty without. */
  final Optional<ElementObject> origin(MediaType type) {
    Set<ElementObject> visited = new LinkedHashSet<>();
    ElementObject element = this;
    while (visited.add(element)) {
      Link link = element.sources.get(new Link.Input(type, Link.DEFAULT));
      if (link == null || !link.sourceDescription().equals(Link.DEFAULT)) {
        return Optional.empty();
      }
      element = link.source();
      if (element.engineElement().isPresent()) {
        return element.gives(type) ? Optional.of(element) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Tells those downstream that media started or stopped flowing out of this element. */
  final void announceDownstream(MediaType type) {
    tellDownstream(type, sink -> sink.onUpstreamChanged(type), new LinkedHashSet<>(Set.of(this)));
  }

  /** Tells those downstream that this element has played to its end. */
  final void announceEnd() {
    for (MediaKind kind : MediaKind.values()) {
      tellDownstream(
          MediaType.of(kind),
          sink -> sink.onUpstreamEnded(this),
          new LinkedHashSet<>(Set.of(this)));
    }
  }

  private void tellDownstream(
      MediaType type, Consumer<ElementObject> news, Set<ElementObject> visited) {
    for (ElementObject sink : downstream(type)) {
      if (visited.add(sink)) {
        news.accept(sink);
        if (sink.engineElement().isEmpty()) {
          sink.tellDownstream(type, news, visited);
        }
      }
    }
  }

  private List<ElementObject> downstream(MediaType type) {
    return sinks.stream().filter(l -> l.type() == type && l.carries()).map(Link::sink).toList();
  }

  final void raiseFlow(String event, MediaType type, boolean flowing) {
    raise(
        event,
        new JsonObject()
            .put("mediaType", type.name())
            .put("padName", "default")
            .put("state", flowing ? "FLOWING" : "NOT_FLOWING"));
  }

  @Override
  public void raiseError(String description, int code, String kind) {
    super.raiseError(description, code, kind);
    parent().raiseError(description, code, kind);
  }

  @Override
  protected Future<Void> free() {
    for (Link link : List.copyOf(sinks)) {
      unlink(link);
    }
    for (Link link : List.copyOf(sources.values())) {
      link.source().unlink(link);
    }
    return engineElement()
        .map(element -> host().await(element::release))
        .orElseGet(Future::succeededFuture);
  }

  private String dot(Params ignored) {
    StringBuilder dot = GstreamerDotDetails.begin();
    describe(dot);
    return dot.append("}\n").toString();
  }

  void describe(StringBuilder dot) {
    dot.append("  \"").append(id()).append("\";\n");
    for (Link link : sinks) {
      dot.append("  \"%s\" -> \"%s\" [label=%s];\n".formatted(id(), link.sink().id(), link.type()));
    }
  }

  private ElementObject sink(Params params) {
    if (host().objects().find(params.string("sink")) instanceof ElementObject element) {
      return element;
    }
    throw KurentoError.MARSHALL_ERROR.with("'sink' parameter should be a MediaElement");
  }

  private static List<MediaType> types(Params params) {
    return params
        .optionalEnum("mediaType", MediaType.class)
        .map(List::of)
        .orElse(List.of(MediaType.values()));
  }

  private JsonArray connections(Params params, Stream<Link> links) {
    Optional<MediaType> wanted = params.optionalEnum("mediaType", MediaType.class);
    Optional<String> description = params.optionalString("description");
    JsonArray found = new JsonArray();
    links
        .filter(link -> wanted.isEmpty() || wanted.get() == link.type())
        .filter(link -> description.isEmpty() || link.isDescribedAs(description.get()))
        .forEach(link -> found.add(link.toJson()));
    return found;
  }

  /** Statistics of streams where there are any; else what every element has. */
  Future<?> stats(Optional<MediaType> wanted) {
    Optional<MediaElement> engine = engineElement();
    if (engine.isEmpty()) {
      return Future.succeededFuture(StatsReport.ofElement(id(), takenOf(wanted)));
    }
    Future<ElementStats> stats = host().await(() -> engine.get().stats());
    return stats.map(now -> StatsReport.of(id(), now, takenOf(wanted), wanted));
  }

  private List<MediaType> takenOf(Optional<MediaType> wanted) {
    // Asked for data, a Kurento server answers as if asked for everything.
    return Stream.of(MediaType.AUDIO, MediaType.VIDEO)
        .filter(type -> wanted.isEmpty() || wanted.get() == MediaType.DATA || wanted.get() == type)
        .toList();
  }

  private static Object unlessNegative(ElementObject element, Object value) {
    return (int) value < 0 ? null : value;
  }

  private static MediaType flowType(Params params, String question) {
    MediaType type = params.enumeration("mediaType", MediaType.class);
    if (type == MediaType.DATA) {
      throw KurentoError.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR.with(
          "Media type DATA is not supported for " + question);
    }
    return type;
  }

  /** Never: everything is forwarded as it comes. */
  private static boolean isTranscoding(MediaType ignored) {
    return false;
  }

  private static boolean isDefault(Params params, String description) {
    return params.optionalString(description).orElse(Link.DEFAULT).equals(Link.DEFAULT);
  }
}
