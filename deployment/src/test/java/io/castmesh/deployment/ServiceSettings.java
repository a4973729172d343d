package io.castmesh.deployment;

import io.castmesh.call.CallConfig;
import io.castmesh.gateway.GatewayConfig;
import io.castmesh.media.MediaConfig;
import io.castmesh.medianodeservice.MediaNodeSettings;
import io.castmesh.room.RoomConfig;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.config.Settings;
import io.castmesh.vod.VodConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Reads the variables of a container as the process in it would; what is wrong is thrown. */
final class ServiceSettings {
  private static final String ADDRESS = "127.0.0.1";

  private ServiceSettings() {}

  /**
   * @param secrets a folder that holds, by their names, the files that the container is given
   * @return what every service has
   */
  static RuntimeConfig read(String service, Map<String, String> environment, Path secrets) {
    Map<String, String> here = new HashMap<>(environment);
    here.replaceAll(
        (name, text) ->
            text.startsWith("/run/secrets/")
                ? secrets.resolve(text.substring(text.lastIndexOf('/') + 1)).toString()
                : text);
    // The address is the container's own: here it is this machine's.
    here.computeIfPresent("CASTMESH_CLUSTER_HOST", (name, text) -> ADDRESS);
    here.computeIfPresent("CASTMESH_VOD_ADVERTISED_HOST", (name, text) -> ADDRESS);
    Settings settings = Settings.load(here);
    RuntimeConfig runtime = RuntimeConfig.read(settings);
    switch (service) {
      case "gateway" -> GatewayConfig.read(settings, runtime);
      case "room" -> RoomConfig.read(settings);
      case "media" -> {
        if (MediaConfig.read(settings).servers().isEmpty()) {
          settings.problem("kurento.urls: must be set for a service of its own");
        }
      }
      case "call" -> CallConfig.read(settings);
      case "vod" -> VodConfig.read(settings);
      case "media-node" -> {
        settings.text("http.host", ADDRESS, "Where the gateway listens");
        MediaNodeSettings.read(settings, ADDRESS, runtime.recordingsDir());
      }
      default -> throw new IllegalArgumentException(service);
    }
    if (!service.equals("media-node")) {
      required(settings, runtime);
    }
    settings.verifyOneService();
    return runtime;
  }

  private static void required(Settings settings, RuntimeConfig runtime) {
    if (runtime.mysqlUrl().isEmpty() || runtime.redisUrl().isEmpty()) {
      settings.problem("mysql.url, redis.url: must be set for a service of its own");
    }
    if (!runtime.cluster().enabled() || runtime.cluster().dns().isEmpty()) {
      settings.problem("cluster.dns: must be set for a service among others");
    }
  }
}
