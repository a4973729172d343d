package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media;
import io.castmesh.contract.Presence;
import io.castmesh.contract.Presence.Alive;
import io.castmesh.contract.Presence.AliveQuery;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What presence says of clients of which no gateway tells any more. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VanishedClientTest {
  private static final Function<AliveQuery, Future<Alive>> ALL =
      query -> Future.succeededFuture(new Alive(query.sessionIds()));
  private static final Function<AliveQuery, Future<Alive>> NOBODY =
      query -> Future.succeededFuture(new Alive(List.of()));
  private static final Function<AliveQuery, Future<Alive>> AWAY =
      query -> Future.failedFuture(Failure.UNAVAILABLE.exception());

  private final TestMediaServer server = new TestMediaServer();

  /** What presence answers next; then everybody is there. */
  private final Deque<Function<AliveQuery, Future<Alive>>> script = new ArrayDeque<>();

  private Mesh mesh;

  @BeforeAll
  void start(TestMesh test) {
    mesh = test.mesh();
    await(mesh.bus().serve(Presence.ALIVE, this::answer));
    MediaConfig config =
        MediaConfig.read(
            test.settings(
                Map.of(
                    "CASTMESH_KURENTO_URLS",
                    server.url(),
                    "CASTMESH_MEDIA_PRESENCE_INTERVAL",
                    "1")));
    test.deploy(new MediaVerticle(mesh, config));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void whoIsMissingStillAfterAWhileIsGone() {
    // given
    Caller caller = connect("gone");

    // when
    synchronized (script) {
      script.addAll(Collections.nCopies(100, NOBODY));
    }

    // then
    eventually("the media is released", () -> assertThat(media(caller)).isEmpty());
    synchronized (script) {
      script.clear();
    }
  }

  @Test
  void whoIsMissingTwiceAtOnceIsThere() {
    // given
    Absences absences = new Absences(750);
    assertThat(absences.missing(Set.of("ada", "bob"), 0)).isEmpty();

    // when, then
    assertThat(absences.missing(Set.of("ada", "bob"), 5)).isEmpty();
    assertThat(absences.missing(Set.of("ada"), 700)).isEmpty();
    assertThat(absences.missing(Set.of("ada", "bob"), 1000)).containsExactly("ada");
  }

  @Test
  void whoIsMissingBeforeAndAfterNobodyCouldSayIsThere() {
    // given
    Caller caller = connect("unsure");

    // when
    play(NOBODY, AWAY, NOBODY, ALL);

    // then
    assertThat(media(caller)).hasSize(1);
    await(mesh.bus().ask(Media.CALL_END, new Media.OfCall("unsure")));
  }

  private Future<Alive> answer(AliveQuery query) {
    synchronized (script) {
      return (script.isEmpty() ? ALL : script.poll()).apply(query);
    }
  }

  @SafeVarargs
  private void play(Function<AliveQuery, Future<Alive>>... answers) {
    synchronized (script) {
      script.addAll(List.of(answers));
    }
    eventually(
        "presence has answered",
        () -> {
          synchronized (script) {
            assertThat(script).isEmpty();
          }
        });
  }

  private Caller connect(String nickname) {
    User user = new User(UUID.randomUUID().toString(), nickname, "/avatars/" + nickname);
    SessionRef session = new SessionRef(UUID.randomUUID().toString(), mesh.node());
    Caller caller = new Caller(session, user, "192.0.2.7");
    await(
        mesh.bus().ask(Media.CALL_CONNECT, new Media.JoinCall(caller, nickname, MediaStory.OFFER)));
    return caller;
  }

  private List<Media.Session> media(Caller caller) {
    return await(mesh.bus().ask(Media.LIST, new Media.Mine(caller))).items();
  }
}
