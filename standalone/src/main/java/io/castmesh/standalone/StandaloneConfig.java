package io.castmesh.standalone;

import io.castmesh.call.CallConfig;
import io.castmesh.gateway.GatewayConfig;
import io.castmesh.media.MediaConfig;
import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianodeservice.MediaNodeSettings;
import io.castmesh.room.RoomConfig;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.config.Settings;
import io.castmesh.vod.VodConfig;
import java.util.Set;
import java.util.TreeSet;

/** The settings of all services together, and of the media node beside them. */
public record StandaloneConfig(
    RuntimeConfig runtime,
    GatewayConfig gateway,
    RoomConfig room,
    MediaConfig media,
    CallConfig call,
    VodConfig vod,
    MediaNodeConfig mediaNode) {

  /**
   * @throws io.castmesh.runtime.config.ConfigException with every problem
   */
  public static StandaloneConfig read(Settings settings) {
    StandaloneConfig config = declare(settings);
    Set<String> known = new TreeSet<>(RuntimeConfig.launcherKeys());
    settings.declared().forEach(setting -> known.add(setting.key()));
    settings.verify(known);
    return config;
  }

  static StandaloneConfig declare(Settings settings) {
    RuntimeConfig runtime = RuntimeConfig.read(settings);
    GatewayConfig gateway = GatewayConfig.read(settings, runtime);
    return new StandaloneConfig(
        runtime,
        gateway,
        RoomConfig.read(settings),
        MediaConfig.read(settings),
        CallConfig.read(settings),
        VodConfig.read(settings),
        MediaNodeSettings.read(settings, gateway.host(), runtime.recordingsDir()));
  }
}
