package io.castmesh.standalone;

import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The databases of one JVM die, as by the system that is short of memory. */
class OwnStoresTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int START_AFRESH = 75;

  @TempDir Path folder;

  @Test
  void aDatabaseThatIsKilledComesBackAndPeopleAreServedAgain() throws Exception {
    try (StandaloneProcess castmesh = StandaloneProcess.start(folder, Map.of())) {
      // given
      castmesh.awaitReady().serves();

      // when
      kill("redis");
      kill("mariadb");

      // then
      eventually("people are served", PATIENCE, castmesh::serves);
      castmesh.awaitReady();
    }
  }

  @Test
  void aDatabaseThatDoesNotComeBackEndsTheProcessToBeStartedAfresh() throws Exception {
    try (StandaloneProcess castmesh = StandaloneProcess.start(folder, Map.of())) {
      // given a database that cannot be started again
      castmesh.awaitReady();
      Files.writeString(
          folder.resolve("data/redis/data/appendonly.aof"), "not what Redis has written");

      // when
      kill("redis");

      // then
      assertThat(castmesh.awaitExit()).as(castmesh.said()).isEqualTo(START_AFRESH);
    }
  }

  private void kill(String database) throws Exception {
    String pid = Files.readString(folder.resolve("data").resolve(database).resolve("pid")).strip();
    ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
  }
}
