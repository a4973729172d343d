package io.castmesh.vod;

import static io.castmesh.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.testing.TestMesh;
import io.vertx.redis.client.Command;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestMesh.class)
class EmptiedRedisTest {
  /** Longer than a live that has ended is missed. */
  private static final Duration FORGOTTEN = Duration.ofSeconds(13);

  @Test
  void aRecordingThatGoesOnIsLeftToItsRecorderThoughRedisHasForgottenItsLive(TestMesh test)
      throws Exception {
    // given one whose presenter sends nothing at the moment
    VodStory story = new VodStory(test, 1);
    RecordingEnded live = story.live(VodStory.user("ann-emptied"), "emptied", null);
    story.livesThatGoOn.add(live.liveId());
    WebmFiles.makeCut(story.file(live), 3, 0.7);
    VodStory.makeOld(story.file(live));
    Object before = inode(story, live);
    story.writeTicket(live);
    Thread.sleep(3000);

    // when
    await(story.mesh.redis().run(Command.FLUSHALL));
    story.livesThatGoOn.clear();
    Thread.sleep(FORGOTTEN.toMillis());
    story.livesThatGoOn.add(live.liveId());

    // then
    VodStory.staysFor(
        Duration.ofSeconds(3),
        () -> {
          assertThat(story.ticket(live)).exists();
          assertThat(inode(story, live)).isEqualTo(before);
          assertThat(story.of(live.owner())).isEmpty();
        });
  }

  private static Object inode(VodStory story, RecordingEnded live) throws Exception {
    return Files.readAttributes(story.file(live), BasicFileAttributes.class).fileKey();
  }
}
