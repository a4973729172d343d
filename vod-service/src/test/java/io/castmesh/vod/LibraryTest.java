package io.castmesh.vod;

import static io.castmesh.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.User;
import io.castmesh.contract.Videos;
import io.castmesh.contract.Videos.Location;
import io.castmesh.contract.Videos.Query;
import io.castmesh.contract.Videos.Video;
import io.castmesh.testing.TestMesh;
import io.castmesh.vod.library.VideoStore;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestMesh.class)
class LibraryTest {
  private static final Instant DAY = Instant.parse("2026-03-01T00:00:00Z");
  private static final User ANN = VodStory.user("ann");
  private static final User BOB = VodStory.user("Bob");
  private static VodStory story;

  @BeforeAll
  static void aLibraryOfSix(TestMesh test) throws IOException {
    story = new VodStory(test, 1);
    store(ANN, "Morning run", 0, 10, new Location("中国", "江苏省", "南京市"));
    store(ANN, "Evening run", 1, 100, new Location("中国", "北京", "北京市"));
    store(BOB, "100% cotton", 2, 1000, null);
    store(BOB, "a_b", 3, 2000, new Location("英国", null, null));
    store(BOB, "axb", 4, 3000, null);
    store(BOB, "' OR 1=1 --", 5, 4000, null);
  }

  private static void store(User owner, String title, int day, double seconds, Location place) {
    String id = UUID.randomUUID().toString();
    await(
        new VideoStore(story.mesh.mysql())
            .insert(
                new VideoStore.Row(
                    id,
                    "live-" + id,
                    owner,
                    title,
                    DAY.plusSeconds(day * 86_400L),
                    seconds,
                    place,
                    1,
                    id + ".webm")));
  }

  @Test
  void theNewestComeFirstInPagesWithTheTotal() {
    // given, when
    Videos.Page first = story.list(query(b -> {}, 0, 4));
    Videos.Page second = story.list(query(b -> {}, 1, 4));

    // then
    assertThat(first.total()).isEqualTo(6);
    assertThat(second.total()).isEqualTo(6);
    assertThat(titles(first)).containsExactly("' OR 1=1 --", "axb", "a_b", "100% cotton");
    assertThat(titles(second)).containsExactly("Evening run", "Morning run");
  }

  @Test
  void everyFilterNarrowsAndTheyAddUp() {
    assertThat(found(b -> b.from = DAY.plusSeconds(4 * 86_400L)))
        .containsExactly("' OR 1=1 --", "axb");
    assertThat(found(b -> b.to = DAY.plusSeconds(86_400L))).containsExactly("Morning run");
    assertThat(found(b -> b.min = 3000.0)).containsExactly("' OR 1=1 --", "axb");
    assertThat(found(b -> b.max = 100.0)).containsExactly("Evening run", "Morning run");
    assertThat(found(b -> b.location = "江苏")).containsExactly("Morning run");
    assertThat(found(b -> b.location = "中国 北京")).containsExactly("Evening run");
    assertThat(found(b -> b.location = "英国")).containsExactly("a_b");
    assertThat(found(b -> b.nickname = "bob")).hasSize(4);
    assertThat(found(b -> b.nickname = "bo")).isEmpty();
    assertThat(found(b -> b.words = "RUN")).containsExactly("Evening run", "Morning run");
    assertThat(found(b -> b.words = "run even")).containsExactly("Evening run");
    assertThat(
            found(
                b -> {
                  b.words = "run";
                  b.max = 50.0;
                }))
        .containsExactly("Morning run");
  }

  @Test
  void whatLooksLikeAPatternOrSqlIsOnlyText() {
    assertThat(found(b -> b.words = "%")).containsExactly("100% cotton");
    assertThat(found(b -> b.words = "a_b")).containsExactly("a_b");
    assertThat(found(b -> b.words = "'")).containsExactly("' OR 1=1 --");
    assertThat(found(b -> b.nickname = "' OR '1'='1")).isEmpty();
    assertThat(found(b -> b.words = "\\")).isEmpty();
  }

  @Test
  void aPageThatCannotBeIsRefused() {
    VodStory.refused(
        Failure.INVALID_REQUEST, story.mesh.bus().ask(Videos.LIST, query(b -> {}, -1, 10)));
    VodStory.refused(
        Failure.INVALID_REQUEST, story.mesh.bus().ask(Videos.LIST, query(b -> {}, 0, 101)));
    VodStory.refused(
        Failure.INVALID_REQUEST, story.mesh.bus().ask(Videos.LIST, query(b -> {}, 0, 0)));
  }

  @Test
  void onlyItsOwnerMayRenameOrDeleteAVideo() throws Exception {
    // given
    Caller eve = story.online("eve");
    Caller dan = story.online("dan");
    Video video = story.video(dan.user(), "before", 2);
    var file = story.folder.resolve(video.liveId() + ".webm");

    // when, then: a stranger
    VodStory.refused(
        Failure.FORBIDDEN,
        story.mesh.bus().ask(Videos.UPDATE, new Videos.Update(eve, video.id(), "mine")));
    VodStory.refused(
        Failure.FORBIDDEN, story.mesh.bus().ask(Videos.DELETE, new Videos.Delete(eve, video.id())));
    assertThat(file).exists();

    // when, then: titles that cannot be
    for (String title : new String[] {null, "", "  ", "x".repeat(201)}) {
      VodStory.refused(
          Failure.INVALID_REQUEST,
          story.mesh.bus().ask(Videos.UPDATE, new Videos.Update(dan, video.id(), title)));
    }

    // when, then: the owner renames
    String title = "😀".repeat(200);
    assertThat(
            await(story.mesh.bus().ask(Videos.UPDATE, new Videos.Update(dan, video.id(), title)))
                .title())
        .isEqualTo(title);

    // when the owner deletes
    await(story.mesh.bus().ask(Videos.DELETE, new Videos.Delete(dan, video.id())));

    // then nothing is left
    VodStory.refused(
        Failure.VIDEO_NOT_FOUND, story.mesh.bus().ask(Videos.GET, new Videos.ById(video.id())));
    VodStory.refused(
        Failure.VIDEO_NOT_FOUND, story.mesh.bus().ask(Videos.SOURCE, new Videos.ById(video.id())));
    VodStory.refused(
        Failure.VIDEO_NOT_FOUND,
        story.mesh.bus().ask(Videos.DELETE, new Videos.Delete(dan, video.id())));
    try (var files = Files.list(story.folder)) {
      assertThat(files.filter(f -> f.toString().contains(video.liveId()))).isEmpty();
    }
  }

  private static final class Filter {
    private Instant from;
    private Instant to;
    private Double min;
    private Double max;
    private String location;
    private String nickname;
    private String words;
  }

  private static Query query(java.util.function.Consumer<Filter> change, int page, int size) {
    Filter f = new Filter();
    change.accept(f);
    return new Query(
        f.from,
        f.to == null ? DAY.plusSeconds(30 * 86_400L) : f.to,
        f.min,
        f.max,
        f.location,
        f.nickname,
        f.words,
        page,
        size);
  }

  private static List<String> found(java.util.function.Consumer<Filter> change) {
    return titles(story.list(query(change, 0, 100)));
  }

  private static List<String> titles(Videos.Page page) {
    return page.items().stream().map(Video::title).toList();
  }
}
