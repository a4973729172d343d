package io.castmesh.standalone;

import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** castmesh in one JVM, in a process of its own on a folder of its own. */
final class StandaloneProcess implements AutoCloseable {
  /** The first start installs MariaDB. */
  private static final Duration READY = Duration.ofSeconds(120);

  private static final Duration END = Duration.ofSeconds(60);

  private final Process process;
  private final Path log;
  private final int http;
  private final int management;

  private StandaloneProcess(Process process, Path log, int http, int management) {
    this.process = process;
    this.log = log;
    this.http = http;
    this.management = management;
  }

  /**
   * Starts without waiting.
   *
   * @param more settings besides its folder and its ports
   */
  static StandaloneProcess start(Path folder, Map<String, String> more) throws IOException {
    int http = freePort();
    int management = freePort();
    Map<String, String> settings = new HashMap<>();
    settings.put("CASTMESH_DATA_DIR", folder.resolve("data").toString());
    settings.put("CASTMESH_HTTP_PORT", Integer.toString(http));
    settings.put("CASTMESH_MANAGEMENT_PORT", Integer.toString(management));
    settings.putAll(more);
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                StandaloneMain.class.getName()));
    builder.environment().keySet().removeIf(name -> name.startsWith("CASTMESH_"));
    builder.environment().putAll(settings);
    Path log = folder.resolve("log");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    return new StandaloneProcess(process, log, http, management);
  }

  StandaloneProcess awaitReady() {
    eventually(
        "it is ready",
        READY,
        () ->
            assertThat(get(management, "/health/ready", "").statusCode())
                .as(said())
                .isEqualTo(200));
    return this;
  }

  /** A stranger signs in, which MySQL keeps, and sees the lives, which Redis holds. */
  void serves() throws Exception {
    HttpRequest guest =
        request(http, "/api/v1/auth/guest")
            .header("content-type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString("{\"nickname\":\"" + System.nanoTime() + "\"}"))
            .build();
    HttpResponse<String> tokens = send(guest);
    assertThat(tokens.statusCode()).as(tokens.body()).isEqualTo(201);
    String token = new JsonObject(tokens.body()).getString("accessToken");
    HttpResponse<String> lives = get(http, "/api/v1/lives", token);
    assertThat(lives.statusCode()).as(lives.body()).isEqualTo(200);
  }

  /** The code with which it ends by itself. */
  int awaitExit() throws InterruptedException {
    assertThat(process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS)).as("it ends").isTrue();
    return process.exitValue();
  }

  /** Everything that it has printed. */
  String said() throws IOException {
    return Files.readString(log);
  }

  /** As an operator: SIGTERM. */
  void end() {
    process.destroy();
  }

  private static HttpResponse<String> get(int port, String path, String token) throws Exception {
    return send(request(port, path).header("authorization", "Bearer " + token).build());
  }

  private static HttpRequest.Builder request(int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(5));
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor(END.toMillis(), TimeUnit.MILLISECONDS);
  }
}
