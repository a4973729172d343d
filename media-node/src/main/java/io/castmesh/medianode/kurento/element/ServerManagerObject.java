package io.castmesh.medianode.kurento.element;

import com.sun.management.OperatingSystemMXBean;
import io.castmesh.medianode.kurento.object.KurentoError;
import io.castmesh.medianode.kurento.object.MediaObject;
import io.castmesh.medianode.kurento.object.ObjectHost;
import io.castmesh.medianode.kurento.object.ObjectType;
import io.castmesh.medianode.kurento.object.Values;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The node itself: what it is, what lives on it. Kurento: {@code ServerManager}. */
public final class ServerManagerObject extends MediaObject {
  public static final String ID = "manager_ServerManager";

  /** The protocol that this node speaks is that server's; the rest says who really answers. */
  private static final String VERSION = "7.3.0-castmesh";

  /**
   * Kurento's JavaScript client connects to no server that lacks one of these, whatever it is going
   * to ask for: there is nothing in filters.
   */
  private static final List<String> MODULES = List.of("core", "elements", "filters");

  private static final int MAX_CPU_INTERVAL_MILLIS = 10_000;

  public static final ObjectType TYPE =
      ObjectType.named("ServerManager", "core", ServerManagerObject.class)
          .extending(MediaObject.TYPE)
          .on("getInfo", (o, p) -> o.info())
          .on("getPipelines", (o, p) -> o.pipelines())
          .on("getSessions", (o, p) -> new JsonArray(List.copyOf(o.host().objects().sessionIds())))
          .on("getMetadata", (o, p) -> "")
          .on("getKmd", (o, p) -> moduleDescription(p.string("moduleName")))
          .on("getCpuCount", (o, p) -> Runtime.getRuntime().availableProcessors())
          .on("getUsedMemory", (o, p) -> usedMemoryKib())
          .onAsync("getUsedCpu", (o, p) -> o.usedCpu(p.integer("interval")))
          .events("ObjectCreated", "ObjectDestroyed")
          .build();

  private final String startedAt =
      DateTimeFormatter.ofPattern("MMM dd yyyy HH:mm:ss", Locale.ROOT)
          .format(ZonedDateTime.now(ZoneOffset.UTC));

  public ServerManagerObject(ObjectHost host) {
    super(host, TYPE, null, ID);
  }

  /** Tells subscribers that an object came or went; these two events carry no type of their own. */
  public void announce(String event, MediaObject object) {
    String key = event.equals("ObjectCreated") ? "object" : "objectId";
    raisePlain(event, new JsonObject().put(key, object.id()));
  }

  private JsonObject info() {
    JsonArray modules = new JsonArray();
    for (String module : MODULES) {
      JsonArray factories = new JsonArray();
      ObjectTypes.creatable(module).forEach(type -> factories.add(type.name()));
      modules.add(
          Values.typed("ModuleInfo")
              .put("name", module)
              .put("version", VERSION)
              .put("generationTime", startedAt)
              .put("factories", factories));
    }
    return Values.typed("ServerInfo")
        .put("type", "KMS")
        .put("version", VERSION)
        .put("capabilities", new JsonArray().add("transactions"))
        .put("modules", modules);
  }

  /** Lists pipelines. Unlike a Kurento server's, this list takes no references on anything. */
  private JsonArray pipelines() {
    JsonArray ids = new JsonArray();
    host().objects().all().filter(PipelineObject.class::isInstance).forEach(o -> ids.add(o.id()));
    return ids;
  }

  private static String moduleDescription(String module) {
    List<ObjectType> types = ObjectTypes.all(module);
    if (!MODULES.contains(module)) {
      throw KurentoError.UNDEFINED.with("Requested kmd module doesn't exist");
    }
    JsonArray classes = new JsonArray();
    for (ObjectType type : types) {
      JsonArray methods = new JsonArray();
      type.ownOperations().stream().sorted().forEach(o -> methods.add(named(o)));
      JsonArray events = new JsonArray();
      type.ownEvents().stream().sorted().forEach(events::add);
      JsonObject description =
          named(type.name())
              .put("abstract", type.factory().isEmpty())
              .put("methods", methods)
              .put("events", events);
      type.parent().ifPresent(parent -> description.put("extends", parent.name()));
      classes.add(description);
    }
    return named(module)
        .put("version", VERSION)
        .put("kurentoVersion", VERSION)
        .put("remoteClasses", classes)
        .encode();
  }

  private static JsonObject named(String name) {
    return new JsonObject().put("name", name);
  }

  private static long usedMemoryKib() {
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) / 1024;
  }

  /** Percent of all processors that this process used during the interval. */
  private Future<Double> usedCpu(int intervalMillis) {
    if (intervalMillis <= 0) {
      return Future.succeededFuture(); // not a number, for a Kurento server
    }
    if (intervalMillis > MAX_CPU_INTERVAL_MILLIS) {
      throw KurentoError.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR.with(
          "'interval' must not be above " + MAX_CPU_INTERVAL_MILLIS);
    }
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpuBefore = system.getProcessCpuTime();
    long before = System.nanoTime();
    return host()
        .loop()
        .owner()
        .timer(intervalMillis, TimeUnit.MILLISECONDS)
        .map(
            ignored ->
                100.0
                    * (system.getProcessCpuTime() - cpuBefore)
                    / Math.max(1, System.nanoTime() - before)
                    / Runtime.getRuntime().availableProcessors());
  }
}
