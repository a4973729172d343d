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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where lives go whose media server has died. */
@ExtendWith(TestMesh.class)
class PlacementTest {
  private Mesh mesh;

  @Test
  void whatASurvivorIsToGetIsCountedBeforeItIsThere(TestMesh test) {
    try (TestMediaServer dying = new TestMediaServer();
        TestMediaServer one = new TestMediaServer();
        TestMediaServer two = new TestMediaServer()) {
      // given four lives on a server, one of them with an audience
      mesh = test.mesh();
      Map<String, String> settings =
          Map.of(
              "CASTMESH_KURENTO_URLS",
              dying.url() + "," + one.url() + "," + two.url(),
              "CASTMESH_MEDIA_LEASE",
              "2");
      RoomConfig room =
          RoomConfig.read(test.settings(Map.of("CASTMESH_ROOM_PRESENCE_LEASE", "600")));
      test.deploy(new RoomVerticle(mesh, room))
          .deploy(new MediaVerticle(mesh, MediaConfig.read(test.settings(settings))));
      TestClients clients = new TestClients(mesh);
      drain(true, one, two);
      List<Media.Restart> returns = new ArrayList<>();
      Published[] lives = new Published[4];
      for (int i = 0; i < lives.length; i++) {
        Caller presenter = clients.signIn("presenter" + i);
        lives[i] =
            await(
                mesh.bus()
                    .ask(
                        Media.PUBLISH,
                        new Media.Publish(presenter, MediaStory.OFFER, "Evening", false)));
        returns.add(new Media.Restart(presenter, lives[i].mediaId(), MediaStory.OFFER));
      }
      for (int i = 0; i < 3; i++) {
        Caller viewer = clients.signIn("viewer" + i);
        Media.View view = new Media.View(viewer, lives[0].liveId(), MediaStory.OFFER);
        await(mesh.bus().ask(Media.VIEW, view));
      }
      assertThat(dying.engine.peers).hasSize(7);
      drain(false, one, two);
      // when it dies, and the presenters return, the one with the audience first
      dying.kill();
      returns.forEach(
          back ->
              clients.awaitTold(
                  back.caller(), "media.state", p -> p.getString("state").equals("lost")));
      await(mesh.bus().ask(Media.RESTART, returns.get(0)));
      TestMediaServer crowded = one.engine.peers.isEmpty() ? two : one;
      TestMediaServer other = crowded == one ? two : one;
      returns.subList(1, 4).forEach(back -> await(mesh.bus().ask(Media.RESTART, back)));
      // then
      assertThat(crowded.engine.peers).hasSize(1);
      assertThat(other.engine.peers).hasSize(3);
      returns.forEach(back -> clients.end(back.caller()));
      eventually("released", () -> assertThat(other.engine.peers).isEmpty());
    }
  }

  private void drain(boolean on, TestMediaServer... servers) {
    for (TestMediaServer server : servers) {
      await(mesh.bus().ask(Media.DRAIN_SERVER, new Media.DrainServer(server.url(), on)));
    }
    eventually(
        "known",
        () ->
            assertThat(await(mesh.bus().ask(Media.SERVERS, new Media.ServersQuery())).items())
                .filteredOn(Media.Server::draining)
                .hasSize(on ? servers.length : 0));
  }
}
