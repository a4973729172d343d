package io.castmesh.vod;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.contract.User;
import io.castmesh.testing.TestMesh;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/** An instance stops while it has recordings in hand. */
@ExtendWith(TestMesh.class)
class StopTest {
  private final ListAppender<ILoggingEvent> told = new ListAppender<>();

  @BeforeEach
  void listenToWhatIsTold() {
    told.start();
    log().addAppender(told);
  }

  @AfterEach
  void listenNoLonger() {
    log().detachAppender(told);
  }

  private static Logger log() {
    return (Logger) LoggerFactory.getLogger("io.castmesh.vod");
  }

  @Test
  void whatWasInHandIsGivenBackQuietlyAndRegisteredByAnother(TestMesh test) throws Exception {
    // given
    VodStory story = new VodStory(test, 0);
    VodConfig config = VodConfig.read(test.settings(Map.of("CASTMESH_VOD_SCAN_INTERVAL", "1")));
    String first = await(story.mesh.vertx().deployVerticle(new VodVerticle(story.mesh, config)));
    User ann = VodStory.user("ann-stop");
    List<RecordingEnded> lives = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      RecordingEnded live = story.live(ann, "stop " + i, null);
      WebmFiles.makeCut(story.file(live), 3, 0.7);
      lives.add(live);
    }

    // when
    lives.forEach(story::tell);
    eventually("all are in hand", () -> assertThat(claims(story)).isEqualTo(6));
    eventually("tools run", () -> assertThat(tools()).isNotEmpty());
    await(story.mesh.vertx().undeploy(first));

    // then
    assertThat(tools()).isEmpty();
    assertThat(claims(story)).isZero();
    assertThat(told.list).noneMatch(line -> line.getLevel() == Level.ERROR);

    // when
    test.deploy(new VodVerticle(story.mesh, config));

    // then
    for (RecordingEnded live : lives) {
      story.tell(live);
      story.registered(live);
    }
  }

  /** By an option: the name of the program stands behind all of the class path. */
  private static Stream<ProcessHandle> tools() {
    return ProcessHandle.current()
        .descendants()
        .filter(child -> child.info().commandLine().orElse("").contains("javacpp.cachedir"));
  }

  private static int claims(VodStory story) {
    return await(story.mesh.redis().run(Command.KEYS, "vod:claim:*")).size();
  }
}
