package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.castmesh.medianode.MediaNode;
import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.engine.play.Ffmpeg;
import io.vertx.core.Vertx;
import java.io.IOException;
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

/** A file system that is full while it is recorded to; to make one, one has to be root on Linux. */
class FullDiskTest {
  private final Vertx vertx = Vertx.vertx();
  @TempDir Path folder;
  private Path small;
  private boolean mounted;
  private MediaNode node;
  private KurentoClient client;

  @BeforeEach
  void start() throws Exception {
    small = Files.createDirectory(folder.resolve("small"));
    mounted = run("mount", "-t", "tmpfs", "-o", "size=256k", "castmesh-test", small.toString());
    assumeThat(mounted).as("a file system of 256 kB can be mounted").isTrue();
    MediaNodeConfig config = MediaNodeConfig.LOOPBACK.withPlayableFolders(List.of(folder));
    node = MediaNode.start(vertx, config).await(30, TimeUnit.SECONDS);
    client = KurentoClient.create("ws://127.0.0.1:" + node.controlPort() + "/kurento");
  }

  @AfterEach
  void stop() throws Exception {
    if (client != null) {
      client.destroy();
      node.close().await(60, TimeUnit.SECONDS);
    }
    vertx.close().await(60, TimeUnit.SECONDS);
    if (mounted) {
      assertThat(run("umount", small.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws Exception {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException noSuchProgram) {
      return false;
    }
  }

  @Test
  void aRecorderReportsItAndKeepsWhatItHasWhileOthersGoOn() throws Exception {
    // given: two seconds at 2 Mbit/s for a disk of one
    Path film = folder.resolve("film.webm");
    String[] codec = {
      "-vf",
      "noise=alls=60:allf=t",
      "-c:v",
      "libvpx",
      "-deadline",
      "realtime",
      "-cpu-used",
      "8",
      "-b:v",
      "2M"
    };
    Ffmpeg.picture(film, 2, codec);
    MediaPipeline pipeline = client.createMediaPipeline();
    PlayerEndpoint player =
        new PlayerEndpoint.Builder(pipeline, film.toUri().toString()).useEncodedMedia().build();
    BlockingQueue<String> end = new LinkedBlockingQueue<>();
    BlockingQueue<String> errors = new LinkedBlockingQueue<>();
    player.addEndOfStreamListener(event -> end.add("end"));
    Path filled = small.resolve("live.webm");
    Path whole = folder.resolve("live.webm");
    RecorderEndpoint unlucky =
        new RecorderEndpoint.Builder(pipeline, filled.toUri().toString()).build();
    RecorderEndpoint lucky =
        new RecorderEndpoint.Builder(pipeline, whole.toUri().toString()).build();
    unlucky.addErrorListener(event -> errors.add(event.getDescription()));
    lucky.addErrorListener(event -> errors.add("of the other: " + event.getDescription()));
    for (RecorderEndpoint recorder : List.of(unlucky, lucky)) {
      player.connect(recorder);
      recorder.record();
    }

    // when
    player.play();

    // then
    assertThat(errors.poll(60, TimeUnit.SECONDS)).contains("No space left");
    assertThat(end.poll(60, TimeUnit.SECONDS)).isEqualTo("end");
    lucky.stopAndWait();
    assertThat(errors).isEmpty();
    assertThat(Ffmpeg.pictures(whole)).isGreaterThan(40);
    assertThat(
            Ffmpeg.probe(
                filled,
                "-select_streams",
                "v",
                "-count_frames",
                "-show_entries",
                "stream=nb_read_frames"))
        .as("a player finds pictures, up to where the disk was full")
        .anyMatch(line -> line.matches("nb_read_frames=[1-9]\\d*"));
  }
}
