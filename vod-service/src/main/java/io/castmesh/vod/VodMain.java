package io.castmesh.vod;

import io.castmesh.runtime.ServiceProcess;

/** vod-service as a process of its own. */
public final class VodMain {
  private VodMain() {}

  public static void main(String[] args) {
    ServiceProcess.run("vod", VodConfig::read, VodVerticle::new);
  }
}
