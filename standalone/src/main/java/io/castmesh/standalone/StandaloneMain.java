package io.castmesh.standalone;

import io.castmesh.call.CallVerticle;
import io.castmesh.embedded.EmbeddedStores;
import io.castmesh.gateway.GatewayVerticle;
import io.castmesh.media.MediaConfig;
import io.castmesh.media.MediaVerticle;
import io.castmesh.medianode.MediaNode;
import io.castmesh.medianodeservice.MediaNodeMeters;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Launcher;
import io.castmesh.runtime.Launcher.StartException;
import io.castmesh.runtime.Start;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.config.Settings;
import io.castmesh.runtime.life.Lifecycle;
import io.castmesh.runtime.log.Logging;
import io.castmesh.vod.VodVerticle;
import io.vertx.core.Future;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** castmesh in one JVM: the default that a newcomer runs. */
public final class StandaloneMain {
  private StandaloneMain() {}

  public static void main(String[] args) {
    Lifecycle lifecycle = new Lifecycle();
    Start.run(
        lifecycle,
        () -> {
          StandaloneConfig config = StandaloneConfig.read(Settings.load(System.getenv()));
          Logging.configure(config.runtime().logFormat(), config.runtime().logLevel());
          Prerequisites.check(config);
          start(config, lifecycle);
        });
  }

  private static void start(StandaloneConfig config, Lifecycle lifecycle) {
    Optional<EmbeddedStores> own = ownStores(config.runtime(), lifecycle);
    RuntimeConfig runtime =
        own.map(stores -> config.runtime().withStores(stores.mysqlUrl(), stores.redisUrl()))
            .orElse(config.runtime());
    Launcher launcher = Launcher.start("standalone", runtime, lifecycle).endWhenTold();
    own.ifPresent(stores -> dependOn(stores, launcher));
    GatewayVerticle gateway = new GatewayVerticle(launcher.mesh(), config.gateway());
    launcher
        .deploy(
            new RoomVerticle(launcher.mesh(), config.room()),
            new VodVerticle(launcher.mesh(), config.vod()),
            new CallVerticle(launcher.mesh(), config.call()),
            new MediaVerticle(launcher.mesh(), media(config, launcher)))
        .deploy(gateway)
        .ready();
    Logger log = LoggerFactory.getLogger(StandaloneMain.class);
    log.info(
        "ready url={} management=http://{}:{} data={} startMs={}",
        gateway.url(),
        runtime.managementHost(),
        launcher.mesh().management().port(),
        runtime.dataDir(),
        ManagementFactory.getRuntimeMXBean().getUptime());
  }

  /** Our own databases, unless the settings name some. */
  private static Optional<EmbeddedStores> ownStores(RuntimeConfig config, Lifecycle lifecycle) {
    if (!config.mysqlUrl().isEmpty()) {
      return Optional.empty();
    }
    try {
      EmbeddedStores stores = EmbeddedStores.start(config.dataDir());
      lifecycle.onStop(
          "databases",
          () -> {
            try {
              stores.stop();
              return Future.succeededFuture();
            } catch (IOException e) {
              return Future.failedFuture(e);
            }
          });
      return Optional.of(stores);
    } catch (IOException e) {
      throw new StartException(e.getMessage(), e);
    }
  }

  /** Nobody else has them: without one there is no work for this process, nor for another. */
  private static void dependOn(EmbeddedStores stores, Launcher launcher) {
    launcher.mesh().management().require("mysql");
    launcher.mesh().management().require("redis");
    stores.onGivenUp(name -> launcher.startAfresh(name + " does not run"));
  }

  /** The media servers that the settings name, or our own. */
  private static MediaConfig media(StandaloneConfig config, Launcher launcher) {
    if (!config.media().servers().isEmpty()) {
      return config.media();
    }
    MediaNode node =
        Launcher.await(MediaNode.start(launcher.mesh().vertx(), config.mediaNode()), "media node");
    launcher.mesh().lifecycle().onStop("media node", node::close);
    MediaNodeMeters.bind(launcher.mesh().metrics(), node);
    String server =
        "ws://" + config.mediaNode().controlHost() + ":" + node.controlPort() + "/kurento";
    return config.media().withServers(List.of(server));
  }
}
