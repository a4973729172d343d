package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.castmesh.medianode.MediaNode;
import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.engine.play.Ffmpeg;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kurento.client.KurentoClient;
import org.kurento.client.MediaPipeline;
import org.kurento.client.PlayerEndpoint;
import org.kurento.client.RecorderEndpoint;
import org.kurento.client.UriEndpointState;
import org.kurento.client.VideoInfo;
import org.kurento.client.internal.server.KurentoServerException;

/** Kurento's own client plays recordings; what it sees is what a Kurento server shows it. */
class PlayerEndpointTest {
  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  @TempDir Path folder;
  @TempDir Path elsewhere;
  private MediaNode node;
  private KurentoClient client;
  private MediaPipeline pipeline;

  @BeforeEach
  void start() throws Exception {
    MediaNodeConfig config = MediaNodeConfig.LOOPBACK.withPlayableFolders(List.of(folder));
    node = MediaNode.start(vertx, config).await(30, TimeUnit.SECONDS);
    client = KurentoClient.create("ws://127.0.0.1:" + node.controlPort() + "/kurento");
    pipeline = client.createMediaPipeline();
  }

  @AfterEach
  void stop() throws Exception {
    client.destroy();
    node.close().await(60, TimeUnit.SECONDS);
    vertx.close().await(60, TimeUnit.SECONDS);
  }

  private PlayerEndpoint player(String uri) {
    PlayerEndpoint player = new PlayerEndpoint.Builder(pipeline, uri).useEncodedMedia().build();
    player.addEndOfStreamListener(event -> events.add("end"));
    player.addErrorListener(event -> events.add("error " + event.getType()));
    player.addUriEndpointStateChangedListener(event -> events.add(event.getState().name()));
    return player;
  }

  private static int codeOf(Runnable call) {
    KurentoServerException error = catchThrowableOfType(KurentoServerException.class, call::run);
    assertThat(error).as("an error of the server").isNotNull();
    return error.getCode();
  }

  private String event() throws InterruptedException {
    return events.poll(60, TimeUnit.SECONDS);
  }

  @Test
  void aRecordingIsPlayedPausedSoughtInAndPlayedToItsEnd() throws Exception {
    // given
    Path file = folder.resolve("live.webm");
    Ffmpeg.picture(file, 12, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8");
    PlayerEndpoint player = player(file.toUri().toString());
    RecorderEndpoint copy =
        new RecorderEndpoint.Builder(pipeline, folder.resolve("copy.webm").toUri().toString())
            .build();
    player.connect(copy);
    copy.record();
    assertThat(player.getVideoInfo().getIsSeekable()).isFalse();
    assertThat(codeOf(() -> player.setPosition(1000))).isEqualTo(40700);

    // when
    player.play();

    // then
    assertThat(event()).isEqualTo("START");
    VideoInfo info = player.getVideoInfo();
    assertThat(info.getIsSeekable()).isTrue();
    assertThat(info.getDuration()).isBetween(11_900L, 12_100L);
    assertThat(info.getSeekableEnd()).isEqualTo(info.getDuration());
    long before = player.getPosition();
    Thread.sleep(300);
    assertThat(player.getPosition()).isGreaterThan(before);

    // when
    player.pause();

    // then
    assertThat(event()).isEqualTo("PAUSE");
    long still = player.getPosition();
    Thread.sleep(100);
    assertThat(player.getPosition()).isEqualTo(still);
    assertThat(player.getState()).isEqualTo(UriEndpointState.PAUSE);

    // when: to a keyframe, there is one a second
    player.setPosition(11_400);
    player.play();

    // then
    assertThat(event()).isEqualTo("START");
    // The client tells of each event on a thread of its own.
    assertThat(List.of(event(), event())).containsExactlyInAnyOrder("STOP", "end");
    assertThat(player.getPosition()).isZero();
    copy.stopAndWait();
    assertThat(Ffmpeg.complaints(folder.resolve("copy.webm"))).isEmpty();
    assertThat(Ffmpeg.pictures(folder.resolve("copy.webm"))).isBetween(25, 250);

    // and again from the beginning
    player.play();
    assertThat(event()).isEqualTo("START");
    assertThat(player.getPosition()).isLessThan(10_000);
    player.stop();
    assertThat(event()).isEqualTo("STOP");
  }

  @Test
  void aRecorderThatIsToStopWithItsPlayerStops() throws Exception {
    // given
    Path file = folder.resolve("short.webm");
    Ffmpeg.picture(file, 2, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8");
    PlayerEndpoint player = player(file.toUri().toString());
    Path copied = folder.resolve("copy.webm");
    RecorderEndpoint copy =
        new RecorderEndpoint.Builder(pipeline, copied.toUri().toString())
            .stopOnEndOfStream()
            .build();
    RecorderEndpoint open =
        new RecorderEndpoint.Builder(pipeline, folder.resolve("open.webm").toUri().toString())
            .build();
    for (RecorderEndpoint recorder : List.of(copy, open)) {
      recorder.addStoppedListener(event -> events.add("stopped"));
      player.connect(recorder);
      recorder.record();
    }

    // when
    player.play();

    // then
    assertThat(event()).isEqualTo("START");
    assertThat(List.of(event(), event(), event()))
        .containsExactlyInAnyOrder("STOP", "end", "stopped");
    assertThat(copy.getState()).isEqualTo(UriEndpointState.STOP);
    assertThat(open.getState()).isEqualTo(UriEndpointState.START);
    assertThat(Ffmpeg.complaints(copied)).isEmpty();
    assertThat(Ffmpeg.pictures(copied)).isGreaterThan(40);
  }

  @Test
  void whatCannotBePlayedIsToldByAnErrorEvent() throws Exception {
    // given
    Path secret = Files.writeString(elsewhere.resolve("secret.webm"), "secret");
    Path link = Files.createSymbolicLink(folder.resolve("link.webm"), secret);
    Path text = Files.writeString(folder.resolve("text.webm"), "no video at all");

    // then
    for (String uri :
        List.of(
            folder.resolve("missing.webm").toUri().toString(),
            secret.toUri().toString(),
            link.toUri().toString(),
            "http://127.0.0.1:9/video.webm",
            "nonsense")) {
      PlayerEndpoint player = player(uri);
      player.play();
      assertThat(List.of(event(), event()))
          .as(uri)
          .containsExactlyInAnyOrder("START", "error INVALID_URI");
      assertThat(player.getVideoInfo().getDuration()).isZero();
      player.release();
      events.clear();
    }
    player(text.toUri().toString()).play();
    assertThat(List.of(event(), event())).containsExactlyInAnyOrder("START", "error INVALID_MEDIA");
  }
}
