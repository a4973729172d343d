package io.castmesh.standalone.cluster;

import io.castmesh.runtime.metrics.Metric;
import java.util.LinkedHashMap;
import java.util.Map;

/** What processes have to do, as an operator is shown it. */
final class Carried {
  private Carried() {}

  /** Metrics as they are exposed, with the word for each, in the order in which they are shown. */
  static Map<String, String> by(Service service) {
    Map<String, String> words = new LinkedHashMap<>();
    metrics(service).forEach((metric, word) -> words.put(metric.exposed(), word));
    return words;
  }

  static Map<Metric, String> metrics(Service service) {
    Map<Metric, String> words = new LinkedHashMap<>();
    switch (service) {
      case GATEWAY -> words.put(Metric.SESSIONS, "sessions");
      case ROOM -> words.put(Metric.ONLINE, "online");
      case MEDIA -> {
        words.put(Metric.LIVES, "lives");
        words.put(Metric.VIEWERS, "viewers");
        words.put(Metric.MEDIA_CALLS, "calls");
      }
      case CALL -> words.put(Metric.TALKING, "calls");
      case VOD -> words.put(Metric.RECORDINGS_WAITING, "waiting");
      case MEDIA_NODE -> {
        words.put(Metric.ENDPOINTS, "peers");
        words.put(Metric.RECORDERS, "recorders");
      }
    }
    return words;
  }
}
