package io.castmesh.medianode.engine.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.ElementStats;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.loop.Listening;
import io.castmesh.medianode.engine.loop.MediaLoop;
import io.castmesh.medianode.engine.net.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A source of one loop, as somebody on another one sees it. */
class MirrorTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final MediaFormat VP8 = new MediaFormat(MediaCodec.VP8, "");

  private final List<MediaLoop> loops = new ArrayList<>();
  private final Shard here = shard("here");
  private final Shard there = shard("there");
  private final Viewer viewer = new Viewer();

  private Shard shard(String name) {
    BurstEnd bursts = new BurstEnd();
    try {
      MediaLoop loop =
          new MediaLoop(
              Listening.udp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
              name,
              MediaLoop.Sockets.JAVA,
              new MediaLoop.Handler() {
                @Override
                public void onDatagram(byte[] data, int length, Route from, long now) {}

                @Override
                public void onRouteClosed(Route route, long now) {}

                @Override
                public void onBurstEnd(long now) {
                  bursts.run(now);
                }

                @Override
                public void onTick(long now) {
                  bursts.runAll(now);
                }
              });
      loops.add(loop);
      loop.start();
      return new Shard(loop, bursts, JoinLimits.ofMillis(10_000));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  void stop() {
    loops.forEach(MediaLoop::close);
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for %s", what).isLessThan(deadline);
      Thread.sleep(5);
    }
  }

  private static <T> T on(Shard shard, Supplier<T> work) throws Exception {
    return shard.loop().submit(work).get(60, TimeUnit.SECONDS);
  }

  /** What is nobody's concern here. */
  private abstract static class Element implements TrackElement {
    @Override
    public String id() {
      return "element";
    }

    @Override
    public CompletionStage<ElementStats> stats() {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Void> release() {
      throw new UnsupportedOperationException();
    }
  }

  /** A source and its element at once, on the loop that is here. */
  private final class Camera extends Element implements TrackSource {
    final AtomicInteger keyFramesWanted = new AtomicInteger();
    private final PacketHistory[] histories;
    private final boolean lasting;
    private final Fanout fanout = new Fanout(here.bursts());
    private final SenderClock clock = new SenderClock(90_000);

    Camera(boolean lasting, PacketHistory... histories) {
      this.lasting = lasting;
      this.histories = histories;
    }

    /** Packets of one layer, the first of them a keyframe's. */
    void recorded(int layer, int count, int bytes, long firstAt, long apart) {
      for (int i = 0; i < count; i++) {
        histories[layer].store(
            VP8, i, 0, true, i == 0, new byte[bytes], 0, bytes, firstAt + i * apart);
      }
    }

    void send(int layer, long sequence) {
      long now = MediaLoop.now();
      fanout.add(
          histories[layer].store(VP8, sequence, 0, true, false, new byte[100], 0, 100, now),
          false,
          now);
    }

    @Override
    public Shard shard() {
      return here;
    }

    @Override
    public Optional<TrackSource> source(MediaKind kind) {
      return Optional.of(this);
    }

    @Override
    public Optional<TrackSink> sink(MediaKind kind) {
      return Optional.empty();
    }

    @Override
    public MediaKind kind() {
      return MediaKind.VIDEO;
    }

    @Override
    public int clockRate() {
      return 90_000;
    }

    @Override
    public MediaCodec codec() {
      return MediaCodec.VP8;
    }

    @Override
    public void add(TrackSink sink) {
      fanout.add(sink, this);
    }

    @Override
    public void remove(TrackSink sink) {
      fanout.remove(sink, this);
    }

    @Override
    public void requestKeyFrame() {
      keyFramesWanted.incrementAndGet();
    }

    @Override
    public MediaPacket find(long sequence, long now) {
      return find(0, sequence, now);
    }

    @Override
    public MediaPacket find(int layer, long sequence, long now) {
      return histories[layer].find(sequence, now);
    }

    @Override
    public SenderClock clock() {
      return clock;
    }

    @Override
    public int layers() {
      return histories.length;
    }

    @Override
    public long joinAt(int layer, JoinLimits limits, long now) {
      return histories[layer].joinAt(lasting ? JoinLimits.LASTING : limits, now);
    }

    @Override
    public boolean isLasting() {
      return lasting;
    }

    @Override
    public long newest(int layer) {
      return histories[layer].newest();
    }
  }

  /** Somebody on the other loop: writes down what is there when a source begins. */
  private final class Viewer extends Element implements TrackSink {
    /** Of the last layer: how many packets it could begin with, and bits per second. */
    volatile int joins;

    volatile long rate;
    final List<Long> seen = new CopyOnWriteArrayList<>();
    private volatile TrackSource source;

    @Override
    public TrackSource source() {
      return source;
    }

    @Override
    public void onSource(TrackSource newSource) {
      source = newSource;
      if (newSource == null) {
        return;
      }
      long now = MediaLoop.now();
      int last = newSource.layers() - 1;
      rate = newSource.bitrate(last, 3, now);
      long first = newSource.joinAt(last, there.joins(), now);
      int found = 0;
      for (long at = first; first >= 0 && at <= newSource.newest(last); at++) {
        found += newSource.find(last, at, now) == null ? 0 : 1;
      }
      joins = found;
    }

    @Override
    public void onPacket(MediaPacket packet, long now) {
      seen.add(packet.sequence());
    }

    @Override
    public boolean takesLayers() {
      return true;
    }

    @Override
    public Shard shard() {
      return there;
    }

    @Override
    public Optional<TrackSource> source(MediaKind kind) {
      return Optional.empty();
    }

    @Override
    public Optional<TrackSink> sink(MediaKind kind) {
      return Optional.of(this);
    }
  }

  @Test
  void allOfAFilmThatStandsIsThereForWhoComes() throws Exception {
    // given: three times what is on its way between the loops at a time, of an hour ago
    Camera film = new Camera(true, PacketHistory.ageless(2048));
    film.recorded(0, 1_500, 1_000, 1, MILLI);

    // when
    film.connect(viewer, MediaKind.VIDEO);

    // then
    await("the film", () -> viewer.joins == 1_500);

    // when: it goes on
    on(here, () -> sent(film, 1_500));

    // then
    await("the next packet", () -> viewer.seen.equals(List.of(1_500L)));
  }

  private static boolean sent(Camera camera, long sequence) {
    camera.send(0, sequence);
    return true;
  }

  @Test
  void whatWentByHasTheRateThatItHadWhenItCame() throws Exception {
    // given: two layers, the second of 2.5 Mbit/s with headers
    Camera camera = new Camera(false, new PacketHistory(1024, 0), new PacketHistory(1024, 1));
    long begun = MediaLoop.now() - 800 * MILLI;
    camera.recorded(0, 40, 100, begun, 20 * MILLI);
    camera.recorded(1, 200, 1_200, begun, 4 * MILLI);

    // when
    camera.connect(viewer, MediaKind.VIDEO);

    // then
    await("what went by", () -> viewer.joins == 200);
    assertThat(viewer.rate).isLessThan(4_000_000);
  }

  @Test
  void wishesForAKeyFrameCrossOver() throws Exception {
    // given
    Camera camera = new Camera(false, new PacketHistory(1024, 0));
    camera.connect(viewer, MediaKind.VIDEO);
    await("the mirror", () -> viewer.source() != null);
    on(here, () -> sent(camera, 1));
    await("a packet", () -> viewer.seen.size() == 1);

    // when: it asks with each packet, as those do who wait, and the other loop is busy
    CountDownLatch busy = new CountDownLatch(1);
    here.loop().execute(() -> hold(busy));
    on(there, () -> asked(100));
    busy.countDown();

    // then: once until it is heard
    await("the wish", () -> camera.keyFramesWanted.get() == 1);
    on(there, () -> asked(1));
    await("the next one", () -> camera.keyFramesWanted.get() == 2);
  }

  private static void hold(CountDownLatch until) {
    try {
      until.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean asked(int times) {
    for (int i = 0; i < times; i++) {
      viewer.source().requestKeyFrame(0);
    }
    return true;
  }

  @Test
  void whatFindsNoRoomBetweenTheLoopsIsCounted() throws Exception {
    // given
    Camera camera = new Camera(false, new PacketHistory(1024, 0));
    camera.connect(viewer, MediaKind.VIDEO);
    await("the mirror", () -> viewer.source() != null);
    on(here, () -> sent(camera, 1));
    await("a packet", () -> viewer.seen.size() == 1);

    // when: the other loop does not keep up
    CountDownLatch busy = new CountDownLatch(1);
    there.loop().execute(() -> hold(busy));
    on(here, () -> sent(camera, 2, 1_000));
    busy.countDown();

    // then
    await("the loss", () -> here.lost() > 0);
    AtomicLong afterwards = new AtomicLong(2_000);
    await(
        "what comes when there is room",
        () -> {
          here.loop().execute(() -> camera.send(0, afterwards.getAndIncrement()));
          return viewer.seen.stream().anyMatch(sequence -> sequence >= 2_000);
        });
    assertThat(viewer.seen).doesNotHaveDuplicates().isSorted();
  }

  private static boolean sent(Camera camera, long from, long to) {
    for (long sequence = from; sequence < to; sequence++) {
      camera.send(0, sequence);
    }
    return true;
  }

  @Test
  void whoIsConnectedOnceMoreGoesOnWatching() throws Exception {
    // given
    Camera camera = new Camera(false, new PacketHistory(1024, 0));
    camera.connect(viewer, MediaKind.VIDEO);
    await("the mirror", () -> viewer.source() != null);
    on(here, () -> sent(camera, 1));
    await("a packet", () -> viewer.seen.size() == 1);

    // when
    camera.connect(viewer, MediaKind.VIDEO);
    on(there, () -> viewer.source() != null);
    on(here, () -> sent(camera, 2));

    // then
    await("the next packet", () -> viewer.seen.contains(2L));
    int mirrors = on(there, there::mirrors);
    assertThat(mirrors).isOne();
  }
}
