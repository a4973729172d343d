package io.castmesh.media;

import io.castmesh.runtime.ServiceProcess;

/** media-service as a process of its own. */
public final class MediaMain {
  private MediaMain() {}

  public static void main(String[] args) {
    ServiceProcess.run(
        "media",
        settings -> {
          MediaConfig config = MediaConfig.read(settings);
          if (config.servers().isEmpty()) {
            settings.problem("CASTMESH_KURENTO_URLS: must be set for a service of its own");
          }
          return config;
        },
        MediaVerticle::new);
  }
}
