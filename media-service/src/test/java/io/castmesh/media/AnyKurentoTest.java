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
import io.castmesh.contract.Media.Candidate;
import io.castmesh.contract.Media.Published;
import io.castmesh.medianode.MediaNode;
import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.kurento.client.KurentoClient;

/**
 * The same against any media server: the embedded one with its real engine, or those that {@code
 * CASTMESH_KURENTO_URLS} names, with an offer that Chromium once made. No media flows here; that is
 * what the end-to-end tests are for.
 */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnyKurentoTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final Vertx vertx = Vertx.vertx();
  private String offer;
  private Mesh mesh;
  private TestClients clients;
  private KurentoClient observer;

  @BeforeAll
  void start(TestMesh test) throws IOException {
    try (InputStream in = AnyKurentoTest.class.getResourceAsStream("/offer-of-chromium.sdp")) {
      offer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    mesh = test.mesh();
    String url = System.getenv("CASTMESH_KURENTO_URLS");
    if (url == null || url.isBlank()) {
      MediaNodeConfig config = MediaNodeConfig.LOOPBACK;
      MediaNode node = await(MediaNode.start(vertx, config));
      url = "ws://127.0.0.1:" + node.controlPort() + "/kurento";
    }
    MediaConfig config = MediaConfig.read(test.settings(Map.of("CASTMESH_KURENTO_URLS", url)));
    RoomConfig room = RoomConfig.read(test.settings(Map.of("CASTMESH_ROOM_PRESENCE_LEASE", "600")));
    test.deploy(new RoomVerticle(mesh, room)).deploy(new MediaVerticle(mesh, config));
    clients = new TestClients(mesh);
    observer = KurentoClient.create(url);
  }

  @AfterAll
  void stop() {
    observer.destroy();
    await(vertx.close());
  }

  @Test
  void aLiveIsPublishedWatchedRestartedAndStopped() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller viewer = clients.signIn("bob");
    // when
    Published live =
        await(mesh.bus().ask(Media.PUBLISH, new Media.Publish(presenter, offer, "Evening", true)));
    Answer viewing =
        await(mesh.bus().ask(Media.VIEW, new Media.View(viewer, live.liveId(), offer)));
    // then
    assertThat(live.sdpAnswer()).startsWith("v=0").contains("m=video");
    assertThat(viewing.sdpAnswer()).startsWith("v=0").contains("m=video");
    clients.awaitTold(
        presenter,
        "media.candidate",
        p -> p.getJsonObject("candidate").getString("candidate").startsWith("candidate:"));
    clients.awaitTold(presenter, "live.viewerJoined", p -> true);
    // when
    await(
        mesh.bus()
            .ask(
                Media.CANDIDATE,
                new Media.AddCandidate(
                    presenter,
                    live.mediaId(),
                    new Candidate("candidate:1 1 udp 2122260223 127.0.0.1 9 typ host", "0", 0))));
    Answer again =
        await(mesh.bus().ask(Media.RESTART, new Media.Restart(presenter, live.mediaId(), offer)));
    // then
    assertThat(again.sdpAnswer()).isNotEqualTo(live.sdpAnswer());
    // when
    await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, live.liveId())));
    // then
    nothingOfOursIsLeft();
  }

  @Test
  void bothSidesOfACallAreAnswered() {
    // given
    Caller ada = clients.signIn("ada");
    Caller bob = clients.signIn("bob");
    // when
    Answer adas = await(mesh.bus().ask(Media.CALL_CONNECT, new Media.JoinCall(ada, "c", offer)));
    Answer bobs = await(mesh.bus().ask(Media.CALL_CONNECT, new Media.JoinCall(bob, "c", offer)));
    // then
    assertThat(List.of(adas.sdpAnswer(), bobs.sdpAnswer())).allMatch(sdp -> sdp.startsWith("v=0"));
    await(mesh.bus().ask(Media.CALL_END, new Media.OfCall("c")));
    nothingOfOursIsLeft();
  }

  @Test
  void anOfferThatCannotBeAnsweredLeavesNothingBehind() {
    // given
    Caller presenter = clients.signIn("eve");
    String broken = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video nonsense\r\n";
    // when / then
    FailureException refused =
        catchThrowableOfType(
            FailureException.class,
            () ->
                await(
                    mesh.bus()
                        .ask(Media.PUBLISH, new Media.Publish(presenter, broken, null, true))));
    assertThat(refused).isNotNull();
    assertThat(refused.failure()).isEqualTo(Failure.INVALID_SDP);
    nothingOfOursIsLeft();
  }

  private void nothingOfOursIsLeft() {
    eventually(
        "no pipeline of castmesh on the media server",
        SOON,
        () ->
            assertThat(
                    observer.getServerManager().getPipelines().stream()
                        .map(pipeline -> pipeline.getName())
                        .filter(name -> name.startsWith("castmesh/")))
                .isEmpty());
  }
}
