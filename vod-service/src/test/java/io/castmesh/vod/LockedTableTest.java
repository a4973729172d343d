package io.castmesh.vod;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.testing.TestMesh;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** MySQL carries out late what was given up, since something else has locked the table. */
@ExtendWith(TestMesh.class)
class LockedTableTest {
  private static VodStory story;

  @BeforeAll
  static void deploy(TestMesh test) throws IOException {
    story = new VodStory(test, 1);
  }

  @Test
  void whileNothingCanBeWrittenVideosAreListedAllTheSame() throws Exception {
    // given more recordings than there are connections
    Caller ann = story.online("ann-locked");
    List<RecordingEnded> lives = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      RecordingEnded live = story.live(ann.user(), "locked " + i, null);
      WebmFiles.make(story.file(live), 2);
      lives.add(live);
    }

    // when
    try (LockedTable locked = new LockedTable(story.mesh)) {
      lives.forEach(story::tell);

      // then
      VodStory.staysFor(Duration.ofSeconds(12), () -> assertThat(story.of(ann.user())).isEmpty());
    }

    // then
    for (RecordingEnded live : lives) {
      VodStory.makeOld(story.file(live));
      assertThat(Files.exists(story.file(live))).isTrue();
      story.registered(live);
    }
  }
}
