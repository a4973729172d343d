package io.castmesh.vod;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.contract.Nodes;
import io.castmesh.testing.TestMesh;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who works on a recording, and what becomes of it when that one does not go on. */
@ExtendWith(TestMesh.class)
class ClaimTest {
  private static VodStory story;

  @BeforeAll
  static void deploy(TestMesh test) throws IOException {
    story = new VodStory(test, 1);
    // So that others can say farewell.
    await(story.mesh.bus().join(node -> false, node -> {}));
  }

  @Test
  void whatANodeThatIsGoneHadInHandIsRegisteredAtOnce() throws Exception {
    // given
    RecordingEnded live = story.live(VodStory.user("ann-gone"), "gone", null);
    WebmFiles.make(story.file(live), 2);
    claim(live, "vod-gone/1", Duration.ofMinutes(2));

    // when
    story.tell(live);
    VodStory.staysFor(Duration.ofSeconds(3), () -> assertThat(story.of(live.owner())).isEmpty());
    await(
        story
            .mesh
            .bus()
            .ask(
                Nodes.FAREWELL.at(story.node), new Nodes.Farewell("vod-gone", Map.of(), Map.of())));
    story.tell(live);

    // then
    story.registered(live);
    eventually("its claim is given back", () -> assertThat(holder(live)).isNull());
  }

  @Test
  void whoHasLostItsClaimLeavesTheRecordingToWhoHasIt() throws Exception {
    // given
    RecordingEnded live = story.live(VodStory.user("ann-lost-claim"), "lost", null);
    WebmFiles.make(story.file(live), 2);

    // when another has it, though this one is at work
    story.tell(live);
    eventually("it is at work", () -> assertThat(holder(live)).isNotNull());
    claim(live, "vod-other/1", Duration.ofSeconds(6));

    // then
    VodStory.staysFor(Duration.ofSeconds(4), () -> assertThat(story.of(live.owner())).isEmpty());
    assertThat(story.ticket(live)).exists();

    // when the other does not go on
    eventually("its claim ends", () -> assertThat(holder(live)).isNull());
    VodStory.makeOld(story.file(live));

    // then
    story.registered(live);
  }

  private static String key(RecordingEnded live) {
    return "vod:claim:" + live.liveId();
  }

  private static Response holder(RecordingEnded live) {
    return await(story.mesh.redis().run(Command.GET, key(live)));
  }

  private static void claim(RecordingEnded live, String holder, Duration length) {
    await(story.mesh.redis().run(Command.SET, key(live), holder, "PX", length.toMillis()));
  }
}
