package io.castmesh.testing;

import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.runtime.Mesh;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A process that hangs (stopped, out of memory, on a frozen machine) still takes connections: its
 * system does that for it. It only never says a word.
 */
@ExtendWith(TestMesh.class)
class HangingMemberTest {
  /** Hazelcast's threads that carry what members say to each other, heartbeats among it. */
  private static final String CARRIERS = ".IO.thread-";

  @Test
  void takesNothingFromTheOthers(TestMesh test) throws Exception {
    takesNothing(test, Map.of());
  }

  @Test
  void takesNothingFromTheOthersWithTls(TestMesh test) throws Exception {
    takesNothing(test, ClusterTlsTest.identity(test.dataDir().resolve("ours")));
  }

  private static void takesNothing(TestMesh test, Map<String, String> identity) throws Exception {
    int port = Tap.freePort();
    try (TestCluster cluster = test.cluster();
        ServerSocket hanging = new ServerSocket()) {
      // given: it had been there
      Map<String, String> settings = new HashMap<>(identity);
      settings.put("CASTMESH_CLUSTER_MEMBERS", "127.0.0.1:" + port);
      Mesh member = cluster.start("one", settings);
      hanging.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));

      // when: it is looked for again and again, as after a split
      hanging.setSoTimeout(30_000);
      try (Socket connection = hanging.accept()) {
        assertThat(connection.isConnected()).isTrue();
        TimeUnit.SECONDS.sleep(1); // for a second word, which waits for an answer to the first

        // then: nobody writes to it without end
        eventually(
            "nobody writes without end",
            () -> {
              long before = carried();
              TimeUnit.SECONDS.sleep(1);
              assertThat(Duration.ofNanos(carried() - before)).isLessThan(Duration.ofMillis(100));
            });
        assertThat(member.peers().isAlive(member.node())).isTrue();
      }
    }
  }

  @Test
  void keepsNobodyFromStarting(TestMesh test) throws Exception {
    try (TestCluster cluster = test.cluster();
        ServerSocket hanging = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      // when: a member starts that knows of nobody else
      Mesh member =
          cluster.start(
              "one", Map.of("CASTMESH_CLUSTER_MEMBERS", "127.0.0.1:" + hanging.getLocalPort()));

      // then: it is up, a cluster of its own
      assertThat(member.peers().isAlive(member.node())).isTrue();
    }
  }

  /** Time that the carriers have computed so far, in nanoseconds. */
  private static long carried() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(thread -> thread != null && thread.getThreadName().contains(CARRIERS))
        .mapToLong(thread -> Math.max(0, threads.getThreadCpuTime(thread.getThreadId())))
        .sum();
  }
}
