package io.castmesh.standalone.cluster;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Asks the management port of one process how it is. Blocking, each question within a deadline. */
interface Health {
  /** What a process says of itself. */
  enum Answer {
    READY,
    DRAINING,
    /** Not ready, or it does not answer at all. */
    NOT_READY
  }

  Answer ask();

  /** The sums of its metrics, by name; empty when it does not answer. */
  Map<String, Double> metrics();

  /** Of something that is ready as soon as it runs and counts nothing. */
  static Health ofRunning() {
    return new Health() {
      @Override
      public Answer ask() {
        return Answer.READY;
      }

      @Override
      public Map<String, Double> metrics() {
        return Map.of();
      }
    };
  }

  static Health ofManagement(String host, int port) {
    String authority = host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
    return new Management(URI.create("http://" + authority + "/"));
  }

  /** The port for operators that every process of castmesh has. */
  final class Management implements Health {
    private static final HttpClient CLIENT =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    /** A process gives each of its own checks two seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final URI base;

    private Management(URI base) {
      this.base = base;
    }

    @Override
    public Answer ask() {
      HttpResponse<String> response = get("health/ready");
      if (response == null) {
        return Answer.NOT_READY;
      }
      if (response.statusCode() == 200) {
        return Answer.READY;
      }
      try {
        boolean draining = "DRAINING".equals(new JsonObject(response.body()).getString("state"));
        return draining ? Answer.DRAINING : Answer.NOT_READY;
      } catch (DecodeException | ClassCastException notOurs) {
        return Answer.NOT_READY;
      }
    }

    @Override
    public Map<String, Double> metrics() {
      HttpResponse<String> response = get("metrics");
      return response == null || response.statusCode() != 200 ? Map.of() : sums(response.body());
    }

    private HttpResponse<String> get(String path) {
      try {
        HttpRequest request =
            HttpRequest.newBuilder(base.resolve(path)).timeout(PATIENCE).GET().build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
      } catch (IOException e) {
        return null;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      }
    }

    /** Prometheus's text format: {@code name{labels} value}; samples of one name are added up. */
    private static Map<String, Double> sums(String text) {
      Map<String, Double> sums = new TreeMap<>();
      text.lines()
          .filter(line -> !line.startsWith("#") && line.indexOf(' ') > 0)
          .forEach(
              line -> {
                int end = line.lastIndexOf(' ');
                int brace = line.indexOf('{');
                String name = line.substring(0, brace < 0 ? end : brace);
                try {
                  sums.merge(name, Double.parseDouble(line.substring(end + 1)), Double::sum);
                } catch (NumberFormatException notANumber) {
                  // such as +Inf: nothing that is shown
                }
              });
      return sums;
    }
  }
}
