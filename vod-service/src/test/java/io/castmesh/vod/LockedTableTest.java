package io.castmesh.vod;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.contract.Caller;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.contract.Videos;
import io.castmesh.contract.Videos.Video;
import io.castmesh.testing.TestMesh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  @Test
  void theOwnerIsToldOnceOfAVideoThatIsStoredLate() throws Exception {
    // given
    Caller ann = story.online("ann-told");
    RecordingEnded live = story.live(ann.user(), "told", null);
    WebmFiles.make(story.file(live), 2);

    // when its registration is given up before it is carried out
    try (LockedTable locked = new LockedTable(story.mesh)) {
      story.tell(live);
      Thread.sleep(9000);
    }
    story.tell(live);
    story.registered(live);

    // then
    eventually("the owner is told", () -> assertThat(ready(ann)).isEqualTo(1));
    story.tell(live);
    VodStory.staysFor(Duration.ofSeconds(2), () -> assertThat(ready(ann)).isEqualTo(1));
  }

  private static long ready(Caller owner) {
    return story.heard.stream()
        .filter(h -> h.session().equals(owner.sessionId()) && h.method().equals("video.ready"))
        .count();
  }

  @Test
  void aDeletionThatIsCarriedOutLateLeavesNothing() throws Exception {
    // given
    Caller ann = story.online("ann-late");
    Video video = story.video(ann.user(), "late", 2);
    Path file = story.folder.resolve(video.liveId() + ".webm");
    Path note = Path.of(file + ".deleted");

    // when it is refused, and rounds pass
    try (LockedTable locked = new LockedTable(story.mesh)) {
      assertThatThrownBy(
              () -> await(story.mesh.bus().ask(Videos.DELETE, new Videos.Delete(ann, video.id()))))
          .isInstanceOf(FailureException.class);
      Thread.sleep(3000);
      assertThat(story.of(ann.user())).hasSize(1);
    }

    // then
    eventually(
        "nothing is left",
        () -> {
          assertThat(story.of(ann.user())).isEmpty();
          assertThat(file).doesNotExist();
          assertThat(note).doesNotExist();
        });
  }

  @Test
  void aVideoThatIsBeingDeletedIsNotRegisteredAgain() throws Exception {
    // given its row is gone and its file not yet
    RecordingEnded live = story.live(VodStory.user("ann-twice"), "twice", null);
    WebmFiles.make(story.file(live), 2);
    Path note = Files.createFile(Path.of(story.file(live) + ".deleted"));

    // when
    story.tell(live);

    // then
    VodStory.staysFor(Duration.ofSeconds(4), () -> assertThat(story.of(live.owner())).isEmpty());
    Files.delete(note);
    story.forget(live);
  }
}
