package io.castmesh.vod;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.contract.User;
import io.castmesh.contract.Videos;
import io.castmesh.contract.Videos.Location;
import io.castmesh.contract.Videos.Video;
import io.castmesh.testing.TestMesh;
import io.castmesh.vod.recording.Mp4Layout;
import io.castmesh.vod.recording.WebmLayout;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of recordings, with two instances of vod-service on one folder. */
@ExtendWith(TestMesh.class)
class RecordingTest {
  private static VodStory story;

  @BeforeAll
  static void deploy(TestMesh test) throws IOException {
    story = new VodStory(test, 2);
  }

  @Test
  void aRecordingThatHasEndedIsListedOnceAndItsOwnerIsTold() throws Exception {
    // given
    Caller ann = story.online("ann");
    RecordingEnded live = story.live(ann.user(), "晚上好 😀", "127.0.0.1");
    WebmFiles.make(story.file(live), 3);
    story.writeTicket(live);

    // when media-service tells it until it is heard
    story.tell(live);
    story.tell(live);
    Video video = story.registered(live);
    story.tell(live);

    // then
    assertThat(video.title()).isEqualTo("晚上好 😀");
    assertThat(video.owner()).isEqualTo(ann.user());
    assertThat(video.recordedAt()).isEqualTo(live.startedAt());
    assertThat(video.durationSeconds()).isCloseTo(3, within(0.2));
    assertThat(video.location()).isNull();
    assertThat(video.sizeBytes()).isEqualTo(Files.size(story.file(live)));
    assertThat(video.contentUrl()).isEqualTo("/api/v1/videos/" + video.id() + "/content");
    eventually(
        "the owner is told",
        () ->
            assertThat(story.heard)
                .filteredOn(h -> h.session().equals(ann.sessionId()))
                .singleElement()
                .satisfies(
                    h -> {
                      assertThat(h.method()).isEqualTo("video.ready");
                      assertThat(h.params().getJsonObject("video").getString("id"))
                          .isEqualTo(video.id());
                    }));
    BufferedImage thumbnail = ImageIO.read(thumbnail(live).toFile());
    assertThat(thumbnail.getWidth()).isEqualTo(640);
    assertThat(thumbnail.getHeight()).isEqualTo(480);
    Thread.sleep(1500);
    assertThat(story.of(ann.user())).hasSize(1);
  }

  @Test
  void aRecordingThatWasKilledHalfWayIsRepairedUntilItPlaysAndSeeks() throws Exception {
    // given
    User ann = VodStory.user("ann-cut");
    RecordingEnded live = story.live(ann, "cut", null);
    WebmFiles.makeCut(story.file(live), 6, 0.6);
    assertThat(WebmLayout.read(story.file(live)).seekable()).isFalse();

    // when
    story.tell(live);
    Video video = story.registered(live);

    // then
    assertThat(WebmLayout.read(story.file(live)).seekable()).isTrue();
    assertThat(video.durationSeconds()).isBetween(2.5, 4.5);
    assertThat(video.sizeBytes()).isEqualTo(Files.size(story.file(live)));
    assertThat(ImageIO.read(thumbnail(live).toFile())).isNotNull();
    assertThat(leftovers(live)).isEmpty();
  }

  @Test
  void anMp4OfAKilledRecorderIsRepairedAndListedToo() throws Exception {
    // given: fragments, the last of them cut off, and no index
    User ann = VodStory.user("ann-mp4");
    RecordingEnded told = story.live(ann, "mp4", null);
    String name = told.liveId() + ".mp4";
    RecordingEnded live =
        new RecordingEnded(told.liveId(), ann, "mp4", name, told.startedAt(), told.endedAt(), null);
    Mp4Files.makeCut(story.file(live), 6, 0.6);
    assertThat(Mp4Layout.read(story.file(live)).fragmented()).isTrue();
    assertThat(Mp4Layout.read(story.file(live)).seekable()).isFalse();

    // when
    story.tell(live);
    Video video = story.registered(live);

    // then
    assertThat(Mp4Layout.read(story.file(live)).seekable()).isTrue();
    assertThat(video.durationSeconds()).isBetween(2.0, 5.0);
    assertThat(ImageIO.read(thumbnail(live).toFile())).isNotNull();
    assertThat(leftovers(live)).isEmpty();
  }

