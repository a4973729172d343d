package io.castmesh.testing;

import io.castmesh.runtime.Launcher;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.life.Lifecycle;
import io.vertx.core.VerticleBase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Several members of a real cluster inside one JVM: each has its own Vert.x, its own Hazelcast
 * member and its own connections, as if it were a process.
 *
 * <p>Blocking; belongs on the test's thread.
 */
public final class TestCluster implements AutoCloseable {
  private static final Duration STOP = Duration.ofSeconds(60);

  private final TestMesh test;
  private final Map<Mesh, Launcher> members = new LinkedHashMap<>();
  private String first;

  TestCluster(TestMesh test) {
    this.test = test;
  }

  /** A further member; answers when it is known to all others. */
  public Mesh join(String service) {
    return join(service, Map.of());
  }

  /**
   * @param more settings of this member
   */
  public Mesh join(String service, Map<String, String> more) {
    Mesh mesh = start(service, more);
    Eventually.eventually(
        "all members know each other",
        () -> {
          for (Mesh one : members.keySet()) {
            if (one.peers().nodes().size() != members.size()) {
              throw new AssertionError(one.node() + " knows " + one.peers().nodes());
            }
          }
        });
    return mesh;
  }

  /** A further member, without waiting for anybody to know it. */
  public Mesh start(String service, Map<String, String> more) {
    int port = freePort();
    String address = "127.0.0.1:" + port;
    if (first == null) {
      first = address;
    }
    Map<String, String> settings = new HashMap<>();
    settings.put("CASTMESH_CLUSTER_PORT", Integer.toString(port));
    settings.put("CASTMESH_CLUSTER_MEMBERS", first);
    settings.put("CASTMESH_CLUSTER_NAME", test.dataDir().getFileName().toString());
    settings.putAll(more);
    RuntimeConfig config = RuntimeConfig.read(test.settings(settings));
    Launcher launcher = Launcher.join(service, config, new Lifecycle(), service.equals("gateway"));
    members.put(launcher.mesh(), launcher);
    return launcher.mesh();
  }

  /** Deploys a service on a member and waits until it is ready. */
  public void deploy(Mesh member, VerticleBase verticle) {
    members.get(member).deploy(verticle);
  }

  /** The member takes part like a process that has started; it drains when it leaves. */
  public void ready(Mesh member) {
    members.get(member).ready();
  }

  /** As by SIGTERM. */
  public void leave(Mesh member) {
    members.remove(member);
    if (!member.lifecycle().drain(STOP)) {
      throw new AssertionError(member.node() + " did not leave in order: see log");
    }
  }

  @Override
  public void close() {
    List.copyOf(members.keySet()).forEach(this::leave);
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
