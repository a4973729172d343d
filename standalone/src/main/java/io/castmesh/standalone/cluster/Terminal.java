package io.castmesh.standalone.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** How large the terminal is; it may change at any time. */
record Terminal(int rows, int columns) {
  static final Terminal UNKNOWN = new Terminal(24, 80);

  /** Blocks for a moment. */
  static Terminal ask() {
    try {
      Process stty =
          new ProcessBuilder("/bin/sh", "-c", "stty size </dev/tty")
              .redirectErrorStream(true)
              .start();
      if (!stty.waitFor(1, TimeUnit.SECONDS)) {
        stty.destroyForcibly();
        return UNKNOWN;
      }
      String answer =
          new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!answer.matches("[1-9]\\d{0,3} [1-9]\\d{0,3}")) {
        return UNKNOWN;
      }
      String[] size = answer.split(" ");
      return new Terminal(
          Math.max(5, Integer.parseInt(size[0])), Math.max(20, Integer.parseInt(size[1])));
    } catch (IOException e) {
      return UNKNOWN;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return UNKNOWN;
    }
  }

  String cut(String line) {
    return line.length() <= columns ? line : line.substring(0, columns - 1) + "…";
  }
}
