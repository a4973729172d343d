package io.castmesh.standalone.image;

import io.castmesh.embedded.EmbeddedStores;
import io.castmesh.runtime.log.Logging;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs every service of an image build once, until it is ready, with databases and a media node of
 * its own, and lets its virtual machine write an AOT cache (JEP 483, JEP 514) at its end. Listens
 * on loopback only; blocking; for Java 25 and newer.
 *
 * <p>Arguments: a folder with what java is told in each image ({@code <image>.start}), the folder
 * for {@code <image>.aot}, the images in the order in which they are started, the media node before
 * those that need it.
 */
public final class TrainingMain {
  private static final Duration START = Duration.ofSeconds(180);
  private static final Duration END = Duration.ofSeconds(120);
  private static final String MEDIA_NODE = "media-node";
  private static final String ALL_IN_ONE = "castmesh";

  private record Running(String image, Process process) {}

  private final Path starts;
  private final Path caches;
  private final Path scratch;
  private final Map<String, String> shared = new HashMap<>();

  private TrainingMain(Path starts, Path caches, Path scratch) {
    this.starts = starts;
    this.caches = caches;
    this.scratch = scratch;
  }

  public static void main(String[] args) throws Exception {
    Logging.configure("text", "warn");
    Path scratch = Files.createTempDirectory("castmesh-training");
    TrainingMain training = new TrainingMain(Path.of(args[0]), Path.of(args[1]), scratch);
    Files.createDirectories(training.caches);
    EmbeddedStores stores = EmbeddedStores.start(scratch.resolve("stores"));
    try {
      training.shared.put("CASTMESH_MYSQL_URL", stores.mysqlUrl());
      training.shared.put("CASTMESH_REDIS_URL", stores.redisUrl());
      training.all(List.of(args).subList(2, args.length));
    } finally {
      stores.stop();
    }
  }

  /** All at once, as they are in life: the later ones meet the earlier ones. */
  private void all(List<String> images) throws Exception {
    Deque<Running> running = new ArrayDeque<>();
    try {
      for (String image : images) {
        running.push(new Running(image, start(image)));
      }
      while (!running.isEmpty()) {
        end(running.pop());
      }
    } finally {
      running.forEach(each -> each.process().destroyForcibly());
    }
  }

  private Process start(String image) throws Exception {
    int management = freePort();
    Map<String, String> environment = new HashMap<>(shared);
    environment.put("CASTMESH_MANAGEMENT_PORT", Integer.toString(management));
    environment.put("CASTMESH_DATA_DIR", scratch.resolve(image).toString());
    environment.put("CASTMESH_HTTP_PORT", "0");
    if (image.equals(MEDIA_NODE)) {
      int control = freePort();
      environment.put("CASTMESH_MEDIA_NODE_CONTROL_PORT", Integer.toString(control));
      shared.put("CASTMESH_KURENTO_URLS", "ws://127.0.0.1:" + control + "/kurento");
    } else if (image.equals(ALL_IN_ONE)) {
      // Its own databases and media node.
      shared.keySet().forEach(environment::remove);
    } else {
      environment.put("CASTMESH_CLUSTER_ENABLED", "true");
      int port = freePort();
      environment.put("CASTMESH_CLUSTER_PORT", Integer.toString(port));
      shared.putIfAbsent("CASTMESH_CLUSTER_MEMBERS", "127.0.0.1:" + port);
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:AOTCacheOutput=" + caches.resolve(image + ".aot"));
    command.add("@" + starts.resolve(image + ".start"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(scratch.resolve(image + ".log").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("CASTMESH_"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    awaitReady(image, process, management);
    return process;
  }

  private void awaitReady(String image, Process process, int port) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/ready"))
            .timeout(Duration.ofSeconds(5))
            .build();
    long deadline = System.nanoTime() + START.toNanos();
    while (System.nanoTime() < deadline && process.isAlive()) {
      try {
        if (HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode()
            == 200) {
          return;
        }
      } catch (IOException notYet) {
        // asked again
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
    process.destroyForcibly();
    throw new IOException(image + " does not get ready:\n" + log(image));
  }

  /** In order, as on SIGTERM; the cache is written then. */
  private void end(Running running) throws Exception {
    String image = running.image();
    Process process = running.process();
    process.destroy();
    if (!process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS)
        || !Files.exists(caches.resolve(image + ".aot"))) {
      process.destroyForcibly();
      throw new IOException(image + " has written no cache:\n" + log(image));
    }
    System.out.println(image + " " + Files.size(caches.resolve(image + ".aot")) / 1024 + " KiB");
  }

  private String log(String image) throws IOException {
    return Files.readString(scratch.resolve(image + ".log"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
