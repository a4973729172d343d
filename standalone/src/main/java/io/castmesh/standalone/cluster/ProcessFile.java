package io.castmesh.standalone.cluster;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** {@code processes.json}: who runs where, for programs; replaced in one step at each change. */
final class ProcessFile {
  private final Path file;
  private final String url;

  private final Consumer<String> complain;

  // Guarded by this.
  private boolean complained;

  /**
   * @param complain told once when the file cannot be written, until it can again
   */
  ProcessFile(Path dataDir, String url, Consumer<String> complain) {
    this.file = dataDir.resolve("processes.json");
    this.url = url;
    this.complain = complain;
  }

  /** A full disk makes the file old; the processes are looked after all the same. */
  synchronized void write(List<Supervised> processes) {
    try {
      Path next = file.resolveSibling("processes.json.next");
      Files.writeString(next, text(processes));
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      complained = false;
    } catch (IOException e) {
      if (!complained) {
        complained = true;
        complain.accept("cannot write " + file + ": " + e.getMessage());
      }
    }
  }

  String text(List<Supervised> processes) {
    JsonArray array = new JsonArray();
    for (Supervised process : processes) {
      ProcessSpec spec = process.spec();
      Supervised.Status status = process.status();
      JsonObject entry =
          new JsonObject()
              .put("name", spec.name())
              .put("service", spec.service())
              .put("pid", status.pid() == 0 ? null : status.pid())
              .put("state", status.state().name().toLowerCase(Locale.ROOT))
              .put("host", spec.host())
              .put("ports", new JsonObject(new java.util.TreeMap<String, Object>(spec.ports())))
              .put("restarts", status.restarts())
              .put("since", status.since().toString());
      if (status.startedAt() != null) {
        entry.put("startedAt", status.startedAt().toString());
      }
      if (!status.note().isEmpty()) {
        entry.put("note", status.note());
      }
      array.add(entry);
    }
    return new JsonObject()
            .put("url", url)
            .put("supervisor", ProcessHandle.current().pid())
            .put("processes", array)
            .encodePrettily()
        + "\n";
  }
}
