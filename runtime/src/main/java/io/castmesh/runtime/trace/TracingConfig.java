package io.castmesh.runtime.trace;

import io.castmesh.runtime.config.Settings;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where spans go.
 *
 * @param endpoint of an OTLP receiver over HTTP; empty: nothing is recorded
 * @param sampleRatio the share of requests that is recorded, 0 to 1
 * @param serviceName empty: castmesh- and the name of the process
 * @param headers sent with every export, such as a receiver's key
 */
public record TracingConfig(
    String endpoint, double sampleRatio, String serviceName, Map<String, String> headers) {
  public static final TracingConfig OFF = new TracingConfig("", 0, "", Map.of());

  private static final String TRACES = "/v1/traces";

  public static TracingConfig read(Settings s) {
    String endpoint =
        s.text(
            "tracing.endpoint",
            "",
            "Where spans are sent by OTLP over HTTP, such as http://collector:4318; unset: off");
    double ratio =
        s.decimal(
            "tracing.sample-ratio", 0.01, 0, 1, "The share of requests whose spans are recorded");
    String name =
        s.text(
            "tracing.service-name",
            "",
            "The service's name in traces; unset: castmesh- and the name of the process");
    Map<String, String> headers = new LinkedHashMap<>();
    List<String> pairs = s.list("tracing.headers", "Sent with spans: name=value, such as a key");
    for (String pair : pairs) {
      int split = pair.indexOf('=');
      if (split < 1) {
        // The value may be a key: it is not repeated.
        s.problem("tracing.headers: must look like name=value,name=value");
      } else {
        headers.put(pair.substring(0, split).trim(), pair.substring(split + 1).trim());
      }
    }
    if (!endpoint.isEmpty() && !usable(endpoint)) {
      s.problem("tracing.endpoint: must look like http://collector:4318");
      endpoint = "";
    }
    return new TracingConfig(endpoint, ratio, name, Map.copyOf(headers));
  }

  private static boolean usable(String endpoint) {
    try {
      return endpoint.matches("https?://[^\\s/?#]+[^\\s?#]*")
          && new URI(endpoint).getHost() != null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  public boolean enabled() {
    return !endpoint.isEmpty();
  }

  /** The address of the signal, as the OTLP specification makes it of a receiver's address. */
  String tracesUrl() {
    String path = URI.create(endpoint).getPath();
    return path == null || path.isEmpty() || path.equals("/")
        ? endpoint.replaceAll("/$", "") + TRACES
        : endpoint;
  }
}
