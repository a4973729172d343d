package io.castmesh.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.runtime.config.ConfigException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot start says why in one sentence, and ends. */
class StartTest {
  private static final int FAILED = 1;

  @TempDir Path folder;

  @Test
  void oneStoreWithoutTheOtherIsAProblemOfTheSettings() throws Exception {
    assertThat(start(Map.of("CASTMESH_MYSQL_URL", "mysql://me:p4ss@127.0.0.1/castmesh")))
        .isEqualTo(
            ConfigException.EXIT_CODE
                + " set both CASTMESH_MYSQL_URL and CASTMESH_REDIS_URL, or none\n");
  }

  @Test
  void aPasswordThatIsNotWrittenAsInAnAddressIsNotRepeated() throws Exception {
    assertThat(start(Map.of("CASTMESH_REDIS_URL", "redis://:p4#ss@127.0.0.1:6379")))
        .startsWith(ConfigException.EXIT_CODE + " redis.url: ")
        .doesNotContain("p4", "Exception");
  }

  @Test
  void aPortThatCannotBeOpenedIsToldFromOneThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(start(Map.of("CASTMESH_HTTP_PORT", Integer.toString(taken.getLocalPort()))))
          .startsWith(FAILED + " castmesh: port " + taken.getLocalPort())
          .contains("is taken; choose another one with CASTMESH_HTTP_PORT");
    }
    // An address of documentation (RFC 5737): no machine has it.
    assertThat(start(Map.of("CASTMESH_HTTP_HOST", "192.0.2.1")))
        .startsWith(FAILED + " castmesh: port ")
        .contains("is that an address of this machine?")
        .doesNotContain("taken");
  }

  private String start(Map<String, String> settings) throws Exception {
    try (StandaloneProcess castmesh = StandaloneProcess.start(folder, settings)) {
      return castmesh.awaitExit() + " " + castmesh.said();
    }
  }
}
