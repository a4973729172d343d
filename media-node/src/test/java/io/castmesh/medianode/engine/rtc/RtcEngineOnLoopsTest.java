package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.sdp.Direction;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The same on several loops, each with a port of its own: who comes after the presenter is on
 * another one, and gets the presenter's media by way of a mirror.
 */
class RtcEngineOnLoopsTest extends RtcEngineTest {
  @Override
  RtcEngine start() {
    return RtcEngine.start(MediaNodeConfig.LOOPBACK.withLoops(2));
  }

  private List<Integer> mirrors() throws Exception {
    return List.of(
        engine.loops().get(0).loop().submit(() -> engine.loops().get(0).shard().mirrors()).get(),
        engine.loops().get(1).loop().submit(() -> engine.loops().get(1).shard().mirrors()).get());
  }

  @Test
  void packetsCrossOverOnceForAllWhoWatchThere() throws Exception {
    // given: a presenter on one loop, two viewers on each
    Joined presenter = join("presenter", Direction.SENDONLY);
    Joined[] viewers = new Joined[4];
    for (int i = 0; i < viewers.length; i++) {
      viewers[i] = join("viewer-" + i, Direction.RECVONLY);
      presenter.connect(viewers[i].peer);
    }
    assertThat(engine.mediaPorts()).hasSize(2).doesNotHaveDuplicates();
    assertThat(engine.loops()).extracting(PeerLoop::load).containsExactly(3, 2);

    // when
    camera(presenter, 1000);
    for (Joined viewer : viewers) {
      await("video", () -> viewer.remote.received(TestPeer.VIDEO_TYPE).size() >= 30);
      await("audio", () -> viewer.remote.received(TestPeer.AUDIO_TYPE).size() >= 20);
    }

    // then: one mirror of each kind, and none once nobody watches over there
    assertThat(mirrors()).containsExactly(0, 2);
    for (Joined viewer : viewers) {
      for (MediaKind kind : MediaKind.values()) {
        presenter.peer.disconnect(viewer.peer, kind);
      }
    }
    assertThat(mirrors()).containsExactly(0, 0);
  }

  @Test
  void aMirrorGoesWithItsPresenterAndTheNextPresenterIsSeen() throws Exception {
    // given: both on the first loop, the viewer on the second
    Joined first = join("first", Direction.SENDONLY);
    Joined viewer = join("viewer", Direction.RECVONLY);
    Joined second = join("second", Direction.SENDONLY);
    first.connect(viewer.peer);
    camera(first, 1000);
    await("video", () -> viewer.remote.received(TestPeer.VIDEO_TYPE).size() >= 10);

    // when
    first.peer.release().toCompletableFuture().get();
    await("the mirrors to go", () -> shardsAreEmpty());
    int before = viewer.remote.received(TestPeer.VIDEO_TYPE).size();
    second.connect(viewer.peer);
    camera(second, 40_000);

    // then: the viewer sees one stream that goes on
    await("video", () -> viewer.remote.received(TestPeer.VIDEO_TYPE).size() >= before + 10);
    List<TestPeer.Received> video = viewer.remote.received(TestPeer.VIDEO_TYPE);
    assertThat(video).extracting(TestPeer.Received::ssrc).containsOnly(video.get(0).ssrc());
    int step = video.get(before).sequence() - video.get(before - 1).sequence() & 0xFFFF;
    assertThat(step).isEqualTo(1);
  }

  private boolean shardsAreEmpty() {
    try {
      return mirrors().equals(List.of(0, 0));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
