package io.castmesh.runtime.cluster;

import io.castmesh.runtime.trace.ClientTracer;
import io.castmesh.runtime.trace.Tracing;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;

/**
 * Makes the Vert.x of a process: on its own, or as a member of the cluster.
 *
 * @param membership null: on its own
 */
public record Clustering(Vertx vertx, Membership membership) {

  /** A peer that is silent for both together is dead (default: 20 s each). */
  private static final int PING_MILLIS = 5_000;

  private static final int PONG_MILLIS = 5_000;
  private static final int CONNECT_MILLIS = 2_000;

  /** A process on its own. */
  public static Clustering alone(PrometheusMeterRegistry registry, Tracing tracing) {
    return new Clustering(builder(registry, tracing, new VertxOptions()).build(), null);
  }

  /**
   * Joins the others, or begins a cluster that they join.
   *
   * @param lite holds no data of the cluster
   */
  public static Future<Clustering> join(
      ClusterConfig config, boolean lite, PrometheusMeterRegistry registry, Tracing tracing) {
    // Its very first words come before its configuration is read.
    System.getProperties().putIfAbsent("hazelcast.logging.type", "slf4j");
    Membership membership = new Membership(config, lite);
    return builder(registry, tracing, new VertxOptions().setEventBusOptions(bus(config)))
        .withClusterManager(membership)
        .buildClustered()
        .map(vertx -> new Clustering(vertx, membership));
  }

  /** This process's id in the cluster; empty on its own. */
  public String member() {
    return membership == null ? "" : membership.getNodeId();
  }

  private static VertxBuilder builder(
      PrometheusMeterRegistry registry, Tracing tracing, VertxOptions options) {
    return Vertx.builder()
        .with(
            options
                // Nothing is read from the class path through Vert.x, which would make a folder of
                // copies for it that a killed process leaves behind.
                .setFileSystemOptions(new FileSystemOptions().setClassPathResolvingEnabled(false))
                .setMetricsOptions(
                    new MicrometerMetricsOptions()
                        .setEnabled(true)
                        // A connection that is accepted while the server is being bound has no
                        // metric
                        // yet, and its request would never be answered.
                        .addDisabledMetricsCategory(MetricsDomain.HTTP_SERVER)))
        .withMetrics(new MicrometerMetricsFactory(registry))
        .withTracer(unused -> new ClientTracer(tracing));
  }

  private static EventBusOptions bus(ClusterConfig config) {
    EventBusOptions options =
        new EventBusOptions()
            .setHost(config.host())
            .setPort(config.busPort())
            .setClusterPingInterval(PING_MILLIS)
            .setClusterPingReplyInterval(PONG_MILLIS)
            .setConnectTimeout(CONNECT_MILLIS)
            .setTcpNoDelay(true);
    ClusterConfig.Tls tls = config.tls();
    if (tls.enabled()) {
      options
          .setSsl(true)
          .setKeyCertOptions(tls.own())
          .setTrustOptions(tls.trusted())
          // Both sides show who they are: without a certificate nobody reads or writes events.
          .setClientAuth(ClientAuth.REQUIRED);
    }
    return options;
  }
}
