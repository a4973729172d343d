package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.PacketHistory;
import io.castmesh.medianode.engine.track.SenderClock;
import io.castmesh.medianode.engine.track.TrackSink;
import io.castmesh.medianode.engine.track.TrackSource;
import io.castmesh.medianode.engine.track.WallClock;
import java.nio.ByteBuffer;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A browser in a time of its own: 25 pictures and 50 Opus packets a second from clocks that drift,
 * over a network that delays each packet as it likes.
 */
final class TestPresenter {
  static final WallClock WALL = new WallClock(1_700_000_000_000L, TimeUnit.HOURS.toNanos(1));

  private static final int MAX_DELAY_MILLIS = 60;
  private static final int PACKET_MILLIS = 20;

  private record Packet(long arrival, long order, Track track, Runnable delivery) {}

  double audioDrift;
  double videoDrift;

  /** The share of the sound that gets lost on its way. */
  double audioLoss;

  int pictureBytes = 19;

  /** How often a keyframe was asked for. */
  int keyFrameRequests;

  private final Random random = new Random(7);
  private final PriorityQueue<Packet> network =
      new PriorityQueue<>(
          java.util.Comparator.comparingLong(Packet::arrival).thenComparingLong(Packet::order));
  private final Recording recording;
  private final Track audio;
  private final Track video;
  private long millis;
  private long order;
  private long reportedAt;

  TestPresenter(Recording recording) {
    this.recording = recording;
    this.audio = new Track(MediaKind.AUDIO);
    this.video = new Track(MediaKind.VIDEO);
  }

  /** The loop's time in nanoseconds. */
  long now() {
    return TimeUnit.HOURS.toNanos(1) + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** Presents for a while. */
  void send(long forMillis) {
    pass(forMillis, true);
  }

  /** Sends nothing for a while. */
  void silence(long forMillis) {
    pass(forMillis, false);
  }

  private void pass(long forMillis, boolean sending) {
    for (long end = millis + forMillis; millis < end; millis += 10) {
      if (sending && millis % 40 == 0) {
        video.sendPicture();
      }
      // A microphone whose clock runs fast also has a packet sooner.
      long packet = (long) (millis * (1 + audioDrift)) / PACKET_MILLIS;
      if (sending && packet != audio.packets) {
        audio.packets = packet;
        audio.sendPacket();
      }
      if (sending && millis - reportedAt >= 1000) {
        reportedAt = millis;
        audio.report(audioDrift);
        video.report(videoDrift);
      }
      while (!network.isEmpty() && network.peek().arrival() <= millis) {
        network.remove().delivery().run();
      }
      recording.tick(now());
    }
  }

  /** Numbers, timestamps and clock have nothing to do with those before. */
  void startAnew() {
    audio.startAnew();
    video.startAnew();
  }

  void videoCodec(MediaCodec codec) {
    video.format = new MediaFormat(codec, "");
    video.keyFrameWanted = true;
    video.sink.onSource(video);
  }

  private final class Track implements TrackSource {
    final MediaKind kind;
    final TrackSink sink;
    MediaFormat format;
    boolean keyFrameWanted = true;
    private SenderClock clock;
    private long sequence = 65_000;
    private int timestampBase = Integer.MAX_VALUE - 500_000;

    /** Of a microphone, since it was switched on. */
    long packets = -1;

    Track(MediaKind kind) {
      this.kind = kind;
      this.format = new MediaFormat(kind == MediaKind.AUDIO ? MediaCodec.OPUS : MediaCodec.VP8, "");
      this.clock = new SenderClock(clockRate());
      this.sink = recording.sink(kind);
      sink.onSource(this);
    }

    void startAnew() {
      sequence = 100 + random.nextInt(1000);
      timestampBase = random.nextInt();
      clock = new SenderClock(clockRate());
      keyFrameWanted = true;
      sink.onSource(this);
    }

    private int timestamp(double drift) {
      return timestampBase + (int) (long) (millis * (clockRate() / 1000.0) * (1 + drift));
    }

    void report(double drift) {
      int timestamp = timestamp(drift);
      long wall = WALL.micros(now());
      SenderClock mine = clock;
      network.add(
          new Packet(millis + delay(), order++, this, () -> mine.onReport(timestamp, wall)));
    }

    void sendPicture() {
      boolean key = keyFrameWanted;
      keyFrameWanted = false;
      byte[] start = {
        0x10, (byte) (key ? 0x50 : 0x51), 0x42, 0, (byte) 0x9d, 1, 0x2a, 0x40, 1, (byte) 0xf0, 0
      };
      send(
          ByteBuffer.allocate(pictureBytes).put(start).putLong(millis).array(),
          true,
          key,
          timestamp(videoDrift));
    }

    void sendPacket() {
      long captured = Math.round(packets * PACKET_MILLIS / (1 + audioDrift));
      byte[] packet = ByteBuffer.allocate(9).put((byte) 0xfc).putLong(captured).array();
      int timestamp = timestampBase + (int) (packets * PACKET_MILLIS * (clockRate() / 1000));
      if (random.nextDouble() < audioLoss) {
        sequence++;
      } else {
        send(packet, false, false, timestamp);
      }
    }

    private void send(byte[] payload, boolean marker, boolean key, int timestamp) {
      long number = sequence++;
      MediaFormat sentAs = format;
      network.add(
          new Packet(
              millis + delay(),
              order++,
              this,
              () -> {
                MediaPacket packet =
                    new PacketHistory(1)
                        .store(
                            sentAs,
                            number,
                            timestamp,
                            marker,
                            key,
                            payload,
                            0,
                            payload.length,
                            now());
                sink.onPacket(packet, now());
              }));
    }

    /** Packets of one track stay in order: what is late makes those behind it late. */
    private long lastArrival;

    private long delay() {
      lastArrival = Math.max(lastArrival, millis + random.nextInt(MAX_DELAY_MILLIS));
      return lastArrival - millis;
    }

    @Override
    public MediaKind kind() {
      return kind;
    }

    @Override
    public int clockRate() {
      return kind == MediaKind.AUDIO ? 48_000 : 90_000;
    }

    @Override
    public MediaCodec codec() {
      return format.codec();
    }

    @Override
    public void add(TrackSink added) {
      throw new UnsupportedOperationException("it has its sink");
    }

    @Override
    public void remove(TrackSink removed) {
      throw new UnsupportedOperationException("it keeps its sink");
    }

    @Override
    public void requestKeyFrame() {
      keyFrameWanted = kind == MediaKind.VIDEO;
      keyFrameRequests++;
    }

    @Override
    public MediaPacket find(long wanted, long now) {
      return null;
    }

    @Override
    public SenderClock clock() {
      return clock;
    }
  }
}
