package io.castmesh.vod;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Clients;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Media;
import io.castmesh.contract.Presence;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.contract.Videos;
import io.castmesh.contract.Videos.Video;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.bus.Json;
import io.castmesh.testing.Eventually;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The world around videos: presence, lives that go on, and what a gateway would deliver. */
final class VodStory {
  record Heard(String session, String method, JsonObject params) {}

  final Mesh mesh;
  final Path folder;
  final String node;
  final List<Heard> heard = new CopyOnWriteArrayList<>();
  final Set<String> livesThatGoOn = ConcurrentHashMap.newKeySet();

  /** So many instances of vod-service share the folder. */
  VodStory(TestMesh test, int instances) throws IOException {
    this(test, test.mesh(), instances);
  }

  /** The same on a mesh of the caller's. */
  VodStory(TestMesh test, Mesh mesh, int instances) throws IOException {
    this.mesh = mesh;
    node = mesh.node();
    folder = mesh.config().recordingsDir();
    Files.createDirectories(folder);
    test.deploy(new RoomVerticle(mesh, RoomConfig.read(test.settings(Map.of()))));
    VodConfig config = VodConfig.read(test.settings(Map.of("CASTMESH_VOD_SCAN_INTERVAL", "1")));
    for (int i = 0; i < instances; i++) {
      test.deploy(new VodVerticle(mesh, config));
    }
    await(
        mesh.bus()
            .serve(
                Media.LIVES,
                query ->
                    Future.succeededFuture(
                        new Media.Lives(
                            livesThatGoOn.stream()
                                .map(
                                    id -> new Media.Live(id, "", user("x"), Instant.now(), 0, true))
                                .toList()))));
    await(
        mesh.bus()
            .listen(
                Clients.DELIVER.at(node),
                delivery ->
                    delivery
                        .sessionIds()
                        .forEach(
                            session ->
                                heard.add(
                                    new Heard(
                                        session,
                                        delivery.event().method(),
                                        new JsonObject(delivery.event().params()))))));
  }

  static User user(String nickname) {
    return new User("u-" + UUID.randomUUID(), nickname, "/avatars/" + nickname);
  }

  /** Somebody who is online. */
  Caller online(String name) {
    User user = user(name + "-" + UUID.randomUUID().toString().substring(0, 8));
    Caller caller = new Caller(new SessionRef("s-" + user.id(), node), user, "127.0.0.1");
    await(
        mesh.bus()
            .ask(
                Presence.ASSERT,
                new Presence.Assertion(
                    node, List.of(new Presence.Session(caller.sessionId(), user)))));
    return caller;
  }

  /** A live that was recorded, and is over; its file is yet to be made. */
  Media.RecordingEnded live(User owner, String title, String address) {
    String id = UUID.randomUUID().toString();
    Instant end = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    return new Media.RecordingEnded(
        id, owner, title, id + ".webm", end.minusSeconds(60), end, address);
  }

  Path file(Media.RecordingEnded live) {
    return folder.resolve(live.file());
  }

  Path ticket(Media.RecordingEnded live) {
    return folder.resolve(live.liveId() + ".json");
  }

  /** The ticket that media-service writes when a recording begins. */
  void writeTicket(Media.RecordingEnded live) throws IOException {
    Files.write(
        ticket(live),
        Json.buffer(
                new Media.RecordingTicket(
                    live.liveId(),
                    live.owner(),
                    live.title(),
                    live.file(),
                    live.startedAt(),
                    live.address()))
            .getBytes());
  }

  void tell(Media.RecordingEnded live) {
    mesh.bus().emit(Media.RECORDING_ENDED, live);
  }

  /** A recording of some seconds, told and registered. */
  Video video(User owner, String title, double seconds) throws IOException {
    Media.RecordingEnded live = live(owner, title, "127.0.0.1");
    WebmFiles.make(file(live), seconds);
    writeTicket(live);
    tell(live);
    return registered(live);
  }

  Video registered(Media.RecordingEnded live) {
    Video[] found = new Video[1];
    eventually(
        "the video of " + live.liveId(),
        Duration.ofSeconds(30),
        () -> {
          found[0] =
              of(live.owner()).stream()
                  .filter(v -> v.liveId().equals(live.liveId()))
                  .findFirst()
                  .orElseThrow();
          assertThat(ticket(live)).doesNotExist();
        });
    return found[0];
  }

  List<Video> of(User owner) {
    return list(new Videos.Query(null, null, null, null, null, owner.nickname(), null, 0, 100))
        .items();
  }

  Videos.Page list(Videos.Query query) {
    return await(mesh.bus().ask(Videos.LIST, query));
  }

  /** True all the while, not once. */
  static void staysFor(Duration time, Eventually.Attempt truth) throws Exception {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      truth.run();
      Thread.sleep(100);
    }
  }

  /** Nothing is to be done with it any more. */
  void forget(Media.RecordingEnded live) throws IOException {
    Files.deleteIfExists(ticket(live));
    Files.deleteIfExists(file(live));
  }

  static void makeOld(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(300)));
  }

  static void refused(Failure failure, Future<?> answer) {
    assertThatThrownBy(() -> await(answer))
        .isInstanceOfSatisfying(
            FailureException.class, e -> assertThat(e.failure()).isEqualTo(failure));
  }
}
