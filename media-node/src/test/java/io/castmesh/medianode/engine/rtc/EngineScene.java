package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.engine.MediaElement;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.WebRtcPeer;
import io.castmesh.medianode.engine.sdp.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;

/** An engine over real UDP sockets, peers of our own at it, and cameras that they send. */
abstract class EngineScene {

  final RtcEngine engine = start();
  final List<AutoCloseable> toClose = new ArrayList<>();

  RtcEngine start() {
    return RtcEngine.start(MediaNodeConfig.LOOPBACK);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable closeable : toClose) {
      closeable.close();
    }
    engine.close();
  }

  /** A peer of the engine with the test's end of it. */
  final class Joined implements WebRtcPeer.Listener {
    final List<String> events = new CopyOnWriteArrayList<>();
    final WebRtcPeer peer;
    final TestPeer remote;

    Joined(String id, Direction direction, TestPeer remote) throws Exception {
      this.remote = remote;
      this.peer = engine.createWebRtcPeer(id, this);
      toClose.add(remote::vanish);
      String answer =
          peer.processOffer(remote.offer(direction))
              .toCompletableFuture()
              .get(60, TimeUnit.SECONDS);
      remote.begin(answer);
    }

    Joined connected() throws Exception {
      remote.secured.get(60, TimeUnit.SECONDS);
      await("the engine to see the connection", () -> events.contains("connected true"));
      return this;
    }

    void connect(MediaElement sink) {
      for (MediaKind kind : MediaKind.values()) {
        peer.connect(sink, kind);
      }
    }

    @Override
    public void onIceState(WebRtcPeer.IceState state) {
      events.add("ice " + state);
    }

    @Override
    public void onDtlsState(WebRtcPeer.DtlsState state) {
      events.add("dtls " + state);
    }

    @Override
    public void onConnected(boolean connected) {
      events.add("connected " + connected);
    }

    @Override
    public void onFlowIn(MediaKind kind, boolean flowing) {
      events.add("in " + kind + " " + flowing);
    }
  }

  Joined join(String id, Direction direction) throws Exception {
    return new Joined(id, direction, new TestPeer()).connected();
  }

  TestCamera camera(Joined presenter, int firstIndex) {
    TestCamera camera = new TestCamera(presenter.remote, firstIndex);
    toClose.add(camera);
    return camera.start();
  }

  /** So long without a standstill of the machine, which looks like one of the network. */
  static void calm(int millis) throws InterruptedException {
    long last = System.nanoTime();
    long begin = last;
    while (last - begin < TimeUnit.MILLISECONDS.toNanos(millis)) {
      Thread.sleep(20);
      long now = System.nanoTime();
      begin = now - last > TimeUnit.MILLISECONDS.toNanos(500) ? now : begin;
      last = now;
    }
  }

  static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for %s", what).isLessThan(deadline);
      Thread.sleep(5);
    }
  }
}
