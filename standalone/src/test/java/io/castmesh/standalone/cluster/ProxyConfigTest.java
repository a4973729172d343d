package io.castmesh.standalone.cluster;

import static io.castmesh.standalone.cluster.TestProcesses.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.castmesh.contract.Failure;
import io.castmesh.embedded.Child;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What HAProxy makes of its configuration, in front of two servers that say their names. */
class ProxyConfigTest {
  @TempDir Path folder;
  private final List<HttpServer> servers = new ArrayList<>();
  private final Set<String> draining = ConcurrentHashMap.newKeySet();
  private final Set<String> hanging = ConcurrentHashMap.newKeySet();
  private final Queue<String> orders = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client = HttpClient.newHttpClient();
  private Path haproxy;
  private Child proxy;
  private int port;
  private String management;

  @BeforeEach
  void aProxyRunsInFrontOfTwoGateways() throws Exception {
    Optional<Path> found = ClusterMain.haproxy();
    assumeThat(found).as("HAProxy is installed").isPresent();
    haproxy = found.get();
    HttpServer one = gateway("one");
    HttpServer two = gateway("two");
    PortBook ports = PortBook.from(0, folder);
    port = ports.take("127.0.0.1");
    Path file = folder.resolve("haproxy.cfg");
    management = "127.0.0.1:" + ports.take("127.0.0.1");
    Files.writeString(
        file,
        new ProxyConfig(
                List.of("127.0.0.1:" + port),
                "",
                management,
                List.of(at("one", one), at("two", two)))
            .text());
    proxy =
        Child.start(
            new Child.Launch(
                "haproxy",
                folder,
                folder.resolve("haproxy.log"),
                Duration.ofSeconds(2),
                null,
                List.of(haproxy.toString(), "-db", "-f", file.toString())));
    eventually("the proxy listens", () -> status("/") == 200);
  }

  @AfterEach
  void nothingIsLeft() {
    if (proxy != null) {
      proxy.stop();
    }
    hanging.clear();
    threads.shutdownNow();
    servers.forEach(server -> server.stop(0));
  }

  @Test
  void theConfigurationHasNothingThatHaproxyWarnsOf() throws Exception {
    // when
    Process check =
        new ProcessBuilder(haproxy.toString(), "-c", "-f", folder.resolve("haproxy.cfg").toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // then
    assertThat(check.waitFor()).as(said).isZero();
    assertThat(said).doesNotContain("WARNING", "ALERT");
  }

  @Test
  void aGatewayThatDrainsIsGivenNothingNew() throws Exception {
    // given
    eventually("both are asked", () -> names("/").size() == 2);
    // when
    draining.add("one");
    // then
    eventually("only the other one is asked", () -> names("/").equals(Set.of("two")));
  }

  @Test
  void aGatewayThatDrainsKeepsWhatItHas() throws Exception {
    // given
    try (BufferedReader lines = open()) {
      String name = lines.readLine();
      // when
      draining.add(name);
      eventually("only the other one is asked", () -> !names("/").contains(name));
      // then
      for (int i = 0; i < 20; i++) {
        assertThat(lines.readLine()).isEqualTo(name);
      }
    }
  }

  @Test
  void whoWaitsForAGatewayThatHangsComesToTheOtherOne() throws Exception {
    // given
    BufferedReader lines = open();
    String name = lines.readLine();
    // when
    hanging.add(name);
    // then: questions are answered all the time, and what it had is free to come again
    for (int i = 0; i < 4; i++) {
      assertThat(get("/api/v1/lives").body()).doesNotStartWith(name);
    }
    assertThatThrownBy(() -> lines.lines().forEach(line -> {}))
        .isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void aGatewayThatIsGoneIsNotNoticedByWhoAsks() throws Exception {
    // when
    servers.get(0).stop(0);
    // then, from the first request on
    for (int i = 0; i < 10; i++) {
      assertThat(get("/").body()).startsWith("two ");
    }
  }

  @Test
  void whenNoGatewayIsFitWhoIsThereAnswersAllTheSame() throws Exception {
    // given
    eventually("it is ready", () -> ready() == 200);
    // when
    draining.addAll(List.of("one", "two"));
    // then
    for (int i = 0; i < 50 || ready() == 200; i++) {
      assertThat(status("/")).isEqualTo(200);
    }
    // and a moment later
    draining.clear();
    eventually("it is ready again", () -> ready() == 200);
  }

  @Test
  void withoutAnyGatewayTheAnswerSaysSo() throws Exception {
    // when
    servers.forEach(server -> server.stop(0));
    // then
    HttpResponse<String> answer = get("/api/v1/anything");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("retry-after")).hasValue("1");
    assertThat(failure(answer)).isEqualTo(Failure.UNAVAILABLE);
    eventually("it is not ready", () -> ready() == 503);
  }

  /** Nobody knows whether it was carried out: the connection says so by its end. */
  @Test
  void anOrderToAGatewayThatHangsIsGivenUpAndNotGivenTwice() throws Exception {
    // given
    hanging.addAll(List.of("one", "two"));
    // when
    assertThatThrownBy(() -> order("/api/v1/auth/login"))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(HttpTimeoutException.class);
    // then, as long as nobody is there
    eventually("no gateway is left", () -> status("/api/v1/lives") == 503);
    assertThat(failure(get("/api/v1/lives"))).isEqualTo(Failure.UNAVAILABLE);
    // and when they are again
    hanging.clear();
    eventually("somebody answers", () -> status("/") == 200);
    assertThat(orders).hasSize(1);
  }

  @Test
  void oneSockJsSessionStaysOnOneGateway() throws Exception {
    // given
    Set<String> chosen = new HashSet<>();
    for (int session = 0; session < 20; session++) {
      // when
      Set<String> names = names("/sockjs/00" + session + "/abc" + session + "/xhr_send");
      // then
      assertThat(names).as("session " + session).hasSize(1);
      chosen.addAll(names);
    }
    assertThat(chosen).as("different sessions").containsExactlyInAnyOrder("one", "two");
  }

  @Test
  void theGatewayIsToldWhoAsksAndNothingThatWasMadeUp() throws Exception {
    // when
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(uri("/"))
                .timeout(Duration.ofSeconds(5))
                .header("X-Forwarded-For", "192.0.2.66")
                .build(),
            HttpResponse.BodyHandlers.ofString());
    // then
    assertThat(answer.body()).endsWith(" for=127.0.0.1");
  }

