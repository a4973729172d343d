package io.castmesh.standalone.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;

/**
 * How a process is doing beside its state.
 *
 * @param memoryBytes resident; -1: not known
 * @param carries such as {@code 3 sessions}; empty: nothing, or it does not answer
 */
record Vitals(long memoryBytes, String carries) {

  /** Asks all of them at once; takes as long as the slowest, at most some seconds. */
  static Map<String, Vitals> sample(List<Supervised> processes, ExecutorService workers) {
    Map<String, CompletableFuture<Vitals>> asked = new LinkedHashMap<>();
    for (Supervised process : processes) {
      asked.put(process.spec().name(), CompletableFuture.supplyAsync(() -> of(process), workers));
    }
    Map<String, Vitals> vitals = new LinkedHashMap<>();
    asked.forEach((name, answer) -> vitals.put(name, answer.join()));
    return vitals;
  }

  private static Vitals of(Supervised process) {
    Supervised.Status status = process.status();
    boolean answers =
        status.state() == Supervised.State.READY || status.state() == Supervised.State.DRAINING;
    return new Vitals(
        status.pid() == 0 ? -1 : resident(status.pid()),
        answers && !process.spec().carries().isEmpty() ? carries(process.spec()) : "");
  }

  private static String carries(ProcessSpec spec) {
    Map<String, Double> metrics = spec.health().metrics();
    List<String> words = new ArrayList<>();
    spec.carries()
        .forEach(
            (metric, word) -> {
              long value = Math.round(metrics.getOrDefault(metric, 0.0));
              if (value != 0) {
                words.add(value + " " + word);
              }
            });
    return String.join(", ", words);
  }

  /** As Linux tells it; other systems do not. */
  private static long resident(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
    } catch (IOException | NumberFormatException gone) {
      // told as not known
    }
    return -1;
  }
}
