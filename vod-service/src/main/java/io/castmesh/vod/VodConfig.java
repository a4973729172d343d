package io.castmesh.vod;

import io.castmesh.runtime.config.Settings;
import java.time.Duration;

/**
 * The settings of vod-service.
 *
 * @param httpPort of the bytes; 0 takes a free one
 * @param advertisedHost how gateways reach this instance; empty: httpHost
 * @param scanInterval how often the recordings folder is looked through
 */
public record VodConfig(
    String httpHost, int httpPort, String advertisedHost, Duration scanInterval) {

  public static VodConfig read(Settings s) {
    return new VodConfig(
        s.text("vod.http-host", "127.0.0.1", "Where vod-service serves bytes to gateways"),
        s.integer(
            "vod.http-port", 0, 0, 65535, "Port where vod-service serves bytes; 0: a free one"),
        s.ownAddress(
            "vod.advertised-host",
            "",
            "Where gateways reach this vod-service; of a network: its own address in it; unset: vod.http-host"),
        s.seconds(
            "vod.scan-interval",
            10,
            1,
            3600,
            "How often recordings that nobody has told of are looked for"));
  }
}
