package io.castmesh.runtime.cluster;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.ExecutorConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import java.util.Map;

/** Hazelcast as this mesh needs it: a membership list, and a way for members to tell each other. */
final class HazelcastConfig {
  private HazelcastConfig() {}

  /** Several of each member, also while this one is busy. */
  private static final int STATEMENTS_AT_MOST = 10_000;

  private static final Map<String, String> PROPERTIES =
      Map.ofEntries(
          Map.entry("hazelcast.logging.type", "slf4j"),
          Map.entry("hazelcast.phone.home.enabled", "false"),
          // Its hook would run beside our drain; Vert.x leaves the cluster at its end.
          Map.entry("hazelcast.shutdownhook.enabled", "false"),
          // A killed process is noticed by its closed connections at once. This is for one that
          // hangs or is cut off: three intervals and a long garbage collection fit in.
          Map.entry("hazelcast.heartbeat.interval.seconds", "2"),
          Map.entry("hazelcast.max.no.heartbeat.seconds", "12"),
          // After a split: how soon, and how often, the halves look for each other.
          Map.entry("hazelcast.merge.first.run.delay.seconds", "5"),
          Map.entry("hazelcast.merge.next.run.delay.seconds", "5"),
          Map.entry("hazelcast.wait.seconds.before.join", "0"),
          Map.entry("hazelcast.socket.connect.timeout.seconds", "2"),
          Map.entry("hazelcast.operation.call.timeout.millis", "10000"),
          // It holds no data.
          Map.entry("hazelcast.partition.count", "31"),
          Map.entry("hazelcast.operation.thread.count", "2"),
          Map.entry("hazelcast.operation.generic.thread.count", "2"),
          Map.entry("hazelcast.io.thread.count", "2"),
          Map.entry("hazelcast.event.thread.count", "2"));

  /**
   * @param lite holds no data, so that its coming and going moves none
   */
  static Config of(ClusterConfig cluster, boolean lite) {
    Config config = new Config();
    config.setClusterName(cluster.name());
    config.setLiteMember(lite);
    PROPERTIES.forEach(config::setProperty);
    // A door for members and nobody else. It is also the one that can wait for a peer: towards a
    // process that hangs, whose system still takes connections, Hazelcast's door for everybody
    // writes without end, and keeps the thread that carries the heartbeats of half the others.
    ServerSocketEndpointConfig door = new ServerSocketEndpointConfig();
    door.setPort(cluster.port()).setPortAutoIncrement(false);
    door.getInterfaces().setEnabled(true).addInterface(cluster.host());
    door.setPublicAddress(cluster.host() + ":" + cluster.port());
    AdvancedNetworkConfig network = config.getAdvancedNetworkConfig();
    network.setEnabled(true).setMemberEndpointConfig(door);
    // Stays bound to its one address: others than the members have no business there.
    config.setProperty("hazelcast.socket.bind.any", "false");
    JoinConfig join = network.getJoin();
    join.getMulticastConfig().setEnabled(false);
    join.getAutoDetectionConfig().setEnabled(false);
    if (cluster.dns().isEmpty()) {
      join.getTcpIpConfig().setEnabled(true).setMembers(cluster.members());
    } else {
      // Looked up with the platform's resolver; nothing of Kubernetes itself is asked.
      join.getKubernetesConfig()
          .setEnabled(true)
          .setProperty("service-dns", cluster.dns())
          .setProperty("service-port", Integer.toString(cluster.port()));
    }
    config.addExecutorConfig(
        new ExecutorConfig(Teller.EXECUTOR, 2)
            .setQueueCapacity(STATEMENTS_AT_MOST)
            .setStatisticsEnabled(false));
    config
        .getSerializationConfig()
        .addDataSerializableFactory(Statement.FACTORY, type -> new Statement.Carrier());
    return config;
  }
}
