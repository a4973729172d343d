package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Done;
import io.castmesh.contract.Endpoint;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.Candidate;
import io.castmesh.contract.Media.Published;
import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The stage of the stories of lives and calls: the real bus, a real Redis and the real protocol of
 * the embedded media node; two instances of media-service answer in turn.
 */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MediaStory {
  static final String OFFER =
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
          + "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\na=fingerprint:sha-256 AA\r\n"
          + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendrecv\r\n"
          + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendrecv\r\n";

  static final String GARBAGE = OFFER + "a=garbage\r\n";

  final TestMediaServer server = new TestMediaServer();
  final List<RecordingEnded> recordings = new CopyOnWriteArrayList<>();
  Mesh mesh;
  TestClients clients;
  Path folder;

  @BeforeAll
  void start(TestMesh test) {
    mesh = test.mesh();
    MediaConfig config =
        MediaConfig.read(
            test.settings(
                Map.of(
                    "CASTMESH_KURENTO_URLS", server.url(),
                    "CASTMESH_MEDIA_LEASE", "2",
                    "CASTMESH_MEDIA_PRESENCE_INTERVAL", "1",
                    "CASTMESH_MEDIA_PING_INTERVAL", "1")));
    RoomConfig room = RoomConfig.read(test.settings(Map.of("CASTMESH_ROOM_PRESENCE_LEASE", "600")));
    test.deploy(new RoomVerticle(mesh, room))
        .deploy(new MediaVerticle(mesh, config))
        .deploy(new MediaVerticle(mesh, config));
    clients = new TestClients(mesh);
    folder = mesh.config().recordingsDir();
    await(mesh.bus().listen(Media.RECORDING_ENDED, recordings::add));
  }

  @AfterEach
  void nothingIsLeftBehind() {
    eventually(
        "every peer and recorder released",
        () -> {
          assertThat(server.engine.peers).isEmpty();
          assertThat(server.engine.recorders).isEmpty();
          assertThat(await(mesh.redis().run(Command.HLEN, "media:lives")).toInteger()).isZero();
        });
  }

  @AfterAll
  void stop() {
    server.close();
  }

  Published publish(Caller caller, boolean record) {
    return await(mesh.bus().ask(Media.PUBLISH, publication(caller, OFFER, record)));
  }

  static Media.Publish publication(Caller caller, String offer, boolean record) {
    return new Media.Publish(caller, offer, "Evening", record);
  }

  Answer view(Caller caller, String liveId) {
    return await(mesh.bus().ask(Media.VIEW, new Media.View(caller, liveId, OFFER)));
  }

  List<Media.Live> lives() {
    return await(mesh.bus().ask(Media.LIVES, new Media.LivesQuery(null))).items();
  }

  void candidate(Caller caller, String mediaId, String candidate) {
    Done done = await(mesh.bus().ask(Media.CANDIDATE, addition(caller, mediaId, candidate)));
    assertThat(done).isEqualTo(Done.DONE);
  }

  static Media.AddCandidate addition(Caller caller, String mediaId, String candidate) {
    return new Media.AddCandidate(caller, mediaId, new Candidate(candidate, "0", 0));
  }

  RecordingEnded recordingOf(String liveId) {
    RecordingEnded[] found = new RecordingEnded[1];
    eventually(
        "recording of " + liveId,
        () ->
            found[0] =
                recordings.stream()
                    .filter(r -> r.liveId().equals(liveId))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("announced: " + recordings)));
    return found[0];
  }

  <Q, R> Failure refusal(Endpoint<Q, R> endpoint, Q question) {
    return catchThrowableOfType(
            FailureException.class, () -> await(mesh.bus().ask(endpoint, question)))
        .failure();
  }

  static Predicate<JsonObject> state(String mediaId, String state) {
    return p -> mediaId.equals(p.getString("mediaId")) && state.equals(p.getString("state"));
  }

  static Predicate<JsonObject> ended(Published live, String reason) {
    return p -> live.liveId().equals(p.getString("liveId")) && reason.equals(p.getString("reason"));
  }
}
