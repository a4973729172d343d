package io.castmesh.standalone;

import io.castmesh.call.CallConfig;
import io.castmesh.gateway.GatewayConfig;
import io.castmesh.media.MediaConfig;
import io.castmesh.medianode.MediaNodeConfig;
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
        mediaNode(settings, gateway.host()));
  }

  /**
   * @param otherwise where media is received unless that is set
   */
  static MediaNodeConfig mediaNode(Settings s, String otherwise) {
    String host =
        s.text(
            "media-node.host",
            "",
            "Where the media node receives media; 0.0.0.0: everywhere; unset: http.host");
    return new MediaNodeConfig(
        s.text(
            "media-node.control-host",
            "127.0.0.1",
            "Where the media node speaks Kurento's protocol"),
        s.integer("media-node.control-port", 0, 0, 65535, "Port of that protocol; 0: a free one"),
        host.isEmpty() ? otherwise : host,
        s.integer("media-node.port", 0, 0, 65535, "UDP port of all media; 0: a free one"),
        s.list(
            "media-node.announced-addresses",
            "IP addresses told to browsers; unset: media-node.host, or all of this machine"));
  }
}
