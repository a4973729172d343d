package io.castmesh.standalone.cluster;

import java.nio.file.Path;
import java.time.Duration;

/** A supervisor of one process, whose id it prints, until it is killed. */
public final class SupervisedMain {
  private SupervisedMain() {}

  public static void main(String[] args) throws Exception {
    Supervised process =
        new Supervised(
            TestProcesses.shell(Path.of(args[0]), "room-1", "room", "sleep 1000"),
            (spec, status) -> {});
    process.start();
    process.awaitReady(Duration.ofSeconds(20), 1);
    System.out.println(process.status().pid());
    Thread.currentThread().join();
  }
}
