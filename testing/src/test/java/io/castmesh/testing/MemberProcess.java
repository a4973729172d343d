package io.castmesh.testing;

import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Endpoint;
import io.castmesh.contract.Topic;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.ServiceProcess;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
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

/**
 * A member of a cluster in a process of its own, to be frozen and to end. It carries out orders.
 */
final class MemberProcess implements AutoCloseable {
  record Order(String text) {}

  /** Answered with itself by whoever carries it out. */
  static final Endpoint<Order, Order> ORDER =
      Endpoint.of("test.order", Order.class, Order.class).within(Duration.ofSeconds(2));

  /** An order has been carried out. */
  static final Topic<Order> CARRIED_OUT = new Topic<>("test.carriedOut", Order.class);

  private static final Duration READY = Duration.ofSeconds(60);

  private final Process process;
  private final int management;

  private MemberProcess(Process process, int management) {
    this.process = process;
    this.management = management;
  }

  /** What runs in it. */
  public static void main(String[] args) {
    ServiceProcess.run("member", settings -> settings, (mesh, settings) -> new Orders(mesh));
  }

  private static final class Orders extends VerticleBase {
    private final Mesh mesh;

    Orders(Mesh mesh) {
      this.mesh = mesh;
    }

    @Override
    public Future<?> start() {
      return mesh.bus()
          .serve(
              ORDER,
              order -> {
                mesh.bus().emit(CARRIED_OUT, order);
                return Future.succeededFuture(order);
              });
    }
  }

  /**
   * Starts without waiting.
   *
   * @param settings those of the cluster
   */
  static MemberProcess start(TestMesh test, Map<String, String> settings) throws IOException {
    int management = Tap.freePort();
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                MemberProcess.class.getName()));
    builder.environment().putAll(test.environment());
    builder.environment().putAll(settings);
    builder.environment().put("CASTMESH_MANAGEMENT_PORT", Integer.toString(management));
    File log = Files.createTempFile(test.dataDir(), "member-", ".log").toFile();
    Process process = builder.redirectErrorStream(true).redirectOutput(log).start();
    return new MemberProcess(process, management);
  }

  /** The settings of one that listens at a port and looks for others at another one. */
  static Map<String, String> at(TestMesh test, int port, int other) {
    Map<String, String> settings = new HashMap<>();
    settings.put("CASTMESH_CLUSTER_NAME", test.dataDir().getFileName().toString());
    settings.put("CASTMESH_CLUSTER_PORT", Integer.toString(port));
    settings.put("CASTMESH_CLUSTER_MEMBERS", "127.0.0.1:" + other);
    return settings;
  }

  MemberProcess awaitReady() {
    eventually(
        "it is ready", READY, () -> assertThat(get("/health/ready").statusCode()).isEqualTo(200));
    return this;
  }

  /** How many it knows of, itself included. */
  int knows() throws Exception {
    return new JsonObject(get("/mesh").body()).getJsonArray("nodes").size();
  }

  /** Stops it in the middle of what it does; its system goes on to take connections for it. */
  void freeze() throws Exception {
    signal("STOP");
  }

  void thaw() throws Exception {
    signal("CONT");
  }

  /** The code with which it ends by itself. */
  int awaitExit(Duration most) throws InterruptedException {
    assertThat(process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)).as("it ends").isTrue();
    return process.exitValue();
  }

  private void signal(String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  private HttpResponse<String> get(String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + management + path))
            .timeout(Duration.ofSeconds(5))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