  @Test
  void whatIsShorterThanASecondIsNotKept() throws Exception {
    // given
    User ann = VodStory.user("ann-short");
    RecordingEnded tooShort = story.live(ann, "short", null);
    WebmFiles.make(story.file(tooShort), 0.6);
    story.writeTicket(tooShort);
    RecordingEnded empty = story.live(ann, "empty", null);
    Files.createFile(story.file(empty));
    story.writeTicket(empty);

    // when
    story.tell(tooShort);
    story.tell(empty);

    // then
    for (RecordingEnded live : new RecordingEnded[] {tooShort, empty}) {
      eventually(
          "nothing is left",
          () -> {
            assertThat(story.file(live)).doesNotExist();
            assertThat(story.ticket(live)).doesNotExist();
            assertThat(thumbnail(live)).doesNotExist();
          });
    }
    assertThat(story.of(ann)).isEmpty();
  }

  @Test
  void whatCannotBeReadThoughItIsLargeIsPutAsideForAPerson() throws Exception {
    // given
    User ann = VodStory.user("ann-broken");
    RecordingEnded live = story.live(ann, "noise", null);
    byte[] noise = new byte[200_000];
    new java.util.Random(7).nextBytes(noise);
    Files.write(story.file(live), noise);

    // when
    story.tell(live);

    // then
    eventually(
        "it stands aside",
        () -> {
          assertThat(story.folder.resolve(live.file() + ".broken")).exists();
          assertThat(story.file(live)).doesNotExist();
          assertThat(story.ticket(live)).doesNotExist();
        });
    assertThat(story.of(ann)).isEmpty();
  }

  @Test
  void aRecordingWhoseEndNobodyToldIsFoundByItsTicket() throws Exception {
    // given
    User ann = VodStory.user("ann-lost");
    RecordingEnded live = story.live(ann, "lost", "114.114.114.114");
    WebmFiles.make(story.file(live), 2);
    VodStory.makeOld(story.file(live));

    // when
    story.writeTicket(live);
    Video video = story.registered(live);

    // then
    assertThat(video.owner()).isEqualTo(ann);
    assertThat(video.location()).isEqualTo(new Location("中国", "江苏省", "南京市"));
  }

  @Test
  void aRecordingThatGoesOnIsLeftAlone() throws Exception {
    // given one that is listed as live, and one that was written a moment ago
    User ann = VodStory.user("ann-live");
    RecordingEnded listed = story.live(ann, "listed", null);
    WebmFiles.make(story.file(listed), 2);
    VodStory.makeOld(story.file(listed));
    story.livesThatGoOn.add(listed.liveId());
    RecordingEnded young = story.live(ann, "young", null);
    WebmFiles.make(story.file(young), 2);

    // when
    story.writeTicket(listed);
    story.writeTicket(young);
    Thread.sleep(3500);

    // then
    assertThat(story.of(ann)).isEmpty();
    assertThat(story.ticket(listed)).exists();
    assertThat(story.ticket(young)).exists();

    // when
    story.livesThatGoOn.remove(listed.liveId());
    VodStory.makeOld(story.file(young));

    // then
    story.registered(listed);
    story.registered(young);
  }

  @Test
  void whileMysqlCannotStoreARecordingItWaitsAndIsRegisteredLater() throws Exception {
    // given
    User ann = VodStory.user("ann-waits");
    RecordingEnded live = story.live(ann, "waits", null);
    WebmFiles.make(story.file(live), 2);
    await(story.mesh.mysql().query("RENAME TABLE videos TO videos_away").execute());

    // when
    story.tell(live);
    eventually("its ticket is kept", () -> assertThat(story.ticket(live)).exists());
    Thread.sleep(1000);
    await(story.mesh.mysql().query("RENAME TABLE videos_away TO videos").execute());

    // then
    VodStory.makeOld(story.file(live));
    assertThat(story.registered(live).durationSeconds()).isCloseTo(2, within(0.2));
  }

