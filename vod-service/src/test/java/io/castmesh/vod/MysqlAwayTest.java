package io.castmesh.vod;

import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.contract.Videos;
import io.castmesh.contract.Videos.Video;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestMesh.class)
class MysqlAwayTest {
  private static final long AWAY_MILLIS = 20_000;

  @Test
  void aRecordingThatEndsWhileMysqlIsAwayIsKeptAndRegisteredWhenItIsBack(TestMesh test)
      throws Exception {
    // given a vod-service whose way to MySQL can be cut
    Mesh mesh = test.mesh();
    MysqlLine line = new MysqlLine(mesh.vertx(), mesh.config().mysqlUrl());
    mesh.lifecycle().onStop("line to MySQL", line::close);
    Mesh cut = test.withMysql(line.url());
    VodStory story = new VodStory(test, cut, 2);
    Caller ann = story.online("ann");
    Video earlier = story.video(ann.user(), "earlier", 2);
    RecordingEnded live = story.live(ann.user(), "while it was away", "127.0.0.1");
    WebmFiles.make(story.file(live), 3);
    story.writeTicket(live);

    // when
    line.cut();
    story.tell(live);

    // then what cannot be stored is refused, and may be tried again
    VodStory.refused(
        Failure.UNAVAILABLE,
        mesh.bus().ask(Videos.UPDATE, new Videos.Update(ann, earlier.id(), "renamed")));
    VodStory.refused(
        Failure.UNAVAILABLE, mesh.bus().ask(Videos.DELETE, new Videos.Delete(ann, earlier.id())));
    assertThat(Failure.UNAVAILABLE.retryable()).isTrue();

    // when
    Thread.sleep(AWAY_MILLIS);
    assertThat(story.file(live)).exists();
    assertThat(story.ticket(live)).exists();
    line.join();

    // then
    Video video = story.registered(live);
    assertThat(video.title()).isEqualTo("while it was away");
    assertThat(story.of(ann.user()))
        .extracting(Video::title)
        .containsExactlyInAnyOrder("earlier", "while it was away");
    eventually(
        "the owner is told of both",
        () ->
            assertThat(story.heard)
                .filteredOn(h -> h.session().equals(ann.sessionId()))
                .filteredOn(h -> h.method().equals("video.ready"))
                .hasSize(2));
  }
}
