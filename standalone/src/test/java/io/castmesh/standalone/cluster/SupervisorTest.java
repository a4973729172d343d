package io.castmesh.standalone.cluster;

import static io.castmesh.standalone.cluster.TestProcesses.eventually;
import static io.castmesh.standalone.cluster.TestProcesses.runs;
import static io.castmesh.standalone.cluster.TestProcesses.shell;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator's orders to a cluster of small processes. */
class SupervisorTest {
  private static final String SLEEP = "sleep 1000";
  private static final Duration DRAIN = Duration.ofSeconds(30);

  @TempDir Path folder;
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private Supervisor supervisor;
  private Control control;

  @BeforeEach
  void aClusterRuns() throws Exception {
    // Everybody writes down when it was asked to end.
    String ending =
        "trap 'echo %1$s >>"
            + folder
            + "/ends; exit 0' TERM; echo listens; while :; do sleep 0.05; done";
    ClusterPlan.Processes plan =
        new ClusterPlan.Processes(
            List.of(shell(folder, "redis", "redis", ending.formatted("redis"))),
            shell(folder, "haproxy", "haproxy", SLEEP),
            List.of(
                shell(folder, "media-node-1", "media-node", ending.formatted("media-node-1")),
                shell(folder, "room-1", "room", ending.formatted("room-1")),
                shell(folder, "media-1", "media", ending.formatted("media-1")),
                shell(folder, "gateway-1", "gateway", ending.formatted("gateway-1"))),
            "http://localhost:1",
            0,
            folder,
            folder);
    ProcessFile file = new ProcessFile(folder.resolve("told"), plan.url(), complaints::add);
    Files.createDirectory(folder.resolve("told"));
    supervisor = new Supervisor(plan, DRAIN, file, (spec, status) -> {});
    control = Control.open(0, folder, supervisor, () -> "the table\n", DRAIN);
    assertThat(supervisor.start()).isEmpty();
    for (String name : List.of("redis", "media-node-1", "room-1", "media-1", "gateway-1")) {
      eventually(
          name + " listens", () -> folder.resolve(name).resolve("log").toFile().length() > 0);
    }
  }

  @AfterEach
  void nothingIsLeft() {
    List<Long> pids = supervisor.all().stream().map(one -> one.status().pid()).toList();
    supervisor.stop();
    control.close();
    assertThat(pids).noneMatch(pid -> pid != 0 && runs(pid));
  }

  @Test
  void oneProcessIsStoppedStartedRestartedAndKilled() throws Exception {
    // given
    long first = pid("room-1");

    // when, then
    assertThat(order("POST", "/stop/room-1")).isEqualTo("200 room-1 is down");
    assertThat(runs(first)).isFalse();
    assertThat(entry("room-1").getString("state")).isEqualTo("down");
    assertThat(entry("room-1").getLong("pid")).isNull();

    assertThat(order("POST", "/start/room-1"))
        .isEqualTo("200 room-1 is ready, pid " + pid("room-1"));
    long second = pid("room-1");
    assertThat(runs(second)).isTrue();

    assertThat(order("POST", "/restart/room-1")).startsWith("200 room-1 is ready");
    long third = pid("room-1");
    assertThat(third).isNotEqualTo(second);

    assertThat(order("POST", "/kill/room-1")).isEqualTo("200 room-1 was killed, pid " + third);
    assertThat(runs(third)).isFalse();
    assertThat(supervisor.find("room-1").orElseThrow().awaitReady(DRAIN, 9)).isTrue();
  }

  @Test
  void aDiskThatTakesNothingKeepsNobodyFromBeingStartedAgain() throws Exception {
    // given nowhere to write who runs
    Path told = folder.resolve("told");
    Files.delete(told.resolve("processes.json"));
    Files.delete(told);

    // when, then
    Supervised room = supervisor.find("room-1").orElseThrow();
    for (int round = 0; round < 2; round++) {
      long pid = room.status().pid();
      room.kill();
      assertThat(room.awaitGone(pid, DRAIN)).isTrue();
      assertThat(room.awaitReady(DRAIN, 9)).isTrue();
    }
    assertThat(complaints).singleElement().asString().contains("cannot write");

    // when there is room again
    Files.createDirectory(told);
    room.kill();

    // then
    eventually("it is written", () -> Files.exists(told.resolve("processes.json")));
  }

  @Test
  void onlyTheOwnerOfTheDataFolderIsHeard() throws Exception {
    assertThat(order("GET", "/status", "guessed")).isEqualTo("401 Not allowed.");
    assertThat(order("GET", "/status")).isEqualTo("200 the table");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("control"))))
        .isEqualTo("rw-------");
  }

  @Test
  void anOrderForNobodyIsRefusedWithASentence() throws Exception {
    assertThat(order("POST", "/stop/room-7")).isEqualTo("404 There is no process \"room-7\".");
    assertThat(order("POST", "/paint/room-1")).isEqualTo("404 There is no order \"paint\".");
  }

  @Test
  void theEndGoesFromTheDoorToTheData() throws Exception {
    // when
    supervisor.stop();
    // then
    assertThat(Files.readAllLines(folder.resolve("ends")))
        .containsExactly("gateway-1", "media-1", "room-1", "media-node-1", "redis");
  }

  private long pid(String name) {
    return supervisor.find(name).orElseThrow().status().pid();
  }

  private JsonObject entry(String name) throws IOException {
    JsonArray all =
        new JsonObject(Files.readString(folder.resolve("told/processes.json")))
            .getJsonArray("processes");
    return all.stream()
        .map(JsonObject.class::cast)
        .filter(one -> one.getString("name").equals(name))
        .findFirst()
        .orElseThrow();
  }

  private String order(String method, String path) throws Exception {
    return order(method, path, Files.readString(folder.resolve("control")).strip().split(" ")[1]);
  }

  private String order(String method, String path, String secret) throws Exception {
    String port = Files.readString(folder.resolve("control")).split(" ")[0];
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .timeout(Duration.ofSeconds(30))
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .header("authorization", secret)
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    return response.statusCode() + " " + response.body().strip();
  }
}
