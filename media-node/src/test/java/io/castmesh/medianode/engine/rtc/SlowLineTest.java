package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.rtcp.RtcpHandler;
import io.castmesh.medianode.engine.rtcp.RtcpReader;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtcp.TransportFeedback;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A presenter with three layers, and a viewer behind a line that becomes narrow and wide again. */
class SlowLineTest {
  private static final int[] LAYERS = {150_000, 500_000, 1_500_000};
  private static final int[] ONE = {1_500_000};
  private static final int PICTURES_A_SECOND = 25;
  private static final int TICK_MILLIS = 10;
  private static final int OVERHEAD = 60;
  private static final long WAY = 20 * TestForwarding.MILLI;

  private int[] rates = LAYERS;
  private TestForwarding scene = camera(TestForwarding.RTX_TYPE);
  private final TransportFeedback receiver = new TransportFeedback();
  private final RtcpWriter rtcp = new RtcpWriter();
  private final Deque<long[]> underway = new ArrayDeque<>();
  private final int[] sequences = new int[LAYERS.length];
  private long lineBits = 20_000_000;
  private long longestQueue = 300 * TestForwarding.MILLI;
  private long lineFreeAt;
  private int carried;
  private int ticks;
  private int pictures;

  private static TestForwarding camera(int rtxType) {
    return new TestForwarding(rtxType, 0, "q", "h", "f");
  }

  private void run(int millis) {
    for (int i = 0; i < millis / TICK_MILLIS; i++) {
      scene.pass(TICK_MILLIS);
      if (ticks % (100 / PICTURES_A_SECOND) == 0) {
        pictures();
      }
      scene.sending.tick(scene.now);
      carry();
      if (ticks % 5 == 0) {
        tell();
      }
      ticks++;
    }
  }

  private void pictures() {
    for (int layer = 0; layer < rates.length; layer++) {
      boolean keyFrame = scene.camera.streams()[layer].keyFrameDue(scene.now) || pictures == 0;
      int bytes = rates[layer] / 8 / PICTURES_A_SECOND * (keyFrame ? 4 : 1);
      int packets = bytes / 1_000 + 1;
      for (int part = 0; part < packets; part++) {
        byte[] payload = TestForwarding.picture(keyFrame && part == 0, pictures);
        scene.arrives(
            layer,
            sequences[layer]++,
            pictures * 90_000 / PICTURES_A_SECOND,
            Arrays.copyOf(payload, bytes / packets - OVERHEAD));
      }
    }
    pictures++;
  }

  /** What was sent stands in the queue before the line, when there is room. */
  private void carry() {
    for (; carried < scene.sent.size(); carried++) {
      byte[] packet = scene.sent.get(carried);
      long begin = Math.max(scene.now, lineFreeAt);
      if (begin - scene.now <= longestQueue) {
        lineFreeAt = begin + packet.length * 8L * TimeUnit.SECONDS.toNanos(1) / lineBits;
        underway.add(new long[] {lineFreeAt + WAY, TestForwarding.transportNumber(packet)});
      }
    }
  }

  /** The viewer's feedback, each 50 ms. */
  private void tell() {
    while (!underway.isEmpty() && underway.peek()[0] <= scene.now) {
      long[] arrived = underway.poll();
      receiver.onPacket((int) arrived[1], arrived[0] / 1000);
    }
    while (receiver.hasNews()) {
      rtcp.clear();
      receiver.write(rtcp, 1, TestForwarding.VIDEO_SSRC);
      RtcpReader.read(
          rtcp.buffer(),
          0,
          rtcp.length(),
          new RtcpHandler() {
            @Override
            public void onTransportFeedback(byte[] data, int offset, int length) {
              scene.sending.onTransportFeedback(data, offset, length, scene.now);
            }
          });
    }
  }

  @Test
  void theViewerFallsToASmallLayerAndClimbsBack() {
    // given
    run(3_000);
    assertThat(scene.viewer.choice().layer()).isEqualTo(2);

    // when
    lineBits = 300_000;
    run(6_000);

    // then
    assertThat(scene.viewer.choice().layer()).isEqualTo(0);
    assertThat(scene.viewer.choice().isPaused()).isFalse();

    // when: nothing but what is repeated to see what the line carries tells of it
    lineBits = 20_000_000;
    run(40_000);

    // then
    assertThat(scene.viewer.choice().layer()).isEqualTo(2);
  }

  @Test
  void aViewerThatCannotBeProbedIsGivenTheBetterPictureForATry() {
    // given: nothing can be repeated under another number
    scene = camera(-1);
    run(3_000);
    assertThat(scene.viewer.choice().layer()).isEqualTo(2);
    lineBits = 300_000;
    run(6_000);
    assertThat(scene.viewer.choice().layer()).isEqualTo(0);

    // when
    lineBits = 20_000_000;
    run(60_000);

    // then
    assertThat(scene.viewer.choice().layer()).isEqualTo(2);
  }

  @Test
  void aPictureThatIsTooMuchForALineIsTriedLessAndLessOften() {
    // given: one layer, nothing can be repeated under another number, and what is too much is lost
    rates = ONE;
    scene = new TestForwarding(-1, 0);
    longestQueue = 30 * TestForwarding.MILLI;
    lineBits = 150_000;
    run(20_000);

    // when
    int tries = 0;
    boolean before = scene.viewer.choice().isPaused();
    for (int i = 0; i < 200; i++) {
      run(1_000);
      boolean paused = scene.viewer.choice().isPaused();
      tries += before && !paused ? 1 : 0;
      before = paused;
    }

    // then
    assertThat(tries).isBetween(2, 6);
  }
}
