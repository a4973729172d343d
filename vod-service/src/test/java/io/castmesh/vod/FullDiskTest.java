package io.castmesh.vod;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.contract.User;
import io.castmesh.contract.Videos;
import io.castmesh.contract.Videos.Video;
import io.castmesh.testing.TestMesh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of recordings and videos when nothing can be written beside them. */
@ExtendWith(TestMesh.class)
class FullDiskTest {
  private static VodStory story;

  @BeforeAll
  static void deploy(TestMesh test) throws IOException {
    story = new VodStory(test, 1);
  }

  @Test
  void aRecordingWhoseRepairedCopyCannotBeCreatedIsKept() throws Exception {
    // given a small one, whose name leaves no room for that of a copy
    RecordingEnded live = unrepairable("full");
    assertThat(Files.size(story.file(live))).isLessThan(64 * 1024);
    long before = processed();

    // when
    story.tell(live);

    // then
    eventually(
        "the tool has tried",
        Duration.ofSeconds(30),
        () -> assertThat(processed()).isGreaterThan(before));
    VodStory.staysFor(
        Duration.ofSeconds(1),
        () -> {
          assertThat(story.file(live)).exists();
          assertThat(story.ticket(live)).exists();
        });
    story.forget(live);
  }

  @Test
  void whatFailedIsNotTriedAgainAsOftenAsItIsTold() throws Exception {
    // given
    RecordingEnded live = unrepairable("again");
    long before = processed();

    // when it is told as by many instances of media-service
    for (int i = 0; i < 50; i++) {
      story.tell(live);
      Thread.sleep(100);
    }

    // then
    eventually("it was tried", () -> assertThat(processed()).isGreaterThan(before));
    assertThat(processed() - before).isLessThanOrEqualTo(2);
    story.forget(live);
  }

  @Test
  void theHalfCopiesOfAToolThatWasKilledGoWithTheNextRegistration() throws Exception {
    // given, beside the ticket of another that is just being written
    RecordingEnded live = story.live(VodStory.user("ann-parts"), "parts", null);
    WebmFiles.makeCut(story.file(live), 3, 0.7);
    Path copy = Files.write(story.folder.resolve(live.file() + ".77.part"), new byte[9]);
    Path picture = Files.write(story.folder.resolve(live.liveId() + ".jpg.77.part"), new byte[9]);
    Path ticket = Files.write(story.folder.resolve(live.liveId() + "-24711.part"), new byte[9]);

    // when
    story.tell(live);
    story.registered(live);

    // then
    assertThat(copy).doesNotExist();
    assertThat(picture).doesNotExist();
    assertThat(ticket).exists();
  }

  @Test
  void aVideoCanBeDeletedThoughNoNoteOfItCanBeWritten() throws Exception {
    // given
    Caller ann = story.online("ann-note");
    Video video = story.video(ann.user(), "note", 2);
    Path file = story.folder.resolve(video.liveId() + ".webm");
    Path note = Files.createDirectory(Path.of(file + ".deleted"));

    // when
    await(story.mesh.bus().ask(Videos.DELETE, new Videos.Delete(ann, video.id())));

    // then
    assertThat(story.of(ann.user())).isEmpty();
    assertThat(file).doesNotExist();
    assertThat(note).doesNotExist();
  }

  /** A recording that was cut short, and of which no repaired copy can be made. */
  private static RecordingEnded unrepairable(String name) throws IOException {
    User ann = VodStory.user("ann-" + name);
    RecordingEnded told = story.live(ann, name, null);
    String file = told.liveId() + "x".repeat(250 - told.file().length()) + ".webm";
    RecordingEnded live =
        new RecordingEnded(
            told.liveId(), ann, name, file, told.startedAt(), told.endedAt(), told.address());
    WebmFiles.makeCut(story.file(live), 2, 0.4);
    return live;
  }

  private static long processed() {
    return story.mesh.metrics().get("castmesh.vod.processing").timer().count();
  }
}
