package io.castmesh.media;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Media;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Launcher;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.config.Settings;
import io.castmesh.runtime.life.Lifecycle;
import io.castmesh.runtime.log.Logging;
import io.castmesh.testing.Eventually;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * media-service in a JVM of its own, on the same Redis and the same media servers, which can be
 * killed as by kill -9. Has a bus of its own, too: nobody hears it die.
 */
final class SecondInstance implements AutoCloseable {
  private static final String ANSWER = "answer ";

  private final Process process;
  private final BufferedReader out;

  /**
   * @param settings of media-service
   */
  SecondInstance(TestMesh test, Map<String, String> settings) {
    RuntimeConfig config = test.mesh().config();
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("CASTMESH_DATA_DIR", test.dataDir().toString());
    environment.put("CASTMESH_MANAGEMENT_PORT", "0");
    environment.put("CASTMESH_MYSQL_URL", config.mysqlUrl());
    environment.put("CASTMESH_REDIS_URL", config.redisUrl());
    environment.put("CASTMESH_ROOM_PRESENCE_LEASE", "600");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            SecondInstance.class.getName());
    builder.environment().putAll(environment);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    answer();
  }

  Media.Published publish(Caller presenter, String offer) {
    return ask(
        "publish", new Media.Publish(presenter, offer, "Evening", true), Media.Published.class);
  }

  Media.Answer view(Caller viewer, String liveId, String offer) {
    return ask("view", new Media.View(viewer, liveId, offer), Media.Answer.class);
  }

  Media.Answer connect(Caller caller, String callId, String offer) {
    return ask("connect", new Media.JoinCall(caller, callId, offer), Media.Answer.class);
  }

  private <R> R ask(String what, Object question, Class<R> answer) {
    try {
      String line = what + " " + Json.text(question) + "\n";
      process.getOutputStream().write(line.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Json.read(answer(), answer);
  }

  private String answer() {
    StringBuilder before = new StringBuilder();
    try {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith(ANSWER)) {
          return line.substring(ANSWER.length());
        }
        before.append(line).append('\n');
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new AssertionError("the second instance has ended:\n" + before);
  }

  /** It does nothing any more, from one instant to the next. */
  void kill() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new AssertionError("it cannot be killed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** It stands still, as by SIGSTOP, until it is told to go on. */
  void stand(boolean still) {
    try {
      Process signal =
          new ProcessBuilder("kill", still ? "-STOP" : "-CONT", "" + process.pid()).start();
      if (!signal.waitFor(60, TimeUnit.SECONDS) || signal.exitValue() != 0) {
        throw new AssertionError("it cannot be signalled");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    kill();
  }

  /** Answers one question a line; ends when whoever started it does. */
  public static void main(String[] arguments) throws IOException {
    Settings settings = Settings.load(System.getenv());
    RuntimeConfig runtime = RuntimeConfig.read(settings);
    Logging.configure("text", "info");
    Launcher launcher = Launcher.start("media", runtime, new Lifecycle());
    launcher.deploy(
        new RoomVerticle(launcher.mesh(), RoomConfig.read(settings)),
        new MediaVerticle(launcher.mesh(), MediaConfig.read(settings)));
    answer(List.of());
    Bus bus = launcher.mesh().bus();
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] parts = line.split(" ", 2);
        answer(Eventually.await(ask(bus, parts[0], parts[1])));
      }
    }
    Runtime.getRuntime().halt(0);
  }

  private static Future<Object> ask(Bus bus, String what, String json) {
    return switch (what) {
      case "publish" -> bus.ask(Media.PUBLISH, Json.read(json, Media.Publish.class)).map(a -> a);
      case "view" -> bus.ask(Media.VIEW, Json.read(json, Media.View.class)).map(a -> a);
      default -> bus.ask(Media.CALL_CONNECT, Json.read(json, Media.JoinCall.class)).map(a -> a);
    };
  }

  private static void answer(Object answer) {
    System.out.println(ANSWER + Json.text(answer));
  }
}
