package io.castmesh.standalone.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogRotationTest {
  @TempDir Path folder;

  private final List<String> complaints = new ArrayList<>();

  @Test
  void aRoundThatFailsIsComplainedOfOnceAndTriedAgain() throws IOException {
    // given
    Path logs = folder.resolve("logs");
    LogRotation rotation = new LogRotation(logs, complaints::add);

    // when the folder is away for two rounds
    rotation.look();
    rotation.look();
    Files.createDirectory(logs);
    Path log = logs.resolve("room-1.log");
    Files.write(log, new byte[9 << 20]);
    rotation.look();

    // then
    assertThat(complaints).singleElement().asString().contains("logs are not kept small");
    assertThat(log).isEmptyFile();
    assertThat(logs.resolve("room-1.log.old")).hasSize(9 << 20);
  }

  @Test
  void aLogThatCannotBeCopiedIsEmptiedAllTheSame() throws IOException {
    // given no room for a copy
    Path log = folder.resolve("room-1.log");
    Files.write(log, new byte[9 << 20]);
    Path inTheWay = folder.resolve("room-1.log.old");
    Files.createDirectories(inTheWay.resolve("kept"));

    // when
    new LogRotation(folder, complaints::add).look();
    new LogRotation(folder, complaints::add).look();

    // then
    assertThat(log).isEmptyFile();
  }
}