  private static ProxyConfig.Gateway at(String name, HttpServer server) {
    int port = server.getAddress().getPort();
    return new ProxyConfig.Gateway(name, "127.0.0.1", port, port);
  }

  private HttpServer gateway(String name) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/health/serving",
        exchange -> {
          passHanging(name);
          answer(exchange, draining.contains(name) ? 404 : 200, "");
        });
    server.createContext(
        "/health/live",
        exchange -> {
          passHanging(name);
          answer(exchange, 200, "");
        });
    server.createContext("/stream", exchange -> stream(exchange, name));
    server.createContext(
        "/",
        exchange -> {
          if (exchange.getRequestMethod().equals("POST")) {
            orders.add(name);
          }
          passHanging(name);
          answer(
              exchange,
              200,
              name
                  + " for="
                  + String.join(",", exchange.getRequestHeaders().get("X-Forwarded-For")));
        });
    server.setExecutor(threads);
    server.start();
    servers.add(server);
    return server;
  }

  /** As a process does that is stopped: it takes connections and says nothing. */
  private void passHanging(String name) {
    while (hanging.contains(name)) {
      LockSupport.parkNanos(10_000_000);
    }
  }

  /** An answer that goes on until the connection is closed. */
  private void stream(HttpExchange exchange, String name) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try (exchange) {
      while (!threads.isShutdown()) {
        if (!hanging.contains(name)) {
          exchange.getResponseBody().write((name + "\n").getBytes(StandardCharsets.UTF_8));
          exchange.getResponseBody().flush();
        }
        LockSupport.parkNanos(100_000_000);
      }
    }
  }

  /** The lines of {@link #stream}. */
  private BufferedReader open() throws IOException, InterruptedException {
    return new BufferedReader(
        new InputStreamReader(
            client
                .send(
                    HttpRequest.newBuilder(uri("/stream")).build(),
                    HttpResponse.BodyHandlers.ofInputStream())
                .body(),
            StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    try (exchange) {
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Who answers six requests. */
  private Set<String> names(String path) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < 6; i++) {
      try {
        names.add(get(path).body().split(" ")[0]);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return names;
  }

  /** What a problem document says that has gone wrong; its status is that of the answer. */
  private static Failure failure(HttpResponse<String> answer) {
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
    assertThat(answer.headers().firstValue("cache-control")).hasValue("no-store");
    JsonObject problem = new JsonObject(answer.body());
    assertThat(problem.getInteger("status")).isEqualTo(answer.statusCode());
    Failure failure = Failure.ofCode(problem.getInteger("code")).orElseThrow();
    assertThat(problem.getString("name")).isEqualTo(failure.name());
    assertThat(problem.getBoolean("retryable")).isEqualTo(failure.retryable());
    return failure;
  }

  /** Waits for longer than the proxy does, so that its patience is what is seen. */
  private HttpResponse<String> order(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri(path))
            .timeout(Duration.ofSeconds(30))
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private int status(String path) {
    return status(uri(path));
  }

  private int ready() {
    return status(URI.create("http://" + management + "/health/ready"));
  }

  private int status(URI uri) {
    try {
      return get(uri).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return get(uri(path));
  }

  private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }
}
