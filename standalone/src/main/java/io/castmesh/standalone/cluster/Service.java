package io.castmesh.standalone.cluster;

import io.castmesh.call.CallMain;
import io.castmesh.gateway.GatewayMain;
import io.castmesh.media.MediaMain;
import io.castmesh.medianodeservice.MediaNodeMain;
import io.castmesh.room.RoomMain;
import io.castmesh.vod.VodMain;
import java.util.List;

/** What of ours runs as processes of its own, in the order in which they are started. */
enum Service {
  MEDIA_NODE("media-node", "--media-nodes", 1, MediaNodeMain.class, 384, Compiler.FULL),
  ROOM("room", "--room", 2, RoomMain.class, 128, Compiler.QUICK),
  MEDIA("media", "--media", 2, MediaMain.class, 192, Compiler.QUICK),
  CALL("call", "--call", 2, CallMain.class, 128, Compiler.QUICK),
  VOD("vod", "--vod", 2, VodMain.class, 128, Compiler.QUICK),
  GATEWAY("gateway", "--gateways", 2, GatewayMain.class, 256, Compiler.FULL);

  /** How much work the JVM puts into fast code: a process that starts often needs little. */
  private enum Compiler {
    QUICK("-XX:TieredStopAtLevel=1"),
    FULL("-XX:+TieredCompilation");

    private final String option;

    Compiler(String option) {
      this.option = option;
    }
  }

  private final String label;
  private final String option;
  private final int usual;
  private final Class<?> main;
  private final int heapMegabytes;
  private final Compiler compiler;

  Service(
      String label, String option, int usual, Class<?> main, int heapMegabytes, Compiler compiler) {
    this.label = label;
    this.option = option;
    this.usual = usual;
    this.main = main;
    this.heapMegabytes = heapMegabytes;
    this.compiler = compiler;
  }

  /** As in the names of its processes. */
  String label() {
    return label;
  }

  int usual() {
    return usual;
  }

  String mainClass() {
    return main.getName();
  }

  /** Joins the bus of the others. */
  boolean clustered() {
    return this != MEDIA_NODE;
  }

  List<String> javaOptions() {
    return List.of(
        "-Xms16m",
        "-Xmx" + heapMegabytes + "m",
        // Two dozen processes share this machine: no collector threads for each core.
        "-XX:+UseSerialGC",
        compiler.option,
        "-XX:+ExitOnOutOfMemoryError",
        "-Dfile.encoding=UTF-8");
  }

  static Service ofOption(String option) {
    for (Service service : values()) {
      if (service.option.equals(option)) {
        return service;
      }
    }
    return null;
  }
}
