package io.castmesh.standalone.cluster;

import io.castmesh.standalone.cluster.Supervised.State;
import io.castmesh.standalone.cluster.Supervised.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The processes as an operator looks at them. */
final class Table {
  private Table() {}

  private static final String FORMAT = "%-13s %7s  %-10s %7s %8s %7s  %-24s %s";

  static List<String> lines(List<Supervised> processes, Map<String, Vitals> vitals) {
    List<String> lines = new ArrayList<>();
    lines.add(
        FORMAT.formatted(
            "NAME", "PID", "STATE", "UPTIME", "RESTARTS", "MEMORY", "CARRIES", "PORTS"));
    for (Supervised process : processes) {
      Status status = process.status();
      Vitals its = vitals.getOrDefault(process.spec().name(), new Vitals(-1, ""));
      lines.add(
          FORMAT
              .formatted(
                  process.spec().name(),
                  status.pid() == 0 ? "-" : Long.toString(status.pid()),
                  status.state().name().toLowerCase(Locale.ROOT),
                  status.startedAt() == null ? "-" : age(status.startedAt()),
                  status.restarts(),
                  status.pid() == 0 || its.memoryBytes() < 0
                      ? "-"
                      : (its.memoryBytes() >> 20) + " MB",
                  status.state() == State.READY ? its.carries() : status.note(),
                  ports(process.spec()))
              .stripTrailing());
    }
    return lines;
  }

  /** The ports that an operator has a use for. */
  private static String ports(ProcessSpec spec) {
    return spec.ports().entrySet().stream()
        .filter(port -> !port.getKey().equals("cluster") && !port.getKey().equals("bus"))
        .map(port -> shortly(port.getKey()) + port.getValue())
        .collect(Collectors.joining(" "));
  }

  private static String shortly(String purpose) {
    return switch (purpose) {
      case "management" -> "mgmt:";
      case "database" -> ":";
      default -> purpose + ":";
    };
  }

  static String age(Instant since) {
    Duration age = Duration.between(since, Instant.now());
    if (age.toHours() > 0) {
      return age.toHours() + "h" + age.toMinutesPart() + "m";
    }
    return age.toMinutes() > 0
        ? age.toMinutes() + "m" + age.toSecondsPart() + "s"
        : age.toSeconds() + "s";
  }
}
