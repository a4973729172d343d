package io.castmesh.gateway;

import io.castmesh.runtime.ServiceProcess;
import io.castmesh.runtime.config.RuntimeConfig;

/** The gateway as a process of its own. */
public final class GatewayMain {
  private GatewayMain() {}

  public static void main(String[] args) {
    ServiceProcess.run(
        "gateway",
        settings -> GatewayConfig.read(settings, RuntimeConfig.read(settings)),
        GatewayVerticle::new);
  }
}
