package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Published;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Instances that are not all connected to the same media servers. */
@ExtendWith(TestMesh.class)
class ReachTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @Test
  void whoCanReachItsMediaServerGoesOnWithALive(TestMesh test) {
    try (TestMediaServer one = new TestMediaServer();
        TestMediaServer two = new TestMediaServer()) {
      // given a live on a server that several instances do not know
      Mesh mesh = test.mesh();
      RoomConfig room =
          RoomConfig.read(test.settings(Map.of("CASTMESH_ROOM_PRESENCE_LEASE", "600")));
      test.deploy(new RoomVerticle(mesh, room));
      TestClients clients = new TestClients(mesh);
      String first = deploy(test, two.url());
      Caller presenter = clients.signIn("ada");
      Published live =
          await(
              mesh.bus()
                  .ask(
                      Media.PUBLISH,
                      new Media.Publish(presenter, MediaStory.OFFER, "Evening", false)));
      for (int i = 0; i < 7; i++) {
        deploy(test, one.url());
      }
      deploy(test, one.url() + "," + two.url());
      // when
      Future<Void> stopped = mesh.vertx().undeploy(first);
      eventually("stopped", SOON, () -> assertThat(stopped.succeeded()).isTrue());
      // then
      eventually("it goes on", () -> assertThat(media(mesh, presenter)).hasSize(1));
      assertThat(media(mesh, presenter).get(0).mediaId()).isEqualTo(live.mediaId());
      assertThat(clients.of(presenter, "media.state"))
          .noneMatch(event -> event.params().getString("state").equals("lost"));
      assertThat(two.engine.peers).hasSize(1);
      await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, live.liveId())));
    }
  }

  private static String deploy(TestMesh test, String servers) {
    MediaConfig config =
        MediaConfig.read(
            test.settings(Map.of("CASTMESH_KURENTO_URLS", servers, "CASTMESH_MEDIA_LEASE", "2")));
    return await(test.mesh().vertx().deployVerticle(new MediaVerticle(test.mesh(), config)));
  }

  private static List<Media.Session> media(Mesh mesh, Caller caller) {
    return await(mesh.bus().ask(Media.LIST, new Media.Mine(caller))).items();
  }
}
