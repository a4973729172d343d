package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.MediaPlayer;
import io.castmesh.medianode.engine.play.Ffmpeg;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtp.Vp8Payload;
import io.castmesh.medianode.engine.sdp.Direction;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A film that is paused stands still for those who watch it, and is there for those who come. */
class StandingPlayerTest extends EngineScene {
  @TempDir static Path folder;

  MediaNodeConfig config() {
    return MediaNodeConfig.LOOPBACK.withPlayableFolders(List.of(folder));
  }

  @Override
  RtcEngine start() {
    return RtcEngine.start(config());
  }

  @Test
  void whoWatchesGetsNothingAnewAndWhoComesGetsThePicture() throws Exception {
    // given
    Path film = Ffmpeg.picture(folder.resolve("film.webm"), 4, "-c:v", "libvpx", "-b:v", "500k");
    MediaPlayer player = engine.createPlayer("film", film, new MediaPlayer.Listener() {});
    Joined early = join("early", Direction.RECVONLY);
    player.connect(early.peer, MediaKind.VIDEO);
    player.play().toCompletableFuture().get(60, TimeUnit.SECONDS);
    await("the second keyframe", () -> keyFrames(early) == 2 && pictures(early) > 30);
    // when: a browser asks when it has seen nothing new for some time
    player.pause().toCompletableFuture().get(60, TimeUnit.SECONDS);
    Thread.sleep(1_500);
    int before = pictures(early);
    RtcpWriter asks = new RtcpWriter();
    asks.pictureLoss(1, early.remote.received(TestPeer.VIDEO_TYPE).get(0).ssrc());
    early.remote.sendRtcp(asks);
    Joined late = join("late", Direction.RECVONLY);
    player.connect(late.peer, MediaKind.VIDEO);
    // then: the pictures since the last keyframe, for the one who has none
    await("the picture", () -> pictures(late) == before - 25);
    assertThat(keyFrames(late)).isOne();
    assertThat(isKeyFrame(late.remote.received(TestPeer.VIDEO_TYPE).get(0))).isTrue();
    assertThat(pictures(early)).isEqualTo(before);
    // when
    player.play().toCompletableFuture().get(60, TimeUnit.SECONDS);
    // then
    await("the rest of the film", () -> pictures(early) == 100 && pictures(late) == 75);
  }

  @Test
  void whoSeeksWhileItStandsSeesThePictureOfThatPlace() throws Exception {
    // given
    Path film = Ffmpeg.picture(folder.resolve("place.webm"), 4, "-c:v", "libvpx", "-b:v", "500k");
    MediaPlayer player = engine.createPlayer("film", film, new MediaPlayer.Listener() {});
    Joined viewer = join("viewer", Direction.RECVONLY);
    player.connect(viewer.peer, MediaKind.VIDEO);
    // when: it has never been played
    player.pause().toCompletableFuture().get(60, TimeUnit.SECONDS);
    // then
    await("the first picture", () -> keyFrames(viewer) == 1);
    // when
    player.seek(2_500).toCompletableFuture().get(60, TimeUnit.SECONDS);
    // then: the keyframe before it, and nothing moves
    await("the picture of that place", () -> keyFrames(viewer) == 2);
    Joined late = join("late", Direction.RECVONLY);
    player.connect(late.peer, MediaKind.VIDEO);
    await("the same for who comes", () -> keyFrames(late) == 1);
    assertThat(pictures(viewer)).isEqualTo(2);
    assertThat(pictures(late)).isOne();
    // when
    player.play().toCompletableFuture().get(60, TimeUnit.SECONDS);
    // then
    await("the rest of the film", () -> pictures(viewer) == 51 && pictures(late) == 50);
  }

  private static int pictures(Joined viewer) {
    return (int)
        viewer.remote.received(TestPeer.VIDEO_TYPE).stream()
            .filter(TestPeer.Received::marker)
            .count();
  }

  private static int keyFrames(Joined viewer) {
    return (int)
        viewer.remote.received(TestPeer.VIDEO_TYPE).stream()
            .filter(StandingPlayerTest::isKeyFrame)
            .count();
  }

  private static boolean isKeyFrame(TestPeer.Received packet) {
    return Vp8Payload.startsKeyFrame(packet.payload(), 0, packet.payload().length);
  }
}
