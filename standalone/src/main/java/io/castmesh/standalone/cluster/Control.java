package io.castmesh.standalone.cluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.castmesh.embedded.Secrets;
import io.castmesh.standalone.cluster.Supervised.Status;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Takes an operator's orders on a port of the loopback interface: {@code GET /status} (a table),
 * {@code GET /processes} (JSON), {@code POST /stop/NAME}, {@code /start/NAME}, {@code
 * /restart/NAME}, {@code /kill/NAME}, each answered when it is done. Port and secret stand in
 * {@code cluster/control}, which only its owner can read; the secret goes into the header {@code
 * authorization}.
 */
final class Control implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(120);
  private static final Duration GONE = Duration.ofSeconds(10);
  private static final int WORKERS = 32;

  private final Supervisor supervisor;
  private final Supplier<String> table;
  private final Duration drain;
  private final HttpServer server;
  private final byte[] secret;

  private Control(
      Supervisor supervisor,
      Supplier<String> table,
      Duration drain,
      HttpServer server,
      String secret) {
    this.supervisor = supervisor;
    this.table = table;
    this.drain = drain;
    this.server = server;
    this.secret = secret.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * @param table what {@code status} shows
   */
  static Control open(
      int port, Path folder, Supervisor supervisor, Supplier<String> table, Duration drain)
      throws IOException {
    String secret = Secrets.password(folder.resolve("secret"));
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    Control control = new Control(supervisor, table, drain, server, secret);
    server.createContext("/", control::handle);
    server.setExecutor(Executors.newFixedThreadPool(WORKERS, Control::daemon));
    server.start();
    Secrets.writeText(
        folder.resolve("control"), server.getAddress().getPort() + " " + secret + "\n");
    return control;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "control");
    thread.setDaemon(true);
    return thread;
  }

  private record Answer(int status, String text) {}

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer = authorized(exchange) ? answer(exchange) : new Answer(401, "Not allowed.\n");
      byte[] body = answer.text().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("content-type", "text/plain; charset=utf-8");
      exchange.sendResponseHeaders(answer.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private boolean authorized(HttpExchange exchange) {
    String given = exchange.getRequestHeaders().getFirst("authorization");
    return given != null && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), secret);
  }

  private Answer answer(HttpExchange exchange) {
    String[] path = exchange.getRequestURI().getPath().substring(1).split("/", 2);
    String order = exchange.getRequestMethod() + " " + path[0];
    if (order.equals("GET status")) {
      return new Answer(200, table.get());
    }
    if (order.equals("GET processes")) {
      return new Answer(200, supervisor.json());
    }
    Optional<Supervised> found = supervisor.find(path.length < 2 ? "" : path[1]);
    if (found.isEmpty()) {
      return new Answer(404, "There is no process \"" + (path.length < 2 ? "" : path[1]) + "\".\n");
    }
    if (supervisor.stopping()) {
      return new Answer(409, "The cluster is stopping.\n");
    }
    Supervised process = found.get();
    return switch (order) {
      case "POST stop" -> stop(process);
      case "POST start" -> start(process);
      case "POST restart" -> {
        Answer stopped = stop(process);
        yield stopped.status() == 200 ? start(process) : stopped;
      }
      case "POST kill" -> kill(process);
      default -> new Answer(404, "There is no order \"" + path[0] + "\".\n");
    };
  }

  private Answer stop(Supervised process) {
    process.beginStop(Duration.ofSeconds(1));
    return process.awaitDown(drain.plusSeconds(40))
        ? done(process, "is down")
        : failed(process, "does not end");
  }

  private static Answer start(Supervised process) {
    process.start();
    return process.awaitReady(READY, Integer.MAX_VALUE)
        ? done(process, "is ready, pid " + process.status().pid())
        : failed(process, "does not become ready: " + process.status().note());
  }

  private static Answer kill(Supervised process) {
    Status before = process.status();
    if (before.pid() == 0) {
      return failed(process, "does not run");
    }
    process.kill();
    return process.awaitGone(before.pid(), GONE)
        ? done(process, "was killed, pid " + before.pid())
        : failed(process, "does not die, pid " + before.pid());
  }

  private static Answer done(Supervised process, String what) {
    return new Answer(200, process.spec().name() + " " + what + "\n");
  }

  private static Answer failed(Supervised process, String what) {
    return new Answer(500, process.spec().name() + " " + what + "\n");
  }
}