  @Test
  void aTicketThatLeadsOutOfTheFolderLeadsNowhere() throws Exception {
    // given
    User eve = VodStory.user("eve");
    Path outside = story.folder.resolveSibling("outside.webm");
    WebmFiles.make(outside, 2);
    VodStory.makeOld(outside);
    RecordingEnded live = story.live(eve, "stolen", null);
    RecordingEnded stolen =
        new RecordingEnded(
            live.liveId(),
            eve,
            "stolen",
            "../outside.webm",
            live.startedAt(),
            live.endedAt(),
            null);

    // when another recording waits beside it
    story.writeTicket(stolen);
    story.tell(stolen);
    RecordingEnded honest = story.live(VodStory.user("dan"), "honest", null);
    WebmFiles.make(story.file(honest), 2);
    VodStory.makeOld(story.file(honest));
    story.writeTicket(honest);

    // then
    story.registered(honest);
    assertThat(story.of(eve)).isEmpty();
    assertThat(outside).exists();

    // when it has made no sense for a while
    VodStory.makeOld(story.ticket(stolen));

    // then
    eventually("the ticket stands aside", () -> assertThat(story.ticket(stolen)).doesNotExist());
  }

  @Test
  void aTicketWhoseRecordingNeverCameIsPutAsideAndCounted() throws Exception {
    // given
    RecordingEnded live = story.live(VodStory.user("ann-missing"), "missing", null);

    // when
    story.writeTicket(live);
    VodStory.makeOld(story.ticket(live));

    // then
    eventually(
        "it stands aside",
        () -> {
          assertThat(story.folder.resolve(live.liveId() + ".json.broken")).exists();
          assertThat(story.ticket(live)).doesNotExist();
        });
    assertThat(
            story
                .mesh
                .metrics()
                .get("castmesh.vod.recordings")
                .tag("outcome", "missing")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void aRecordingIsFoundAmongThousandsOfOtherThings() throws Exception {
    // given many more than one round looks at, all of them first
    Path[] others = new Path[5000];
    for (int i = 0; i < others.length; i++) {
      others[i] = Files.createFile(story.folder.resolve("!" + i + ".part"));
    }
    RecordingEnded live = story.live(VodStory.user("ann-many"), "many", null);
    WebmFiles.make(story.file(live), 2);
    VodStory.makeOld(story.file(live));

    // when
    story.writeTicket(live);

    // then
    story.registered(live);
    for (Path other : others) {
      Files.delete(other);
    }
  }

  @Test
  void aDeletionThatWasCutShortIsFinished() throws Exception {
    // given one whose row is gone and one whose row still stands
    User ann = VodStory.user("ann-doomed");
    Video gone = story.video(ann, "gone", 2);
    Video stands = story.video(ann, "stands", 2);
    Path goneFile = story.folder.resolve(gone.liveId() + ".webm");
    Path standsFile = story.folder.resolve(stands.liveId() + ".webm");
    await(story.mesh.mysql().query("DELETE FROM videos WHERE id = '" + gone.id() + "'").execute());

    // when
    Files.writeString(Path.of(goneFile + ".deleted"), gone.liveId());
    Files.writeString(Path.of(standsFile + ".deleted"), stands.liveId());

    // then
    eventually(
        "both notes are settled",
        () -> {
          assertThat(goneFile).doesNotExist();
          assertThat(standsFile).doesNotExist();
          assertThat(Path.of(goneFile + ".deleted")).doesNotExist();
          assertThat(Path.of(standsFile + ".deleted")).doesNotExist();
        });
    for (Video video : new Video[] {gone, stands}) {
      VodStory.refused(
          Failure.VIDEO_NOT_FOUND, story.mesh.bus().ask(Videos.GET, new Videos.ById(video.id())));
    }
  }

  private static Path thumbnail(RecordingEnded live) {
    return story.folder.resolve(live.liveId() + ".jpg");
  }

  private static Stream<Path> leftovers(RecordingEnded live) throws IOException {
    try (Stream<Path> files = Files.list(story.folder)) {
      return files
          .filter(f -> f.getFileName().toString().startsWith(live.liveId()))
          .filter(f -> f.toString().endsWith(".part") || f.toString().endsWith(".json"))
          .toList()
          .stream();
    }
  }
}
