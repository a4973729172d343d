package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.Published;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** A media server whose connections stand but that says nothing any more: the worst kind. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FrozenServerTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final TestMediaServer server = new TestMediaServer();
  private final FreezingProxy proxy = new FreezingProxy(server.url());
  private Mesh mesh;
  private TestClients clients;

  @BeforeAll
  void start(TestMesh test) {
    mesh = test.mesh();
    MediaConfig config =
        MediaConfig.read(
            test.settings(
                Map.of(
                    "CASTMESH_KURENTO_URLS", proxy.url(),
                    "CASTMESH_MEDIA_LEASE", "2",
                    "CASTMESH_MEDIA_WORKERS", "2",
                    "CASTMESH_MEDIA_CALL_DEADLINE", "2",
                    "CASTMESH_MEDIA_PING_INTERVAL", "1")));
    RoomConfig room = RoomConfig.read(test.settings(Map.of("CASTMESH_ROOM_PRESENCE_LEASE", "600")));
    test.deploy(new RoomVerticle(mesh, room)).deploy(new MediaVerticle(mesh, config));
    clients = new TestClients(mesh);
  }

  @AfterAll
  void stop() {
    proxy.close();
    server.close();
  }

  @Test
  void callersAreAnsweredThePresenterIsToldAndTheServerIsUsedAgainLater() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller other = clients.signIn("bob");
    Published live = publish(presenter);
    // when
    proxy.freeze();
    FailureException refused = catchThrowableOfType(FailureException.class, () -> publish(other));
    // then
    assertThat(refused).isNotNull();
    assertThat(refused.failure()).isEqualTo(Failure.MEDIA_UNAVAILABLE);
    clients.awaitTold(
        presenter,
        "media.state",
        p -> p.getString("mediaId").equals(live.mediaId()) && p.getString("state").equals("lost"));
    clients.awaitBroadcast(
        "live.ended",
        SOON,
        p ->
            p.getString("liveId").equals(live.liveId())
                && p.getString("reason").equals("media_server_lost"));
    // when
    proxy.thaw();
    // then
    Published[] again = new Published[1];
    eventually("publishing works again", SOON, () -> again[0] = publish(presenter));
    await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, again[0].liveId())));
    eventually(
        "what the server still held of the lost live is released",
        SOON,
        () -> assertThat(server.engine.peers).isEmpty());
  }

  @Test
  void aServerThatHangsUpWhileItIsConnectedToIsUsedAgainLater() {
    // given
    Caller presenter = clients.signIn("ada");
    // when
    proxy.hangUp(true);
    eventually("tried often", SOON, () -> assertThat(proxy.ended).hasValueGreaterThan(5));
    proxy.hangUp(false);
    // then
    Published[] live = new Published[1];
    eventually("publishing works again", SOON, () -> live[0] = publish(presenter));
    await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, live[0].liveId())));
  }

  @Test
  void aCallWhosePlaceCouldNotBeMadeGetsAnother() {
    // given a call that has lost its media server
    Caller ada = clients.signIn("ada");
    Caller bob = clients.signIn("bob");
    Answer adas = connect(ada);
    proxy.hangUp(true);
    clients.awaitTold(ada, "media.state", p -> p.getString("state").equals("lost"));
    eventually("no server is up", SOON, () -> assertThat(up()).isZero());
    proxy.hangUp(false);
    eventually("the server is up", SOON, () -> assertThat(up()).isOne());
    // when a return comes to nothing
    proxy.freeze();
    FailureException refused =
        catchThrowableOfType(
            FailureException.class,
            () ->
                await(
                    mesh.bus()
                        .ask(
                            Media.RESTART,
                            new Media.Restart(ada, adas.mediaId(), MediaStory.OFFER))));
    proxy.thaw();
    // then
    assertThat(refused.failure()).isEqualTo(Failure.MEDIA_UNAVAILABLE);
    connect(bob);
    await(mesh.bus().ask(Media.CALL_END, new Media.OfCall("c1")));
  }

  private Answer connect(Caller caller) {
    return await(
        mesh.bus().ask(Media.CALL_CONNECT, new Media.JoinCall(caller, "c1", MediaStory.OFFER)));
  }

  private double up() {
    return mesh.metrics().get("castmesh.media.servers").tag("state", "up").gauge().value();
  }

  private Published publish(Caller caller) {
    return await(
        mesh.bus()
            .ask(Media.PUBLISH, new Media.Publish(caller, MediaStory.OFFER, "Evening", false)));
  }
}
